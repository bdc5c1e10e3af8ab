"""The road of a query: exact filters, parts that add up, evidence that is there, and no need that breaks it."""

import logging
import random
import string
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crawler.home import Home
from crawler.records import Profile, Startup
from indexer.build import build
from indexer.encoder import Encoder
from indexer.errors import FilterError, NeedError, UnknownStartupError, WrongModelError
from indexer.results import MAX_LIMIT, MAX_NEED_CHARACTERS, Answer, Confidence, Filters, Need, Verdict
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.snapshot import load_snapshot
from tests.indexer.conftest import WHEN, WORDS, FakeEncoder, Sources, assert_verbatim, fill, parts_of_meaning, steady

NEEDS = st.lists(st.sampled_from([*WORDS["en"], *WORDS["it"], "per", "with", "unheard"]), min_size=1, max_size=6).map(" ".join)


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2).map(tuple)


LEVELS = st.one_of(st.none(), st.integers(0, 10))
YEARS = st.one_of(st.none(), st.integers(1990, 2030))
FILTERS = st.builds(Filters, some("IT", "DE", "fr"), some("yc"), some("ROBOTICS", "Energy", "ai"), LEVELS, LEVELS, YEARS, YEARS)


def sources_of(startup: Startup) -> set[str]:
    """The directories that name a startup of `fill_at_random`: its own, and that of the profile that every third one has."""
    return {*filter(None, [startup.source]), *(["yc"] if int(startup.id[1:]) % 3 == 0 else [])}


def passes(startup: Startup, filters: Filters) -> bool:
    """What the filters mean, one startup at a time."""
    own = {
        "countries": {(startup.country or "").casefold()},
        "sources": sources_of(startup),
        "tags": {tag.casefold() for tag in startup.tags},
    }
    if any(wanted and not {v.casefold() for v in wanted} & own[f] for f in own if (wanted := getattr(filters, f))):
        return False
    for number, low, high in (
        (startup.trl, filters.trl_min, filters.trl_max),
        (startup.founded, filters.founded_min, filters.founded_max),
    ):
        unbounded = low is None and high is None
        if not unbounded and (number is None or not (low or 0) <= number <= (10_000 if high is None else high)):
            return False
    return True


def are_ranges(filters: Filters) -> bool:
    pairs = ((filters.trl_min, filters.trl_max), (filters.founded_min, filters.founded_max))
    return all(low is None or high is None or low <= high for low, high in pairs)


def ids(answer: Answer) -> list[str]:
    return [match.startup.id for match in answer.matches]


def same(one: Answer, other: Answer) -> bool:
    return replace(one, took_ms=0.0) == replace(other, took_ms=0.0)


@steady
@given(text=NEEDS, filters=FILTERS)
def test_a_filtered_ranking_is_the_whole_ranking_without_what_does_not_pass(
    searcher: Searcher, text: str, filters: Filters
) -> None:
    assume(are_ranges(filters))
    whole, filtered = searcher.search(Need(text, MAX_LIMIT)), searcher.search(Need(text, MAX_LIMIT, filters))
    assert len(whole.matches) == searcher.manifest.startups == 40
    kept = [match for match in whole.matches if passes(match.startup, filters)]
    assert [replace(match, rank=0) for match in filtered.matches] == [replace(match, rank=0) for match in kept]
    few = searcher.search(Need(text, 3, filters))
    assert ids(few) == ids(filtered)[:3]


@steady
@given(text=NEEDS, limit=st.integers(1, MAX_LIMIT))
def test_matches_are_ranked_and_their_parts_sum_to_their_scores(searcher: Searcher, text: str, limit: int) -> None:
    matches = searcher.search(Need(text, limit)).matches
    assert len(matches) == min(limit, 40)
    assert [match.rank for match in matches] == list(range(1, len(matches) + 1))
    scores = [match.score for match in matches]
    assert scores == sorted(scores, reverse=True)
    for match in matches:
        assert set(match.scores) == {"passage", "summary", "lexical", "feedback", "kind"}
        assert match.scores["feedback"] == 0, "so few startups tell nothing"
        assert match.score == pytest.approx(sum(match.scores.values()), abs=2e-6)
        assert 0 <= match.score <= 1 + 1e-6


