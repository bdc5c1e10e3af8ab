"""What holds for every corpus and every need: marks within their text, scores that sum, exact filters, one answer."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import indexer.ranker
from crawler.home import Home
from crawler.records import Block, Page, Profile, Startup
from indexer.build import build
from indexer.results import MAX_LIMIT, Filters, MoreLike, Need
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.snapshot import load_snapshot
from tests.indexer.conftest import WHEN, WORDS, FakeEncoder, Sources, assert_verbatim, fill, steady
from tests.indexer.test_searcher import passes

costly = settings(steady, max_examples=12)
ODD = (
    "cafe\u0301", "perche\u0301", "sensore\u0301", "Stra\u00dfe", "\u0130stanbul", "\ufb01lo", "la\u00adser", "LASER\u2122",
    "\U0001f525laser", "l\u2019acciaio", "dell'acciaio", "\uff4c\uff41\uff53\uff45\uff52", "laser\u200d", "acciaio\ufe0f",
    "e\u0300 acciaio", "1.200\u00b0C", "laser-welding", "welding\u0323\u0301", "\u0635\u0644\u0628", "\u92fc", "<b>steel</b>",
)  # fmt: skip
TOKENS = st.sampled_from([*WORDS["en"], *WORDS["it"], *ODD, "the", "per", "la", "."])
TEXTS = st.lists(TOKENS, min_size=1, max_size=30).map(" ".join).filter(lambda text: any(map(str.isalnum, text)))
NEEDS = (
    st.lists(st.one_of(TOKENS, st.sampled_from(["senza", "without", "no"])), min_size=1, max_size=6)
    .map(" ".join)
    .filter(lambda text: any(map(str.isalnum, text)))
)


@dataclass(frozen=True)
class Indexed:
    """A small corpus and the searcher over it."""

    startups: tuple[Startup, ...]
    sources: Sources
    searcher: Searcher
    again: Searcher


@st.composite
def startup_and_texts(draw: st.DrawFn) -> tuple[Startup, list[str], str]:
    startup = Startup(
        "",
        draw(st.sampled_from(["Laserx", "Fonderia Più", "Zeta"])),
        country=draw(st.sampled_from(["IT", "DE", None])),
        source=draw(st.sampled_from(["yc", "knowledge-share", None])),
        tags=tuple(draw(st.lists(st.sampled_from(["Robotics", "robotics", "AI"]), max_size=2))),
        trl=draw(st.sampled_from([None, 1, 5, 9])),
        founded=draw(st.sampled_from([None, 1999, 2020])),
    )
    return startup, draw(st.lists(TEXTS, min_size=1, max_size=3)), draw(st.sampled_from(["en", "it", "de"]))


@contextmanager
def indexed(made: Sequence[tuple[Startup, list[str], str]]) -> Iterator[Indexed]:
    """Index a drawn corpus while the context lasts."""
    encoder = FakeEncoder()
    startups = tuple(replace(startup, id=f"s{number:02}") for number, (startup, _, _) in enumerate(made))
    pages, profiles = [], []
    for number, (startup, (_, texts, language)) in enumerate(zip(startups, made, strict=True)):
        blocks = tuple(Block("", text) for text in texts)
        if number % 3:
            pages.append(Page(f"https://{startup.id}.example/", startup.id, "Home", language, blocks, WHEN))
        else:
            profiles.append(Profile(startup.id, "yc", texts[0], language, WHEN))
    sources: dict[tuple[str, str | None], str] = {(page.startup_id, page.url): page.text for page in pages}
    sources |= {(profile.startup_id, profile.url): profile.text for profile in profiles}
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        fill(home, startups, pages, profiles)
        build(home, encoder, index_settings(passage_words=10))
        one, other = (Searcher(load_snapshot(home), encoder) for _ in range(2))
        yield Indexed(startups, sources, one, other)


@costly
@given(made=st.lists(startup_and_texts(), min_size=1, max_size=6), texts=st.lists(NEEDS, min_size=1, max_size=3))
def test_evidence_is_verbatim_marks_are_whole_characters_and_parts_sum_to_scores(
    made: list[tuple[Startup, list[str], str]], texts: list[str]
) -> None:
    with indexed(made) as of:
        for text in texts:
            answer = of.searcher.search(Need(text, MAX_LIMIT))
            assert len(answer.matches) == len(made)
            for match in answer.matches:
                assert match.score == pytest.approx(sum(match.scores.values()), abs=2e-6)
                assert_verbatim(match.evidence, match.startup.id, of.sources)
                for told in (one.evidence for one in match.coverage if one.evidence):
                    assert_verbatim((told,), match.startup.id, of.sources)
            assert all(text[one.start : one.end] == one.text for one in answer.requirements)
        for startup in of.startups:
            for similar in of.searcher.similar(MoreLike(startup.id, MAX_LIMIT)).matches:
                assert similar.score == pytest.approx(sum(similar.scores.values()), abs=2e-6)
                assert similar.startup.id != startup.id
                assert_verbatim(similar.evidence, similar.startup.id, of.sources)


@costly
@given(
    made=st.lists(startup_and_texts(), min_size=2, max_size=6),
    text=NEEDS,
    unwanted=st.sampled_from(["", " without laser", " senza acciaio"]),
    diverse=st.booleans(),
)
def test_every_part_has_its_score_and_rank_with_exclusions_feedback_and_diversity(
    made: list[tuple[Startup, list[str], str]], text: str, *, unwanted: str, diverse: bool
) -> None:
    with indexed(made) as of, pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexer.ranker, "FIRST_SHARE", 1.0)  # of so few startups there is no feedback otherwise
        answer = of.searcher.search(Need(text + unwanted, MAX_LIMIT, diverse=diverse))
        assert len(answer.matches) == len(made)
        for match in answer.matches:
            assert match.score == pytest.approx(sum(match.scores.values()), abs=2e-6)
            assert {"passage", "summary", "lexical", "feedback"} <= match.ranks.keys()
            assert match.scores.keys() - match.ranks.keys() <= {"excluded"}
            for part, rank in match.ranks.items():
                assert rank == 1 + sum(other.scores[part] > match.scores[part] for other in answer.matches)


@st.composite
def filters_over(draw: st.DrawFn, startups: Sequence[Startup]) -> Filters:
    """Conditions that some startup holds each, from ones that all pass to ones that, together, none does."""
    facts = {
        "countries": sorted({s.country for s in startups if s.country}),
        "sources": sorted({s.source for s in startups if s.source}),
        "tags": sorted({tag for s in startups for tag in s.tags}),
    }
    chosen = {name: tuple(draw(st.lists(st.sampled_from(values), max_size=2))) for name, values in facts.items() if values}
    trl, founded = (
        sorted(draw(st.tuples(bounds, bounds))) for bounds in (st.integers(1, 9), st.sampled_from([1999, 2010, 2020]))
    )
    within = draw(st.sets(st.sampled_from(["trl_min", "trl_max", "founded_min", "founded_max"])))
    return Filters(
        countries=chosen.get("countries", ()),
        sources=chosen.get("sources", ()),
        tags=chosen.get("tags", ()),
        trl_min=trl[0] if "trl_min" in within else None,
        trl_max=trl[1] if "trl_max" in within else None,
        founded_min=founded[0] if "founded_min" in within else None,
        founded_max=founded[1] if "founded_max" in within else None,
    )


@costly
@given(data=st.data(), made=st.lists(startup_and_texts(), min_size=1, max_size=8), text=NEEDS)
def test_filters_pass_what_a_look_at_each_startup_passes_and_leave_order_and_scores(
    data: st.DataObject, made: list[tuple[Startup, list[str], str]], text: str
) -> None:
    with indexed(made) as of:
        known = {startup.id: startup for startup in of.startups}
        whole = of.searcher.search(Need(text, MAX_LIMIT)).matches
        like = of.searcher.similar(MoreLike("s00", MAX_LIMIT)).matches
        for _ in range(5):
            filters = data.draw(filters_over(of.startups))
            kept = [(match.startup.id, match.score) for match in whole if passes(known[match.startup.id], filters)]
            for limit in (MAX_LIMIT, 2):
                found = of.searcher.search(Need(text, limit, filters)).matches
                assert [(match.startup.id, match.score) for match in found] == kept[:limit]
                similar = of.searcher.similar(MoreLike("s00", limit, filters)).matches
                near = [(one.startup.id, one.score) for one in like if passes(known[one.startup.id], filters)]
                assert [(one.startup.id, one.score) for one in similar] == near[:limit]


@costly
@given(made=st.lists(startup_and_texts(), min_size=1, max_size=6), texts=st.lists(NEEDS, min_size=1, max_size=4))
def test_one_need_and_one_snapshot_give_one_answer_from_any_number_of_threads(
    made: list[tuple[Startup, list[str], str]], texts: list[str]
) -> None:
    with indexed(made) as of:
        needs = [Need(text) for text in texts] * 4
        expected = [replace(of.searcher.search(need), took_ms=0.0) for need in needs]
        for threads in (1, 2, 7):
            with ThreadPoolExecutor(threads) as pool:
                for searcher in (of.searcher, of.again):
                    assert [replace(one, took_ms=0.0) for one in pool.map(searcher.search, needs)] == expected
