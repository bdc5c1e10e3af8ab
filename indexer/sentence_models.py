"""Any sentence-transformers model as an Encoder: the door to that library, beside that of cross-encoders."""

import hashlib
import logging
import math
import threading
from collections.abc import Callable, Iterator, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from indexer.encoder import Vector, Vectors, packaged_model, readable, unit
from indexer.errors import ModelError
from indexer.model_files import ModelFiles, fetch_descriptions, find_model, first_line
from indexer.prompts import choose_prompts, family_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

logger = logging.getLogger(__name__)

BATCH = 8
"""Texts encoded at once; on a CPU small batches of like lengths waste least on padding."""
CHUNK = 512
"""Texts between two reports of progress."""
LONGEST = 512
"""Tokens read of a text, also by models that could read more: summaries fill what a model reads, at a cost beyond linear."""
MEND = "name a sentence-transformers folder or hub name in SCOUT_INDEX_MODEL, or unset it for the packaged model"


class SentenceTransformerEncoder:
    """An Encoder over any sentence-transformers model, in fp32 on the CPU, with the prompts that the model wants.

    Safe to call from several threads: they take turns, since the tokenizer keeps the limits of a call until the next one.
    """

    def __init__(self, model: str = "", *, query_prompt: str | None = None, passage_prompt: str | None = None) -> None:
        """Load `model` (a folder or a hub name; empty: the packaged all-MiniLM-L6-v2).

        Prompts that are None are those of the model's configuration, or of its family.

        Raises:
            ModelError: the model cannot be loaded, or is of no use; the message says how to mend it.
        """
        files = find_model(model or str(packaged_model()))
        self.name = files.name if model else "all-MiniLM-L6-v2"
        self._turn = threading.Lock()
        try:
            self._model = _load(files)
            self.prompts = MappingProxyType(
                choose_prompts(
                    {name: prompt for name, prompt in self._model.prompts.items() if prompt},
                    self._model.default_prompt_name,
                    files.names,
                    query=query_prompt,
                    passage=passage_prompt,
                )
            )
            self._model.prompts = {"query": self.prompts["query"], "document": self.prompts["passage"]}
            self._readers = tuple(_shorten(_reader(self._model, task)) for task in ("query", "document"))
            self.digest = self._digest()  # before the first text, which leaves its traces in the tokenizer
            self._tokens = _counter(self._readers[1].tokenizer)
            self.max_tokens = self._room()
            self.dimension = self._try()
        except ModelError:
            raise
        except Exception as error:  # sentence-transformers, transformers and the hub raise what they like
            said = f"cannot load the model {model or files.source!r}: {first_line(error)} ({_mend(error, files)})"
            raise ModelError(said) from error

    def _digest(self) -> str:
        total = hashlib.sha256()
        limits = ",".join(str(limit) for limit in dict.fromkeys(_limit(reader) for reader in self._readers))
        cut = "" if self._model.truncate_dim is None else f"|{self._model.truncate_dim}"
        total.update(f"{limits}|{self._model.prompts}|{self._model}{cut}".encode())
        for tokenizer in {id(reader.tokenizer): reader.tokenizer for reader in self._readers}.values():
            total.update(_backend(tokenizer).to_str().encode())
        for key, tensor in sorted(self._model.state_dict().items()):
            total.update(key.encode())
            total.update(np.ascontiguousarray(tensor.detach().float().numpy()).data)
        return total.hexdigest()

    def _room(self) -> int:
        """Return the tokens that are left for a passage beside its prompt and the special tokens."""
        rooms = []
        for reader, prompt in zip(self._readers, self.prompts.values(), strict=True):
            limit = int(min(_limit(reader), LONGEST))
            special = int(reader.tokenizer.num_special_tokens_to_add(False))  # `pair`, or `is_pair` with `tokenizers`
            rooms.append(limit - special - _counter(reader.tokenizer)([prompt])[0])
            if rooms[-1] < 1:
                raise ModelError(
                    f"the model {self.name!r} reads {limit} tokens, and its prompt {prompt[:80]!r} fills them all: shorten"
                    " SCOUT_INDEX_QUERY_PROMPT or SCOUT_INDEX_PASSAGE_PROMPT"
                )
        return rooms[1]

    def _try(self) -> int:
        """Return the length of the vectors; refuses a model whose vectors are of no use."""
        needs, passages = (
            np.asarray(encode(["one", "two"], show_progress_bar=False), np.float32)
            for encode in (self._model.encode_query, self._model.encode_document)
        )
        if needs.shape != passages.shape:
            sizes = f"{needs.shape[1]} numbers for a need and of {passages.shape[1]} for a passage"
            raise ModelError(f"the model {self.name!r} makes vectors of {sizes}, which cannot be compared ({MEND})")
        if not passages.size or not np.isfinite((needs, passages)).all() or not passages.any():
            raise ModelError(f"the model {self.name!r} makes vectors without usable numbers: its files are damaged ({MEND})")
        if np.allclose(passages[0], passages[1], atol=1e-6):
            raise ModelError(
                f"the model {self.name!r} cannot tell texts apart: the files of its tokenizer are missing or of another model"
                f" ({MEND})"
            )
        return int(passages.shape[1])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has, special tokens not counted."""
        with self._turn:
            return self._tokens(list(map(readable, texts))) if texts else []

    def encode_passages(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        """Return unit vectors of shape (len(texts), dimension); `on_progress` is told how many texts are done.

        Raises:
            ModelError: a vector is not made of numbers.
        """
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]), reverse=True)  # like lengths together: little padding
        for start in range(0, len(order), CHUNK):
            rows = order[start : start + CHUNK]
            given = [readable(texts[i]) for i in rows]
            with self._turn:
                vectors[rows] = self._checked(self._model.encode_document(given, batch_size=BATCH, show_progress_bar=False))
            if on_progress is not None:
                on_progress(start + len(rows))
        return vectors

    def encode_need(self, text: str) -> Vector:
        """Return the unit vector of a need, shape (dimension,).

        Raises:
            ModelError: the vector is not made of numbers.
        """
        with self._turn:
            vector: Vector = self._checked(self._model.encode_query([readable(text)], show_progress_bar=False))[0]
        return vector

    def _checked(self, vectors: Any) -> Vectors:  # noqa: ANN401  # an array, as sentence-transformers gives it
        made = unit(vectors)
        if not np.isfinite(made).all():
            raise ModelError(f"the model {self.name!r} made a vector that is not made of numbers ({MEND})")
        return made


def _load(files: ModelFiles) -> "SentenceTransformer":
    import torch  # noqa: PLC0415  # seconds of import that `scout --help` need not pay
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

    disable_progress_bar()  # it shows even without a terminal

    def load(*, local: bool) -> SentenceTransformer:
        return SentenceTransformer(
            files.source,
            device="cpu",
            trust_remote_code=False,
            local_files_only=local,
            model_kwargs={"dtype": torch.float32},  # as it was trained; half precision is slow on a CPU
        )

    try:
        model = load(local=True)  # also what the hub gave once: without a network it would be asked for minutes
    except Exception:
        if files.is_folder:
            raise
        fetch_descriptions(files.source)  # says within seconds that the hub cannot be had
        model = load(local=False)
    return model.float().eval()


def _reader(model: "SentenceTransformer", task: str) -> Any:  # noqa: ANN401  # any module that reads text
    """Return the module that reads the texts of a task: asymmetric models have one for needs and one for passages."""
    from sentence_transformers.base.modules import Router  # noqa: PLC0415

    first: Any = model[0]
    if isinstance(first, Router):
        ways = [first.route_mappings.get(key) for key in ((task, "text"), (task, None), (None, "text"), (None, None))]
        route = next((way for way in (*ways, task, "text", first.default_route) if way and way in first.sub_modules), None)
        if route is None:
            raise ValueError(f"its router has no route for {task!r}")
        return next(first.sub_modules[route].children())
    return first


def _shorten(reader: Any) -> Any:  # noqa: ANN401  # see `_reader`
    """Return `reader`, made to read no more than `LONGEST` tokens."""
    if getattr(reader, "tokenizer", None) is None or not hasattr(_backend(reader.tokenizer), "to_str"):
        raise ValueError("it has no tokenizer that tokens could be counted with")
    if LONGEST < _limit(reader) < math.inf:
        reader.max_seq_length = LONGEST
    return reader


def _limit(reader: Any) -> float:  # noqa: ANN401  # see `_reader`
    return getattr(reader, "max_seq_length", None) or math.inf


def _backend(tokenizer: Any) -> Any:  # noqa: ANN401  # of `transformers` or of `tokenizers`
    return getattr(tokenizer, "backend_tokenizer", tokenizer)


def _counter(tokenizer: Any) -> Callable[[list[str]], list[int]]:  # noqa: ANN401  # of `transformers` or of `tokenizers`
    """Return what counts the tokens of texts, without special ones and without a limit."""
    if hasattr(tokenizer, "backend_tokenizer"):
        return lambda texts: [
            len(ids) for ids in tokenizer(texts, add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
        ]
    free = type(tokenizer).from_str(tokenizer.to_str())
    free.no_truncation()
    return lambda texts: [len(one.ids) for one in free.encode_batch(texts, add_special_tokens=False)]


def _chain(error: BaseException) -> Iterator[str]:
    one: BaseException | None = error
    while one is not None:
        yield str(one)
        one = one.__cause__ or one.__context__


def _mend(error: Exception, files: ModelFiles) -> str:
    said = " ".join(_chain(error))
    if "trust_remote_code" in said:
        family = family_of(files.names)
        instead = f"take {family.own_code} instead, or " if family is not None and family.own_code else ""
        return f"it brings code of its own, which this program never runs: {instead}{MEND}"
    return MEND
