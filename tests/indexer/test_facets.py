"""Filters and their counts are exact, and a wrong filter is told with what is near."""

import random
from dataclasses import fields
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.records import Startup
from indexer.errors import FilterError
from indexer.facets import MOST_VALUES, Facets
from indexer.facts import Told
from indexer.results import Filters
from tests.indexer.conftest import a_startup, steady

CHANCE = random.Random(3)  # noqa: S311  # test data
STARTUPS = [a_startup(number, CHANCE) for number in range(60)]
NAMES = {"Robots": "robots", "Robotica": "robots", "Water": "water", "Nobody's": "nobody"}
"""What classes are called; nobody belongs to the last."""
DAYS = [date(2025, 12, 31) + timedelta(days=days) for days in (0, 1, 40, 400)]


def a_told() -> Told:
    return Told(
        tuple(CHANCE.sample(["yc", "knowledge-share"], CHANCE.randint(0, 2))),
        tuple(CHANCE.sample(["it", "en", "de"], CHANCE.randint(0, 2))),
        CHANCE.choice([None, *DAYS]),
        CHANCE.random() < 0.5,
        CHANCE.choice([None, "Lombardia", "Umbria"]),
        tuple(CHANCE.sample(["robots", "water", "casting"], CHANCE.randint(0, 2))),
    )


TOLD = [a_told() for _ in STARTUPS]
WORDS = {
    "country": "countries",
    "region": "regions",
    "source": "sources",
    "tag": "tags",
    "language": "languages",
    "class": "classes",
}
FIELDS = (*WORDS, "trl", "founded", "fetched", "own_site")
BOUND = st.one_of(st.none(), st.sampled_from([-1, 0, 1, 2, 4, 9, 1998, 1999, 2015, 2024, 10**12]))


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2).map(tuple)


FILTERS = st.builds(
    Filters,
    some("IT", "de", "FR"),
    some("yc", "Knowledge-Share"),
    some("robotics", "AI", "energy"),
    BOUND,
    BOUND,
    BOUND,
    BOUND,
    some("lombardia", "Umbria"),
    some("it", "de"),
    some("robots", "Robotica", "water", "casting"),
    st.one_of(st.none(), st.sampled_from([day + timedelta(days=more) for day in DAYS for more in (-1, 0, 1)])),
    st.one_of(st.none(), st.booleans()),
)


def own(row: int, field: str) -> set[str]:
    """What a startup has of a field, in lower case."""
    startup, told = STARTUPS[row], TOLD[row]
    known: dict[str, tuple[object, ...]] = {
        "country": (startup.country,),
        "region": (told.region,),
        "source": (startup.source, *told.directories),
        "tag": startup.tags,
        "language": told.languages,
        "class": told.classes,
        "trl": (startup.trl,),
        "founded": (startup.founded,),
        "fetched": (f"{told.fetched:%Y-%m}" if told.fetched else None,),
        "own_site": (told.own_site,),
    }
    return {str(value).casefold() for value in known[field] if value is not None}


def passes(row: int, filters: Filters, *, but: str = "") -> bool:
    """What a filter means, said once more and one startup at a time."""
    startup, told = STARTUPS[row], TOLD[row]
    for field, name in WORDS.items():
        wanted = {NAMES.get(value, value).casefold() for value in getattr(filters, name)}
        if field != but and wanted and not own(row, field) & wanted:
            return False
    for field, number, low, high in (
        ("trl", startup.trl, filters.trl_min, filters.trl_max),
        ("founded", startup.founded, filters.founded_min, filters.founded_max),
    ):
        if field == but or (low is None and high is None):
            continue
        if number is None or (low is not None and number < low) or (high is not None and number > high):
            return False
    since, site = filters.fetched_since, filters.own_site
    if but != "fetched" and since is not None and (told.fetched is None or told.fetched < since):
        return False
    return but == "own_site" or site is None or told.own_site is site


def is_empty_range(filters: Filters) -> bool:
    pairs = ((filters.trl_min, filters.trl_max), (filters.founded_min, filters.founded_max))
    return any(low is not None and high is not None and low > high for low, high in pairs)


@steady
@given(FILTERS)
def test_what_passes_and_what_is_counted_is_what_a_look_at_each_startup_finds(filters: Filters) -> None:
    facets = Facets(STARTUPS, TOLD, NAMES)
    if is_empty_range(filters):
        with pytest.raises(FilterError, match="swap"):
            facets.masks(filters)
        return
    masks = facets.masks(filters)
    assert facets.both(masks.values()).tolist() == [passes(row, filters) for row in range(len(STARTUPS))]
    counts = facets.counts(masks)
    assert tuple(counts) == FIELDS
    for field in FIELDS:
        expected: dict[str, int] = {}
        for row in range(len(STARTUPS)):
            if passes(row, filters, but=field):
                for value in own(row, field):
                    expected[value] = expected.get(value, 0) + 1
        assert {value.casefold(): count for value, count in counts[field].items()} == expected


