"""The fast body is made once, checked before it is used, and whatever goes wrong leaves the way to fp32 open."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock

from indexer.bilingual import quantise
from indexer.bilingual.body import OnnxBody, Rows, Vectors
from indexer.bilingual.graph import int8_graph
from indexer.bilingual.quantise import NoFastRoadError, prepare, samples
from indexer.encoder import packaged_model
from tests.full_disk import no_file_beyond

MADE = 2
"""Messages of progress when the file is made."""
PREPARE = """
import sys
from pathlib import Path
from indexer.bilingual.quantise import prepare
told = []
path = prepare(Path(sys.argv[1]), Path(sys.argv[2]), told.append)
print(path.name, len(told), "torch" in sys.modules)
"""
PREPARE_WHEN_TOLD = """
import sys
from pathlib import Path
from indexer.bilingual import quantise
quantise._fault, quantise.TorchBody = lambda *_: "", lambda _: None
told = []
def say(words):
    told.append(words)
    if len(told) == 1:
        print("making", flush=True)
        sys.stdin.readline()
path = quantise.prepare(Path(sys.argv[1]), Path(sys.argv[2]), say)
print(path.name, len(told))
"""
"""Stops in the midst of making the file, until a line comes in."""


class Stub:
    """A body that gives the same vectors for anything, after a while."""

    def __init__(self, name: str, vectors: Vectors, seconds: float = 0.0) -> None:
        self.name, self._vectors, self._seconds = name, vectors, seconds

    def vectors(self, texts: Iterable[Rows]) -> Vectors:
        del texts
        time.sleep(self._seconds)
        return self._vectors

    def readings(self, texts: Iterator[Rows]) -> Vectors:
        return self.vectors(texts)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file, made and checked; tests only read it."""
    return prepare(packaged_model(), tmp_path_factory.mktemp("home") / "models")


