"""Any cross-encoder of sentence-transformers as a Reranker."""

import hashlib
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indexer.encoder import readable
from indexer.errors import ModelError
from indexer.fusion import Scores
from indexer.model_files import HUB_NAME, fetch_descriptions, first_line
from indexer.reranking import BATCH, SecondLook
from indexer.settings import RerankSettings

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

SETTING = "SCOUT_RERANK_MODEL"
LONGEST = 512
"""Tokens read of a need and a passage together, also by models that could read more."""
MEND = f"name the folder or hub name of a cross-encoder with one score per pair in {SETTING}, or unset it"
HEAD = "ForSequenceClassification"


class CrossEncoderReranker:
    """A Reranker over a cross-encoder, in fp32 on the CPU. Safe to call from several threads: they take turns."""

    def __init__(self, model: str) -> None:
        """Load `model`, a folder or a hub name; the hub is asked only for what is not on this machine.

        Raises:
            ModelError: it cannot be loaded, or is of no use; the message says how to mend it.
        """
        folder = Path(model).expanduser()
        if not folder.is_dir() and not HUB_NAME.fullmatch(model):
            raise ModelError(f"cannot load the reranker {model!r}: it is no folder here ({MEND})")
        self.name = folder.resolve().name if folder.is_dir() else model
        self._turn = threading.Lock()
        try:
            self._model = _load(str(folder) if folder.is_dir() else model, is_folder=folder.is_dir())
            self.digest = _digest(self._model)
            self._try()
        except ModelError:
            raise
        except Exception as error:  # sentence-transformers, transformers and the hub raise what they like
            raise ModelError(f"cannot load the reranker {model!r}: {first_line(error)} ({MEND})") from error

    def _try(self) -> None:
        """Refuse a model whose scores are of no use."""
        heads = getattr(getattr(self._model.model, "config", None), "architectures", None) or ()
        if self._model.num_labels != 1 or not any(str(head).endswith(HEAD) for head in heads):
            raise ModelError(f"cannot load the reranker {self.name!r}: it gives no score for a pair of texts ({MEND})")
        scores = self.scores("one", ["one", "two"], None)
        if scores is None or scores.shape != (2,) or not np.isfinite(scores).all():
            raise ModelError(f"the reranker {self.name!r} makes scores without usable numbers: its files are damaged ({MEND})")

    def scores(self, need: str, texts: Sequence[str], until: float | None) -> Scores | None:
        """Return a score per text, shape (len(texts),); nothing if others have their turn until the moment `until`."""
        if not self._turn.acquire(timeout=-1 if until is None else max(0.0, until - time.monotonic())):
            return None
        try:
            pairs = [(readable(need), readable(text)) for text in texts]
            return np.asarray(self._model.predict(pairs, batch_size=BATCH, show_progress_bar=False), np.float32)
        finally:
            self._turn.release()


def chosen_second_look(settings: RerankSettings) -> SecondLook | None:
    """Return the second look that the settings name; nothing where they name no model, and nothing is imported then.

    Raises:
        ModelError: see `CrossEncoderReranker`.
    """
    return SecondLook(CrossEncoderReranker(settings.model), settings.budget) if settings.model else None


def _load(source: str, *, is_folder: bool) -> "CrossEncoder":
    import torch  # noqa: PLC0415  # seconds of import that only who wants a reranker pays
    from sentence_transformers import CrossEncoder  # noqa: PLC0415
    from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415

    disable_progress_bar()  # it shows even without a terminal

    def load(*, local: bool) -> CrossEncoder:
        made: CrossEncoder = CrossEncoder(
            source,
            device="cpu",
            trust_remote_code=False,
            local_files_only=local,
            model_kwargs={"dtype": torch.float32},  # as it was trained; half precision is slow on a CPU
        )
        return made

    try:
        model = load(local=True)
    except Exception:
        if is_folder:
            raise
        fetch_descriptions(source, SETTING)  # says within seconds that the hub cannot be had
        model = load(local=False)
    model.max_seq_length = min(model.max_seq_length or LONGEST, LONGEST)
    model.float().eval()
    return model


def _digest(model: "CrossEncoder") -> str:
    total = hashlib.sha256(f"{model.max_seq_length}|{model.activation_fn}".encode())
    for key, tensor in sorted(model.state_dict().items()):
        total.update(key.encode())
        total.update(np.ascontiguousarray(tensor.detach().float().numpy()).data)
    return total.hexdigest()
