"""A need is split into its parts, each with its kind, whatever is typed."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import exclusions
from indexer.encoders import packaged_crossing
from indexer.requirements.parts import MOST_PARTS, Part, split
from tests.indexer.conftest import FakeEncoder, steady

PHRASES = packaged_crossing(FakeEncoder()).phrases


def _split(need: str, language: str) -> tuple[Part, ...]:
    return split(need, language, PHRASES, exclusions.find(need, language, PHRASES))


@pytest.mark.parametrize(
    ("language", "need", "parts"),
    [
        (
            "it",
            "sensori wireless senza batteria, per forni oltre 600 gradi, certificati ATEX",
            "what: sensori wireless | exclusion: senza batteria | where: forni | figure: oltre 600 gradi"  # noqa: ISC004  # one text
            " | certification: certificati ATEX",
        ),
        ("en", "predictive maintenance for hydraulic presses", "what: predictive maintenance | where: hydraulic presses"),
        (
            "it",
            "visione per trovare cricche su getti in alluminio",
            "what: visione | what: trovare cricche | where: getti | material: alluminio",
        ),
        ("en", "grippers for welding in stainless steel", "what: grippers | process: welding | material: stainless steel"),
        ("en", "sensors for rotating shafts", "what: sensors | where: rotating shafts"),
        ("it", "Siamo una fonderia con 40 addetti. Cerchiamo filtri per fumi. Grazie mille", "what: filtri | where: fumi"),
        ("it", "un sistema per misurare getti", "what: misurare getti"),
        ("it", "acciaio da utensili", "what: acciaio da utensili"),
        ("it", "robot che portano 50 kg", "what: robot | figure: 50 kg"),
        ("en", "pumps that withstand 16 bar", "what: pumps | figure: withstand 16 bar"),
        ("en", "drives with a torque of 5 Nm", "what: drives | figure: torque of 5 Nm"),
        ("en", "alternative to hexavalent chrome plating", "what: alternative to hexavalent chrome plating"),
        ("it", "retrofit senza spostare le presse", "what: retrofit | what: senza spostare le presse"),
        ("en", "coatings without chromium", "what: coatings | exclusion: without chromium"),
        ("it", "misura senza contatto della rugosità", "what: misura senza contatto della rugosità"),
        ("it", "per favore", "where: favore"),
        ("it", "??", ""),
    ],
)
def test_a_need_is_split_into_its_parts(language: str, need: str, parts: str) -> None:
    found = [part.requirement for part in _split(need, language)]
    assert " | ".join(f"{one.kind}: {one.text}" for one in found) == parts


def test_an_exclusion_that_is_to_be_ignored_is_no_part() -> None:
    need = "pulizia di stampi, no laser"
    (one,) = exclusions.find(need, "it", PHRASES)
    ignored = type(one)(one.text, one.start, one.end, applied=False)
    assert [part.requirement.text for part in split(need, "it", PHRASES, [ignored])] == ["pulizia di stampi"]


WORDS = [
    "senza",
    "per",
    "che",
    "di",
    "oltre 5 mm",
    "ISO 9001",
    "laser",
    "to",
    "for",
    "of",
    ",",
    ".",
    "(",
    "cerchiamo",
    "l\u2019",
    "\n",
    "600 °C",
]


@steady
@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=5), max_size=16), st.sampled_from(["it", "en"]))
def test_whatever_is_typed_parts_lie_in_order_within_it(words: list[str], language: str) -> None:
    need = " ".join(words)
    found = [part.requirement for part in _split(need, language)]
    assert all(0 <= one.start < one.end <= len(need) and one.text == need[one.start : one.end] for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert len(found) <= MOST_PARTS


@pytest.mark.parametrize(
    "piece", ["per forni ", "senza laser, ", "oltre 5 mm ", "ISO 9001 ", "a,", "grazie ", "che di per ", "certificato "]
)
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_longest_need_is_split_in_no_time(piece: str, language: str) -> None:
    need = (piece * 10_000)[:10_000]
    excluded = exclusions.find(need, language, PHRASES)
    taken = []
    for _ in range(4):  # the machine may be busy, and the first call fills caches
        began = time.process_time()
        split(need, language, PHRASES, excluded)
        taken.append(time.process_time() - began)
    assert min(taken) < 0.2
