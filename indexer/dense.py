"""The only door to FAISS: exact inner products over unit vectors."""

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from indexer.encoder import Vectors
from indexer.errors import SnapshotDamagedError

Scores = npt.NDArray[np.float32]


class DenseIndex:
    """Vectors in rows, searched exactly. Immutable after it is made; safe to search from several threads."""

    def __init__(self, index: Any) -> None:  # noqa: ANN401  # FAISS ships no types
        """Wrap a FAISS index; use `build` or `load`."""
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> "DenseIndex":
        """Index unit vectors of shape (n, dimension), row i under id i."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, np.float32))
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> "DenseIndex":
        """Read what `save` wrote.

        Raises:
            SnapshotDamagedError: the file is not a FAISS index.
        """
        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:
            raise SnapshotDamagedError(f"{path} cannot be read as a FAISS index: run `scout index --full`") from error

    def save(self, path: Path) -> None:
        """Write the index to a file, with an OSError where that fails: FAISS's own writer misses a full disk."""
        path.write_bytes(faiss.serialize_index(self._index).data)

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    def vectors(self, start: int = 0, end: int | None = None) -> Vectors:
        """Return the vectors of the rows from `start` to `end`, all unless given, shape (n, dimension)."""
        end = len(self) if end is None else end
        return np.asarray(self._index.reconstruct_n(start, end - start), np.float32)

    def scores(self, vector: Vectors) -> Scores:
        """Return the inner product of `vector`, shape (dimension,), with every row, shape (len(self),).

        Raises:
            ValueError: the vector is of another length.
        """
        if vector.shape != (self.dimension,):
            raise ValueError(f"a vector of shape {vector.shape} for an index of {self.dimension} dimensions")
        one, scores = np.ascontiguousarray(vector, np.float32), np.empty(len(self), np.float32)
        # FAISS's kernel, without the sorting that its search adds: several times faster when every score is wanted.
        faiss.fvec_inner_products_ny(  # type: ignore[attr-defined]  # missing in the types that FAISS ships
            faiss.swig_ptr(scores), faiss.swig_ptr(one), self._index.get_xb(), self.dimension, len(self)
        )
        return scores
