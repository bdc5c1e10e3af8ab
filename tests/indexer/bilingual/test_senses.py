"""An ambiguous word of a need means what the words around it, its phrases and its field say."""

import pytest

from indexer.bilingual.alignment import align
from indexer.bilingual.parallel import Pair
from indexer.bilingual.rows import English, Italian
from indexer.bilingual.senses import SenseChoice
from indexer.bilingual.translations import translations
from indexer.encoder import packaged_model
from indexer.glossary.entries import Entry
from indexer.glossary.phrases import Found
from indexer.glossary.senses import alike, fitting, settled, spelling

POWDER = Entry("additive", ("polvere",), ("powder",), "materia prima in grani", "raw material of fine grains")
DUST = Entry("environment", ("polvere",), ("dust",), "particelle sospese", "unwanted particles in the air")
ENTRIES = (
    POWDER,
    DUST,
    Entry("additive", ("polvere metallica",), ("metal powder",)),
    Entry("environment", ("polvere di legno",), ("wood dust",)),
    Entry("environment", ("rumore",), ("noise",)),
    Entry("additive", ("sinterizzazione",), ("sintering",)),
    Entry("forming", ("stampa",), ("printing",), "riproduzione", "reproduction"),
    Entry("forming", ("stampo",), ("mould",), "attrezzo", "tool"),
)
WORDS = translations(align([Pair("aria", "air", 9.0), Pair("grano", "grain", 9.0), Pair("verde", "green", 9.0)]), "base")


@pytest.fixture(scope="module")
def italian() -> Italian:
    return Italian(English(packaged_model()), WORDS, ENTRIES)


@pytest.fixture(scope="module")
def choice(italian: Italian) -> SenseChoice:
    return SenseChoice(English(packaged_model()), italian)


def taken(choice: SenseChoice, italian: Italian, text: str) -> list[Entry]:
    found = italian.book.find(text)
    shares = choice(text, found)
    assert all(sum(own) == pytest.approx(1.0) for own in shares)
    return [phrase.senses[own.index(max(own))] for phrase, own in zip(found, shares, strict=True)]


@pytest.mark.parametrize(
    ("text", "sense"),
    [
        ("polvere", POWDER),  # nothing around it: the first of the glossary
        ("polvere nell'aria", DUST),  # a word near to what is said of the sense
        ("polvere di grano", POWDER),
        ("polvere che viene dal legno", DUST),  # a word that stands beside it in a phrase
        ("polvere verde metallica", POWDER),
        ("polvere e rumore", DUST),  # a phrase of the same field
        ("polvere e sinterizzazione", POWDER),
    ],
)
def test_a_word_means_what_is_around_it(choice: SenseChoice, italian: Italian, text: str, sense: Entry) -> None:
    assert taken(choice, italian, text)[0] == sense


def test_a_word_means_the_same_throughout_a_text(choice: SenseChoice, italian: Italian) -> None:
    text = "polvere, verde, molto dopo ancora polveri e rumore: polvere"
    assert {one.english[0] for one in taken(choice, italian, text) if one.italian == ("polvere",)} == {"dust"}


def test_a_phrase_with_one_sense_has_it(choice: SenseChoice, italian: Italian) -> None:
    assert choice("rumore", italian.book.find("rumore")) == ((1.0,),)
    assert choice("", ()) == ()


@pytest.mark.parametrize("text", ["polvere \ud800", "polvere 42 %", "polvere " * 300, "polvere \U0001f600 焊接"])
def test_any_text_has_shares(choice: SenseChoice, italian: Italian, text: str) -> None:
    assert taken(choice, italian, text)


def test_an_unusual_plural_is_no_sense_where_a_usual_one_is(italian: Italian) -> None:
    def senses(text: str) -> list[str]:
        return [sense.english[0] for sense in fitting(text, italian.book.find(text))[0].senses]

    assert len(italian.book.find("stampi")[0].senses) == 2
    assert senses("stampi") == ["mould"]
    assert senses("stampa") == ["printing"]
    assert senses("polveri") == ["powder", "dust"]


def test_what_is_chosen_has_all_of_the_share_whatever_its_form() -> None:
    text = "polvere o polveri"
    found = [Found(0, 7, (POWDER, DUST)), Found(10, 17, (POWDER, DUST))]
    assert settled(text, found, alike, {}) == [[0.5, 0.5]] * 2
    assert settled(text, found, alike, {"polvere": "dust"}) == [[0.0, 1.0]] * 2
    assert settled(text, found, alike, {"polvere": "flour"}) == [[0.5, 0.5]] * 2


def test_a_phrase_is_known_by_its_words() -> None:
    assert spelling("  Città-del  GETTO\n") == "citta del getto"
    assert spelling("=") == ""
