"""The words of a need, as they may be left out, and those of a startup, as they may be added."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.results import Need
from indexer.searcher import Searcher
from indexer.why.words import clauses, cut, is_named, units, without
from tests.indexer.conftest import steady

TEXTS = st.text(st.sampled_from("ab1 ,.;:!?()[]\n"), max_size=40)


@steady
@given(text=TEXTS)
def test_clauses_are_the_whole_text_and_overlap_nowhere(text: str) -> None:
    assert "".join(text[slice(*span)] for span in clauses(text)) == text


def test_figures_and_addresses_are_not_parted() -> None:
    text = "oltre 1,5 mm, fino a 1.200 gradi. Vedi www.example.org (norma EN 10204)"
    parts = [text[slice(*span)].strip() for span in clauses(text)]
    assert parts == ["oltre 1,5 mm,", "fino a 1.200 gradi.", "Vedi www.example.org (", "norma EN 10204)"]


def span_of(text: str, words: str) -> tuple[int, int]:
    return text.index(words), text.index(words) + len(words)


@pytest.mark.parametrize(
    ("text", "others", "out", "left"),
    [
        ("saldatura laser di alluminio per auto", ("saldatura", "laser", "auto"), "alluminio", "saldatura laser per auto"),
        ("saldatura laser di alluminio", ("saldatura", "laser"), "alluminio", "saldatura laser"),
        ("saldatura di alluminio", ("alluminio",), "saldatura", "alluminio"),
        ("sensori, certificati ATEX, wireless", ("sensori", "wireless"), "certificati ATEX", "sensori, wireless"),
        ("sensori, certificati ATEX, wireless", ("ATEX", "sensori", "wireless"), "certificati", "sensori, ATEX, wireless"),
        ("sensori (wireless) per forni", ("sensori", "forni"), "wireless", "sensori per forni"),
        ("saldatura senza gas di alluminio", ("saldatura", "senza gas"), "alluminio", "saldatura senza gas"),
        ("Forni. Saldatura.", ("Forni",), "Saldatura", "Forni."),
    ],
)
def test_what_is_left_out_goes_with_the_small_words_that_joined_it(
    text: str, others: tuple[str, ...], out: str, left: str
) -> None:
    spans = [span_of(text, one) for one in (*others, out)]
    assert without(text, span_of(text, out), spans) == left


def test_a_cut_leaves_no_double_spaces_and_no_empty_brackets() -> None:
    assert cut("a (b) c", 3, 4) == "a c"
    assert cut("a, b, c", 1, 4) == "a, c"


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("Weldbot", "qualcosa come weldbot", True),
        ("Weldbot", "weld a bot", False),
        ("Fonderia Più", "la FONDERIA PIU di Varese", True),
        ("Fonderia Più", "più di una fonderia", False),
        ("3D-Works", "3d works", True),
        ("!", "!", False),
    ],
)
def test_a_name_is_in_a_need_word_by_word(name: str, text: str, named: bool) -> None:  # noqa: FBT001  # what is expected
    assert is_named(name, text) == named


def test_phrases_of_the_glossary_are_units_and_what_is_excluded_is_none(searcher: Searcher) -> None:
    need = Need("visione artificiale per getti, senza laser e con un braccio")
    ranking, _ = searcher.ranker.best(need)
    assert [need.text[one.start : one.end] for one in units(need.text, ranking, searcher._crossing)] == [
        "visione artificiale",
        "getti",
        "braccio",
    ]
    kept = Need(need.text, ignore_exclusions=("laser",))
    ranking, _ = searcher.ranker.best(kept)
    assert "laser" in [kept.text[one.start : one.end] for one in units(kept.text, ranking, searcher._crossing)]


def test_of_a_phrase_words_are_missing_where_it_is_said_in_part_in_its_own_language(searcher: Searcher) -> None:
    text = "laser welding"
    ranking, _ = searcher.ranker.best(Need(text))
    (unit,) = units(text, ranking, searcher._crossing)
    assert unit.lacked({"weld"}) == ((0, 5),)
    (in_italian, *_) = [stem for group in unit.groups for stem, _ in group if stem.startswith("it:sald")]
    assert unit.lacked({in_italian}) == ()
    assert unit.lacked({"sieve"}) == ((0, 13),)
    assert unit.lacked({"laser", "weld"}) == ()
