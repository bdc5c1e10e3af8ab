"""What goes into the model: English as the base model reads it, Italian words as the English ones that they stand for."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from indexer.bilingual.alignment import align
from indexer.bilingual.parallel import Pair
from indexer.bilingual.rows import English, Italian
from indexer.bilingual.tokens import tokens_of, words_of
from indexer.bilingual.translations import Translations, translations
from indexer.encoder import packaged_model
from indexer.errors import ModelError
from indexer.glossary.entries import Entry
from indexer.glossary.phrases import Found
from indexer.glossary.senses import Shares, alike

ENTRIES = (
    Entry("test", ("pressofusione", "fonderia a pressione"), ("die casting",)),
    Entry("test", ("grande",), ("huge",)),
    Entry("test", ("stampo",), ("mould",), "di fonderia", "for pouring liquid metal such as aluminium in a foundry"),
    Entry("test", ("stampo",), ("stamping die",), "di lamiera", "a tool for presses that cut and bend sheet metal"),
)
PAIRS = (
    Pair("forno", "furnace", 9.0),
    Pair("saldatura", "welding", 5.0),
    Pair("saldatura", "soldering", 4.0),
    Pair("alluminio", "aluminium", 9.0),
    Pair("fonderia", "foundry", 9.0),
    Pair("lamiera", "sheet", 9.0),
    Pair("pressa", "press", 9.0),
    Pair("verde", "green", 9.0),
    Pair("piccolo", "small", 9.0),
    Pair("grande", "big", 9.0),
)


@pytest.fixture(scope="module")
def english() -> English:
    return English(packaged_model())


@pytest.fixture(scope="module")
def words() -> Translations:
    return translations(align(PAIRS), "base")


@pytest.fixture(scope="module")
def italian(english: English, words: Translations) -> Italian:
    return Italian(english, words, ENTRIES)


def test_words_and_tokens_are_folded_and_articles_fall_off() -> None:
    assert words_of("L\u2019Acciaio è già 42CrMo4!") == ["l", "acciaio", "e", "gia", "crmo"]
    assert tokens_of("Il forno dell\u2019impianto: 5 %") == ["forno", "dell", "impianto", ":", "5", "%"]


def test_english_goes_in_as_its_own_pieces(english: English) -> None:
    rows = english.rows("a furnace")
    np.testing.assert_array_equal(rows, english.table[[english.vocabulary["a"], english.vocabulary["furnace"]]])
    assert english.rows("").shape == (0, english.table.shape[1])


def test_rows_are_framed_and_cut(english: English) -> None:
    rows = english.rows("one two three four")
    framed = english.framed(rows, 3)
    np.testing.assert_array_equal(framed[1:-1], rows[:3])
    np.testing.assert_array_equal(framed[0], english.table[english.vocabulary["[CLS]"]])
    np.testing.assert_array_equal(framed[-1], english.table[english.vocabulary["[SEP]"]])


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("forno", "furnace"),
        ("Il forno", "furnace"),
        ("forni", "furnace"),
        ("di un forno", "of a furnace"),
        ("dell\u2019alluminio", "of aluminium"),
        ("forno 42 %", "furnace 42 %"),
        ("robot", "robot"),
        ("verde", "green"),  # which is a piece of English too, as Verde
        ("piccolo", "small"),
        ("AISI", "AISI"),
    ],
)
def test_italian_with_one_meaning_is_read_as_its_english(italian: Italian, english: English, text: str, meant: str) -> None:
    np.testing.assert_allclose(italian.rows(text), english.rows(meant), atol=1e-5)


def test_a_word_of_several_meanings_is_one_row_between_them_of_the_usual_length(italian: Italian, english: English) -> None:
    (row,) = italian.rows("saldatura")
    (welding,) = english.rows("welding")

    def cosine(one: np.ndarray, other: np.ndarray) -> float:
        return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))

    assert 0.3 < cosine(row, welding) < 0.999
    norms = np.linalg.norm(english.table[english.ids("welding soldering")], axis=1)
    assert norms.min() - 1e-4 <= np.linalg.norm(row) <= norms.max() + 1e-4


def test_a_word_of_the_glossary_stands_halfway_to_what_else_it_may_mean(italian: Italian, english: English) -> None:
    own, meant = english.rows("big")[0], english.rows("huge")[0]
    (read,) = italian.rows("grande")
    direction = own + meant
    assert read @ direction / np.linalg.norm(read) / np.linalg.norm(direction) == pytest.approx(1.0, abs=1e-5)
    assert np.linalg.norm(read) == pytest.approx((np.linalg.norm(own) + np.linalg.norm(meant)) / 2, rel=1e-5)


def test_words_of_a_phrase_that_its_english_does_not_say_stand_behind(italian: Italian, english: English) -> None:
    read = italian.rows("fonderia a pressione")
    np.testing.assert_allclose(read[:2], english.rows("die casting"), atol=1e-5)
    np.testing.assert_allclose(read[2:], np.concatenate([italian.rows("fonderia"), italian.rows("a")]), atol=1e-5)


def test_words_known_to_the_glossary_alone_count_by_its_english(italian: Italian, english: English) -> None:
    np.testing.assert_allclose(
        italian.rows("pressofusione dell\u2019alluminio"), english.rows("die casting of aluminium"), atol=1e-5
    )
    assert italian.rows("").shape == (0, english.table.shape[1])


def test_a_need_is_read_word_by_word_and_with_its_phrases_in_english(italian: Italian, english: English) -> None:
    by_word, in_english = italian.both_rows("fonderia a pressione di alluminio")
    np.testing.assert_allclose(in_english, english.rows("die casting of aluminium"), atol=1e-5)
    np.testing.assert_allclose(by_word[:1], english.rows("foundry"), atol=1e-5)
    np.testing.assert_allclose(by_word[-2:], english.rows("of aluminium"), atol=1e-5)


def test_the_reading_by_word_does_not_wait_for_the_senses(italian: Italian) -> None:
    asked = []

    def senses(text: str, found: Sequence[Found]) -> Shares:
        asked.append(text)
        return alike(text, found)

    readings = italian.both_rows("stampo di alluminio", senses)
    next(readings)
    assert asked == []
    next(readings)
    assert asked == ["stampo di alluminio"]


def test_a_chosen_sense_stands_in_english_in_both_readings(italian: Italian, english: English) -> None:
    for rows in italian.both_rows("stampo di alluminio", chosen={"stampo": "stamping die"}):
        np.testing.assert_allclose(rows, english.rows("stamping die of aluminium"), atol=1e-5)


@pytest.mark.parametrize(("text", "likely"), [("stampo per fonderia di alluminio", 0), ("stampo per lamiera, con pressa", 1)])
def test_an_ambiguous_phrase_means_what_the_text_around_it_is_about(italian: Italian, text: str, likely: int) -> None:
    (shares,) = italian.senses(text, italian.book.find(text))
    assert sum(shares) == pytest.approx(1.0)
    assert int(np.argmax(shares)) == likely


def test_a_phrase_with_one_sense_means_that(italian: Italian) -> None:
    assert italian.senses("pressofusione", italian.book.find("pressofusione")) == ((1.0,),)


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "half \ud800 a character", "\U0001f600" * 50, "机器人 焊接", "\u0301", "ß" * 9_000]
)
def test_any_text_has_rows(italian: Italian, english: English, text: str) -> None:
    for rows in (italian.rows(text), *italian.both_rows(text), english.rows(text)):
        assert rows.shape[1] == english.table.shape[1]
        assert np.isfinite(rows).all()


def test_a_folder_without_the_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot read the model in .*reinstall"):
        English(tmp_path)
