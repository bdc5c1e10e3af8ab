"""Italian and English words become the same terms however they are typed, and know where they stood."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import APOSTROPHES, fold, query_terms, terms
from tests.indexer.conftest import steady

CASES = Path(__file__).with_name("analysis_cases.tsv")
ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|([nr]))")
RELATIONS = ("same", "not same", "meets", "differs", "terms")


def stems(text: str, language: str) -> list[str]:
    return [term.stem for term in terms(text, language)]


def wanted(text: str, language: str) -> list[str]:
    return [term.stem for term in query_terms(text, language)]


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
    assert stems("tolerance 0.05 mm, 1,5 bar, 100.", "en") == ["toler", "0.05", "mm", "1.5", "bar", "100"]
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


def cases() -> list[tuple[str, ...]]:
    """The lines of the table; `\\n` and `\\u00ad` stand for what cannot be seen."""
    lines = CASES.read_text(encoding="utf-8").split("\n")[1:]
    return [tuple(line.split("\t")) for line in lines if line and not line.startswith("# ")]


def plain(cell: str) -> str:
    return ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else {"n": "\n", "r": "\r"}[m[2]], cell)


def test_the_table_has_its_five_hundred_cases_and_none_twice() -> None:
    table = cases()
    assert len(table) >= 500
    assert len(set(table)) == len(table)
    assert {relation for _, _, relation, _ in table} == set(RELATIONS)


@pytest.mark.parametrize(("language", "text", "relation", "other"), cases())
def test_what_is_typed_and_what_is_written_meet_as_the_table_says(language: str, text: str, relation: str, other: str) -> None:
    one = stems(plain(text), language)
    if relation == "terms":
        assert one == ([] if other == "-" else other.split())
        return
    two = stems(plain(other), language)
    assert one
    assert two
    if relation in ("same", "not same"):
        assert (one == two) == (relation == "same"), (one, two)
    else:
        assert bool(set(one) & set(two)) == (relation == "meets"), (one, two)


PIECES = (
    "l'|dell\u2019|a|\u00e9|e\u0301|-|\u2011|.|,|&|@|5|12|0,5|1.000|mm|\u00b5m|kW|AISI|316L|Ti|6Al|4V|C|45|di|casting|anti"
    "|corrosione|non|destr|ai|AI|IT|it|AM|\n|www.|https://|acme|.it|\u02bc|\u00ad|\u200b|\u00d8|\u00ba|\ufb01|\u00df|\u00bd|\u00b2"
    "|_|/|(|x|ray|semi|diecasting|R&D|S.p.A.|\U0001f600|PM10|X5CrNi18|industry4.0"
)


@steady
@given(
    pieces=st.lists(st.one_of(st.sampled_from(PIECES.split("|")), st.just(" ")), max_size=9),
    language=st.sampled_from(["it", "en"]),
)
def test_codes_compounds_and_addresses_lie_in_the_text_in_order_too(pieces: list[str], language: str) -> None:
    text = "".join(pieces)
    last = 0
    for term in terms(text, language):
        assert last <= term.start < term.end <= len(text)
        assert term.stem in stems(text[term.start : term.end], language)
        last = term.end


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


def test_the_terms_of_a_need_are_those_of_its_text_in_order() -> None:
    need = "Saldatura con robot, robot per la saldatura di carpenterie"
    assert query_terms(need, "it") == terms(need, "it")
    assert wanted("machine vision per l\u2019acciaio", "it") == stems("machine vision acciaio", "it")
    assert query_terms("di e la", "it") == query_terms("", "en") == ()


@pytest.mark.parametrize(
    ("need", "core", "language"),
    [
        ("Cerchiamo una startup che offra una soluzione per la sbavatura di getti", "sbavatura di getti", "it"),
        ("la nostra azienda vorrebbe ridurre gli scarti: chi ci può aiutare?", "vorrebbe ridurre scarti", "it"),
        ("We are looking for a startup with a solution for deburring castings", "deburring castings", "en"),
        ("our company needs waste heat recovery", "waste heat recovery", "en"),
    ],
)
def test_words_that_only_wrap_a_need_up_look_nothing_up(need: str, core: str, language: str) -> None:
    assert wanted(need, language) == wanted(core, language)
    assert set(stems(core, language)) < set(stems(need, language))


def test_a_need_of_wrapping_alone_looks_its_words_up() -> None:
    assert wanted("startup solutions", "en") == stems("startup solutions", "en") != []
    assert wanted("soluzioni", "it") == stems("soluzioni", "it") != []


@pytest.mark.parametrize(
    "unit", ["a", "a-", "a'", "a.", "a@", "1.", "1,000.", "-\n", "\u00ad", "https://", "x ", "A.B", "qualità"]
)
def test_a_text_of_any_length_is_analysed_in_no_time(unit: str) -> None:
    assert len(terms(unit * (100_000 // len(unit)), "it")) <= 100_000


def test_stems_are_the_same_from_several_threads() -> None:
    texts = [f"saldature robotizzate numero {n} fonderie" for n in range(300)]
    expected = [stems(text, "it") for text in texts]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda text: stems(text, "it"), texts * 6)) == expected * 6
