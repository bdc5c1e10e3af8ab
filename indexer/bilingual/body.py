"""The transformer body that both languages share: input rows to unit vectors, by ONNX Runtime or by torch."""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from indexer.errors import ModelError

Rows = npt.NDArray[np.float32]
"""A text on its way into the body, shape (tokens, width): word-embedding rows, [CLS] first and [SEP] last."""
Vectors = npt.NDArray[np.float32]

TORCH_BATCH = 8
"""Texts that torch encodes at once; of like lengths, so little goes to padding."""
FATAL = 4
"""ONNX Runtime's severity: what is less reaches the terminal otherwise, and errors are raised anyway."""
AWAKE = 300
"""Microseconds that ONNX Runtime's threads wait for the next product before they sleep; else they hold their processors for a
second after each run."""

SHARED = 2
"""Threads that share the products of a text alone, at most: they are too small for more."""


class Body(Protocol):
    """What is common to all texts: position embeddings, the layers, the mean over the tokens, length one."""

    @property
    def name(self) -> str:
        """The road and its number format, for people."""

    def vectors(self, texts: Iterable[Rows]) -> Vectors:
        """Return unit vectors of shape (texts, width), in the order given; safe to call from several threads.

        A text has at least two rows, and at most as many as the model has positions.
        """

    def readings(self, texts: Iterator[Rows]) -> Vectors:
        """Return the same vectors for a few texts, at least one, soon: the first is encoded while the next are being made."""


class TorchBody:
    """The model as it is, in fp32: exact, works wherever torch does, slow."""

    name = "torch-fp32"

    def __init__(self, base: Path) -> None:
        """Load the body of the BERT model in the folder `base` onto the CPU.

        Raises:
            ModelError: it cannot be loaded.
        """
        from transformers import BertModel  # noqa: PLC0415  # torch takes seconds that the fast road need not pay
        from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

        disable_progress_bar()
        try:
            self._model = BertModel.from_pretrained(base, local_files_only=True)
            self._model.train(mode=False)
        except Exception as error:  # transformers raises what it likes
            raise ModelError(f"cannot load the transformer in {base}: {_first_line(error)} (reinstall its package)") from error

    def vectors(self, texts: Iterable[Rows]) -> Vectors:
        """Return unit vectors of shape (texts, width), in the order given."""
        rows = list(texts)
        result = np.zeros((len(rows), self._model.config.hidden_size), np.float32)
        order = _longest_first(rows)
        for start in range(0, len(order), TORCH_BATCH):
            batch = order[start : start + TORCH_BATCH]
            result[batch] = self._batch([rows[i] for i in batch])
        return result

    def readings(self, texts: Iterator[Rows]) -> Vectors:
        """Return unit vectors as `vectors` does: torch's threads share the work of a batch."""
        return self.vectors(texts)

    def _batch(self, rows: Sequence[Rows]) -> Vectors:
        import torch  # noqa: PLC0415

        padded = np.zeros((len(rows), max(map(len, rows)), rows[0].shape[1]), np.float32)
        mask = np.zeros(padded.shape[:2], np.int64)
        for row, text in enumerate(rows):
            padded[row, : len(text)] = text
            mask[row, : len(text)] = 1
        with torch.inference_mode():
            real = torch.from_numpy(mask)
            states = self._model(inputs_embeds=torch.from_numpy(padded), attention_mask=real).last_hidden_state
            sums = (states * real.unsqueeze(-1)).sum(1)  # the mean but for its length, which goes anyway
            return np.asarray(torch.nn.functional.normalize(sums, dim=1).numpy(), np.float32)


class OnnxBody:
    """The body as `quantise.prepare` wrote it.

    Texts go one by one: without padding, and since the numbers inside are scaled per call, a text's vector does not depend on
    its neighbours. They go several at once, each on a thread of its own, as quick as batches. The products of one text alone
    are shared out to two threads.
    """

    name = "onnx-int8"

    def __init__(self, path: Path, threads: int = 0) -> None:
        """Load the ONNX file `path`; `threads` texts at once (0: as many as there are processors to use).

        Raises:
            ModelError: it cannot be loaded.
        """
        self._threads = threads or _processors()
        self._pool = ThreadPoolExecutor(self._threads, "encoder")
        try:
            import onnxruntime  # noqa: PLC0415  # `scout --help` need not pay for it

            # A path of any alphabet can be read by Python.
            content = path.read_bytes()
            self._apart, self._together = (_session(onnxruntime, content, number) for number in (1, min(self._threads, SHARED)))
            self._width = int(self._apart.get_outputs()[0].shape[1])
        except Exception as error:  # ONNX Runtime raises what it likes
            raise ModelError(f"cannot load {path}: {_first_line(error)} (delete it, it is made anew)") from error

    def vectors(self, texts: Iterable[Rows]) -> Vectors:
        """Return unit vectors of shape (texts, width), in the order given; the next texts are read while some are encoded."""
        if not isinstance(texts, Sequence):
            made = [task.result() for task in [self._later(rows) for rows in texts]]
        elif len(texts) <= 1:
            made = [_encoded(self._together, rows) for rows in texts]
        else:  # this thread is awake already
            others = [self._later(rows) for rows in texts[1:]]
            made = [_encoded(self._apart, texts[0])]
            made += [task.result() for task in others]
        return np.array(made, np.float32).reshape(len(made), self._width)

    def readings(self, texts: Iterator[Rows]) -> Vectors:
        """Return unit vectors of shape (texts, width), in the order given; the first text is encoded aside.

        It goes to a thread of ONNX Runtime's, which unlike Python's need not wait for the interpreter. All are read by one
        session, so that its weights come from memory once.

        Raises:
            ModelError: ONNX Runtime failed aside.
        """
        if self._threads == 1:
            return self.vectors(list(texts))
        ended: SimpleQueue[tuple[Sequence[Vectors], str]] = SimpleQueue()
        fed = _fed(next(texts))
        self._together.run_async(None, fed, _put, (ended, fed))  # ONNX Runtime does not keep what it is fed with
        others = [_encoded(self._together, rows) for rows in texts]
        vectors, fault = ended.get()
        if fault:
            raise ModelError(f"the fast encoder failed: {fault}")
        return np.array([vectors[0][0], *others], np.float32)

    def _later(self, rows: Rows) -> "Future[Vectors]":
        return self._pool.submit(_encoded, self._apart, rows)


def _encoded(session: Any, rows: Rows) -> Vectors:  # noqa: ANN401  # it ships no types
    found: Vectors = session.run(None, _fed(rows))[0][0]
    return found


def _fed(rows: Rows) -> dict[str, Rows]:
    return {"rows": np.ascontiguousarray(rows, np.float32)[np.newaxis]}


def _put(vectors: Sequence[Vectors], ended: "tuple[SimpleQueue[tuple[Sequence[Vectors], str]], object]", fault: str) -> None:
    ended[0].put((vectors, fault))


def _session(onnxruntime: Any, content: bytes, threads: int) -> Any:  # noqa: ANN401  # it ships no types
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = FATAL
    options.add_session_config_entry("session.intra_op.spin_duration_us", str(AWAKE))
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def _longest_first(rows: Sequence[Rows]) -> list[int]:
    return sorted(range(len(rows)), key=lambda i: len(rows[i]), reverse=True)


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # Linux only
        return os.cpu_count() or 1


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]
