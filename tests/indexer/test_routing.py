"""The language of a need is told at any length, in any case, with loan words in it, and how surely."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.routing import Known, languages, need_language, passage_language
from indexer.words import fold
from tests.indexer.conftest import steady

CASES = Path(__file__).with_name("routing_cases.tsv")
FEW_WORDS = 5
LEAST_OF_SHORT = 0.98
KNOWN = {"prove": frozenset({"it"}), "strip": frozenset({"en"}), "laser": frozenset({"it", "en"})}


def cases() -> list[tuple[str, str]]:
    """Texts with the language that they are in; `either` where the words are both languages' or none's."""
    lines = CASES.read_text(encoding="utf-8").splitlines()[1:]
    return [(language, text) for language, _, text in (line.partition("\t") for line in lines)]


def wrong(texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(language, text) for language, text in texts if need_language(text) != language]


SHORT = [case for case in cases() if case[0] != "either" and len(case[1].split()) <= FEW_WORDS]
LONG = [case for case in cases() if case[0] != "either" and len(case[1].split()) > FEW_WORDS]
EITHER = [text for language, text in cases() if language == "either"]


def test_there_are_enough_cases_of_both_languages_and_none_twice() -> None:
    assert len(SHORT) + len(LONG) >= 300
    assert len(set(cases())) == len(cases())
    assert min(sum(language == one for language, _ in SHORT) for one in ("it", "en")) >= 150


def test_a_few_words_are_routed_rightly() -> None:
    assert 1 - len(wrong(SHORT)) / len(SHORT) >= LEAST_OF_SHORT, wrong(SHORT)


def test_sentences_are_routed_rightly_every_one() -> None:
    assert wrong(LONG) == []


@pytest.mark.parametrize("spelt", [str.upper, str.lower, fold])
def test_capitals_and_missing_accents_hardly_matter(spelt: type[str]) -> None:
    again = [(language, spelt(text)) for language, text in SHORT + LONG]
    assert len(wrong(again)) <= len(wrong(SHORT + LONG)) + 0.01 * len(again), wrong(again)


@pytest.mark.parametrize("text", EITHER)
def test_what_could_be_either_is_known_to_be_unsure(text: str) -> None:
    assert languages(text)[0][1] < 0.75


def test_sureness_is_not_claimed_where_it_is_missing() -> None:
    """Of the routes that are given 0.9 and more, at most one in a hundred is wrong."""
    sure = [(language, languages(text)[0]) for language, text in SHORT + LONG if languages(text)[0][1] >= 0.9]
    assert len(sure) > 0.7 * len(SHORT)
    assert sum(language != found for language, (found, _) in sure) <= 0.01 * len(sure)


@steady
@given(st.text(max_size=60))
def test_shares_add_up_and_the_likelier_comes_first(text: str) -> None:
    (first, share), (second, rest) = languages(text)
    assert {first, second} == {"it", "en"}
    assert share >= rest >= 0
    assert share + rest == pytest.approx(1)
    assert need_language(text) == first


@pytest.mark.parametrize("text", ["", "?!", "😀", "\ud800", "\x00", "5", "x" * 10_000, "è" * 10_000])
def test_a_text_that_tells_nothing_gets_a_language_all_the_same(text: str) -> None:
    assert need_language(text) in ("it", "en")


@pytest.mark.parametrize("known", [None, KNOWN])
def test_known_words_decide_where_looks_deceive(known: Known | None) -> None:
    told = [need_language(text, known) == language for language, text in (("it", "prove"), ("en", "strip"))]
    assert all(told) == (known is not None)
    assert languages("laser", {"laser": frozenset({"it", "en"})})[0][1] < 0.75


def test_artificial_intelligence_is_no_italian_preposition() -> None:
    assert need_language("edge AI") == need_language("edge ai") == "en"
    assert need_language("guasti ai forni") == "it"


def test_names_of_italian_places_and_firms_leave_an_english_sentence_english() -> None:
    assert need_language("castings for Officine Meccaniche Rossi of Busto Arsizio") == "en"


def test_a_passage_overrules_its_page_only_surely_and_only_between_the_two() -> None:
    english, italian = "We recycle the sand of foundries at low cost.", "Ricicliamo le sabbie delle fonderie a basso costo."
    assert passage_language(english, "it") == passage_language(english, "en") == "en"
    assert passage_language(italian, "en") == passage_language(italian, "it") == "it"
    assert passage_language("Laser 3D", "it") == "it"
    assert passage_language(english, "de") == "de"


ITALIAN = """saldatura robotizzata
riduzione scarti pressofusione
pressofusione
controllo qualità
fonderia
vedere con le telecamere i getti difettosi prima della lavorazione
cerchiamo un sistema per misurare la rugosità
manutenzione predittiva per presse
recupero calore forni
acciaio
l'usura degli utensili
trattamento delle acque di scarico
rivestimenti antiusura per stampi
stampa 3D di metalli
sensori wireless per macchine utensili
ispezione visiva automatica
verniciatura senza solventi
sbavatura automatica di getti in alluminio
software per la pianificazione della produzione
come posso ridurre i consumi di energia del forno fusorio?
robot collaborativo per piccole serie
digital twin della linea di colata
machine vision per lamiere
Serve uno strumento che rilevi le cricche nei saldati senza distruggere il pezzo
idrogeno per forni di riscaldo"""
ENGLISH = """welding robot
die casting scrap reduction
foundry
quality control
predictive maintenance for presses
heat recovery from furnaces
steel
tool wear monitoring
waste water treatment
wear resistant coatings for moulds
3D printing of metals
wireless sensors for machine tools
automatic visual inspection
solvent free painting
deburring of aluminium castings
production planning software
how can we cut the energy use of our melting furnace?
cobot for small batches
digital twin of a casting line
we are looking for a way to detect cracks in welds without destroying the part
hydrogen burners
scrap metal
find defects on metal surfaces
carbon footprint tracking
recycling of lithium batteries"""


@pytest.mark.parametrize(
    ("need", "language"), [(need, "it") for need in ITALIAN.splitlines()] + [(need, "en") for need in ENGLISH.splitlines()]
)
def test_the_language_of_a_need_is_told_at_any_length(need: str, language: str) -> None:
    assert need_language(need) == language
    assert need_language(need.upper()) == language
