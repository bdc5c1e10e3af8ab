"""The term index scores as BM25's formula says, whatever the texts and the needs hold."""

import json
import math
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import SnapshotDamagedError
from indexer.lexical import K1, VOCABULARY, B, Group, LexicalIndex
from tests.indexer.conftest import steady

STEMS = st.sampled_from(["acciai", "laser", "robot", "fond", "5", "weld"])
TEXTS = st.lists(st.lists(STEMS, max_size=12), min_size=1, max_size=12)
ALTERNATIVE = st.tuples(st.one_of(STEMS, st.just("unknown")), st.floats(0.01, 3.0))
NEEDS = st.lists(st.lists(ALTERNATIVE, max_size=4).map(tuple), max_size=6)
ARRAYS = ("starts", "rows", "counts", "lengths")

HALL: tuple[list[str], ...] = (["laser", "weld", "laser"], ["robot"], ["weld", "robot", "robot", "fond"], [])
"""Four texts, two stems long in the mean; what they score is worked out by hand below."""


def alone(*stems: str) -> list[Group]:
    return [((stem, 1.0),) for stem in stems]


def bm25(texts: Sequence[Sequence[str]], groups: Sequence[Group]) -> list[float]:
    """Robertson's BM25 with Lucene's idf and without its constant factor, straight from the formula."""
    average = sum(map(len, texts)) / len(texts)
    scores = []
    for text in texts:
        score = 0.0
        for group in groups:
            holding = min(len(texts), sum(weight * sum(stem in other for other in texts) for stem, weight in group))
            idf = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
            often = sum(weight * text.count(stem) for stem, weight in group)
            if often:
                score += idf * often / (often + K1 * (1 - B + B * len(text) / average))
        scores.append(score)
    return scores


@steady
@given(texts=TEXTS, groups=NEEDS)
def test_scores_are_those_of_the_formula_and_below_the_ceiling(texts: list[list[str]], groups: list[Group]) -> None:
    index = LexicalIndex.build(texts)
    scores = index.scores(groups)
    assert scores.shape == (len(index),) == (len(texts),)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, bm25(texts, groups), rtol=1e-4, atol=1e-5)
    assert max(scores) <= index.ceiling(groups) + 1e-5


@steady
@given(texts=TEXTS, groups=NEEDS)
def test_who_holds_a_term_is_who_scores_for_it(texts: list[list[str]], groups: list[Group]) -> None:
    index = LexicalIndex.build(texts)
    for group in groups:
        assert index.holding(group).tolist() == (index.scores([group]) > 0).tolist()


@steady
@given(texts=TEXTS, groups=NEEDS, chance=st.randoms(use_true_random=False))
def test_shares_are_what_terms_add_to_scores_by_their_worth(
    texts: list[list[str]], groups: list[Group], chance: random.Random
) -> None:
    groups = [tuple(dict(group).items()) for group in groups]
    index = LexicalIndex.build(texts)
    rows = chance.choices(range(len(texts)), k=chance.randint(0, 4))
    shares, worths = index.shares(groups, rows), index.worths(groups)
    assert shares.shape == (len(groups), len(rows))
    assert sum(worths) == index.ceiling(groups)
    for own, worth, group in zip(shares, worths, groups, strict=True):
        np.testing.assert_allclose(own * worth, index.scores([group])[rows], rtol=1e-4, atol=1e-5)
    stems = {stem for group in groups for stem, _ in group}
    assert index.held(stems, rows) == {stem for stem in stems if any(stem in texts[row] for row in rows)}


def test_feedback_looks_for_what_the_first_texts_have_in_common() -> None:
    texts = (["laser", "weld", "laser"], ["weld", "laser", "fond"], ["fond"], ["laser"], ["robot", "weld"], ["robot"])
    index = LexicalIndex.build(texts)
    scores = index.feedback(np.array([0, 1]), np.array([0.75, 0.25], np.float32))
    laser, weld = (np.array(bm25(texts, alone(stem))) for stem in ("laser", "weld"))
    idf = math.log(1 + (6 - 3 + 0.5) / (3 + 0.5))  # of both
    weight = {"laser": (0.75 * 2 + 0.25) * idf, "weld": (0.75 + 0.25) * idf}
    expected = (weight["laser"] * laser + weight["weld"] * weld) / sum(weight.values())
    np.testing.assert_allclose(scores, expected, rtol=1e-5)
    assert scores[2] == scores[5] == 0  # fond is in one of the two only


