"""What a need excludes is found with its words, and nothing else is taken for it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.encoders import packaged_crossing
from indexer.exclusions import find, negated, rest
from tests.indexer.conftest import FakeEncoder, steady

PHRASES = packaged_crossing(FakeEncoder()).phrases


@pytest.mark.parametrize(
    ("language", "need", "things", "left"),
    [
        ("it", "rivestimenti senza cromo esavalente", ["cromo esavalente"], "rivestimenti"),
        ("it", "rivestimenti senza cromo", ["cromo"], "rivestimenti"),
        ("en", "coatings without chromium", ["chromium"], "coatings"),
        ("it", "leghe per brasatura esenti da piombo", ["piombo"], "leghe per brasatura"),
        ("it", "pulizia stampi, no laser, per acciaio", ["laser"], "pulizia stampi, per acciaio"),
        ("it", "ispezione di camini, esclusi i droni", ["droni"], "ispezione di camini"),
        ("it", "ispezione di camini, droni esclusi", ["droni"], "ispezione di camini"),
        ("it", "taglio tranne laser, plasma e ossitaglio per lamiere", ["laser", "plasma", "ossitaglio"], "taglio per lamiere"),
        ("it", "sensori eccetto quelli con batterie al litio", ["batterie al litio"], "sensori"),
        ("it", "sensori che non usino batterie", ["batterie"], "sensori"),
        ("it", "manutenzione, non basata su cloud ma in locale", ["cloud"], "manutenzione, in locale"),
        ("it", "saldatura senza l'uso di laser né ultrasuoni", ["laser", "ultrasuoni"], "saldatura"),
        ("it", "ispezione senza AI in linea", ["AI"], "ispezione in linea"),
        ("en", "a MES, not cloud-based, for small shops", ["cloud"], "a MES, for small shops"),
        ("en", "cutting other than laser", ["laser"], "cutting"),
        ("en", "sensors that don't rely on batteries", ["batteries"], "sensors"),
        ("en", "cutting without using lasers or plasma", ["lasers", "plasma"], "cutting"),
        ("en", "PFAS-free membranes", ["PFAS"], "membranes"),
        ("en", "adhesives free of formaldehyde", ["formaldehyde"], "adhesives"),
        ("en", "welding of frames without laser welding", ["laser welding"], "welding of frames"),
    ],
)
def test_an_exclusion_is_found_and_leaves_the_need(language: str, need: str, things: list[str], left: str) -> None:
    found = find(need, language, PHRASES)
    assert [one.text for one in found] == things
    assert all(one.text in need[one.start : one.end] for one in found)
    assert rest(need, found) == left


@pytest.mark.parametrize(
    ("language", "need"),
    [
        ("it", "misura senza contatto"),
        ("it", "sensori senza fili robusti"),
        ("it", "controlli non distruttivi"),
        ("it", "acciaio inox non magnetico"),
        ("it", "riciclo di materiali non ferrosi"),
        ("it", "officina zero difetti"),
        ("it", "lavoro senza sosta e senza problemi"),
        ("it", "retrofit senza fermare la linea"),
        ("it", "fare pezzi senza dover pagare uno stampo"),
        ("it", "non solo prototipi ma anche serie"),
        ("it", "la pressa quando non funziona bene"),
        ("it", "valvole di non ritorno"),
        ("it", "robot usabile senza programmatori"),
        ("it", "senza laser"),
        ("en", "contactless measurement without stopping the line"),
        ("en", "measuring parts without contact right on the shop floor"),
        ("en", "lead-free solder and solvent-free paints"),
        ("en", "non-destructive testing, no-code set-up"),
        ("en", "not only inspection but also repair"),
        ("en", "not lose the craft of the toolsetters"),
        ("en", "wireless charging with no downtime"),
        ("en", "selling waste instead of sending it to landfill"),
        ("en", "part programs without the programmer losing half a day"),
        ("en", "no lasers"),
    ],
)
def test_what_is_a_property_a_purpose_or_all_there_is_stays_in_the_need(language: str, need: str) -> None:
    assert find(need, language, PHRASES) == ()
    assert rest(need, ()) == need


@pytest.mark.parametrize(
    ("language", "need"), [("en", "file invoices without anybody typing them in"), ("it", "collaudo senza nessuno")]
)
def test_doing_without_people_is_no_exclusion(language: str, need: str) -> None:
    assert find(need, language, PHRASES) == ()


@pytest.mark.parametrize(
    ("language", "need", "things"),
    [
        ("en", "We are twenty people. We need sensors without batteries", ["batteries"]),
        ("en", "we have to clean moulds without lasers", ["lasers"]),
        ("en", "We are a foundry looking for coatings without chromium", ["chromium"]),
        ("en", "sensors that have no batteries", ["batteries"]),
        ("en", "the coating must have no chromium", ["chromium"]),
        ("en", "joining of frames without laser welding", ["laser welding"]),
        ("en", "scrap sorting with no X-ray", ["X-ray"]),
        ("en", "old bridges to be inspected by robots, no drones", ["drones"]),
        ("en", "We are a foundry, a solution without drones", ["drones"]),
        ("en", "heat treatment of gears, no gas nitriding", ["gas nitriding"]),
        ("it", "i nostri forni sono vecchi, rivestimenti senza cromo", ["cromo"]),
        ("it", "abbiamo bisogno di rivestimenti senza cromo", ["cromo"]),
        ("it", "Siamo una fonderia. Rivestimenti senza cromo", ["cromo"]),
        ("it", "il nostro reparto cerca rivestimenti senza cromo", ["cromo"]),
    ],
)
def test_a_firm_that_tells_of_itself_and_asks_may_exclude(language: str, need: str, things: list[str]) -> None:
    assert [one.text for one in find(need, language, PHRASES)] == things


@pytest.mark.parametrize(
    ("language", "text", "thing", "without"),
    [
        ("en", "We cut without any laser.", "laser", True),
        ("en", "A valid alternative to EDM and laser. We cut.", "laser", True),
        ("en", "Our PFAS-free membranes last.", "PFAS", True),
        ("en", "It eliminates batteries for good.", "batteries", True),
        ("en", "Without stops, with a laser.", "laser", False),
        ("en", "Downtimes are avoided by laser.", "laser", False),
        ("it", "Un processo privo di solventi e acidi.", "solventi", True),
        ("it", "Taglio laser senza bave.", "laser", False),
        ("de", "cutting without laser", "laser", True),
        ("en", "It runs even without a power supply, thanks to its own battery.", "battery", False),
        ("it", "Funziona anche senza rete elettrica, grazie a una batteria propria.", "batteria", False),
    ],
)
def test_a_startup_that_says_what_it_does_without_is_understood(language: str, text: str, thing: str, *, without: bool) -> None:
    at = text.index(thing)
    assert any(start <= at < end for start, end in negated(text, language)) == without


@steady
@given(
    st.lists(
        st.sampled_from(
            [
                "senza",
                "non",
                "no",
                "without",
                "esclusi",
                "other than",
                "laser",
                "cromo",
                "e",
                "o",
                ",",
                "(",
                ")",
                "che",
                "-free",
                "\u2019",
                "\n",
            ]
        )
        | st.text(max_size=5),
        max_size=14,
    ),
    st.sampled_from(["it", "en"]),
)
def test_whatever_is_typed_exclusions_lie_in_order_within_it(words: list[str], language: str) -> None:
    need = " ".join(words)
    found = find(need, language, PHRASES)
    assert all(0 <= one.start < one.end <= len(need) and one.text in need[one.start : one.end] for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert not found or any(map(str.isalnum, rest(need, found)))
    negated(need, language)


@pytest.mark.parametrize(("language", "need"), [("en", "laser welding, ?? excluded"), ("it", "saldatura laser (-- escluso)")])
def test_nothing_can_be_excluded_that_has_no_letters(language: str, need: str) -> None:
    assert find(need, language, PHRASES) == ()
