"""A reranker orders the first matches in time, or the order before stands and the answer says why; pages keep to it."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from crawler.home import Home
from indexer.errors import RerankerChangedError
from indexer.evaluation.measures import make_run
from indexer.evaluation.topics import Topic
from indexer.fusion import Scores
from indexer.reranking import AMONG, BATCH, SecondLook
from indexer.results import MAX_LIMIT, Answer, Need, Plain
from indexer.searcher import Searcher
from indexer.snapshot import load_snapshot
from tests.indexer.conftest import FakeEncoder

NEED = Need("laser welding of steel", MAX_LIMIT)
LONG = 60_000.0
Reranked = Callable[..., Searcher]


class LengthReranker:
    """Prefers short passages; notes what it was given."""

    def __init__(self, name: str = "short", *, wait: float = 0.0, broken: bool = False, score: float | None = None) -> None:
        self.name, self.digest = name, f"{name:0<64}"
        self.wait, self.broken, self.score = wait, broken, score
        self.calls: list[tuple[str, tuple[str, ...], float | None]] = []

    def scores(self, need: str, texts: Sequence[str], until: float | None) -> Scores | None:
        self.calls.append((need, tuple(texts), until))
        time.sleep(self.wait)
        if self.broken:
            raise RuntimeError(f"no idea what {need} is")
        return np.array([-len(text) if self.score is None else self.score for text in texts], np.float32)


@pytest.fixture(scope="module")
def plain(searcher: Searcher) -> Answer:
    return searcher.search(NEED)


@pytest.fixture(scope="module")
def reranked_by(indexed: Home, fake: FakeEncoder) -> Reranked:
    """Makes searchers with a reranker."""
    snapshot = load_snapshot(indexed)
    return lambda reranker, budget=LONG: Searcher(snapshot, fake, second_look=SecondLook(reranker, budget))


def ids(answer: Answer) -> list[str]:
    return [match.startup.id for match in answer.matches]


def test_without_a_reranker_nothing_is_said_of_one(plain: Answer) -> None:
    assert plain.reranked is None
    assert all(match.rerank_score is match.plain_rank is None for match in plain.matches)


def test_the_first_matches_are_ordered_by_their_best_passages_and_the_others_stay(reranked_by: Reranked, plain: Answer) -> None:
    reranker = LengthReranker()
    answer = reranked_by(reranker).search(NEED)
    best = {match.startup.id: len(match.evidence[0].passage.text) for match in plain.matches}
    assert ids(answer) == [*sorted(ids(plain)[:AMONG], key=best.__getitem__), *ids(plain)[AMONG:]]
    assert ids(answer) != ids(plain)
    assert {len(texts) for _, texts, _ in reranker.calls} == {BATCH}
    assert sum(len(texts) for _, texts, _ in reranker.calls) == AMONG
    assert {need for need, _, _ in reranker.calls} == {NEED.text}
    assert answer.reranked is not None
    assert (answer.reranked.by, bool(answer.reranked.key), answer.reranked.plain) == ("short", True, None)


def test_scores_confidence_and_evidence_are_those_without_it_and_ranks_say_both_orders(
    reranked_by: Reranked, plain: Answer
) -> None:
    answer = reranked_by(LengthReranker()).search(NEED)
    before = {match.startup.id: match for match in plain.matches}
    for rank, match in enumerate(answer.matches, start=1):
        known = before[match.startup.id]
        score = -len(match.evidence[0].passage.text) if rank <= AMONG else None
        assert match == replace(known, rank=rank, plain_rank=known.rank, rerank_score=score)
        assert match.score == pytest.approx(sum(match.scores.values()), abs=2e-6)
    assert (answer.verdict, answer.missing, answer.facets) == (plain.verdict, plain.missing, plain.facets)


def test_what_a_need_excludes_is_not_given_to_it(reranked_by: Reranked) -> None:
    reranker = LengthReranker()
    answer = reranked_by(reranker).search(Need("steel welding without laser"))
    assert answer.exclusions
    assert all("laser" not in need for need, _, _ in reranker.calls)


@pytest.mark.parametrize(
    ("reranker", "budget", "plainly", "calls"),
    [
        (LengthReranker(wait=0.05), 20.0, Plain.BUDGET, 1),
        (LengthReranker(wait=0.05), 100.0, Plain.BUDGET, 1),  # the first of five batches says that all of them take longer
        (LengthReranker(broken=True), LONG, Plain.FAILED, 1),
        (LengthReranker(score=float("nan")), LONG, Plain.FAILED, 1),
    ],
)
def test_out_of_time_or_out_of_order_it_leaves_the_answer_as_it_was_and_says_why(
    reranked_by: Reranked, plain: Answer, reranker: LengthReranker, *, budget: float, plainly: Plain, calls: int
) -> None:
    answer = reranked_by(reranker, budget).search(NEED)
    assert answer.reranked is not None
    assert (answer.reranked.plain, answer.reranked.key) == (plainly, "")
    assert answer.matches == plain.matches
    assert len(reranker.calls) == calls


def test_a_failure_is_told_once_and_never_with_the_need(reranked_by: Reranked, caplog: pytest.LogCaptureFixture) -> None:
    searcher = reranked_by(LengthReranker(broken=True))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            searcher.search(NEED)
    (said,) = caplog.messages
    assert said == "the reranker short failed (RuntimeError): matches keep the order before it"


def test_a_failure_behind_pages_that_it_ordered_asks_for_the_first_page_again(reranked_by: Reranked) -> None:
    first = reranked_by(LengthReranker()).search(replace(NEED, limit=7))
    assert first.reranked is not None
    with pytest.raises(RerankerChangedError, match="first page again"):
        reranked_by(LengthReranker(broken=True)).search(replace(NEED, limit=7, offset=7, reranked=first.reranked.key))


def test_a_page_behind_the_reordered_ones_costs_no_scoring_and_says_both_ranks(reranked_by: Reranked) -> None:
    reranker = LengthReranker()
    answer = reranked_by(reranker).search(replace(NEED, limit=5, offset=AMONG))
    assert answer.matches
    assert all(match.plain_rank == match.rank for match in answer.matches)
    assert not reranker.calls


def test_a_diverse_answer_has_an_order_of_its_own(reranked_by: Reranked, searcher: Searcher) -> None:
    reranker = LengthReranker()
    answer = reranked_by(reranker).search(replace(NEED, diverse=True))
    assert answer.reranked is not None
    assert answer.reranked.plain is Plain.DIVERSE
    assert answer.matches == searcher.search(replace(NEED, diverse=True)).matches
    assert not reranker.calls


@pytest.mark.parametrize("size", [3, 7, 20, 33])
@pytest.mark.parametrize("budget", [LONG, 0.001])
def test_pages_keep_to_what_was_done_to_the_first_one(reranked_by: Reranked, size: int, budget: float) -> None:
    first = reranked_by(LengthReranker(), budget).search(replace(NEED, limit=size))
    assert first.reranked is not None
    assert bool(first.reranked.key) is (budget == LONG)
    # The pages behind are asked for where the other outcome would come of the time alone.
    reranker = LengthReranker()
    later = reranked_by(reranker, 0.001 if budget == LONG else LONG)
    turned = list(first.matches)
    while len(turned) < first.total:
        page = later.search(replace(NEED, limit=size, offset=len(turned), reranked=first.reranked.key))
        assert page.reranked is not None
        assert page.reranked.key == first.reranked.key
        turned += page.matches
    whole = reranked_by(LengthReranker(), budget).search(NEED)
    assert [match.startup.id for match in turned] == ids(whole)
    assert [match.rank for match in turned] == list(range(1, first.total + 1))
    assert all(until is None for _, _, until in reranker.calls)
    assert not reranker.calls or (budget == LONG and size < AMONG)


def test_pages_of_another_reranker_are_refused(reranked_by: Reranked, searcher: Searcher) -> None:
    before = replace(NEED, limit=2, offset=2, reranked="0123456789abcdef")
    for one in (searcher, reranked_by(LengthReranker())):
        with pytest.raises(RerankerChangedError, match="ask for the first page again"):
            one.search(before)
    assert ids(searcher.search(replace(before, reranked=""))) == ids(searcher.search(replace(before, reranked=None)))


def test_why_goes_by_the_order_before_it(reranked_by: Reranked, plain: Answer) -> None:
    reranker = LengthReranker()
    why = reranked_by(reranker).why(replace(NEED, limit=10), plain.matches[4].startup.id)
    assert why.rank == 5
    assert not reranker.calls


def test_a_measured_run_has_its_order_also_for_programs_that_go_by_scores(reranked_by: Reranked, plain: Answer) -> None:
    searcher = reranked_by(LengthReranker())
    run = make_run([Topic("1", {"en": NEED.text})], "en", searcher.search)["1"]
    assert [startup for startup, _ in run] == ids(searcher.search(NEED)) != ids(plain)
    scores = [score for _, score in run]
    assert all(one > next_one for one, next_one in pairwise(scores))