@pytest.fixture
def copy(prepared: Path, tmp_path: Path) -> Path:
    """A copy of the prepared folder; the path of its file."""
    return Path(shutil.copytree(prepared.parent, tmp_path / "models")) / prepared.name


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the seconds of the check."""
    monkeypatch.setattr(quantise, "_fault", lambda *_: "")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_file_is_small_and_passes_the_check(prepared: Path) -> None:
    assert names(prepared.parent) == {".lock", prepared.name, prepared.with_suffix(".sha256").name}
    assert prepared.stat().st_size < 15_000_000
    assert OnnxBody(prepared).vectors(samples(packaged_model())[:2]).shape == (2, 384)


def test_of_two_processes_at_once_one_makes_the_file_and_the_other_waits_for_it(
    prepared: Path, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-c", PREPARE_WHEN_TOLD, str(packaged_model()), str(tmp_path)]
    pipe = subprocess.PIPE
    told: list[str] = []
    with subprocess.Popen(command, cwd=root, text=True, stdin=pipe, stdout=pipe, stderr=pipe) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "making\n"
        go_on = other.stdin

        class Awaited(FileLock):
            """Lets the other one go on when it is about to be waited for."""

            def acquire(self, *arguments: Any, **choices: Any) -> Any:  # noqa: ANN401  # handed on as they are
                go_on.write("\n")
                go_on.flush()
                return super().acquire(*arguments, **choices)

        monkeypatch.setattr(quantise, "FileLock", Awaited)
        assert prepare(packaged_model(), tmp_path, told.append).read_bytes() == prepared.read_bytes()
        assert other.communicate(timeout=120) == (f"{prepared.name} {MADE}\n", "")
    assert told == []


@pytest.mark.usefixtures("unchecked")
def test_a_refusal_that_another_process_takes_back_meanwhile_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = prepare(packaged_model(), tmp_path).with_suffix(".refused")
    note.with_suffix(".onnx").unlink()
    note.write_text("it was no faster then")
    now = time.time

    def taken_back() -> float:
        note.unlink(missing_ok=True)
        return now()

    monkeypatch.setattr("indexer.bilingual.quantise.time.time", taken_back)
    assert prepare(packaged_model(), tmp_path).is_file()


def test_what_is_there_is_used_at_once_and_without_torch(prepared: Path, root: Path) -> None:
    before = prepared.stat().st_mtime_ns
    command = [sys.executable, "-c", PREPARE, str(packaged_model()), str(prepared.parent)]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == [prepared.name, "0", "False"]
    assert prepared.stat().st_mtime_ns == before


def test_the_same_model_gives_the_same_bytes(prepared: Path) -> None:
    assert int8_graph(packaged_model()) == prepared.read_bytes()


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("damage", ["torn", "emptied", "changed", "gone", "seal torn", "seal gone"])
def test_a_damaged_file_is_made_anew(copy: Path, prepared: Path, damage: str) -> None:
    content, seal = bytearray(copy.read_bytes()), copy.with_suffix(".sha256")
    match damage:
        case "torn":
            copy.write_bytes(content[: len(content) // 2])
        case "emptied":
            copy.write_bytes(b"")
        case "changed":
            content[len(content) // 2] ^= 1
            copy.write_bytes(content)
        case "gone":
            copy.unlink()
        case "seal torn":
            seal.write_bytes(b"\xff\x00")
        case _:
            seal.unlink()
    told: list[str] = []
    assert prepare(packaged_model(), copy.parent, told.append) == copy
    assert len(told) == MADE
    assert copy.read_bytes() == prepared.read_bytes()
    assert names(copy.parent) == names(prepared.parent)


@pytest.mark.usefixtures("unchecked")
def test_what_a_killed_preparation_left_is_no_hindrance(tmp_path: Path, copy: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / copy.with_suffix(".aside").name).write_bytes(b"half")
    assert prepare(packaged_model(), folder).read_bytes() == copy.read_bytes()
    assert names(folder) == names(copy.parent)


def test_a_folder_that_cannot_be_written_leaves_fp32(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    for folder in (tmp_path / "file", tmp_path / "file" / "models"):
        with pytest.raises(NoFastRoadError, match="cannot keep the fast encoder"):
            prepare(packaged_model(), folder)


def test_a_folder_that_can_only_be_read_gives_what_it_holds(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(quantise, "FileLock", refuse)  # root may write anywhere, so permissions alone would prove nothing
    monkeypatch.setattr(Path, "mkdir", refuse)
    assert prepare(packaged_model(), prepared.parent) == prepared
    with pytest.raises(NoFastRoadError, match="Permission denied"):
        prepare(packaged_model(), prepared.parent / "other")


def test_a_full_disk_leaves_fp32_and_nothing_half_written(tmp_path: Path) -> None:
    with no_file_beyond(1_000_000), pytest.raises(NoFastRoadError, match="room on the disk"):
        prepare(packaged_model(), tmp_path / "models")
    assert names(tmp_path / "models") == {".lock"}


def test_wrong_vectors_are_refused_once_and_the_reason_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "models"
    others = np.eye(2 * len(quantise.TEXTS), 384, dtype=np.float32)
    monkeypatch.setattr(quantise, "TorchBody", lambda _: Stub("other", others))
    told: list[str] = []
    reasons = []
    for _ in range(2):
        with pytest.raises(NoFastRoadError, match="not those of fp32") as raised:
            prepare(packaged_model(), folder, told.append)
        reasons.append(str(raised.value))
    assert len(told) == MADE  # the second start does not try again
    assert reasons[0] == reasons[1]
    (note,) = names(folder) - {".lock"}
    assert note in reasons[0]
    monkeypatch.setattr(quantise, "_fault", lambda *_: "")
    (folder / note).unlink()
    assert prepare(packaged_model(), folder).is_file()


def test_a_refusal_stands_for_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantise, "_fault", lambda *_: "it is no faster than torch on this machine")
    with pytest.raises(NoFastRoadError):
        prepare(packaged_model(), tmp_path)
    monkeypatch.setattr(quantise, "_fault", lambda *_: "")
    with pytest.raises(NoFastRoadError, match="no faster"):
        prepare(packaged_model(), tmp_path)
    (note,) = tmp_path.glob("*.refused")
    yesterday = note.stat().st_mtime - quantise.KEPT
    os.utime(note, (yesterday, yesterday))
    assert prepare(packaged_model(), tmp_path).is_file()
    assert not note.exists()


def test_what_an_earlier_version_made_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantise, "_fault", lambda *_: "")
    old = prepare(packaged_model(), tmp_path)
    monkeypatch.setattr(quantise, "RECIPE", "later")
    new = prepare(packaged_model(), tmp_path)
    assert names(tmp_path) == {".lock", new.name, new.with_suffix(".sha256").name}
    assert new.name != old.name


def test_only_a_faster_body_with_the_vectors_of_fp32_passes() -> None:
    right = np.eye(4, 8, dtype=np.float32)
    wrong = right.copy()
    wrong[0] = right[1]
    broken = np.full_like(right, np.nan)
    exact = Stub("exact", right, 0.01)
    assert quantise._fault(Stub("fast", right), exact, []) == ""
    assert "no faster" in quantise._fault(Stub("fast", right, 0.03), exact, [])
    assert "at worst" in quantise._fault(Stub("fast", wrong), exact, [])
    assert "at worst" in quantise._fault(Stub("fast", broken), exact, [])


def test_other_weights_settings_or_programs_have_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"one")
    digests = [quantise._digest(tmp_path), quantise._digest(tmp_path)]
    (tmp_path / "model.safetensors").write_bytes(b"two")
    digests.append(quantise._digest(tmp_path))
    (tmp_path / "config.json").write_text('{"num_hidden_layers": 1}')
    digests.append(quantise._digest(tmp_path))
    monkeypatch.setattr(quantise, "RECIPE", "another")
    digests.append(quantise._digest(tmp_path))
    monkeypatch.setattr(quantise, "version", lambda _: "0.0.1")
    digests.append(quantise._digest(tmp_path))
    assert digests[0] == digests[1]
    assert len(set(digests)) == 5


def test_a_model_of_another_kind_leaves_torch(tmp_path: Path) -> None:
    config = json.loads((packaged_model() / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "hidden_act": "relu"}))
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(NoFastRoadError, match="no BERT with GELU"):
        prepare(tmp_path, tmp_path / "models")
    with pytest.raises(NoFastRoadError, match="cannot"):
        prepare(tmp_path / "missing", tmp_path / "models")
