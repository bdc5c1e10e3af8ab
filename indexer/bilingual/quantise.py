"""The fast body made once per machine: the transformer as an ONNX graph in int8, checked against fp32 before it is used."""

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from filelock import FileLock

from indexer.bilingual.body import Body, OnnxBody, Rows, TorchBody, Vectors
from indexer.errors import ModelError

RECIPE = "3"
"""Raised when `graph` makes another file of the same model."""
LEAST_MEAN = 0.99
"""Mean cosine to the vectors of fp32 over the samples; measured 0.996."""
LEAST = 0.97
"""The cosine that every sample must reach; measured 0.993."""
ROUNDS = 3
"""Turns of both roads when their speed is compared; the quickest counts, whatever else the machine does."""
KEPT = 24 * 3600
"""Seconds that a refusal stands: a machine that was busy when it was tried deserves another try."""
BLEND = 0.4
"""How much of its neighbour goes into a row of the samples that stand for Italian."""


class NoFastRoadError(ModelError):
    """This machine has no fast body: fp32 by torch does the work."""

    code = "no-fast-road"


def prepare(base: Path, folder: Path, on_progress: Callable[[str], None] | None = None) -> Path:
    """Return the ONNX file of the BERT model in `base`, made in `folder` where it is missing or damaged (some ten seconds).

    Several processes may call it at once: one makes the file, the others wait for it. What cannot be had is noted beside
    it, so that other starts of the day do not try again. `on_progress` is told what is being done, in a few words.

    Raises:
        NoFastRoadError: this machine gives wrong vectors or is no faster that way, or `folder` cannot be written.
    """
    say = on_progress or (lambda _: None)
    try:
        path = folder / f"body-{_digest(base)[:16]}.onnx"
        if _is_whole(path):
            return path
        _refuse_again(path)
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):
            if not _is_whole(path):  # else another process made it meanwhile
                _refuse_again(path)
                _make(base, path, say)
    except NoFastRoadError:
        raise
    except OSError as error:
        raise NoFastRoadError(
            f"cannot keep the fast encoder in {folder}: {error.strerror or error} (check the room on the disk and permissions)"
        ) from error
    except Exception as error:  # onnx and ONNX Runtime raise what they like, and without them there is torch
        raise NoFastRoadError(f"cannot make the fast encoder: {str(error)[:300] or type(error).__name__}") from error
    return path


def _make(base: Path, path: Path, say: Callable[[str], None]) -> None:
    from indexer.bilingual.graph import int8_graph  # noqa: PLC0415  # needed once per machine

    aside = path.with_suffix(".aside")
    try:
        say("preparing the fast encoder, once: quantising")
        content = int8_graph(base)
        _write(aside, content)
        say("preparing the fast encoder, once: checking it against fp32")
        fault = _fault(OnnxBody(aside), TorchBody(base), samples(base))
        if fault:
            _write(_note(path), fault.encode())
            raise NoFastRoadError(_refusal(path, fault))
        aside.replace(path)
        _write(_seal(path), hashlib.sha256(content).hexdigest().encode())
        _drop_older(path)
    finally:
        aside.unlink(missing_ok=True)


def _drop_older(path: Path) -> None:
    """Delete what earlier versions made: nobody reads it any more (who runs one still has it in memory)."""
    for old in path.parent.glob("body-*"):
        if old.stem != path.stem or old == _note(path):
            old.unlink(missing_ok=True)


def _fault(fast: Body, exact: Body, rows: Sequence[Rows]) -> str:
    """Return what is wrong with the fast road beside the exact one, or nothing."""
    took: dict[str, list[float]] = {fast.name: [], exact.name: []}
    found: dict[str, Vectors] = {}
    for _ in range(ROUNDS):
        for body in (fast, exact):
            began = time.perf_counter()
            found[body.name] = body.vectors(rows)
            took[body.name].append(time.perf_counter() - began)
    cosines = (found[fast.name] * found[exact.name]).sum(axis=1)
    if not (cosines.mean() >= LEAST_MEAN and cosines.min() >= LEAST):  # written so that NaN fails
        return f"its vectors are not those of fp32 (cosine {cosines.mean():.3f} on average, {cosines.min():.3f} at worst)"
    ratio = min(took[exact.name]) / min(took[fast.name])
    return "" if ratio > 1 else f"it is no faster than torch on this machine ({ratio:.2f} times its speed)"


