"""Ambiguous words of Italian needs are taken in the sense that the need is about."""

import csv
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from indexer.encoder import Encoder
from indexer.encoders import packaged_crossing
from tests.quality.conftest import beside_floors

HERE = Path(__file__).parent
FLOORS = tomllib.loads((HERE / "floors.toml").read_text())["senses"]
with (HERE / "senses/needs.tsv").open(encoding="utf-8", newline="") as file:
    NEEDS = tuple(csv.DictReader(file, delimiter="\t"))
PARTS: Mapping[str, Callable[[dict[str, str]], bool]] = {
    "all": lambda _: True,
    "built on": lambda need: int(need["id"]) % 3 != 1,
    "held out": lambda need: int(need["id"]) % 3 == 1,
}


@pytest.fixture(scope="module")
def measured(encoder: Encoder, pytestconfig: pytest.Config) -> Mapping[str, float]:
    """The share of words that are taken in the right sense; "first" takes the first that the glossary has."""
    crossing = packaged_crossing(encoder)
    words = [next(one for one in crossing.ambiguities(need["need"], "it") if one.text == need["word"]) for need in NEEDS]
    pairs = list(zip(NEEDS, words, strict=True))
    found = {
        name: sum(word.taken.english == need["sense"] for need, word in pairs if is_in(need)) / sum(map(is_in, NEEDS))
        for name, is_in in PARTS.items()
    }
    found["first"] = sum(word.senses[0].english == need["sense"] for need, word in pairs) / len(pairs)
    beside_floors(pytestconfig, "senses", found, FLOORS)
    return found


@pytest.mark.parametrize("name", list(FLOORS))
def test_a_word_is_taken_in_the_sense_that_the_need_is_about(measured: Mapping[str, float], name: str) -> None:
    assert measured[name] >= FLOORS[name]["floor"], f"senses {name} fell to {measured[name]:.4f}"


def test_the_needs_are_hard_for_a_search_that_takes_the_first_sense(measured: Mapping[str, float]) -> None:
    assert measured["first"] < 0.6


def test_the_needs_are_as_many_as_promised() -> None:
    assert len(NEEDS) >= 60
    assert len({need["word"].casefold() for need in NEEDS}) >= 10
    assert len({need["need"] for need in NEEDS}) == len(NEEDS)
    assert 3 * sum(map(PARTS["held out"], NEEDS)) >= len(NEEDS)
