"""Passages fall into clauses, and the one is told that a need's words lead to, whether or not it shares a word."""

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.bilingual.encoder import BilingualEncoder
from indexer.clauses import ClauseReader, sentences, split
from indexer.encoder import WordReader
from indexer.passages import SENTENCE_END
from indexer.results import Evidence, Need, Passage
from indexer.searcher import Searcher
from tests.indexer.conftest import FakeEncoder, steady

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PIECES = st.sampled_from(
    [
        "Il laser salda",
        "the oven of Dr. Rossi",
        "3,5 mm",
        ".",
        "!",
        "…",
        "»",
        ")",
        "\n",
        ", ",
        ", and ",
        ", che ",
        "; ",
        ": ",
        " \u2013 ",
        " ",
    ]
)
JOINTS = str.maketrans("", "", ";:,\u2013\u2014-")
TEXTS = st.lists(PIECES, min_size=1, max_size=25).map("".join) | st.text(max_size=60)


def passage(text: str, language: str = "en") -> Passage:
    return Passage("acme", None, "Acme", "", text, 0, len(text), language, NOW, "yc")


@pytest.fixture(scope="module")
def reader(encoder: BilingualEncoder) -> ClauseReader:
    return ClauseReader(encoder)


def carrying(reader: ClauseReader, need: str, language: str, said: Passage) -> str | None:
    (shown,) = reader.marked([Evidence(said, ())], reader.need(need, language))
    return None if shown.clause is None else said.text[slice(*shown.clause)]


def testsentences_fall_into_clauses_where_both_sides_have_words_enough() -> None:
    text = (
        "The oven of Dr. Rossi melts two tonnes of brass, and a camera above it sees slag on the bath. It is fast, and safe."
        " Il forno fonde due tonnellate di ottone; una telecamera vede le scorie sul bagno fuso"
    )
    assert [text[slice(*span)] for span in split(text)] == [
        "The oven of Dr. Rossi melts two tonnes of brass",
        "and a camera above it sees slag on the bath.",
        "It is fast, and safe.",
        "Il forno fonde due tonnellate di ottone",
        "una telecamera vede le scorie sul bagno fuso",
    ]


@steady
@given(TEXTS)
def test_clauses_are_in_order_apart_trimmed_and_leave_out_joints_only(text: str) -> None:
    spans = split(text)
    assert all(text[start:end] and text[start:end] == text[start:end].strip() for start, end in spans)
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    assert edges == sorted(edges)
    assert not "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)).translate(JOINTS).strip()


@steady
@given(TEXTS)
def testsentences_end_where_those_of_passages_do(text: str) -> None:
    edges = [0, *(end.end() for end in SENTENCE_END.finditer(text)), len(text)]
    parts = [text[start:end].strip() for start, end in pairwise(edges)]
    assert [text[slice(*span)] for span in sentences(text)] == [part for part in parts if part]


@pytest.mark.parametrize(
    ("need", "language", "said"),
    [
        (("sensori senza fili", "it"), "en", "A wireless node measures the shaking of the spindle."),
        (("metal 3D printing of spare parts", "en"), "it", "Un laser fonde la polvere e stampa il ricambio."),
        (("riduzione dello scarto", "it"), "it", "Il sistema toglie dalla linea i pezzi difettosi."),
        (("find flaws in castings", "en"), "en", "The camera sees every crack of a cast part."),
    ],
)
def test_the_clause_is_told_that_means_it_whatever_the_languages(
    reader: ClauseReader, need: tuple[str, str], language: str, said: str
) -> None:
    around = {"it": "Siamo nati a Lecco nel 2015.", "en": "Our team has won two prizes."}[language]
    assert carrying(reader, *need, passage(f"{around} {said} {around}", language)) == said


def test_nothing_is_told_where_nothing_is_near_or_nothing_is_said(reader: ClauseReader) -> None:
    assert carrying(reader, "saldatura laser", "it", passage("The the of and.")) is None
    assert carrying(reader, "di con per", "it", passage("Laser welding of steel sheets.")) is None


@steady
@given(text=TEXTS.filter(str.strip), language=st.sampled_from(["it", "en", "de", "und"]))
def test_what_is_told_is_a_clause_of_the_text_on_any_text(reader: ClauseReader, text: str, language: str) -> None:
    (shown,) = reader.marked([Evidence(passage(text, language), ((0, 1),))], reader.need("laser welding", "en"))
    assert shown.marks == ((0, 1),)
    assert shown.clause is None or shown.clause in split(text)


def test_a_words_vector_is_the_same_alone_and_among_others_and_crosses_the_languages(encoder: BilingualEncoder) -> None:
    assert isinstance(encoder, WordReader)
    words = ["welding", "electropolishing", "steel"]
    together = encoder.word_vectors(words, "en")
    assert np.allclose(np.linalg.norm(together, axis=1), 1)
    assert np.array_equal(together, np.concatenate([encoder.word_vectors([word], "en") for word in words]))
    (saldatura,) = encoder.word_vectors(["saldatura"], "it")
    assert int((together @ saldatura).argmax()) == 0
    assert encoder.word_vectors([], "en").shape == encoder.word_vectors([], "it").shape == (0, encoder.dimension)


def test_an_encoder_that_knows_no_words_leaves_clauses_out(searcher: Searcher) -> None:
    assert not isinstance(FakeEncoder(), WordReader)
    assert all(one.clause is None for match in searcher.search(Need("laser")).matches for one in match.evidence)


def test_a_search_tells_the_clauses_of_what_it_shows(demo_searcher: Searcher) -> None:
    shown = [one for match in demo_searcher.search(Need("saldatura laser di acciaio")).matches for one in match.evidence]
    told = [one for one in shown if one.clause]
    assert len(told) > len(shown) / 2
    assert all(one.clause in split(one.passage.text) for one in told)
    assert any(len(split(one.passage.text)) > 1 for one in told)
