"""Startups without a need: classes and filters, in an order that is the same every time; what a build tells for them."""

import json
from dataclasses import replace

import pytest

from crawler.corpus.companies import Companies
from crawler.corpus.corpus import Corpus
from crawler.home import Home
from crawler.records import Profile, Startup
from indexer.browsing import Browse, Catalogue
from indexer.build import build
from indexer.classes.assigning import Classified, Member
from indexer.classes.scheme import packaged_classes
from indexer.errors import FilterError, NeedError
from indexer.facets import Facets
from indexer.results import MAX_LIMIT, Filters
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.snapshot import Snapshot, load_snapshot, write_snapshot
from tests.indexer.conftest import WHEN, FakeEncoder, fill

SETTINGS = index_settings(passage_words=12)
MEMBERS = (("s003", "casting", 4.0), ("s003", "robotics", 3.6), ("s005", "casting", 5.5), ("s007", "robotics", 6.0))


@pytest.fixture(scope="module")
def snapshot(indexed: Home) -> Snapshot:
    """That of the forty startups, with members of classes that are known."""
    members = tuple(Member(*row) for row in MEMBERS)
    return replace(load_snapshot(indexed), classified=Classified(packaged_classes(), members), regions=(("s003", "Umbria"),))


@pytest.fixture(scope="module")
def browsing(snapshot: Snapshot, fake: FakeEncoder) -> Searcher:
    return Searcher(snapshot, fake)


def ids(searcher: Searcher, wanted: Browse) -> list[str]:
    return [one.startup.id for one in searcher.browse(wanted).startups]


def test_the_startups_of_a_class_come_by_how_much_they_belong_there(browsing: Searcher) -> None:
    assert ids(browsing, Browse(Filters(classes=("casting",)))) == ["s005", "s003"]
    assert ids(browsing, Browse(Filters(classes=("Robotica industriale",)))) == ["s007", "s003"]
    assert ids(browsing, Browse(Filters(classes=("casting", "robotics")))) == ["s007", "s005", "s003"]


def test_without_a_class_they_come_by_name_page_by_page(browsing: Searcher) -> None:
    whole = browsing.browse(Browse(limit=MAX_LIMIT))
    names = [one.startup.name.casefold() for one in whole.startups]
    assert names == sorted(names)
    assert whole.total == len(names) == 40
    pages = [one.startup.id for offset in (0, 15, 30, 45) for one in browsing.browse(Browse(limit=15, offset=offset)).startups]
    assert pages == [one.startup.id for one in whole.startups]


def test_names_are_found_in_any_case_and_without_accents_those_first_that_begin_so(
    snapshot: Snapshot, fake: FakeEncoder
) -> None:
    first, second, third = snapshot.startups[:3]
    renamed = (replace(first, name="Forno Città"), replace(second, name="Officina"), replace(third, name="CITTA del Getto"))
    searcher = Searcher(replace(snapshot, startups=(*renamed, *snapshot.startups[3:])), fake)
    found = searcher.browse(Browse(name="città", limit=1))
    assert (found.total, [one.startup.name for one in found.startups]) == (2, ["CITTA del Getto"])
    assert [one.startup.name for one in searcher.browse(Browse(name="Citta")).startups] == ["CITTA del Getto", "Forno Città"]
    assert ids(searcher, Browse(Filters(classes=("casting",)), name="no startup has this")) == []


def test_what_is_listed_is_what_a_look_at_each_startup_finds(browsing: Searcher, snapshot: Snapshot) -> None:
    filters = Filters(countries=("IT", "DE"), languages=("it",), own_site=True, classes=("casting", "robotics"))
    told = dict(zip((s.id for s in snapshot.startups), Catalogue(snapshot).told, strict=True))
    expected = {
        s.id
        for s in snapshot.startups
        if s.country in {"IT", "DE"} and "it" in told[s.id].languages and told[s.id].own_site and told[s.id].classes
    }
    found = browsing.browse(Browse(filters))
    assert {one.startup.id for one in found.startups} == expected
    assert found.total == len(expected)


