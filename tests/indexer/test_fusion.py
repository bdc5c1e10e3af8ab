"""The score of a startup is the sum of its parts, and keeps their order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.fusion import DENSE_WEIGHTS, ROAD_WEIGHTS, fuse, share_of_highest
from tests.indexer.conftest import steady

COSINES = st.floats(-1, 1, width=32)
BM25 = st.one_of(st.just(0.0), st.floats(0.0625, 40, width=32))
ROWS = st.lists(st.tuples(COSINES, COSINES, BM25), min_size=1, max_size=30)


@steady
@given(ROWS)
def test_parts_sum_to_a_score_from_zero_to_one(rows: list[tuple[float, float, float]]) -> None:
    passage, summary, lexical = (np.array(column, np.float32) for column in zip(*rows, strict=True))
    scores, parts = fuse(passage, summary, lexical)
    assert set(parts) == {"passage", "summary", "lexical"}
    np.testing.assert_allclose(scores, sum(parts.values()), atol=1e-6)
    assert scores.min() >= 0
    assert scores.max() <= 1 + 1e-6


@steady
@given(ROWS)
def test_scores_are_those_of_the_formula(rows: list[tuple[float, float, float]]) -> None:
    dense = [DENSE_WEIGHTS["passage"] * max(p, 0) + DENSE_WEIGHTS["summary"] * max(s, 0) for p, s, _ in rows]
    lexical = [term for _, _, term in rows]
    expected = [
        ROAD_WEIGHTS["dense"] * d / max(*dense, 1e-9) + ROAD_WEIGHTS["lexical"] * t / max(*lexical, 1e-9)
        for d, t in zip(dense, lexical, strict=True)
    ]
    columns = (np.array(column, np.float32) for column in zip(*rows, strict=True))
    np.testing.assert_allclose(fuse(*columns)[0], expected, atol=1e-5)


def test_nothing_found_scores_zero() -> None:
    nothing = np.zeros(3, np.float32)
    scores, _ = fuse(nothing, nothing - 0.5, nothing)
    assert scores.tolist() == share_of_highest(nothing).tolist() == [0.0, 0.0, 0.0]
