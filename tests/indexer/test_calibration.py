"""Confidence grows with what was measured, and the verdict is that of the best match."""

from itertools import pairwise

import pytest

from indexer.calibration import POSSIBLE, STRONG, confidence, probability, verdict
from indexer.results import Confidence, Verdict


def test_the_probability_grows_with_the_cosine_and_with_the_terms_and_stays_one() -> None:
    for rows in ([(c / 20, 0.1) for c in range(-20, 21)], [(0.4, t / 20) for t in range(21)]):
        chances = [probability(*row) for row in rows]
        assert all(0 < low < high < 1 for low, high in pairwise(chances))


def test_each_word_has_its_range() -> None:
    for cosine in (c / 50 for c in range(-50, 51)):
        for terms in (t / 20 for t in range(21)):
            chance = probability(cosine, terms)
            expected = Confidence.STRONG if chance >= STRONG else Confidence.POSSIBLE if chance >= POSSIBLE else Confidence.WEAK
            assert confidence(cosine, terms) is expected
    assert confidence(0.0, 0.0) is Confidence.WEAK
    assert confidence(0.7, 0.6) is Confidence.STRONG


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ((), Verdict.NOTHING),
        ((Confidence.WEAK, Confidence.WEAK), Verdict.NOTHING),
        ((Confidence.WEAK, Confidence.POSSIBLE), Verdict.UNSURE),
        ((Confidence.POSSIBLE, Confidence.STRONG, Confidence.WEAK), Verdict.FITS),
    ],
)
def test_the_best_match_decides(found: tuple[Confidence, ...], expected: Verdict) -> None:
    assert verdict(found) is expected
