"""How likely a match is relevant, by measures that mean the same for every need, corpus and language."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.results import Confidence, Verdict

INTERCEPT = -6.446
WEIGHTS = (3.629, 3.556, 2.251, 0.624, -0.406, 2.099)
"""Of what `measured` returns: a logistic fit with the packaged encoder on the first hundred matches of 307 needs in English and
in Italian over three corpora (5,201 profiles, 160 demo sites, 53 real sites), 36 of which cannot be answered, and of 50 needs
foreign to all three. `tests/benchmarks/calibration.py` makes it anew and shows its worth. Another model needs another fit.
"""
STRONG, POSSIBLE = 0.6, 0.15
"""From where on; of what is strong on needs left out of the fit, four in five are relevant, of what is possible a quarter."""
EXPECTED = 0.34
"""Relevant startups that are to be expected among the first ten at least, if there seems to be any."""
LEADS = (-2.0, 1.5)
"""What the logarithm of a lead is held between."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What the probability of a match goes by."""

    passage: float
    """Cosine of the need and the startup's best passage."""
    summary: float
    """Cosine of the need and its summary."""
    covered: float
    """Share of the need's terms, by their worth, that its text has."""
    terms: int
    """Of the need."""
    above: int
    """Startups with a higher score, those among them that no filter lets through."""
    lead: float
    """Natural logarithm of its score over that of those who follow the first ones."""


def measured(signs: Signs) -> tuple[float, ...]:
    """Return signs as they are weighed, in the order of `WEIGHTS`."""
    lead = min(max(signs.lead, LEADS[0]), LEADS[1])
    return signs.passage, signs.summary, signs.covered, math.log(max(signs.terms, 1)), math.log1p(signs.above), lead


def probability(signs: Signs) -> float:
    """Return the probability that a startup is relevant."""
    return 1.0 / (1.0 + math.exp(-INTERCEPT - sum(w * x for w, x in zip(WEIGHTS, measured(signs), strict=True))))


def confidence(chance: float) -> Confidence:
    """Return a probability of relevance as a word."""
    return Confidence.STRONG if chance >= STRONG else Confidence.POSSIBLE if chance >= POSSIBLE else Confidence.WEAK


def verdict(chances: Sequence[float]) -> Verdict:
    """Return what an answer is worth, by the probabilities of its first ten matches."""
    if max(chances, default=0.0) >= STRONG:
        return Verdict.FITS
    return Verdict.UNSURE if sum(chances) >= EXPECTED else Verdict.NOTHING
