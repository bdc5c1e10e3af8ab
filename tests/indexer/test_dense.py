"""The dense index scores every row exactly, before and after it was on disk."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.dense import DenseIndex
from indexer.encoder import Vectors
from indexer.errors import SnapshotDamagedError
from tests.indexer.conftest import steady


def unit_rows(count: int, dimension: int, seed: int) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@steady
@given(count=st.integers(1, 200), dimension=st.integers(1, 40), seed=st.integers(0, 1000), copies=st.integers(1, 3))
def test_scores_are_the_inner_products_with_every_row(count: int, dimension: int, seed: int, copies: int) -> None:
    rows = np.repeat(unit_rows(count, dimension, seed), copies, axis=0)
    need = unit_rows(1, dimension, seed + 1)[0]
    index = DenseIndex.build(rows)
    np.testing.assert_allclose(index.scores(need), rows @ need, atol=1e-6)
    assert (len(index), index.dimension) == (count * copies, dimension)


def test_what_was_saved_is_what_is_loaded(tmp_path: Path) -> None:
    rows = unit_rows(50, 16, 3)
    path = tmp_path / "vettori_è.faiss"
    DenseIndex.build(rows).save(path)
    loaded = DenseIndex.load(path)
    np.testing.assert_array_equal(loaded.vectors(), rows)
    np.testing.assert_array_equal(loaded.scores(rows[7]), DenseIndex.build(rows).scores(rows[7]))


def test_the_vectors_of_some_rows_are_those_of_all() -> None:
    rows = unit_rows(9, 4, 1)
    index = DenseIndex.build(rows)
    for start, end in ((0, 9), (2, 5), (8, 9), (3, 3)):
        np.testing.assert_array_equal(index.vectors(start, end), rows[start:end])


@pytest.mark.parametrize("content", [b"", b"no index", b"IxFI" + b"\xff" * 40])
def test_a_file_that_is_no_index_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.faiss"
    path.write_bytes(content)
    with pytest.raises(SnapshotDamagedError, match=r"x\.faiss"):
        DenseIndex.load(path)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SnapshotDamagedError, match=r"x\.faiss"):
        DenseIndex.load(tmp_path / "x.faiss")


def test_a_vector_of_another_length_is_refused() -> None:
    index = DenseIndex.build(unit_rows(3, 4, 1))
    for shape in ((3,), (5,), (1, 4), ()):
        with pytest.raises(ValueError, match="4 dimensions"):
            index.scores(np.zeros(shape, np.float32))
