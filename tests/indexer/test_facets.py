"""Filters and their counts are exact, and a wrong filter is told with what is near."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.records import Startup
from indexer.errors import FilterError
from indexer.facets import MOST_VALUES, Facets
from indexer.results import Filters
from tests.indexer.conftest import a_startup, steady

CHANCE = random.Random(3)  # noqa: S311  # test data
STARTUPS = [a_startup(number, CHANCE) for number in range(60)]
FIELDS = ("country", "source", "tag", "trl", "founded")
BOUND = st.one_of(st.none(), st.sampled_from([-1, 0, 1, 2, 4, 9, 1998, 1999, 2015, 2024, 10**12]))


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2).map(tuple)


FILTERS = st.builds(
    Filters, some("IT", "de", "FR"), some("yc", "Knowledge-Share"), some("robotics", "AI", "energy"), BOUND, BOUND, BOUND, BOUND
)


def values(startup: Startup, field: str) -> set[str]:
    if field == "tag":
        return {tag.casefold() for tag in startup.tags}
    value = getattr(startup, field)
    return set() if value is None else {str(value).casefold()}


def passes(startup: Startup, filters: Filters, *, but: str = "") -> bool:
    """What a filter means, said once more and one startup at a time."""
    for field, wanted in (("country", filters.countries), ("source", filters.sources), ("tag", filters.tags)):
        if field != but and wanted and not values(startup, field) & {value.casefold() for value in wanted}:
            return False
    for field, number, low, high in (
        ("trl", startup.trl, filters.trl_min, filters.trl_max),
        ("founded", startup.founded, filters.founded_min, filters.founded_max),
    ):
        if field == but or (low is None and high is None):
            continue
        if number is None or (low is not None and number < low) or (high is not None and number > high):
            return False
    return True


def is_empty_range(filters: Filters) -> bool:
    pairs = ((filters.trl_min, filters.trl_max), (filters.founded_min, filters.founded_max))
    return any(low is not None and high is not None and low > high for low, high in pairs)


@steady
@given(FILTERS)
def test_what_passes_and_what_is_counted_is_what_a_look_at_each_startup_finds(filters: Filters) -> None:
    facets = Facets(STARTUPS, {})
    if is_empty_range(filters):
        with pytest.raises(FilterError, match="swap"):
            facets.masks(filters)
        return
    masks = facets.masks(filters)
    assert facets.both(masks.values()).tolist() == [passes(s, filters) for s in STARTUPS]
    counts = facets.counts(masks)
    assert tuple(counts) == FIELDS
    for field in FIELDS:
        expected: dict[str, int] = {}
        for startup in STARTUPS:
            if passes(startup, filters, but=field):
                for value in values(startup, field):
                    expected[value] = expected.get(value, 0) + 1
        assert {value.casefold(): count for value, count in counts[field].items()} == expected


def test_values_are_listed_most_frequent_first_in_the_spelling_seen_first() -> None:
    startups = [Startup("a", "A", tags=("AI",)), Startup("b", "B", tags=("ai", "Robots")), Startup("c", "C")]
    assert list(Facets(startups, {}).counts({})["tag"].items()) == [("AI", 2), ("Robots", 1)]
    many = [Startup(str(n), "X", tags=tuple(f"t{k}" for k in range(n))) for n in range(90)]
    assert len(Facets(many, {}).counts({})["tag"]) == MOST_VALUES


def test_an_unknown_value_is_told_with_the_nearest_ones_as_they_are_written() -> None:
    facets = Facets([Startup("a", "A", country="IT", source="knowledge-share", tags=("Robotics",))], {})
    with pytest.raises(FilterError, match=r"'robotic'.*known are Robotics$"):
        facets.masks(Filters(tags=("robotic",)))
    with pytest.raises(FilterError, match=r"'XX'.*IT \.\.\.$"):
        facets.masks(Filters(countries=("XX",)))
    with pytest.raises(FilterError, match="none at all"):
        Facets([Startup("a", "A")], {}).masks(Filters(sources=("yc",)))
    for value in ("", "\ud800", "x" * 1_000_000):
        with pytest.raises(FilterError) as raised:
            facets.masks(Filters(tags=(value,)))
        assert len(str(raised.value)) < 500


def test_no_filter_passes_everything() -> None:
    facets = Facets(STARTUPS, {})
    assert facets.masks(Filters()) == {}
    assert np.all(facets.both(()))


def test_a_startup_that_two_directories_name_passes_the_filter_of_either() -> None:
    facets = Facets([Startup("a", "A", source="yc"), Startup("b", "B")], {"a": {"yc", "knowledge-share"}, "b": {"import"}})
    for source, expected in (("yc", [True, False]), ("knowledge-share", [True, False]), ("import", [False, True])):
        assert facets.masks(Filters(sources=(source,)))["source"].tolist() == expected
    assert facets.counts({})["source"] == {"import": 1, "knowledge-share": 1, "yc": 1}
