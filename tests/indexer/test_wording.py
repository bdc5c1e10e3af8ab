"""Needs as people write them: misspelt words are read as they are meant, letters for what they ask."""

import numpy as np
import pytest

from crawler.home import Home
from crawler.records import Profile, Startup
from indexer.build import build
from indexer.crossing import tagged
from indexer.dense import DenseIndex
from indexer.encoder import Encoder
from indexer.encoders import packaged_crossing
from indexer.lexical import LexicalIndex
from indexer.messages import FEWEST_WORDS, MOST, Messages
from indexer.readings import Respelt
from indexer.results import Need
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.snapshot import load_snapshot
from indexer.spelling import Speller
from indexer.stems import stem
from tests.indexer.conftest import WHEN, fill

SAID = "coating hydraulic cylinders gearbox overhaul grinding shaft ozone sanitising camera battery ammonia filter press"
OFFERS = (
    "Overhaul of gearboxes and hydraulic cylinders, also at the customer's plant.",
    "Ozone generators sanitise rooms and tools.",
    "We grind shafts up to three metres long.",
)
LETTERS = {
    "en": (
        "Dear Anna, thank you for your call on Monday. Our firm was founded by my father. The board became curious about you.",
        "Overhaul of worn gearboxes and hydraulic cylinders.",
        "There is no hurry, it can wait. Please call me any time after nine, I am in the office. Kind regards, Carlo",
    ),
    "it": (
        "Cara Anna, grazie della telefonata. La nostra ditta è stata fondata da mio padre. Il consiglio si è incuriosito.",
        "Revisione di riduttori e cilindri oleodinamici usurati.",
        "Non c'è fretta. Mi chiami quando vuole, dopo le nove sono in ufficio tutti i giorni.",
        "La settimana prossima sono in ferie. Cordiali saluti, Carlo Rossi",
    ),
}


@pytest.fixture(scope="module")
def speller(encoder: Encoder) -> Speller:
    said = LexicalIndex.build([[tagged(stem(word, "en"), "en") for word in SAID.split()], ["else"]])
    return Speller(packaged_crossing(encoder), said)


@pytest.fixture(scope="module")
def messages(encoder: Encoder) -> Messages:
    passages = DenseIndex.build(np.stack([encoder.encode_need(one) for one in OFFERS]))
    return Messages(encoder, passages, packaged_crossing(encoder).phrases)


@pytest.mark.parametrize(
    ("typed", "language", "meant"),
    [
        ("overhual of gear cases", "en", "overhaul of gear cases"),  # swapped
        ("hydrulic cylinders", "en", "hydraulic cylinders"),  # left out
        ("grindng of a press", "en", "grinding of a press"),
        ("ammmonia filter", "en", "ammonia filter"),  # doubled
        ("thier press", "en", "their press"),  # a word that says nothing is read, too
        ("ridutori usurati", "it", "riduttori usurati"),  # a double letter typed once
        ("cilindri oleodinmici", "it", "cilindri oleodinamici"),
        ("sanificare con lozono", "it", "sanificare con l'ozono"),  # the apostrophe is missing
        ("filtro per lamoniaca", "it", "filtro per l'ammoniaca"),  # and a letter, too
        ("velocittà della pressa", "it", "velocità della pressa"),  # the accent stays
    ],
)
def test_a_misspelt_word_is_read_as_the_known_one_a_slip_away(speller: Speller, typed: str, language: str, meant: str) -> None:
    read, respelt = speller.read(typed, language)
    assert read == meant
    assert len(respelt) == 1


@pytest.mark.parametrize(
    ("need", "language"),
    [
        ("gearbox overhaul at the customer's plant", "en"),
        ("oggi è meglio accanto alla pressa", "it"),  # forms that the parallel texts lack, of words that they have
        ("movimentazione, saldi, veniamo, lottino", "it"),
        ("machines by Staton, Elind and GEFRAN with jFMX", "en"),  # names and abbreviations
        ("parts in X5CrNi18-10, 42crmo4 and ti-6al-4v, see www.exampel.org", "en"),  # codes and addresses
        ("wedding photographs", "en"),  # nobody says it here: it is a word all the same
        ("a choir, splicing, torn and sewn", "en"),  # rare words that no dictionary here has
        ("retrofit di una cella con cobot", "it"),  # English words in Italian needs
        ("cro\u0301mattura, laser\u2011salddatura e hy\u00addrulic", "it"),  # accents and hyphens that are signs of their own
        ("hydrulic" * 1000, "en"),  # no word
    ],
)
def test_known_words_names_and_codes_are_read_as_they_stand(speller: Speller, need: str, language: str) -> None:
    assert speller.read(need, language) == (need, ())


