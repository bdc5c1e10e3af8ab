"""A diverse list: the same startups in an order by hand, with the plain rank said; switched off, nothing changes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import indexer.ranker
from indexer.diversity import RELEVANCE, spread
from indexer.results import MAX_LIMIT, Need
from indexer.searcher import Searcher
from tests.indexer.conftest import steady
from tests.indexer.test_searcher import NEEDS


def by_hand(scores: list[float], vectors: list[list[float]], relevance: float) -> list[int]:
    """Maximal marginal relevance as the paper writes it."""
    left, order = list(range(len(scores))), list[int]()
    while left:
        worth = {}
        for one in left:
            likeness = max((float(np.dot(vectors[one], vectors[other])) for other in order), default=0.0)
            worth[one] = relevance * scores[one] / max(scores) - (1 - relevance) * likeness
        order.append(max(left, key=lambda one: round(worth[one], 5)))
        left.remove(order[-1])
    return order


@steady
@given(seed=st.integers(0, 10_000), size=st.integers(1, 12), relevance=st.sampled_from([0.2, 0.5, RELEVANCE, 0.9]))
def test_the_order_is_that_of_the_paper_worked_out_by_hand(seed: int, size: int, relevance: float) -> None:
    chance = np.random.default_rng(seed)
    scores = np.sort(chance.random(size))[::-1].astype(np.float32)
    vectors = chance.standard_normal((size, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    order = spread(scores, vectors, relevance)
    assert sorted(order) == list(range(size))
    assert order[0] == 0
    assert list(order) == by_hand(scores.tolist(), vectors.tolist(), relevance)


def test_with_relevance_alone_the_order_is_the_plain_one_and_nothing_breaks_on_nothing() -> None:
    vectors = np.eye(3, dtype=np.float32)
    assert spread(np.array([0.9, 0.5, 0.5], np.float32), vectors, 1.0) == (0, 1, 2)
    assert spread(np.zeros(3, np.float32), vectors) == (0, 1, 2)
    assert spread(np.zeros(0, np.float32), np.zeros((0, 3), np.float32)) == ()


def test_a_double_goes_behind_what_is_as_near_and_different() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    assert spread(np.array([0.9, 0.89, 0.8], np.float32), vectors) == (0, 2, 1)


@steady
@given(text=NEEDS)
def test_a_diverse_answer_has_the_plain_matches_and_says_their_plain_ranks(searcher: Searcher, text: str) -> None:
    plain = searcher.search(Need(text, MAX_LIMIT)).matches
    diverse = searcher.search(Need(text, MAX_LIMIT, diverse=True)).matches
    assert [match.rank for match in diverse] == list(range(1, len(diverse) + 1))
    assert diverse[0].startup == plain[0].startup
    assert sorted(match.plain_rank or 0 for match in diverse) == [match.rank for match in plain]
    for match in diverse:
        assert match.plain_rank is not None
        assert replace(match, rank=match.plain_rank, plain_rank=None) == plain[match.plain_rank - 1]


def test_matches_behind_the_first_keep_their_places(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexer.ranker, "AMONG", 6)
    monkeypatch.setattr(indexer.ranker, "spread", lambda scores, _: tuple(reversed(range(len(scores)))))
    ranks = [match.plain_rank for match in searcher.search(Need("laser welding robot", 20, diverse=True)).matches]
    assert ranks == [6, 5, 4, 3, 2, 1, *range(7, 21)]
    assert [match.plain_rank for match in searcher.search(Need("laser welding robot", 2, diverse=True)).matches] == ranks[:2]


def test_no_answer_and_no_startup_is_diverse_unless_asked(searcher: Searcher) -> None:
    answer = searcher.search(Need("laser welding robot"))
    assert {match.plain_rank for match in answer.matches} == {None}
