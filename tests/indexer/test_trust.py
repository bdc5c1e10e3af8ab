"""What a search trusts its matches by is that of the whole snapshot, whatever is shown of it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.home import Home
from crawler.records import Profile, Startup
from indexer import trust
from indexer.build import build
from indexer.encoder import Encoder
from indexer.results import MAX_LIMIT, Confidence, Filters, Need, Verdict
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.snapshot import load_snapshot
from tests.indexer.conftest import WHEN, WORDS, fill, steady

TEXTS = {
    "vision": "Cameras and deep learning find surface defects on die-cast aluminium parts in the line and cut scrap.",
    "saldatura": "Robot collaborativi per la saldatura di carpenteria metallica in piccole serie, programmabili a mano.",
    "cheese": "We age sheep cheese in caves and deliver it to restaurants.",
    "bank": "An app that lets students open a bank account and split the rent.",
    "heat": "Heat exchangers that recover waste heat from melting furnaces and turn it into steam.",
    "laser": "Laser cutting of steel sheets for job shops: the laser cuts, marks and welds.",
    "plasma": "Plasma cutting of steel sheets for job shops, without lasers.",
}
NEEDS = st.lists(st.sampled_from([*WORDS["en"], *WORDS["it"], "submarine", "senza", "no"]), min_size=1, max_size=6)
COUNTRIES = st.sampled_from([(), ("IT",), ("DE", "FR")])
PAGES = st.builds(
    Need,
    NEEDS.map(" ".join),
    st.integers(1, 15),
    st.builds(Filters, COUNTRIES, tags=st.sampled_from([(), ("AI",)]), trl_min=st.sampled_from([None, 5])),
    offset=st.integers(0, 12),
    diverse=st.booleans(),
)


@pytest.fixture(scope="module")
def texts_searcher(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Searcher:
    return searcher_over(Home(tmp_path_factory.mktemp("texts")), list(TEXTS), encoder)


def searcher_over(home: Home, keys: list[str], encoder: Encoder) -> Searcher:
    language = {"saldatura": "it"}
    profiles = [Profile(key, "yc", TEXTS[key], language.get(key, "en"), WHEN) for key in keys]
    fill(home, [Startup(key, key.title()) for key in keys], profiles=profiles)
    build(home, encoder, index_settings())
    return Searcher(load_snapshot(home), encoder)


@steady
@given(page=PAGES)
def test_a_probability_depends_on_the_need_alone(searcher: Searcher, page: Need) -> None:
    whole = {m.startup.id: (m.probability, m.confidence) for m in searcher.search(Need(page.text, MAX_LIMIT)).matches}
    assert all(whole[m.startup.id] == (m.probability, m.confidence) for m in searcher.search(page).matches)


@steady
@given(page=PAGES)
def test_the_answer_as_a_whole_is_the_same_on_every_page(searcher: Searcher, page: Need) -> None:
    one, whole = (searcher.search(need) for need in (page, Need(page.text, MAX_LIMIT, page.filters)))
    assert (one.verdict, one.missing) == (whole.verdict, whole.missing)


@pytest.mark.parametrize(
    ("need", "missing"),
    [
        ("satellite propulsion with iodine thrusters", ["satellite propulsion", "iodine thrusters"]),
        ("propulsione di satelliti a iodio", ["propulsione", "satelliti", "iodio"]),
        ("ageing of submarine cheese, no iodine thrusters", ["submarine"]),
        ("robot subacquei per la saldatura", ["subacquei"]),
        ("underwater welding robots", ["underwater"]),
    ],
)
def test_what_no_match_has_is_said_in_the_needs_own_words(texts_searcher: Searcher, need: str, missing: list[str]) -> None:
    ranking, listed = texts_searcher.ranker.best(Need(need))
    index = texts_searcher._snapshot.lexical_startups
    found = trust.missing(need, ranking, texts_searcher._crossing, index, [(row, kept) for _, row, kept in listed])
    assert [one.text for one in found] == missing
    assert [need[one.start : one.end] for one in found] == missing


def test_an_answer_that_fits_says_of_nothing_that_it_is_missing(texts_searcher: Searcher) -> None:
    fitting = texts_searcher.search(Need("find surface defects on die-cast parts with cameras"))
    assert (fitting.verdict, fitting.missing) == (Verdict.FITS, ())
    nothing = texts_searcher.search(Need("dentists for horses, and a wedding dress"))
    assert (nothing.verdict, nothing.matches[0].confidence) == (Verdict.NOTHING, Confidence.WEAK)
    assert [one.text for one in nothing.missing] == ["dentists", "horses", "wedding dress"]


def test_where_nothing_passes_the_filters_nothing_is_found_and_nothing_missing(texts_searcher: Searcher) -> None:
    answer = texts_searcher.search(Need("cutting of steel sheets", filters=Filters(trl_min=9)))
    assert (answer.verdict, answer.matches, answer.missing) == (Verdict.NOTHING, (), ())


def test_what_offers_the_excluded_is_less_likely(texts_searcher: Searcher) -> None:
    need = Need("cutting of steel sheets, no laser")
    without, with_it = (
        {m.startup.id: m.probability for m in texts_searcher.search(one).matches}
        for one in (need, Need(need.text, ignore_exclusions=("laser",)))
    )
    assert without["laser"] < 0.5 * with_it["laser"]
    assert without["plasma"] > without["laser"]


def test_signs_are_counted_over_all_startups(texts_searcher: Searcher) -> None:
    ranking, listed = texts_searcher.ranker.best(Need("laser cutting of submarine steel"))
    matches = [(row, kept) for _, row, kept in listed]
    index = texts_searcher._snapshot.lexical_startups
    signs = trust.signs(ranking, index, matches)
    assert [one.above for one in signs] == [int((ranking.scores > ranking.scores[row]).sum()) for row, _ in matches]
    assert trust.signs(ranking, index, matches[3:]) == signs[3:]
    assert all(one.terms == len(ranking.groups) == 4 for one in signs)
    best, *_, last = signs
    assert last.covered < best.covered < 1
    assert last.lead < 0 < best.lead


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_few_startups_are_enough_to_tell_what_fits(tmp_path: Path, encoder: Encoder, size: int) -> None:
    searcher = searcher_over(Home(tmp_path), list(TEXTS)[:size], encoder)
    fitting = searcher.search(Need("find surface defects on die-cast parts with cameras"))
    assert fitting.verdict is Verdict.FITS
    assert searcher.search(Need("satellite propulsion with iodine thrusters")).verdict is Verdict.NOTHING
    assert all(match.confidence is not Confidence.STRONG for match in fitting.matches[1:])