@steady
@given(text=NEEDS)
def test_the_parts_of_meaning_are_those_of_a_search_by_hand(
    searcher: Searcher, indexed: Home, fake: FakeEncoder, text: str
) -> None:
    vector, nearest = fake.encode_need(text), dict[str, float]()
    for one in searcher.passages:
        nearest[one.startup_id] = max(nearest.get(one.startup_id, -1.0), float(fake.encode_need(one.text) @ vector))
    snapshot = load_snapshot(indexed)
    summaries = [float(one @ vector) for one in snapshot.dense_startups.vectors()]
    parts = parts_of_meaning(nearest, dict(zip((startup.id for startup in snapshot.startups), summaries, strict=True)))
    for match in searcher.search(Need(text, MAX_LIMIT)).matches:
        assert (match.scores["passage"], match.scores["summary"]) == pytest.approx(parts[match.startup.id], abs=1e-5)


@steady
@given(text=NEEDS)
def test_evidence_is_verbatim_in_the_corpus_and_marked_where_the_need_is(
    searcher: Searcher, sources: Sources, text: str
) -> None:
    answer = searcher.search(Need(text, 10))
    for match in answer.matches:
        assert_verbatim(match.evidence, match.startup.id, sources)
        for shown in match.evidence:
            one = shown.passage
            if one.language == answer.language:  # else its words are marked where they are translations
                marked = {one.text[start:end].casefold() for start, end in shown.marks}
                assert marked >= set(text.split()) & set(one.text.casefold().replace(".", "").split()) - {"per", "with"}


@pytest.mark.parametrize(
    ("need", "startup_id", "marked"),
    [
        ("saldatura dell\u2019acciaio con un laser", "english", ["welding", "steel", "laser"]),
        ("laser welding of steel", "english", ["welding", "steel", "laser"]),
        ("laser welding of steel", "italian", ["saldatura", "acciaio", "laser"]),
        ("saldare acciai con un laser", "italian", ["saldatura", "acciaio", "laser"]),
    ],
)
def test_a_need_finds_and_marks_the_words_of_the_other_language(
    tmp_path: Path, fake: FakeEncoder, need: str, startup_id: str, marked: list[str]
) -> None:
    home = Home(tmp_path)
    texts = {
        "english": ("en", "Robotic welding for steel frames with a laser that follows the seam by itself all day."),
        "italian": ("it", "La saldatura robotizzata di telai in acciaio con un laser che segue il giunto da solo."),
        "cheese": ("en", "We age sheep cheese in caves and deliver it to restaurants in the whole of the country."),
        "vino": ("it", "Consegniamo a casa il vino di piccole cantine e il formaggio di pecora delle colline toscane."),
    }
    profiles = [Profile(key, "yc", text, language, WHEN) for key, (language, text) in texts.items()]
    fill(home, [Startup(key, key.title()) for key in texts], profiles=profiles)
    build(home, fake, index_settings())
    matches = {match.startup.id: match for match in Searcher(load_snapshot(home), fake).search(Need(need)).matches}
    (shown,) = matches[startup_id].evidence
    assert [shown.passage.text[start:end] for start, end in shown.marks] == marked
    assert matches[startup_id].scores["lexical"] > 0
    assert matches["cheese"].scores["lexical"] == matches["vino"].scores["lexical"] == 0


def test_the_same_need_gets_the_same_answer_again_after_loading_again_and_from_threads(
    searcher: Searcher, indexed: Home, fake: FakeEncoder
) -> None:
    needs = [Need(text, 10, Filters(trl_min=4)) for text in (*WORDS["en"], *WORDS["it"])]
    answers = [searcher.search(need) for need in needs]
    other = Searcher(load_snapshot(indexed), fake)
    with ThreadPoolExecutor(8) as pool:
        threaded = list(pool.map(searcher.search, needs))
    for need, answer, from_thread in zip(needs, answers, threaded, strict=True):
        assert same(answer, searcher.search(need))
        assert same(answer, other.search(need))
        assert same(answer, from_thread)