@steady
@given(texts=TEXTS, data=st.data())
def test_feedback_of_any_texts_is_finite_and_nothing_without_common_stems(texts: list[list[str]], data: st.DataObject) -> None:
    index = LexicalIndex.build(texts)
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=5, unique=True))
    scores = index.feedback(np.array(rows, np.int64), np.full(len(rows), 0.2, np.float32))
    common = {stem for text in texts for stem in text if sum(stem in texts[row] for row in rows) > 1}
    assert np.isfinite(scores).all()
    assert [score > 0 for score in scores] == [bool(common & {*text}) for text in texts]


@pytest.mark.parametrize(
    ("groups", "scores"),
    [
        (alone("laser"), [0.627069, 0, 0, 0]),  # ln(10/3) * 2 / (2 + 1.84)
        (alone("robot"), [0, 0.293706, 0.339778, 0]),  # ln(2) * 1 / (1 + 1.36), ln(2) * 2 / (2 + 2.08)
        (alone("laser", "robot"), [0.627069, 0.293706, 0.339778, 0]),
        (alone("robot", "robot"), [0, 0.587413, 0.679556, 0]),
        (alone("weld"), [0.244066, 0, 0.225048, 0]),  # ln(2) / (1 + 1.84), ln(2) / (1 + 2.08)
    ],
)
def test_a_term_without_alternatives_scores_as_plain_bm25(groups: list[Group], scores: list[float]) -> None:
    """The numbers are also those of bm25s 0.3.16 (method "lucene", k1 1.6, b 0.3)."""
    np.testing.assert_allclose(LexicalIndex.build(HALL).scores(groups), scores, atol=1e-6)


def test_alternatives_are_counted_as_one_term_by_their_weights() -> None:
    index = LexicalIndex.build(HALL)
    # Texts that hold it: 0.5 * 1 + 0.25 * 2 = 1, idf ln(10/3); how often: 1, 0.25 and 0.5.
    np.testing.assert_allclose(index.scores([(("laser", 0.5), ("robot", 0.25))]), [0.423934, 0.186953, 0.233328, 0], atol=1e-6)
    # 0.6 * 2 + 0.4 * 1 = 1.6, idf ln(5 / 2.1); how often: 0.6, 0 and 1.
    np.testing.assert_allclose(index.scores([(("weld", 0.6), ("fond", 0.4))]), [0.213320, 0, 0.281656, 0], atol=1e-6)


def test_alternatives_of_one_term_give_less_than_terms_of_their_own() -> None:
    index = LexicalIndex.build([["inspect", "control"], ["inspect"], ["press"]])
    one = index.scores([(("inspect", 0.5), ("control", 0.5))])
    two = index.scores(alone("inspect", "control"))
    assert 0 < one[0] < two[0]
    assert one[0] > one[1] > one[2] == 0


def test_the_order_of_alternatives_and_a_stem_named_twice_change_nothing() -> None:
    index = LexicalIndex.build(HALL)
    expected = index.scores([(("weld", 0.75), ("robot", 0.25))])
    for group in ((("robot", 0.25), ("weld", 0.75)), (("weld", 0.5), ("robot", 0.25), ("weld", 0.25))):
        np.testing.assert_allclose(index.scores([group]), expected, rtol=1e-6)
        assert index.ceiling([group]) == pytest.approx(index.ceiling([(("weld", 0.75), ("robot", 0.25))]))


def test_unknown_alternatives_add_nothing() -> None:
    index = LexicalIndex.build(HALL)
    with_unknown: Group = (("laser", 0.6), ("unknown", 0.4))
    np.testing.assert_array_equal(index.scores([with_unknown]), index.scores([(("laser", 0.6),)]))
    assert index.ceiling([with_unknown]) == index.ceiling([(("laser", 0.6),)])


def test_no_term_is_in_more_texts_than_there_are() -> None:
    index = LexicalIndex.build([["laser", "robot"], ["laser", "robot"]])
    everywhere: Group = (("laser", 1.0), ("robot", 5.0))
    assert index.ceiling([everywhere]) == pytest.approx(math.log(1 + 0.5 / 2.5))
    assert (index.scores([everywhere]) > 0).all()


