"""Where a model's files are, a folder or the hub, and what they say of it; refuses what is no sentence encoder."""

import json
import logging
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from indexer.errors import ModelError

logger = logging.getLogger(__name__)

SETTING = "SCOUT_INDEX_MODEL"
PATIENCE = 5.0
"""Seconds that the hub has for its first answer; later ones may take longer, since it is there."""
DESCRIPTIONS = ("modules.json", "config.json", "config_sentence_transformers.json", "README.md")
"""The small files that say what a model is; fetched, and judged, before its weights."""
HUB_NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)?", re.ASCII)
OTHER_KINDS = {
    "cross": "a cross-encoder, which compares two texts and makes no vectors",
    "sparse": "a sparse encoder, whose vectors are as long as a vocabulary",
    "splade": "a sparse encoder, whose vectors are as long as a vocabulary",
    "multivector": "a multi-vector encoder, which makes a vector per token",
}


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model that may be loaded."""

    name: str
    """For people: a folder's or hub name."""
    source: str
    """The folder, or the full name on the hub."""
    is_folder: bool
    names: tuple[str, ...]
    """All names by which its family may be known, its own first."""


def find_model(model: str) -> ModelFiles:
    """Return the files of `model`, a folder or a hub name; the hub is asked only for what is not on this machine.

    Raises:
        ModelError: there is no such model, or it is no sentence encoder; the message says how to mend it.
    """
    folder = Path(os.path.expanduser(model))  # noqa: PTH111  # a home that is unknown stays as it is, and is no folder then
    try:
        if folder.is_dir():
            names = (_hub_name(folder) or folder.resolve().name, *_read(folder, model))
            return ModelFiles(folder.resolve().name, str(folder), True, names)
        if folder.is_file():
            raise _refusal(model, "is a file", "name the folder of a sentence-transformers model")
    except OSError as error:
        raise _refusal(model, f"cannot be read: {error.strerror or error}", "check the permissions") from error
    if not HUB_NAME.fullmatch(model) or model.startswith("."):
        raise _refusal(model, "is no folder here", "name the folder of a sentence-transformers model, or a hub name")
    full = model if "/" in model else f"sentence-transformers/{model}"
    return ModelFiles(model, full, False, (full, *_read(_cached(full) or fetch_descriptions(full), model)))


def fetch_descriptions(name: str, setting: str = SETTING) -> Path:
    """Return the folder of the hub's cache with the small files of the model `name`, fetched from the hub.

    Args:
        name: the model's full name on the hub.
        setting: the one that names it, for messages.

    Raises:
        ModelError: the hub does not answer within a few seconds, or has no such model.
    """
    from huggingface_hub import HfApi, hf_hub_download  # noqa: PLC0415  # half a second that a model in a folder need not pay
    from huggingface_hub.errors import GatedRepoError, OfflineModeIsEnabled, RepositoryNotFoundError  # noqa: PLC0415

    refusal = partial(_refusal, name, setting=setting)
    try:
        files = {file.rfilename for file in _answer(HfApi(), name).siblings or ()}
        fetched = [Path(hf_hub_download(name, file)) for file in DESCRIPTIONS if file in files]
    except GatedRepoError as error:
        mend = "accept it on the model's page there, then run `hf auth login`; or name another model"
        raise refusal("is given by the hub only to who accepts its licence", mend) from error
    except RepositoryNotFoundError as error:
        mend = "check its spelling, owner and name, such as intfloat/multilingual-e5-small; a private one needs `hf auth login`"
        raise refusal("is no folder here, and the hub has no such model", mend) from error
    except OfflineModeIsEnabled as error:
        mend = "unset HF_HUB_OFFLINE to have it fetched, or name a folder"
        raise refusal("is not on this machine, and HF_HUB_OFFLINE is set", mend) from error
    except Exception as error:  # the client of the hub, and its own client of HTTP, raise what they like
        mend = "check the connection, or fetch the model elsewhere and name its folder"
        raise refusal(f"is not on this machine, and the hub does not give it: {first_line(error)}", mend) from error
    if not fetched:
        raise refusal("holds no model", "name a sentence-transformers model")
    return fetched[0].parent


