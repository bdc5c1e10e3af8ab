"""More like this: never itself nor its company, exact at every filter, with what it shares shown verbatim."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crawler.corpus.companies import Companies
from crawler.corpus.corpus import Corpus
from crawler.home import Home
from crawler.records import Profile, Startup
from indexer.build import build
from indexer.encoder import Encoder
from indexer.errors import FilterError, NeedError, UnknownStartupError
from indexer.results import MAX_LIMIT, Filters, MoreLike, SimilarAnswer
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.similar import same_company
from indexer.snapshot import load_snapshot
from tests.indexer.conftest import WHEN, FakeEncoder, Sources, assert_verbatim, fill, parts_of_meaning, steady
from tests.indexer.test_searcher import FILTERS, are_ranges, passes

IDS = st.integers(0, 39).map("s{:03}".format)


def ids(answer: SimilarAnswer) -> list[str]:
    return [match.startup.id for match in answer.matches]


def made(home: Home, encoder: Encoder, texts: dict[str, tuple[str, str, str]]) -> Searcher:
    """A searcher over startups given as country, language and text."""
    startups = [Startup(key, key.title(), country=country or None) for key, (country, _, _) in texts.items()]
    fill(home, startups, profiles=[Profile(key, "yc", text, language, WHEN) for key, (_, language, text) in texts.items()])
    build(home, encoder, index_settings())
    return Searcher(load_snapshot(home), encoder)


@steady
@given(startup_id=IDS, filters=FILTERS, elsewhere=st.booleans())
def test_a_filtered_list_is_the_whole_list_without_what_does_not_pass(
    searcher: Searcher, startup_id: str, filters: Filters, *, elsewhere: bool
) -> None:
    country = searcher.startup(startup_id)[0].country
    assume(are_ranges(filters) and (country or not elsewhere))
    whole = searcher.similar(MoreLike(startup_id, MAX_LIMIT))
    assert {*ids(whole), startup_id} == {f"s{number:03}" for number in range(40)}
    assert len(whole.matches) == 39
    answer = searcher.similar(MoreLike(startup_id, MAX_LIMIT, filters, elsewhere))
    kept = [
        match
        for match in whole.matches
        if passes(match.startup, filters) and not (elsewhere and match.startup.country in (None, country))
    ]
    assert [replace(match, rank=0) for match in answer.matches] == [replace(match, rank=0) for match in kept]
    assert ids(searcher.similar(MoreLike(startup_id, 3, filters, elsewhere))) == ids(answer)[:3]
    named = [
        match.startup.trl for match in whole.matches if passes(match.startup, replace(filters, trl_min=None, trl_max=None))
    ]
    if not elsewhere:
        assert answer.facets["trl"] == {str(level): named.count(level) for level in {*named} - {None}}


@steady
@given(startup_id=IDS)
def test_it_is_ranked_its_parts_sum_and_its_evidence_is_verbatim_and_marked_within(
    searcher: Searcher, sources: Sources, startup_id: str
) -> None:
    answer = searcher.similar(MoreLike(startup_id, MAX_LIMIT))
    assert answer.startup.id == startup_id
    scores = [match.score for match in answer.matches]
    assert scores == sorted(scores, reverse=True)
    assert [match.rank for match in answer.matches] == list(range(1, 40))
    for match in answer.matches:
        assert set(match.scores) == {"passage", "summary", "lexical"}
        assert match.score == pytest.approx(sum(match.scores.values()), abs=2e-6)
        assert_verbatim(match.evidence, match.startup.id, sources)


@steady
@given(startup_id=IDS)
def test_the_parts_of_meaning_are_those_of_a_comparison_by_hand(
    searcher: Searcher, indexed: Home, fake: FakeEncoder, startup_id: str
) -> None:
    own = np.stack([fake.encode_need(one.text) for one in searcher.startup(startup_id)[1]])
    snapshot = load_snapshot(indexed)
    of = {startup.id: vector for startup, vector in zip(snapshot.startups, snapshot.dense_startups.vectors(), strict=True)}
    nearest, summaries = dict[str, float](), dict[str, float]()
    for other in of.keys() - {startup_id}:
        theirs = np.stack([fake.encode_need(one.text) for one in searcher.startup(other)[1]])
        nearest[other] = float((own @ theirs.T).max(axis=1).mean())
        summaries[other] = float(of[other] @ of[startup_id])
    parts = parts_of_meaning(nearest, summaries)
    for match in searcher.similar(MoreLike(startup_id, MAX_LIMIT)).matches:
        assert (match.scores["passage"], match.scores["summary"]) == pytest.approx(parts[match.startup.id], abs=1e-4)


def test_the_same_wish_gets_the_same_answer_again_after_loading_again_and_from_threads(
    searcher: Searcher, indexed: Home, fake: FakeEncoder
) -> None:
    wishes = [MoreLike(f"s{number:03}", 20) for number in range(40)]
    answers = [replace(searcher.similar(wish), took_ms=0.0) for wish in wishes]
    with ThreadPoolExecutor(8) as pool:
        threaded = [replace(one, took_ms=0.0) for one in pool.map(searcher.similar, wishes)]
    again = Searcher(load_snapshot(indexed), fake)
    assert threaded == answers == [replace(again.similar(wish), took_ms=0.0) for wish in wishes]


@pytest.mark.parametrize("given_id", ["casting-it", "casting-en"])
def test_what_does_the_same_in_another_language_and_country_is_nearest_and_marked(
    tmp_path: Path, encoder: Encoder, given_id: str
) -> None:
    texts = {
        "casting-it": ("IT", "it", "Telecamere e visione artificiale trovano i difetti dei getti di pressofusione in linea."),
        "casting-en": ("DE", "en", "Cameras and machine vision find the defects of die castings in the line."),
        "cheese": ("FR", "en", "We age sheep cheese in caves and deliver it to restaurants in the whole of the country."),
        "vino": ("IT", "it", "Consegniamo a casa il vino di piccole cantine e il formaggio di pecora delle colline toscane."),
        "bank": ("US", "en", "An app that lets students open a bank account and split the rent of a flat with friends."),
        "heat": ("DE", "en", "Heat exchangers recover the waste heat of melting furnaces and turn it into steam for a line."),
    }
    searcher = made(Home(tmp_path), encoder, texts)
    other = {"casting-it": "casting-en", "casting-en": "casting-it"}[given_id]
    marked = {"casting-en": {"defects", "vision", "castings"}, "casting-it": {"difetti", "visione", "pressofusione"}}[other]
    best = searcher.similar(MoreLike(given_id, elsewhere=True)).matches[0]
    assert best.startup.id == other
    (shown,) = best.evidence
    assert {shown.passage.text[start:end] for start, end in shown.marks} & marked
    assert best.scores["lexical"] > 0


def test_what_is_held_for_the_same_company_is_left_out_until_the_link_is_undone(tmp_path: Path, fake: FakeEncoder) -> None:
    home = Home(tmp_path)
    texts = {key: ("IT", "en", f"A laser for welding steel, {key}.") for key in ("a", "b", "c", "d")}
    searcher = made(home, fake, texts)
    assert sorted(ids(searcher.similar(MoreLike("a")))) == ["b", "c", "d"]
    with Corpus(home.corpus) as corpus, corpus.transaction():
        Companies(corpus).link("b", "a", "stated")
        Companies(corpus).link("b", "c", "vat")
        Companies(corpus).link("b", "c", "mirror")
    report = build(home, fake, index_settings())
    assert (report.changed, report.embedded) == (True, 0)
    linked = Searcher(load_snapshot(home), fake)
    for one in ("a", "b", "c"):
        assert ids(linked.similar(MoreLike(one))) == ["d"]
        assert linked.similar(MoreLike(one)).facets["country"] == {"IT": 1}
    assert sorted(ids(linked.similar(MoreLike("d")))) == ["a", "b", "c"]
    assert not build(home, fake, index_settings()).changed
    with Corpus(home.corpus) as corpus, corpus.transaction():
        for link in list(Companies(corpus).links("c")):
            Companies(corpus).undo(link.id)
    build(home, fake, index_settings())
    assert sorted(ids(Searcher(load_snapshot(home), fake).similar(MoreLike("a")))) == ["c", "d"]


def test_companies_are_held_together_over_links_of_links() -> None:
    links = [("a", "b"), ("c", "d"), ("b", "e"), ("e", "a")]
    assert same_company(links, "a") == same_company(links, "e") == {"a", "b", "e"}
    assert same_company(links, "x") == {"x"}


def test_one_alone_has_nothing_like_it(tmp_path: Path, fake: FakeEncoder) -> None:
    answer = made(Home(tmp_path), fake, {"only": ("IT", "en", "A laser for steel.")}).similar(MoreLike("only"))
    assert answer.matches == ()
    assert answer.facets["country"] == {}


def test_what_cannot_be_answered_is_told(tmp_path: Path, fake: FakeEncoder) -> None:
    searcher = made(
        Home(tmp_path), fake, {"a": ("", "en", "A laser."), "b": ("IT", "en", "A robot."), "c": ("IT", "it", "Un robot.")}
    )
    with pytest.raises(UnknownStartupError, match="no startup 'x'"):
        searcher.similar(MoreLike("x"))
    with pytest.raises(FilterError, match="country of 'a' is not known: leave `elsewhere` out"):
        searcher.similar(MoreLike("a", elsewhere=True))
    with pytest.raises(FilterError, match="country 'XX'"):
        searcher.similar(MoreLike("a", filters=Filters(countries=("XX",))))
    for limit in (0, MAX_LIMIT + 1):
        with pytest.raises(NeedError, match=f"limit is {limit}: ask for 1 to 100"):
            searcher.similar(MoreLike("a", limit))
    assert ids(searcher.similar(MoreLike("b", elsewhere=True))) == []
    assert sorted(ids(searcher.similar(MoreLike("b")))) == ["a", "c"]
