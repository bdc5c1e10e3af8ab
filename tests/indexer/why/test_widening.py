"""Filters as they would have to be: they take in what the startup has, and change nothing else."""

from dataclasses import fields
from datetime import date

import pytest

from indexer.results import Filters
from indexer.why.widening import EITHER, RANGES, SINCE, WORDS, widened

FILTERS = Filters(("IT",), ("yc",), ("AI",), 6, 9, 2010, 2015, languages=("it",), fetched_since=date(2026, 5, 1), own_site=True)


def test_every_condition_can_be_widened() -> None:
    names = {*WORDS.values(), *SINCE.values(), *EITHER.values(), *(name for pair in RANGES.values() for name in pair)}
    assert names == {field.name for field in fields(Filters)}


@pytest.mark.parametrize(
    ("field", "own", "changed"),
    [
        ("country", ("DE",), {"countries": ("IT", "DE")}),
        ("country", (), {"countries": ()}),
        ("tag", ("Robots", "Vision"), {"tags": ("AI", "Robots")}),
        ("trl", ("4",), {"trl_min": 4}),
        ("trl", (), {"trl_min": None, "trl_max": None}),
        ("founded", ("2020",), {"founded_max": 2020}),
        ("founded", ("1999",), {"founded_min": 1999}),
        ("language", ("en",), {"languages": ("it", "en")}),
        ("fetched", ("2026-03-01",), {"fetched_since": date(2026, 3, 1)}),
        ("fetched", (), {"fetched_since": None}),
        ("own_site", ("false",), {"own_site": None}),
    ],
)
def test_one_condition_takes_in_what_the_startup_has(field: str, own: tuple[str, ...], changed: dict[str, object]) -> None:
    found = widened(FILTERS, field, own)
    names = [one.name for one in fields(Filters)]
    assert {name: getattr(found, name) for name in names if getattr(found, name) != getattr(FILTERS, name)} == changed


def test_a_bound_that_is_not_there_is_not_added() -> None:
    assert widened(Filters(trl_min=6), "trl", ("4",)) == Filters(trl_min=4)
