"""The term index scores as BM25's formula says, whatever the texts and the needs hold."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import SnapshotDamagedError
from indexer.lexical import K1, B, LexicalIndex
from tests.indexer.conftest import steady

STEMS = st.sampled_from(["acciai", "laser", "robot", "fond", "5", "weld"])
TEXTS = st.lists(st.lists(STEMS, max_size=12), min_size=1, max_size=12)
NEEDS = st.lists(st.one_of(STEMS, st.just("unknown")), max_size=6, unique=True)


def bm25(texts: Sequence[Sequence[str]], stems: Sequence[str]) -> list[float]:
    """Robertson's BM25 with Lucene's idf and without its constant factor, straight from the formula."""
    average = sum(map(len, texts)) / len(texts)
    scores = []
    for text in texts:
        score = 0.0
        for stem in stems:
            holding = sum(stem in other for other in texts)
            idf = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
            often = text.count(stem)
            if often:
                score += idf * often / (often + K1 * (1 - B + B * len(text) / average))
        scores.append(score)
    return scores


@steady
@given(texts=TEXTS, stems=NEEDS)
def test_scores_are_those_of_the_formula_and_below_the_ceiling(texts: list[list[str]], stems: list[str]) -> None:
    index = LexicalIndex.build(texts)
    scores = index.scores(stems)
    assert (scores.shape, scores.dtype, len(index)) == ((len(texts),), np.float32, len(texts))
    np.testing.assert_allclose(scores, bm25(texts, stems), rtol=1e-4, atol=1e-5)
    assert max(scores) <= index.ceiling(stems) + 1e-5


def test_a_text_full_of_a_term_comes_close_to_the_ceiling() -> None:
    index = LexicalIndex.build([["laser"] * 10_000, ["robot"] * 10_000])
    assert index.scores(["laser"])[0] / index.ceiling(["laser"]) > 0.999


@pytest.mark.parametrize("texts", [[[]], [[], []], [["laser"], []], [[], ["laser"]]])
def test_texts_without_any_term_have_rows_and_no_score(texts: list[list[str]]) -> None:
    index = LexicalIndex.build(texts)
    assert len(index) == len(texts)
    assert [bool(score) for score in index.scores(["laser"])] == ["laser" in text for text in texts]


def test_a_need_without_stems_or_with_unknown_ones_scores_nothing() -> None:
    index = LexicalIndex.build([["laser"], ["robot"]])
    assert index.scores([]).tolist() == index.scores(["unknown"]).tolist() == [0.0, 0.0]
    assert index.ceiling([]) == 0.0
    assert index.ceiling(["unknown"]) > 0.0


@pytest.mark.parametrize("texts", [[["laser", "è"], ["robot", "robot"], []], [[], []]])
def test_what_was_saved_is_what_is_loaded(tmp_path: Path, texts: list[list[str]]) -> None:
    built = LexicalIndex.build(texts)
    built.save(tmp_path)
    loaded = LexicalIndex.load(tmp_path)
    assert len(loaded) == len(built)
    for stems in (["laser"], ["è", "robot"], ["unknown"], []):
        np.testing.assert_array_equal(loaded.scores(stems), built.scores(stems))
        assert loaded.ceiling(stems) == built.ceiling(stems)


def test_a_folder_that_lacks_any_file_is_named(tmp_path: Path) -> None:
    built = LexicalIndex.build([["laser"], ["robot"]])
    built.save(tmp_path)
    for path in sorted(tmp_path.iterdir()):
        content = path.read_bytes()
        path.unlink()
        with pytest.raises(SnapshotDamagedError, match=tmp_path.name):
            LexicalIndex.load(tmp_path)
        path.write_bytes(content)
    assert len(LexicalIndex.load(tmp_path)) == 2