def first_line(error: Exception) -> str:
    """Return what `error` says, in one line of at most 300 characters."""
    said = str(error).strip()
    return said.splitlines()[0][:300] if said else type(error).__name__


def _answer(hub: Any, name: str) -> Any:  # noqa: ANN401  # the hub's client is imported only when it is needed
    """Return the hub's account of a model; a thread, since the lookup of a host's name heeds no timeout."""
    outcome: list[Any] = []

    def ask() -> None:
        try:
            outcome.append(hub.model_info(name, timeout=PATIENCE))
        except Exception as error:  # noqa: BLE001  # raised again below, in the thread that asked
            outcome.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PATIENCE)
    if not outcome:
        raise TimeoutError(f"no answer within {PATIENCE:.0f} seconds")
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]


def _cached(name: str) -> Path | None:
    """Return the folder of a model that the hub gave once, if it is known whether it has a modules.json.

    Other programs may have fetched a part of it; without its modules.json it would be taken for a plain transformer.
    """
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415

    modules, config = (try_to_load_from_cache(name, file) for file in ("modules.json", "config.json"))
    known = modules if isinstance(modules, str) else config if modules is not None else None
    return Path(known).parent if isinstance(known, str) else None


def _hub_name(folder: Path) -> str | None:
    """Return the hub name that a folder of the hub's cache stands for."""
    parts = [part.split("--", 2) for part in folder.resolve().parts if part.startswith("models--")]
    return "/".join(parts[-1][1:]) if parts else None


def _read(folder: Path, model: str) -> tuple[str, ...]:
    """Return the names that the files in `folder` give their model; refuses what makes no vector per text."""
    modules, config, own = (_json(folder / name, model) for name in DESCRIPTIONS[:3])
    config = config if isinstance(config, dict) else {}
    if modules is None and not config:
        raise _refusal(model, "holds no model: no modules.json, no config.json", "name the folder that a model was saved to")
    kind = str(own.get("model_type", "") if isinstance(own, dict) else "")
    types = [str(one.get("type", "")) for one in modules or () if isinstance(one, dict)]
    for word, said in OTHER_KINDS.items():
        if any(word in one.replace("_", "").lower() for one in (kind, *types)):
            raise _refusal(model, f"is {said}", "name a sentence-transformers model with one vector per text")
    if modules is None:
        if any(str(one).endswith("ForSequenceClassification") for one in config.get("architectures") or ()):
            said = f"is a classifier or {OTHER_KINDS['cross']}"
            raise _refusal(model, said, "name a sentence-transformers model with one vector per text")
        logger.warning("%s is a plain transformer that was not made for sentences: the mean of its tokens is used", model)
    path = config.get("_name_or_path")
    return (*([path] if isinstance(path, str) and path else ()), *_names_of_card(folder / "README.md"))


def _json(path: Path, model: str) -> Any:  # noqa: ANN401  # whatever the file holds
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except ValueError as error:
        raise _refusal(model, f"has an unreadable {path.name}", "fetch or save the model anew") from error


def _names_of_card(card: Path) -> Iterator[str]:
    """Yield what a model card calls its model and the one that it was made from: never its text, which may name others."""
    if not card.is_file():
        return
    text = card.read_text(encoding="utf-8", errors="replace")
    front = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    body = text[front.end() :] if front else text
    if front:
        yield from re.findall(r"^model-index:\n\s*- name: *(\S+)", front[1], re.MULTILINE)
    yield from re.findall(r"^#+ +(.+)", body, re.MULTILINE)[:1]
    if front:
        yield from re.findall(r"^base_model: *(?:\n *)?(?:- *)?([\w./-]+)", front[1], re.MULTILINE)


def _refusal(model: str, said: str, mend: str, *, setting: str = SETTING) -> ModelError:
    return ModelError(f"cannot load the model {model!r}: it {said} ({mend}, in {setting})")
