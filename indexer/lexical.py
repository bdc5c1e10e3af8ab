"""The only door to the BM25 engine (bm25s): term search over texts, each analysed in its own language."""

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import bm25s
import numpy as np

from indexer.dense import Scores
from indexer.errors import SnapshotDamagedError

K1, B = 1.6, 0.3
"""BM25's saturation and length normalisation; less of the length effect than usual: startups' texts differ much in size."""


class LexicalIndex:
    """BM25 scores of all texts for a need. Immutable after it is made; safe to use from several threads."""

    def __init__(self, engine: bm25s.BM25, size: int) -> None:
        """Wrap an engine; use `build` or `load`."""
        self._engine = engine
        self._size = size

    @classmethod
    def build(cls, texts: Iterable[Sequence[str]]) -> "LexicalIndex":
        """Index texts given as their stems, text i under row i."""
        stems = [list(text) for text in texts]
        engine = bm25s.BM25(k1=K1, b=B, method="lucene")
        engine.index(stems if any(stems) else [[""] for _ in stems], show_progress=False)  # it cannot do without any term
        return cls(engine, len(stems))

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Read what `save` wrote.

        Raises:
            SnapshotDamagedError: the folder does not hold a BM25 index.
        """
        try:
            engine = bm25s.BM25.load(str(folder), load_corpus=False, show_progress=False, allow_pickle=False)
            size = json.loads((folder / "size.json").read_text())
        except (OSError, ValueError, KeyError) as error:
            raise SnapshotDamagedError(f"{folder} cannot be read as a BM25 index: run `scout index --full`") from error
        return cls(engine, size)

    def save(self, folder: Path) -> None:
        """Write the index into a folder."""
        self._engine.save(str(folder), show_progress=False, allow_pickle=False)
        (folder / "size.json").write_text(json.dumps(self._size))

    def __len__(self) -> int:
        """Return the number of texts."""
        return self._size

    def scores(self, stems: Sequence[str]) -> Scores:
        """Return the BM25 score of every text for the stems of a need, shape (len(self),); 0 where none occurs."""
        known = [stem for stem in stems if stem in self._engine.vocab_dict]
        if not known:
            return np.zeros(self._size, np.float32)
        return np.asarray(self._engine.get_scores(known), np.float32)

    def ceiling(self, stems: Sequence[str]) -> float:
        """Return the highest score that any text could have for the stems of a need (each one endlessly often in it)."""
        starts = self._engine.scores["indptr"]
        total = 0.0
        for stem in stems:
            token = self._engine.vocab_dict.get(stem)
            holding = 0 if token is None else int(starts[token + 1] - starts[token])
            total += math.log(1.0 + (self._size - holding + 0.5) / (holding + 0.5))
        return total
