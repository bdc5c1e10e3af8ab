"""The score of a startup is the sum of its parts, and keeps their order."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indexer.fusion import DENSE_WEIGHTS, FEEDBACK, ROAD_WEIGHTS, Scores, fuse, share_of_highest
from tests.indexer.conftest import steady

COSINES = st.floats(-1, 1, width=32)
BM25 = st.one_of(st.just(0.0), st.floats(0.0625, 40, width=32))
KIND = st.one_of(st.just(0.0), st.floats(0.0625, 9, width=32))
Row = tuple[float, float, float, float, float]
ROWS = st.lists(st.tuples(COSINES, COSINES, BM25, BM25, KIND), min_size=1, max_size=30)


def columns(rows: list[Row]) -> list[Scores]:
    return [np.array(column, np.float32) for column in zip(*rows, strict=True)]


@steady
@given(ROWS)
def test_parts_sum_to_a_score_from_zero_to_one(rows: list[Row]) -> None:
    *four, kind = columns(rows)
    scores, parts = fuse(*four, kind=kind)
    assert set(parts) == {"passage", "summary", "lexical", "feedback", "kind"}
    assert set(fuse(*four[:3])[1]) == {"passage", "summary", "lexical"}
    np.testing.assert_allclose(scores, sum(parts.values()), atol=1e-6)
    assert scores.min() >= 0
    assert scores.max() <= 1 + 1e-6


@steady
@given(ROWS)
def test_the_dense_score_counts_from_the_mean_and_the_words_of_the_first_matches_beside_the_needs_own(rows: list[Row]) -> None:
    dense = [
        DENSE_WEIGHTS["passage"] * max(passage, 0) + DENSE_WEIGHTS["summary"] * max(summary, 0) for passage, summary, *_ in rows
    ]
    above = [one - sum(dense) / len(rows) for one in dense]
    if len({*dense}) == 1:  # all are alike
        above = dense
    assume(max(above) > 1e-3 or max(dense) == 0)
    most, most_fed = (max(row[column] for row in rows) or 1 for column in (2, 3))
    words = [term / most + FEEDBACK * fed / most_fed for _, _, term, fed, _ in rows]
    expected = [
        ROAD_WEIGHTS["dense"] * max(meaning, 0) / (max(above) or 1) + ROAD_WEIGHTS["lexical"] * word / (max(words) or 1)
        for meaning, word in zip(above, words, strict=True)
    ]
    *four, kind = columns(rows)
    np.testing.assert_allclose(fuse(*four)[0], expected, atol=1e-5)
    whole = [one + ROAD_WEIGHTS["kind"] * own / (kind.max() or 1) for one, own in zip(expected, kind, strict=True)]
    np.testing.assert_allclose(fuse(*four, kind=kind)[0], whole, atol=1e-5)


def test_a_startup_alone_has_a_dense_score() -> None:
    one = np.array([0.5], np.float32)
    assert float(fuse(one, one, one * 0)[0][0]) == pytest.approx(ROAD_WEIGHTS["dense"])


def test_nothing_found_scores_zero() -> None:
    nothing = np.zeros(3, np.float32)
    scores, _ = fuse(nothing, nothing - 0.5, nothing)
    assert scores.tolist() == share_of_highest(nothing).tolist() == [0.0, 0.0, 0.0]