@steady
@given(filters=FILTERS)
def test_facets_count_what_the_other_filters_pass(searcher: Searcher, filters: Filters) -> None:
    assume(are_ranges(filters))
    answer = searcher.search(Need("laser", 1, filters))
    startups = [match.startup for match in searcher.search(Need("laser", MAX_LIMIT)).matches]
    without = {
        "country": replace(filters, countries=()),
        "trl": replace(filters, trl_min=None, trl_max=None),
        "founded": replace(filters, founded_min=None, founded_max=None),
    }
    for field, others in without.items():
        values = [str(getattr(s, field)) for s in startups if passes(s, others) and getattr(s, field) is not None]
        assert answer.facets[field] == {value: values.count(value) for value in values}
    named = [source for s in startups if passes(s, replace(filters, sources=())) for source in sources_of(s)]
    assert answer.facets["source"] == {source: named.count(source) for source in named}
    tagged = [tag for s in startups if passes(s, replace(filters, tags=())) for tag in {t.casefold() for t in s.tags}]
    assert {name.casefold(): n for name, n in answer.facets["tag"].items()} == {tag: tagged.count(tag) for tag in tagged}


@pytest.mark.parametrize("text", ["", " ", "\n\t \u2028", "?!… — ...", "'", "\ud800", "\x00", "\u0301"])
def test_a_need_without_a_word_is_refused(searcher: Searcher, text: str) -> None:
    with pytest.raises(NeedError, match="empty"):
        searcher.search(Need(text))


