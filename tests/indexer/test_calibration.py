"""Confidence grows with what is measured, and an answer is worth what its first matches are."""

from dataclasses import replace
from itertools import pairwise

import pytest

from indexer.calibration import EXPECTED, LEADS, POSSIBLE, STRONG, Signs, confidence, probability, verdict
from indexer.results import Confidence, Verdict

MIDDLING = Signs(passage=0.4, summary=0.4, covered=0.5, terms=8, above=2, lead=0.3)


@pytest.mark.parametrize(
    "rising",
    [
        [replace(MIDDLING, passage=place / 20) for place in range(-20, 21)],
        [replace(MIDDLING, summary=place / 20) for place in range(-20, 21)],
        [replace(MIDDLING, covered=place / 20) for place in range(21)],
        [replace(MIDDLING, terms=number) for number in (1, 2, 3, 5, 8, 13, 40)],
        [replace(MIDDLING, above=number) for number in (5000, 100, 10, 3, 2, 1, 0)],
        [replace(MIDDLING, lead=lead) for lead in (LEADS[0], -1.0, 0.0, 0.5, LEADS[1])],
    ],
    ids=["passage", "summary", "covered", "terms", "above", "lead"],
)
def test_the_probability_grows_with_each_sign_and_stays_one(rising: list[Signs]) -> None:
    chances = [probability(signs) for signs in rising]
    assert all(0 < low < high < 1 for low, high in pairwise(chances))


def test_no_lead_makes_more_of_a_match_than_the_longest_that_was_measured() -> None:
    assert probability(replace(MIDDLING, lead=20.0)) == probability(replace(MIDDLING, lead=LEADS[1]))
    assert probability(replace(MIDDLING, lead=-20.0)) == probability(replace(MIDDLING, lead=LEADS[0]))


def test_a_need_without_terms_has_a_probability() -> None:
    assert 0 < probability(replace(MIDDLING, terms=0, covered=0.0)) < POSSIBLE


@pytest.mark.parametrize(
    ("chance", "word"),
    [
        (1.0, Confidence.STRONG),
        (STRONG, Confidence.STRONG),
        (STRONG - 0.001, Confidence.POSSIBLE),
        (POSSIBLE, Confidence.POSSIBLE),
        (POSSIBLE - 0.001, Confidence.WEAK),
        (0.0, Confidence.WEAK),
    ],
)
def test_each_word_has_its_range(chance: float, word: Confidence) -> None:
    assert confidence(chance) is word


@pytest.mark.parametrize(
    ("chances", "expected"),
    [
        ((), Verdict.NOTHING),
        ((EXPECTED - 0.01,), Verdict.NOTHING),
        ((0.01,) * 10, Verdict.NOTHING),
        ((EXPECTED / 2, EXPECTED / 2), Verdict.UNSURE),
        ((EXPECTED / 9,) * 10, Verdict.UNSURE),
        ((STRONG - 0.01,) * 10, Verdict.UNSURE),
        ((0.01, STRONG, 0.01), Verdict.FITS),
    ],
)
def test_an_answer_fits_by_its_best_match_and_is_nothing_by_all_of_them(chances: tuple[float, ...], expected: Verdict) -> None:
    assert verdict(chances) is expected
