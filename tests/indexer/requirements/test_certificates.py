"""Certificates are known by form or table, in any spelling; those under way, or of others, are not held."""

import pytest

from indexer.requirements.certificates import Holding, find, holding, meets


@pytest.mark.parametrize(
    ("text", "said", "name"),
    [
        ("azienda certificata ISO 9001", "certificata ISO 9001", "9001"),
        ("conforme alla UNI EN ISO 9001:2015", "conforme alla UNI EN ISO 9001:2015", "9001"),
        ("an ISO9001 certified firm", "ISO9001 certified", "9001"),
        ("per EN 10204", "EN 10204", "10204"),
        ("complying with ISO 14644-1", "complying with ISO 14644-1", "14644-1"),
        ("sensori ATEX", "ATEX", "ATEX"),
        ("with ATEX certification", "ATEX certification", "ATEX"),
        ("con marcatura CE", "marcatura CE", "CE"),
        ("NADCAP accredited", "NADCAP accredited", "NADCAP"),
        ("IATF 16949", "IATF 16949", "IATF 16949"),
        ("AS9100 certified", "AS9100 certified", "AS 9100"),
        ("custodia IP67", "IP67", "IP67"),
        ("ASTM A240", "ASTM A240", "ASTMA240"),
        ("UL listed", "UL listed", "UL"),
    ],
)
def test_a_certificate_is_found_with_the_words_that_say_it_is_held(text: str, said: str, name: str) -> None:
    (found,) = find(text, typed=False)
    assert (text[found.start : found.end], found.name) == (said, name)


@pytest.mark.parametrize(
    "text", ["Ce ne sono tante", "the partner Atex srl", "founded in 2016", "isole", "4 assi in 2020", "full"]
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert find(text, typed=False) == ()


def test_a_scout_may_type_it_in_small_letters() -> None:
    assert [one.name for one in find("sensori atex, certificati iso 9001", typed=True)] == ["ATEX", "9001"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Our quality system is certified to ISO 9001.", Holding.HELD),
        ("I sensori non sono certificati ATEX.", Holding.DENIED),
        ("Sensors without ATEX certification.", Holding.DENIED),
        ("Not only ISO 9001 but also ISO 14001.", Holding.HELD),
        ("La certificazione ATEX è in corso di ottenimento.", Holding.OPEN),
        ("We help firms to obtain ISO 9001.", Holding.OPEN),
        ("We do not stop. We are ISO 9001 certified.", Holding.HELD),
    ],
)
def test_held_denied_and_open_are_told_apart(text: str, said: Holding) -> None:
    assert holding(text, find(text, typed=False)[0]) is said


def test_a_part_meets_its_series_and_a_tighter_housing_a_looser_one() -> None:
    assert meets("14644", "14644-1")
    assert not meets("3691-4", "3691")
    assert meets("IP65", "IP67")
    assert not meets("IP67", "IP20")
    assert not meets("9001", "90012")


def test_what_a_housing_does_not_state_is_not_held() -> None:
    assert not meets("IP67", "IPX7")
    assert meets("IPX7", "IP67")
    assert [one.name for one in find("ipx7", typed=True)] == ["IPX7"]