@pytest.mark.parametrize("row", range(0, len(STARTUPS), 7))
def test_filters_made_of_all_that_a_startup_is_pass_it_however_few_others_they_pass(row: int) -> None:
    startup, told = STARTUPS[row], TOLD[row]
    every = Filters(
        countries=(startup.country,) if startup.country else (),
        sources=(startup.source,) if startup.source else (),
        tags=startup.tags,
        trl_min=startup.trl,
        trl_max=startup.trl,
        founded_min=startup.founded,
        founded_max=startup.founded,
        regions=(told.region,) if told.region else (),
        languages=told.languages,
        classes=told.classes,
        fetched_since=told.fetched,
        own_site=told.own_site,
    )
    mask = Facets(STARTUPS, TOLD, NAMES).both(Facets(STARTUPS, TOLD, NAMES).masks(every).values())
    assert mask[row]
    assert mask.tolist() == [passes(other, every) for other in range(len(STARTUPS))]


def test_the_test_knows_all_filters() -> None:
    ranges = {"trl_min", "trl_max", "founded_min", "founded_max", "fetched_since", "own_site"}
    assert {*WORDS.values(), *ranges} == {field.name for field in fields(Filters)}


def test_what_is_counted_for_all_is_nobodys_to_change() -> None:
    facets = Facets(STARTUPS, TOLD)
    facets.counts({})["country"].clear()
    assert facets.counts({})["country"]


def test_a_class_is_also_called_by_its_names_and_an_unknown_one_told_by_its_id() -> None:
    facets = Facets([Startup("a", "A"), Startup("b", "B")], [Told(classes=("robots",)), Told()], NAMES)
    for name in ("robots", "ROBOTS", "Robots", "robotica"):
        assert facets.masks(Filters(classes=(name,)))["class"].tolist() == [True, False]
    with pytest.raises(FilterError, match=r"the class 'robotics'.*known are robots$"):
        facets.masks(Filters(classes=("robotics",)))
    with pytest.raises(FilterError, match=r"the class .Nobody's"):
        facets.masks(Filters(classes=("Nobody's",)))


def test_values_are_listed_most_frequent_first_in_the_spelling_seen_first() -> None:
    startups = [Startup("a", "A", tags=("AI",)), Startup("b", "B", tags=("ai", "Robots")), Startup("c", "C")]
    assert list(Facets(startups, [Told()] * len(startups)).counts({})["tag"].items()) == [("AI", 2), ("Robots", 1)]
    many = [Startup(str(n), "X", tags=tuple(f"t{k}" for k in range(n))) for n in range(90)]
    assert len(Facets(many, [Told()] * len(many)).counts({})["tag"]) == MOST_VALUES


def test_an_unknown_value_is_told_with_the_nearest_ones_as_they_are_written() -> None:
    facets = Facets([Startup("a", "A", country="IT", source="knowledge-share", tags=("Robotics",))], [Told()])
    with pytest.raises(FilterError, match=r"'robotic'.*known are Robotics$"):
        facets.masks(Filters(tags=("robotic",)))
    with pytest.raises(FilterError, match=r"'XX'.*IT \.\.\.$"):
        facets.masks(Filters(countries=("XX",)))
    with pytest.raises(FilterError, match="none at all"):
        Facets([Startup("a", "A")], [Told()]).masks(Filters(sources=("yc",)))
    for value in ("", "\ud800", "x" * 1_000_000):
        with pytest.raises(FilterError) as raised:
            facets.masks(Filters(tags=(value,)))
        assert len(str(raised.value)) < 500


def test_no_filter_passes_everything() -> None:
    facets = Facets(STARTUPS, TOLD)
    assert facets.masks(Filters()) == {}
    assert np.all(facets.both(()))


def test_a_startup_that_two_directories_name_passes_the_filter_of_either() -> None:
    told = [Told(("yc", "knowledge-share")), Told(("import",))]
    facets = Facets([Startup("a", "A", source="yc"), Startup("b", "B")], told)
    for source, expected in (("yc", [True, False]), ("knowledge-share", [True, False]), ("import", [False, True])):
        assert facets.masks(Filters(sources=(source,)))["source"].tolist() == expected
    assert facets.counts({})["source"] == {"import": 1, "knowledge-share": 1, "yc": 1}