def test_a_startup_is_shown_with_its_region_and_its_classes(browsing: Searcher) -> None:
    (one,) = browsing.browse(Browse(Filters(regions=("umbria",)))).startups
    assert (one.told.region, [(known.id, score) for known, score in one.classes]) == (
        "Umbria",
        [("casting", 4.0), ("robotics", 3.6)],
    )
    assert one.classes[0][0].italian == "Fonderia e pressofusione"


def test_counts_are_those_of_the_other_filters(browsing: Searcher) -> None:
    assert browsing.browse(Browse()).facets["class"] == {"casting": 2, "robotics": 2}
    assert browsing.browse(Browse(Filters(classes=("casting",)))).facets["class"] == {"casting": 2, "robotics": 2}
    assert browsing.browse(Browse(Filters(regions=("Umbria",)))).facets["class"] == {"casting": 1, "robotics": 1}


def test_what_cannot_be_listed_is_told(browsing: Searcher) -> None:
    for wanted in (Browse(limit=0), Browse(limit=MAX_LIMIT + 1), Browse(offset=-1)):
        with pytest.raises(NeedError, match=r"limit|offset"):
            browsing.browse(wanted)
    with pytest.raises(FilterError, match=r"class 'castings'.*known are casting$"):
        browsing.browse(Browse(Filters(classes=("castings",))))


def test_a_build_puts_a_startup_into_the_class_that_it_speaks_of_and_no_other_into_it(home: Home) -> None:
    (one,) = (known for known in packaged_classes() if known.id == "water")
    fill(home, [Startup("wet", "Wet")], [], [Profile("wet", "yc", f"{one.about_english} {one.about_italian}", "en", WHEN)])
    build(home, FakeEncoder(dimension=300), SETTINGS)
    found = load_snapshot(home).classified
    assert found.classes == packaged_classes()
    assert [member.startup_id for member in found.members if member.class_id == "water"] == ["wet"]


def test_classes_regions_and_their_vectors_come_back_as_they_were_written(snapshot: Snapshot, home: Home) -> None:
    write_snapshot(home, snapshot, keep=1)
    back = load_snapshot(home)
    assert (back.classified, back.regions, back.class_texts) == (snapshot.classified, snapshot.regions, snapshot.class_texts)
    assert back.dense_classes.vectors().tolist() == snapshot.dense_classes.vectors().tolist()


def test_where_a_site_says_its_company_is_reaches_the_index_and_a_change_there_builds_again(
    home: Home, fake: FakeEncoder
) -> None:
    with Corpus(home.corpus) as corpus:
        italian = next(s.id for s in corpus.startups() if s.country == "IT")
        Companies(corpus).put_record(italian, json.dumps({"country": "IT", "city": "Varese", "region": "Lombardia"}))
    build(home, fake, SETTINGS)
    assert load_snapshot(home).regions == ((italian, "Lombardia"),)
    assert not build(home, fake, SETTINGS).changed
    with Corpus(home.corpus) as corpus:
        Companies(corpus).put_record(italian, json.dumps({"country": "IT", "city": "Terni", "region": "Umbria"}))
    assert build(home, fake, SETTINGS).changed
    assert load_snapshot(home).regions == ((italian, "Umbria"),)


@pytest.mark.parametrize("blank", [" ", "\u200b"])
def test_blanks_around_a_name_do_not_count_and_blanks_alone_are_no_name(
    snapshot: Snapshot, browsing: Searcher, blank: str
) -> None:
    name = snapshot.startups[0].name
    assert browsing.browse(Browse(name=f"{blank}{name}{blank}")).startups == browsing.browse(Browse(name=name)).startups
    assert browsing.browse(Browse(name=blank)).total == len(snapshot.startups)


def test_a_catalogue_reads_what_facets_filter_by(snapshot: Snapshot) -> None:
    catalogue = Catalogue(snapshot)
    facets = Facets(snapshot.startups, catalogue.told, catalogue.names)
    for row, told in enumerate(catalogue.told):
        assert set(facets.values("language", row)) == set(told.languages)
        assert facets.values("fetched", row) == (f"{told.fetched}",)