def test_the_ceiling_of_a_term_is_its_idf() -> None:
    index = LexicalIndex.build(HALL)
    assert index.ceiling(alone("laser")) == pytest.approx(math.log(10 / 3))
    assert index.ceiling([(("laser", 0.5), ("robot", 0.25)), (("robot", 1.0),)]) == pytest.approx(
        math.log(10 / 3) + math.log(2)
    )
    assert index.ceiling(alone("unknown")) == index.ceiling([()]) == pytest.approx(math.log(10))
    assert index.ceiling([]) == 0.0


def test_a_text_full_of_a_term_comes_close_to_the_ceiling() -> None:
    index = LexicalIndex.build([["laser"] * 100_000, ["robot"] * 100_000])
    for groups in (alone("laser"), [(("laser", 0.5), ("fond", 0.5))]):
        assert index.scores(groups)[0] / index.ceiling(groups) > 0.999


@pytest.mark.parametrize("weight", [0.0, -1.0, math.nan, math.inf])
def test_a_weight_that_is_none_is_refused(weight: float) -> None:
    index = LexicalIndex.build(HALL)
    for stem in ("laser", "unknown"):
        with pytest.raises(ValueError, match="weight") as raised:
            index.scores([((stem, weight),)])
        assert stem not in str(raised.value)  # a need is a firm's secret
        with pytest.raises(ValueError, match="weight"):
            index.ceiling([((stem, weight),)])


def test_the_document_frequency_counts_texts() -> None:
    index = LexicalIndex.build(HALL)
    assert [index.document_frequency(stem) for stem in ("laser", "robot", "weld", "fond", "unknown", "")] == [1, 2, 2, 1, 0, 0]


@pytest.mark.parametrize("texts", [[], [[]], [[], []], [["laser"], []], [[], ["laser"]]])
def test_texts_without_any_term_have_rows_and_no_score(texts: list[list[str]]) -> None:
    index = LexicalIndex.build(texts)
    assert len(index) == len(texts)
    assert [bool(score) for score in index.scores(alone("laser"))] == ["laser" in text for text in texts]
    assert index.ceiling(alone("laser")) > 0.0


def test_a_need_without_terms_or_with_unknown_ones_scores_nothing() -> None:
    index = LexicalIndex.build([["laser"], ["robot"]])
    for groups in ([], [()], alone("unknown")):
        assert index.scores(groups).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("texts", [HALL, [["è", "\ud800", '"', ""], ["二"]], [["laser"] * 70_000], [[], []], []])
