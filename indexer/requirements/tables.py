"""The room's tables: units, what is measured in them, certificates, materials."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ANY = "*"
"""The dimension of what is measured in many units: an accuracy."""
CASELESS = 4
"""Forms of so many letters are found in any case; MM is not mm."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: value x factor + offset is the value in the dimension's own unit."""

    dimension: str
    factor: float
    offset: float


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured: a payload, a weight."""

    name: str
    dimension: str
    better: str
    """`high` or `low`: which way a startup is the better one; empty where that depends."""
    known: str
    """`only` where the dimension is that of nothing else, `usual` where a need means this that does not say what."""
    words: Mapping[str, re.Pattern[str]]
    """How it is called, per language."""


@lru_cache(maxsize=1)
def units() -> Mapping[str, Unit]:
    """Return the units by their forms."""
    return {
        form: Unit(row["dimension"], float(row["factor"]), float(row["offset"]))
        for row in _rows("units.tsv")
        for form in row["forms"].split("|")
    }


@lru_cache(maxsize=1)
def measures() -> tuple[Measure, ...]:
    """Return what is measured."""
    return tuple(
        Measure(
            row["name"],
            row["dimension"],
            row["better"],
            row["known"],
            {
                language: re.compile(rf"(?<!\w)(?:{row[name]})(?!\w)", re.IGNORECASE)
                for language, name in (("it", "italian"), ("en", "english"))
            },
        )
        for row in _rows("measures.tsv")
    )


@lru_cache(maxsize=1)
def certificates() -> Mapping[str, str]:
    """Return the certificates that no number tells, by name: regular expressions."""
    return {row["name"]: row["forms"] for row in _rows("certificates.tsv")}


@lru_cache(maxsize=1)
def materials() -> Mapping[str, frozenset[str]]:
    """Return per language the words that name a material by themselves."""
    rows = _rows("materials.tsv")
    return {
        language: frozenset(word for row in rows for word in row[name].split())
        for language, name in (("it", "italian"), ("en", "english"))
    }


def _rows(name: str) -> list[dict[str, str]]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]
    return list(csv.DictReader(kept, delimiter="\t", quoting=csv.QUOTE_NONE))