def test_a_need_that_is_too_long_is_refused_with_the_limit(searcher: Searcher) -> None:
    for length in (MAX_NEED_CHARACTERS + 1, 100_000, 5_000_000):
        with pytest.raises(NeedError, match=str(MAX_NEED_CHARACTERS)) as raised:
            searcher.search(Need("x" * length))
        assert len(str(raised.value)) < 200
    assert searcher.search(Need("laser " * (MAX_NEED_CHARACTERS // 6))).matches


@pytest.mark.parametrize("limit", [0, -1, MAX_LIMIT + 1, 10**20])
def test_a_limit_out_of_bounds_is_refused(searcher: Searcher, limit: int) -> None:
    with pytest.raises(NeedError, match="limit"):
        searcher.search(Need("laser", limit))


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (Filters(countries=("XX",)), "country 'XX'.*known are"),
        (Filters(tags=("Robotic",)), "tag 'Robotic'.*Robotics"),
        (Filters(sources=("knowledgeshare",)), "source 'knowledgeshare'.*knowledge-share"),
        (Filters(countries=("IT", "XX")), "XX"),
        (Filters(trl_min=5, trl_max=4), "trl_min 5 is above trl_max 4"),
        (Filters(founded_min=2020, founded_max=2000), "founded_min 2020"),
    ],
)
def test_a_filter_that_nothing_can_pass_is_told_with_what_is_near(searcher: Searcher, filters: Filters, said: str) -> None:
    with pytest.raises(FilterError, match=said):
        searcher.search(Need("laser", 10, filters))


def test_filters_that_together_leave_nothing_give_an_empty_answer(searcher: Searcher) -> None:
    answer = searcher.search(Need("laser", 10, Filters(trl_min=2, trl_max=3)))
    assert (answer.matches, answer.verdict) == ((), Verdict.NOTHING)
    assert sum(answer.facets["trl"].values()) > 0
    assert answer.facets["country"] == {}


@pytest.mark.parametrize(
    "text", ["laser \ud800\udfff", "laser\x00\x1b[31m", "😀 laser", "İ laser \u202e", "<b>laser</b>", "laser " + "\u0301" * 500]
)
@pytest.mark.parametrize("real", [False, True], ids=["fake", "real model"])
def test_odd_characters_in_a_need_break_nothing(
    searcher: Searcher, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory, text: str, *, real: bool
) -> None:
    if real:
        home = Home(tmp_path_factory.mktemp("real"))
        fill(home, [Startup("a", "A")], profiles=[Profile("a", "yc", "A laser for steel.", "en", WHEN)])
        build(home, encoder, index_settings())
        searcher = Searcher(load_snapshot(home), encoder)
    answer = searcher.search(Need(text))
    assert answer.matches
    assert answer.need.text == text


@steady
@given(st.text(max_size=200))
def test_any_text_is_answered_or_refused(searcher: Searcher, text: str) -> None:
    if any(map(str.isalnum, text)):
        assert searcher.search(Need(text)).matches
    else:
        with pytest.raises(NeedError):
            searcher.search(Need(text))


def test_a_snapshot_of_another_model_is_refused_with_the_mend(indexed: Home) -> None:
    with pytest.raises(WrongModelError, match=r"'fake'.*'other'.*SCOUT_INDEX_MODEL.*scout index"):
        Searcher(load_snapshot(indexed), FakeEncoder("other"))


def test_a_corpus_of_one_startup_is_searched(tmp_path: Path, fake: FakeEncoder) -> None:
    home = Home(tmp_path)
    fill(home, [Startup("only", "Only", country="IT")], profiles=[Profile("only", "yc", "A laser for steel.", "en", WHEN)])
    build(home, fake, index_settings())
    searcher = Searcher(load_snapshot(home), fake)
    for text in ("laser", "unheard", "of the"):
        assert ids(searcher.search(Need(text, 10, Filters(countries=("it",))))) == ["only"]


def test_a_startup_is_had_by_its_id_with_all_its_passages(searcher: Searcher) -> None:
    for one in {one.startup_id for one in searcher.passages}:
        startup, passages = searcher.startup(one)
        assert startup.id == one
        assert passages == tuple(p for p in searcher.passages if p.startup_id == one)
    for unknown in ("", "nobody", "x" * 100_000):
        with pytest.raises(UnknownStartupError) as raised:
            searcher.startup(unknown)
        assert len(str(raised.value)) < 400


def test_the_need_is_not_logged(searcher: Searcher, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "".join(random.Random(1).choices(string.ascii_lowercase, k=12))  # noqa: S311  # test data
    searcher.search(Need(f"laser {secret}"))
    with pytest.raises(FilterError):
        searcher.search(Need(f"laser {secret}", 10, Filters(tags=("x",))))
    assert secret not in caplog.text


def test_what_meets_the_need_is_first_with_confidence_and_nothing_else_is(tmp_path: Path, encoder: Encoder) -> None:
    home = Home(tmp_path)
    texts = {
        "vision": "Cameras and deep learning find surface defects on die-cast aluminium parts in the line and cut scrap.",
        "saldatura": "Robot collaborativi per la saldatura di carpenteria metallica in piccole serie, programmabili a mano.",
        "cheese": "We age sheep cheese in caves and deliver it to restaurants.",
        "bank": "An app that lets students open a bank account and split the rent.",
        "heat": "Heat exchangers that recover waste heat from melting furnaces and turn it into steam.",
    }
    languages = {"saldatura": "it"}
    profiles = [Profile(key, "yc", text, languages.get(key, "en"), WHEN) for key, text in texts.items()]
    fill(home, [Startup(key, key.title()) for key in texts], profiles=profiles)
    build(home, encoder, index_settings())
    searcher = Searcher(load_snapshot(home), encoder)
    for text, language, best in (
        ("find surface defects on die-cast parts with cameras", "en", "vision"),
        ("robot per la saldatura di piccole serie", "it", "saldatura"),
        ("recovering waste heat from furnaces", "en", "heat"),
    ):
        answer = searcher.search(Need(text))
        assert (answer.language, ids(answer)[0], answer.verdict) == (language, best, Verdict.FITS)
        assert answer.matches[0].confidence is Confidence.STRONG
        assert answer.matches[-1].confidence is Confidence.WEAK
        assert answer.took_ms > 0
    nothing = searcher.search(Need("satellite propulsion with iodine thrusters"))
    assert nothing.verdict is Verdict.NOTHING
    assert np.isfinite([match.score for match in nothing.matches]).all()
