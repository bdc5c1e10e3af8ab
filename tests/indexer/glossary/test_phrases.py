"""Forms of the glossary are found however they are inflected, as long and as exact as they stand in the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.glossary.entries import Entry, packaged_entries
from indexer.glossary.phrases import PhraseBook
from tests.indexer.conftest import steady


def entry(italian: str, english: str, sense: str = "") -> Entry:
    return Entry("test", tuple(italian.split("|")), tuple(english.split("|")), sense, sense)


ENTRIES = (
    entry("acciaio", "steel"),
    entry("acciaio da utensili", "tool steel"),
    entry("acciaio inossidabile", "stainless steel"),
    entry("pressofusione", "die casting"),
    entry("pressofusione di alluminio", "aluminium die casting"),
    entry("alluminio", "aluminium"),
    entry("stampo", "mould", "casting"),
    entry("stampo", "stamping die", "sheet"),
    entry("olio da taglio", "cutting fluid"),
    entry("sbavare", "deburr"),
    entry("pressa", "press|presses machine"),
    entry("corsa", "stroke"),
    entry("corso", "course"),
    entry("fonderia", "foundry"),
    entry("visione artificiale", "machine vision"),
    entry("fresatrice", "milling machine"),
    entry("AISI 316L", "316L stainless steel"),
)
ITALIAN, ENGLISH = PhraseBook(ENTRIES, "it"), PhraseBook(ENTRIES, "en")
PACKAGED = PhraseBook(packaged_entries(), "it")


def found(text: str, book: PhraseBook = ITALIAN) -> list[tuple[str, str]]:
    """The places found, each with the first form of its first sense in the other language."""
    other = "it" if book is ENGLISH else "en"
    return [(text[one.start : one.end], one.senses[0].forms(other)[0]) for one in book.find(text)]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("acciaio", "steel"),
        ("acciai", "steel"),
        ("ACCIAI INOSSIDABILI", "stainless steel"),
        ("presse", "press"),
        ("stampi", "mould"),
        ("fonderie", "foundry"),
        ("fresatrici", "milling machine"),
        ("oli da taglio", "cutting fluid"),
        ("aisi 316l", "316L stainless steel"),
    ],
)
def test_a_form_is_found_in_the_plural_and_in_any_case(text: str, meant: str) -> None:
    assert found(text) == [(text, meant)]


@pytest.mark.parametrize("text", ["tool steels", "tool steel", "steel for tools"])
def test_english_forms_are_found_in_the_plural(text: str) -> None:
    assert found("tool steels", ENGLISH) == [("tool steels", "acciaio da utensili")]
    assert found(text, ENGLISH)


@pytest.mark.parametrize(
    "text",
    [
        "acciaio da utensili",
        "acciai per utensili",
        "acciaio per gli utensili",
        "acciaio utensili",
        "acciaio dell\u2019utensile",
    ],
)
def test_articles_and_prepositions_may_change_or_lack(text: str) -> None:
    assert found(text) == [(text, "tool steel")]


@pytest.mark.parametrize("sign", ["'", "\u2019", "`"])
def test_an_elided_article_is_no_part_of_the_form(sign: str) -> None:
    assert found(f"dell{sign}acciaio inossidabile") == [("acciaio inossidabile", "stainless steel")]
    assert found(f"l{sign}alluminio e l{sign}acciaio") == [("alluminio", "aluminium"), ("acciaio", "steel")]


@pytest.mark.parametrize("text", ["sbavare", "sbavarlo", "sbavarli", "sbavarne"])
def test_pronouns_written_onto_an_infinitive_fall_off(text: str) -> None:
    assert found(text) == [(text, "deburr")]


def test_the_longest_form_wins() -> None:
    text = "pressofusione di alluminio, pressofusione, alluminio"
    assert found(text) == [
        ("pressofusione di alluminio", "aluminium die casting"),
        ("pressofusione", "die casting"),
        ("alluminio", "aluminium"),
    ]


def test_the_exact_form_goes_before_the_inflected_and_that_before_the_stem() -> None:
    assert found("corsa corso") == [("corsa", "stroke"), ("corso", "course")]
    book = PhraseBook((entry("lavorazione", "working"), entry("lavorazioni", "operations"), entry("lavorare", "work")), "it")
    assert found("lavorazioni", book) == [("lavorazioni", "operations")]
    assert found("lavorazione", book) == [("lavorazione", "working")]
    assert found("lavorare", book) == [("lavorare", "work")]
    assert found("saldato", PhraseBook((entry("saldatura", "welding"),), "it")) == [("saldato", "welding")]


def test_a_word_that_doubts_are_cast_on_is_not_found_by_its_stem_alone() -> None:
    saldatura = entry("saldatura", "welding")
    book = PhraseBook((saldatura,), "it", lambda word, one: (word, one) == ("saldato", saldatura))
    assert found("saldato, saldature, saldare", book) == [("saldature", "welding"), ("saldare", "welding")]


@pytest.mark.parametrize("mark", [",", ".", ";", ":", "(", ")", "/", "\n", " \u00ab", '"'])
def test_no_form_reaches_over_a_mark(mark: str) -> None:
    assert found(f"acciaio{mark} inossidabile") == [("acciaio", "steel")]


def test_a_hyphen_or_a_dash_parts_nothing() -> None:
    assert found("acciaio-inossidabile") == [("acciaio-inossidabile", "stainless steel")]


def test_an_ambiguous_form_has_all_its_senses_in_the_order_of_the_glossary() -> None:
    (one,) = ITALIAN.find("lo stampo")
    assert [sense.english[0] for sense in one.senses] == ["mould", "stamping die"]
    own = entry("stampo", "pattern")
    assert PhraseBook((own, *ENTRIES), "it").find("stampo")[0].senses[0] == own


@pytest.mark.parametrize("text", ["", " ", "di e la", "niente di noto", "12 45", "\ud800", "\u0301", "acc iaio"])
def test_where_there_is_nothing_nothing_is_found(text: str) -> None:
    assert ITALIAN.find(text) == ()
    assert PhraseBook((), "it").find(text + " acciaio") == ()


def test_offsets_point_into_the_text_as_it_stands() -> None:
    text = "\U0001f600 İ ﬁne: gli\u00a0ACCIAI  inossidabili\u0301 e la \u00abvisione artificiale\u00bb"
    assert found(text)[-1] == ("visione artificiale", "machine vision")
    assert text[slice(ITALIAN.find(text)[0].start, ITALIAN.find(text)[0].end)].startswith("ACCIAI")


PIECES = "acciaio|acciai|da|di|per|il|l'|utensili|,|.|\n|inossidabile|fusione|pressofusione|alluminio|stampo|316L|AISI|in|a"
WORDS = st.sampled_from(PIECES.split("|"))


@steady
@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=12).map(" ".join)))
def test_any_text_gives_places_in_order_and_apart(text: str) -> None:
    for book in (ITALIAN, ENGLISH, PACKAGED):
        last = 0
        for one in book.find(text):
            assert last <= one.start < one.end <= len(text)
            assert one.senses
            assert text[one.start].isalnum()
            last = one.end


@pytest.mark.parametrize("unit", ["acciaio ", "da ", "acciaio da utensili ", "x", "tempra, "])
def test_a_text_of_any_length_is_searched(unit: str) -> None:
    text = unit * (20_000 // len(unit))
    assert len(PACKAGED.find(text)) <= len(text)