def test_what_was_saved_is_what_is_loaded_and_saved_again(tmp_path: Path, texts: Sequence[list[str]]) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    built = LexicalIndex.build(iter(texts))
    for folder in (first, second):
        folder.mkdir()
    built.save(first)
    loaded = LexicalIndex.load(first)
    loaded.save(second)
    assert {path.name: path.read_bytes() for path in first.iterdir()} == {p.name: p.read_bytes() for p in second.iterdir()}
    assert len(loaded) == len(built)
    for stem in {stem for text in texts for stem in text} | {"unknown"}:
        groups: list[Group] = [((stem, 1.0),), ((stem, 0.5), ("laser", 0.5))]
        np.testing.assert_array_equal(loaded.scores(groups), built.scores(groups))
        assert loaded.ceiling(groups) == built.ceiling(groups)
        assert loaded.document_frequency(stem) == built.document_frequency(stem) == sum(stem in text for text in texts)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A folder with the saved index of the four texts, to be damaged."""
    LexicalIndex.build(HALL).save(tmp_path)
    return tmp_path


def test_a_file_that_is_missing_cut_or_something_else_is_noticed(saved: Path) -> None:
    assert {path.name for path in saved.iterdir()} == {VOCABULARY, *(f"{name}.npy" for name in ARRAYS)}
    for path in sorted(saved.iterdir()):
        content = path.read_bytes()
        for damaged in (
            b"",
            b"\0",
            b"PK\x03\x04",
            b"[" * 100_000,
            b"\xff" * len(content),
            *(content[:n] for n in range(len(content))),
        ):
            path.write_bytes(damaged)
            with pytest.raises(SnapshotDamagedError, match=f"{saved.name}.*scout index --full"):
                LexicalIndex.load(saved)
        path.unlink()
        with pytest.raises(SnapshotDamagedError):
            LexicalIndex.load(saved)
        path.mkdir()
        with pytest.raises(SnapshotDamagedError):
            LexicalIndex.load(saved)
        path.rmdir()
        path.write_bytes(content)
    assert len(LexicalIndex.load(saved)) == 4


def test_a_changed_byte_is_noticed_or_leaves_an_index_that_works(saved: Path) -> None:
    for path in sorted(saved.iterdir()):
        content = path.read_bytes()
        for place in range(len(content)):
            path.write_bytes(content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :])
            try:
                index = LexicalIndex.load(saved)
            except SnapshotDamagedError:
                continue
            assert np.isfinite(index.scores(alone("laser", "robot", "weld", "fond"))).all()
        path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("starts", [0, 1, 3, 5]),  # a stem fewer
        ("starts", [0, 1, 3, 5, 7]),  # beyond the postings
        ("starts", [1, 2, 3, 5, 6]),
        ("starts", [0, 3, 3, 5, 6]),  # a stem without postings
        ("starts", [0, 3, 1, 5, 6]),
        ("starts", [0, 2, 3, 5, 6]),  # rows that fall within a stem
        ("rows", [0, 0, 2, 1, 2]),
        ("rows", [0, 0, 2, 1, 4, 2]),
        ("rows", [0, 0, -2, 1, 2, 2]),
        ("rows", [0, 2, 2, 1, 2, 2]),
        ("counts", [2, 1, 1, 1, 2, 0]),
        ("counts", [2, 1, 1, 1, 2, -1]),
        ("counts", [2, 1, 1, 1, 2, 2]),
        ("counts", [2, 1, 1, 1, 2]),
        ("lengths", [3, 1]),
        ("lengths", [3, 1, 5, 0]),
        ("lengths", [3, 1, 4, 1]),
        ("lengths", []),
    ],
)
def test_files_that_contradict_each_other_are_noticed(saved: Path, name: str, values: list[int]) -> None:
    path = saved / f"{name}.npy"
    assert np.load(path).tolist() != values
    np.save(path, np.array(values, np.int32))
    with pytest.raises(SnapshotDamagedError):
        LexicalIndex.load(saved)


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_of_another_form_are_noticed(saved: Path, name: str) -> None:
    path = saved / f"{name}.npy"
    right = np.load(path)
    for wrong in (right.astype(np.float32), right.astype(np.int64), right[None], right.astype(object), np.array(3, np.int32)):
        np.save(path, wrong)
        with pytest.raises(SnapshotDamagedError):
            LexicalIndex.load(saved)


@pytest.mark.parametrize(
    "content", [{}, 5, None, [1, 2, 3, 4], ["a"], ["a", "a", "b", "c"], ["a", "b", "c", "d", "e"], ["a", "b", "c", None]]
)
def test_a_vocabulary_that_is_none_is_noticed(saved: Path, content: object) -> None:
    (saved / VOCABULARY).write_text(json.dumps(content))
    with pytest.raises(SnapshotDamagedError):
        LexicalIndex.load(saved)


@pytest.mark.parametrize("name", [VOCABULARY, *(f"{name}.npy" for name in ARRAYS)])
def test_a_full_disk_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        LexicalIndex.build(HALL).save(tmp_path)


def test_the_stems_of_a_text_are_had_with_what_each_scores_in_it() -> None:
    index = LexicalIndex.build(HALL)
    for row, text in enumerate(HALL):
        assert index.of_text(row) == {stem: pytest.approx(bm25(HALL, alone(stem))[row]) for stem in {*text}}


def test_threads_get_what_one_gets() -> None:
    random = np.random.default_rng(3)
    words = [f"w{n}" for n in range(200)]
    index = LexicalIndex.build([[words[n] for n in random.zipf(1.3, 40) % 200] for _ in range(500)])
    needs = [[tuple((words[n], 0.25) for n in random.integers(0, 200, 4)) for _ in range(8)] for _ in range(60)]
    expected = [index.scores(need) for need in needs]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            for got, right in zip(pool.map(index.scores, needs), expected, strict=True):
                np.testing.assert_array_equal(got, right)
