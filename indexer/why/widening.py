"""Filters, as they would have to be for a startup to pass."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from indexer.results import Filters

WORDS = {
    "country": "countries",
    "region": "regions",
    "source": "sources",
    "tag": "tags",
    "language": "languages",
    "class": "classes",
}
"""The fields of words, and what they are called in `Filters`."""
RANGES = {"trl": ("trl_min", "trl_max"), "founded": ("founded_min", "founded_max")}
"""The fields of numbers, likewise."""
SINCE = {"fetched": "fetched_since"}
"""The fields of days, likewise."""
EITHER = {"own_site": "own_site"}
"""The fields that are so or not, likewise."""


def widened(filters: Filters, field: str, own: Sequence[str]) -> Filters:
    """Return filters that take in what a startup has of a field; without that field's where it is not known.

    Args:
        filters: those that leave the startup out.
        field: by which they do.
        own: what the startup has of it, see `Facets.values`.
    """
    if field in WORDS:
        name = WORDS[field]
        return _with(filters, {name: (*getattr(filters, name), own[0]) if own else ()})
    if field in SINCE:
        return _with(filters, {SINCE[field]: date.fromisoformat(own[0]) if own else None})
    if field in EITHER:
        return _with(filters, {EITHER[field]: None})
    low, high = RANGES[field]
    if not own:
        return _with(filters, {low: None, high: None})
    least, most, number = getattr(filters, low), getattr(filters, high), int(own[0])
    return _with(
        filters, {low: least if least is None else min(least, number), high: most if most is None else max(most, number)}
    )


def _with(filters: Filters, fields: dict[str, object]) -> Filters:
    return replace(filters, **fields)  # type: ignore[arg-type]  # the tables above name its fields, which mypy cannot see
