"""Whether a figure that a startup names meets one that a need asks for; both in the unit of their dimension."""

import math
from enum import Enum, auto

from indexer.requirements.quantities import Bound, Quantity, usual
from indexer.requirements.tables import ANY, Measure


class Relation(Enum):
    """How an offered figure stands to the one asked for."""

    MET = auto()
    UNMET = auto()
    OPEN = auto()
    """It may be either."""


class _Aim(Enum):
    REACH = auto()
    """As much, or more."""
    WITHIN = auto()
    """As much, or less."""
    COVER = auto()
    """All of a range."""
    EQUAL = auto()


SAME = 0.02
"""Figures that differ by no more than this share are the same: 150 hp and 110 kW."""
SAME_HEAT = 0.005
"""Likewise of temperatures, in kelvin."""
FREEZING = 273.15
CAPABLE = frozenset({Bound.UP_TO, Bound.LIMIT})


def measured(need: Quantity) -> Measure | None:
    """Return what a need's figure measures, said or usual."""
    return need.measure or usual(need.dimension, only=False)


def relation(need: Quantity, offer: Quantity) -> Relation:
    """Return how an offered figure of the same dimension stands to the one that a need asks for."""
    measure = measured(need)
    slack = (SAME_HEAT if need.dimension == "temperature" else SAME) * abs(need.high)
    if _is_cold(need):
        warm = offer.bound is not Bound.RANGE and offer.low > FREEZING
        return Relation.OPEN if warm else _reached(-need.low - slack, -offer.low, offer.bound)
    aim = _aim(need, measure)
    if aim is _Aim.REACH:
        return _reached(need.high - slack, offer.high, offer.bound)
    if aim is _Aim.WITHIN:
        return _within(need.high + slack, offer, finer=measure is not None and measure.better == "low")
    if aim is _Aim.COVER:
        return _covered(need, offer)
    return _equalled(need.low, offer, slack)


def _aim(need: Quantity, measure: Measure | None) -> _Aim:
    better = measure.better if measure else ""
    burden = {Bound.POINT, Bound.UP_TO, Bound.LIMIT, Bound.BETTER}
    if need.bound in {Bound.AT_MOST, Bound.TOLERANCE} or (better == "low" and need.bound in burden):
        return _Aim.WITHIN
    if need.bound is Bound.LIMIT and not better:
        return _Aim.WITHIN
    if need.bound is Bound.AT_LEAST and measure is not None and measure.dimension == ANY:  # a precision of 10 µm at least
        return _Aim.WITHIN
    if need.bound is Bound.RANGE:
        return _Aim.COVER
    return _Aim.EQUAL if need.bound is Bound.POINT and better != "high" else _Aim.REACH


def _is_cold(need: Quantity) -> bool:
    """Tell whether the less is the more: a temperature below zero that must be stood."""
    return need.dimension == "temperature" and need.low < FREEZING and need.bound in {Bound.POINT, Bound.UP_TO, Bound.LIMIT}


def _reached(wanted: float, upper: float, bound: Bound) -> Relation:
    if upper >= wanted:
        return Relation.OPEN if bound is Bound.AT_MOST else Relation.MET
    return Relation.OPEN if bound in {Bound.AT_LEAST, Bound.BETTER} else Relation.UNMET


def _within(wanted: float, offer: Quantity, *, finer: bool) -> Relation:
    if offer.bound is Bound.AT_LEAST:
        return Relation.UNMET if offer.low > wanted else Relation.OPEN
    if offer.high <= wanted:
        return Relation.MET
    if offer.bound is Bound.AT_MOST or (offer.bound in CAPABLE and not finer):
        return Relation.OPEN
    return Relation.UNMET if offer.low > wanted else Relation.OPEN


def _covered(need: Quantity, offer: Quantity) -> Relation:
    slack = SAME * abs(need.high - need.low)
    low, high = {
        Bound.RANGE: (offer.low, offer.high),
        Bound.UP_TO: (-math.inf, offer.high),
        Bound.LIMIT: (-math.inf, offer.high),
    }.get(offer.bound, (math.nan, math.nan))
    if math.isnan(low):
        return Relation.OPEN
    if low <= need.low + slack and high >= need.high - slack:
        return Relation.MET
    return Relation.UNMET if high < need.low or low > need.high else Relation.OPEN


def _equalled(wanted: float, offer: Quantity, slack: float) -> Relation:
    if offer.bound in {Bound.POINT, Bound.TOLERANCE}:
        return Relation.MET if abs(offer.low - wanted) <= slack else Relation.OPEN
    if offer.bound is Bound.RANGE:
        return Relation.MET if offer.low - slack <= wanted <= offer.high + slack else Relation.UNMET
    if offer.bound in CAPABLE:
        return Relation.MET if wanted <= offer.high + slack else Relation.UNMET
    return Relation.OPEN