def samples(base: Path) -> list[Rows]:
    """Return rows of short texts for the check: as the model's own pieces, and blended as the rows of Italian pieces are."""
    from safetensors import safe_open  # noqa: PLC0415
    from tokenizers import Tokenizer  # noqa: PLC0415

    with safe_open(base / "model.safetensors", "numpy") as weights:
        table = np.asarray(weights.get_tensor("embeddings.word_embeddings.weight"), np.float32)
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    plain = [table[encoded.ids] for encoded in tokenizer.encode_batch(list(TEXTS))]
    return plain + [_blended(rows) for rows in plain]


def _blended(rows: Rows) -> Rows:
    mixed = (1 - BLEND) * rows + BLEND * np.roll(rows, 1, axis=0)
    mixed *= np.linalg.norm(rows, axis=1, keepdims=True) / np.linalg.norm(mixed, axis=1, keepdims=True)
    mixed[[0, -1]] = rows[[0, -1]]  # the special tokens are the same in both languages
    return mixed.astype(np.float32)


def _digest(base: Path) -> str:
    """Return the SHA-256 (hex) of all that decides the file: weights, recipe, and the program that runs it."""
    total = hashlib.sha256(f"{RECIPE}|{version('onnxruntime')}|{(base / 'config.json').read_text()}".encode())
    with (base / "model.safetensors").open("rb") as file:
        total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


def _is_whole(path: Path) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == _seal(path).read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return False


def _refuse_again(path: Path) -> None:
    note = _note(path)
    try:
        stands = time.time() - note.stat().st_mtime < KEPT
        fault = note.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:  # there is none, or another process had its file pass meanwhile
        return
    if stands:
        raise NoFastRoadError(_refusal(path, fault))


def _refusal(path: Path, fault: str) -> str:
    return f"the fast encoder is left out: {fault} (delete {_note(path)} to try again)"


def _seal(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _note(path: Path) -> Path:
    return path.with_suffix(".refused")


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


TEXTS = (
    "Find surface defects on die-cast aluminium parts in the line, before they are machined",
    "predictive maintenance for hydraulic presses",
    "A robot arm for welding small batches that operators can program themselves",
    "We recover waste heat from melting furnaces and turn it into electricity.",
    "wear resistant coatings for moulds and dies",
    "Measure the roughness of a surface without touching it",
    "software that plans production in a foundry with many small orders",
    "3D printing of sand cores",
    "Recycling of rare earths from electric motors",
    "Our sensors listen to bearings and warn weeks before they fail.",
    "AISI 316L",
    "laser",
    "TIG welding of titanium tubes",
    "cut the gas that a heat treatment line burns",
    "A platform that matches suppliers of spare parts with maintenance teams in mid-sized firms.",
    "edge AI retrofit of old CNC machines",
    "Exoskeletons that spare the backs of workers who lift castings all day",
    "The company was founded in 2019 in Milan by four engineers and sells in eleven countries.",
    "hydrogen burners for reheating furnaces",
    "digital twin of a rolling mill",
    "Treat the waste water of an electroplating line and get the metals back",
    "Which startups detect leaks of compressed air by ultrasound?",
    "powder for additive manufacturing made from scrap",
    "safety of operators near forging presses, by cameras and radar",
    "Life cycle assessment and carbon footprint of products, for suppliers of the car industry",
    "an autonomous forklift for narrow aisles",
    "Cheese from the mountains, delivered to your door every week",
    "cyber security for industrial control systems",
    "Alloy design by machine learning: fewer trials, lighter parts, less cobalt.",
    "Augmented reality glasses guide a technician through a repair, step by step, while an expert watches from afar.",
)
