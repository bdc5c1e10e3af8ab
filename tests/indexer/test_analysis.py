"""Italian and English words become the same terms however they are typed, and know where they stood."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import fold, need_language, query_stems, terms
from tests.indexer.conftest import steady

APOSTROPHES = "'\u2019\u02bc`\u00b4"


def stems(text: str, language: str) -> list[str]:
    return [term.stem for term in terms(text, language)]


def words(text: str, language: str) -> list[str]:
    return [text[term.start : term.end] for term in terms(text, language)]


@pytest.mark.parametrize("sign", APOSTROPHES)
@pytest.mark.parametrize(
    "article", ["l", "dell", "nell", "sull", "dall", "all", "d", "un", "quest", "L", "DELL", "gl", "c", "com"]
)
def test_an_elided_article_falls_off_with_any_apostrophe(article: str, sign: str) -> None:
    word = f"{article}{sign}impianto"
    expected = [*stems("impianto", "it")]
    assert stems(word, "it")[-1:] == expected
    assert words(word, "it")[-1] == "impianto"
    if article != "com":
        assert stems(word, "it") == expected


@pytest.mark.parametrize("sign", APOSTROPHES)
def test_what_looks_like_elision_within_a_word_or_in_english_is_left_alone(sign: str) -> None:
    assert words(f"the robot{sign}s arm", "en") == ["robot", "arm"]
    assert words(f"un po{sign} di acciaio", "it")[-1] == "acciaio"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("qualità", "qualita"),
        ("qualita\u0300", "qualità"),
        ("QUALITÀ", "qualità"),
        ("velocità", "velocita"),
        ("caffè", "caffe"),
        ("ﬁnitura", "finitura"),
        ("\uff2c\uff21\uff33\uff25\uff32", "laser"),
    ],
)
def test_accents_case_and_letter_forms_make_no_difference(typed: str, meant: str) -> None:
    assert stems(typed, "it") == stems(meant, "it") != []


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("it", "saldatura", "saldature"),
        ("it", "fonderia", "fonderie"),
        ("it", "robot collaborativo", "robot collaborativi"),
        ("it", "riduzione", "riduzioni"),
        ("en", "welding robots", "weld robot"),
        ("en", "castings", "casting"),
        ("en", "inspections", "inspection"),
        ("en", "recycled", "recycling"),
    ],
)
def test_forms_of_a_word_share_a_stem(language: str, one: str, other: str) -> None:
    assert stems(one, language) == stems(other, language)


def test_stop_words_and_single_letters_are_no_terms_and_numbers_are() -> None:
    assert stems("che è il e di per la nella", "it") == []
    assert stems("the of and what is with a", "en") == []
    assert stems("5 assi x y", "it")[0] == "5"
    assert stems("tolerance 0.05 mm, 1,5 bar, 100.", "en") == ["toler", "0.05", "mm", "1,5", "bar", "100"]
    assert stems("3D CO₂ m²", "en") == ["3d", "co2", "m2"]


def test_another_language_is_analysed_as_english() -> None:
    assert terms("robots der Schweißer", "de") == terms("robots der Schweißer", "en")
    assert terms("robots", "und") == terms("robots", "en")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("😀 dell\u2019acciaio 😀😀 ﬁne", ["acciaio", "ﬁne"]),
        ("İstanbul İİ robot", ["İstanbul", "İİ", "robot"]),
        ("e\u0301cole cafe\u0301s mu\u0308ller", ["e\u0301cole", "cafe\u0301s", "mu\u0308ller"]),
        ("Straße 語 机器人 robot_arm", ["Straße", "机器人", "robot", "arm"]),
        ("\u0301robot \ud800laser\udfff", ["robot", "laser"]),
    ],
)
def test_offsets_point_at_the_words_as_they_stand_in_the_text(text: str, expected: list[str]) -> None:
    assert words(text, "it") == expected


@steady
@given(text=st.text(max_size=80), language=st.sampled_from(["it", "en"]))
def test_terms_lie_in_the_text_in_order_and_each_is_the_term_of_its_own_word(text: str, language: str) -> None:
    last = 0
    for term in terms(text, language):
        assert last <= term.start < term.end <= len(text)
        word = text[term.start : term.end]
        assert any(map(str.isalnum, word))
        assert term.stem in [own.stem for own in terms(word, language)]
        last = term.end


@steady
@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_the_stems_of_a_need_are_distinct_and_serve_passages_of_both_languages() -> None:
    found = query_stems("Saldatura con robot, robot per la saldatura di carpenterie", "it")
    assert len(set(found)) == len(found)
    assert set(stems("saldatura robot carpenterie", "it")) <= set(found)
    assert set(stems("saldatura robot carpenterie", "en")) <= set(found)
    assert set(stems("machine vision", "en")) <= set(query_stems("machine vision per l\u2019acciaio", "it"))
    assert query_stems("di e la", "it") == query_stems("", "en") == ()


def test_stems_are_the_same_from_several_threads() -> None:
    texts = [f"saldature robotizzate numero {n} fonderie" for n in range(300)]
    expected = [stems(text, "it") for text in texts]
    wrong: list[str] = []

    def work() -> None:
        wrong.extend(text for text, right in zip(texts, expected, strict=True) if stems(text, "it") != right)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


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
    assert need_language(need.upper()) == language or len(need.split()) < 4


@pytest.mark.parametrize("text", ["", "?!", "😀", "\ud800", "\x00", "5", "x" * 10_000])
def test_a_text_that_tells_nothing_gets_a_language_all_the_same(text: str) -> None:
    assert need_language(text) in ("it", "en")