def test_what_was_read_as_what_is_told_once(speller: Speller) -> None:
    assert speller.read("hydrulic press, hydrulic cylinders", "en")[1] == (Respelt("hydrulic", "hydraulic"),)


@pytest.mark.parametrize("language", ["en", "it"])
def test_of_a_letter_only_what_it_asks_for_is_read(messages: Messages, language: str) -> None:
    letter = " ".join(LETTERS[language])
    assert len(letter.split()) >= FEWEST_WORDS
    assert messages.asked(letter, language) == LETTERS[language][1]


def test_a_short_need_is_read_as_it_stands_whatever_it_says(messages: Messages) -> None:
    need = "Thank you for your kind reply. Overhaul of gearboxes."
    assert messages.asked(need, "en") == need


def test_a_letter_keeps_what_excludes_and_what_has_a_figure_or_a_certificate(messages: Messages) -> None:
    asks = ("Overhaul of worn gearboxes.", "No lasers.", "They turn at 300 rpm.", "The hall is ATEX zone 1.")
    letter = " ".join((LETTERS["en"][0], *asks, LETTERS["en"][2]))
    assert messages.asked(letter, "en") == "\n".join(asks)


def test_a_list_of_what_is_wanted_is_no_letter_whatever_it_ends_with(messages: Messages) -> None:
    wanted = (
        "Overhaul of gearboxes on our line:\n- worn helical gears, ratio up to forty\n- hydraulic cylinders get new seals\n"
        "- shafts are ground\n- no lasers\n- machines stand still for two days at most\n- test records of leakage\n"
        "- delivery by the end of March\n- warranty of two years, spare parts for ten\n- the same people come back each year\n"
    )
    assert len(wanted.split()) >= FEWEST_WORDS
    assert messages.asked(wanted, "en") == wanted


def test_lines_that_a_mail_program_broke_are_read_as_one_sentence(messages: Messages) -> None:
    ask = "Overhaul of worn gearboxes\nand hydraulic cylinders."
    letter = " ".join((LETTERS["en"][0], ask, LETTERS["en"][2]))
    assert messages.asked(letter, "en") == ask.replace("\n", " ")


def test_a_document_of_many_lines_is_read_as_it_stands(messages: Messages) -> None:
    letter = "Dear Anna,\n" + "Overhaul of gearboxes.\n" * MOST + "Thank you for your kind reply.\nKind regards"
    assert messages.asked(letter, "en") == letter


def test_a_long_need_without_courtesies_is_read_as_a_whole(messages: Messages) -> None:
    need = (
        "Overhaul of gearboxes with helical gears, ratio up to forty. Hydraulic cylinders are to be honed and get new seals."
        " Shafts longer than two metres are ground between centres, roundness within five microns. Tools are sanitised"
        " with ozone after each overhaul. Test records of pressure, leakage and vibration go with every gearbox and cylinder."
    )
    assert len(need.split()) >= FEWEST_WORDS
    assert messages.asked(need, "en") == need


def test_an_answer_says_what_the_need_was_read_as_and_keeps_it_as_typed(home: Home, encoder: Encoder) -> None:
    startups = [Startup("a", "Alfa"), Startup("b", "Beta")]
    texts = ("We overhaul hydraulic cylinders.", "Choirs sing in churches.")
    fill(home, startups, profiles=[Profile(one.id, "x", text, "en", WHEN) for one, text in zip(startups, texts, strict=True)])
    build(home, encoder, index_settings())
    snapshot = load_snapshot(home)
    answer = Searcher(snapshot, encoder).search(Need("overhual of hydrulic cylinders"))
    assert answer.need.text == "overhual of hydrulic cylinders"
    assert answer.wording is not None
    assert answer.wording.text == "overhaul of hydraulic cylinders"
    assert not answer.wording.shortened
    as_meant = Searcher(snapshot, encoder).search(Need("overhaul of hydraulic cylinders"))
    assert as_meant.wording is None
    assert as_meant.matches == answer.matches
    assert Searcher(snapshot, encoder, wording=False).search(Need("overhual of hydrulic cylinders")).wording is None
