"""The index on disk: written aside, verified by checksums, switched in one rename."""

import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout

from crawler.home import Home
from crawler.records import Startup
from indexer.classes.assigning import Classified, Member
from indexer.classes.scheme import TechnologyClass
from indexer.dense import DenseIndex, Scores
from indexer.errors import IndexWriteError, NoSnapshotError, SnapshotBusyError, SnapshotDamagedError
from indexer.lexical import LexicalIndex
from indexer.results import Passage

Starts = npt.NDArray[np.int64]
"""Where the passages of each startup begin, and those of the last one end, shape (startups + 1,)."""
FORMAT = 4
"""Raised when the files change their form; a snapshot of another format is refused."""
SAME = "same.jsonl"
REGIONS = "regions.jsonl"
CLASSES, CLASS_VECTORS, BELONGING = "classes.json", "classes.faiss", "belonging.npy"
MEND = "run `scout index --full` to make it anew"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot is made of, and from."""

    format: int
    id: str
    built_at: str
    """ISO 8601, UTC."""
    model: str
    model_digest: str
    dimension: int
    max_tokens: int
    """Tokens of one text that the model read; longer ones were cut."""
    prompts: dict[str, str]
    """What stood in front of each text, by "query" and "passage"; empty where nothing did."""
    normalised: bool
    """Vectors have length one: their inner product is their cosine."""
    passage_words: int
    startups: int
    passages: int
    embedded: int
    """Texts (of passages, summaries and classes, equal ones once) that the model encoded for this snapshot."""
    taken_over: int
    """Texts whose vectors are those of the snapshot before."""
    corpus_digest: str
    files: dict[str, str]
    """SHA-256 (hex) per file, paths relative to the snapshot's folder."""
    glossary_digest: str = ""
    """Of the glossary by whose words startups were sorted into classes."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An immutable index in memory. Passages are in order of their startups; vector i belongs to passage i."""

    manifest: Manifest
    startups: tuple[Startup, ...]
    passages: tuple[Passage, ...]
    dense: DenseIndex
    dense_startups: DenseIndex
    """A vector per startup, of its summary (see `passages.summary`)."""
    lexical_passages: LexicalIndex
    """A text per passage."""
    lexical_startups: LexicalIndex
    """A text per startup: name, tags and all its passages."""
    classified: Classified
    """Classes of industrial technologies and who belongs to them."""
    class_texts: tuple[str, ...]
    """What the classes were told by."""
    dense_classes: DenseIndex
    """A vector per class text."""
    belonging: Scores
    """How far each startup is of each class, shape (startups, classes), see `classes.kinds`."""
    same: tuple[tuple[str, str], ...] = ()
    """Pairs of startup ids that are held for one company."""
    regions: tuple[tuple[str, str], ...] = ()
    """Startup ids with their regions, of those whose region is known."""


def write_snapshot(home: Home, snapshot: Snapshot, *, keep: int) -> Path:
    """Write `snapshot` and make it the current one; the newest `keep` snapshots stay on disk.

    Nothing that readers see changes until the last step, one rename. Call it within `building(home)`.

    Raises:
        IndexWriteError: the disk is full or refuses; the current snapshot stays.
    """
    aside = home.snapshots / f".building-{snapshot.manifest.id}"
    final = home.snapshots / snapshot.manifest.id
    try:
        _fill(aside, snapshot)
        aside.rename(final)
        _sync(home.snapshots)
        _point(home, snapshot.manifest.id)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        raise _not_written(home, error) from error
    kept = sorted((p for p in home.snapshots.iterdir() if p.is_dir() and not p.name.startswith(".")), reverse=True)
    for old in kept[keep:]:
        if old != final:
            shutil.rmtree(old, ignore_errors=True)
    return final


def _fill(aside: Path, snapshot: Snapshot) -> None:
    aside.mkdir(parents=True)
    _write_lines(aside / "startups.jsonl", (asdict(s) for s in snapshot.startups))
    _write_lines(aside / "passages.jsonl", ({**asdict(p), "fetched_at": p.fetched_at.isoformat()} for p in snapshot.passages))
    if snapshot.same:
        _write_lines(aside / SAME, ({"startup_id": one, "same_as": other} for one, other in snapshot.same))
    if snapshot.regions:
        _write_lines(aside / REGIONS, ({"startup_id": key, "region": region} for key, region in snapshot.regions))
    told = {**asdict(snapshot.classified), "texts": snapshot.class_texts}
    (aside / CLASSES).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    snapshot.dense_classes.save(aside / CLASS_VECTORS)
    content = io.BytesIO()  # numpy's own writing to a file may miss a full disk
    np.save(content, snapshot.belonging, allow_pickle=False)
    (aside / BELONGING).write_bytes(content.getbuffer())
    snapshot.dense.save(aside / "passages.faiss")
    snapshot.dense_startups.save(aside / "startups.faiss")
    for name, index in (("lexical_passages", snapshot.lexical_passages), ("lexical_startups", snapshot.lexical_startups)):
        (aside / name).mkdir()
        index.save(aside / name)
    files = {str(p.relative_to(aside).as_posix()): _sha256(p) for p in sorted(aside.rglob("*")) if p.is_file()}
    fields = {**asdict(snapshot.manifest), "files": files}
    manifest = {**fields, "seal": _seal(fields)}
    (aside / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for path in (*aside.rglob("*"), aside):
        _sync(path)


def _not_written(home: Home, error: OSError) -> IndexWriteError:
    reason = error.strerror or error
    return IndexWriteError(f"cannot write the index to {home.snapshots}: {reason} (check the room on the disk and permissions)")


@contextmanager
def building(home: Home) -> Iterator[None]:
    """Hold the right to write snapshots; clears away what a killed build left.

    Raises:
        SnapshotBusyError: another process is building.
        IndexWriteError: the folder cannot be written.
    """
    lock = FileLock(home.snapshots / ".lock")
    try:
        home.snapshots.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise SnapshotBusyError(f"another `scout index` is writing to {home.snapshots}: wait for it to end") from error
    except OSError as error:
        raise _not_written(home, error) from error
    try:
        for left in home.snapshots.glob(".building-*"):
            shutil.rmtree(left, ignore_errors=True)
        for left in home.root.glob(".current-*"):
            left.unlink(missing_ok=True)
        yield
    finally:
        lock.release()


def current_manifest(home: Home) -> Manifest:
    """Read the manifest of the current snapshot, without reading or checking its files.

    Raises:
        NoSnapshotError: there is none yet.
        SnapshotDamagedError: it cannot be read.
    """
    folder = _current_folder(home)
    try:
        fields = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        seal, found = fields.pop("seal", None), fields.get("format")
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise SnapshotDamagedError(f"the snapshot {folder} has no readable manifest: {MEND}") from error
    if found != FORMAT:
        raise SnapshotDamagedError(f"the snapshot {folder} has format {found!r}, this version reads {FORMAT}: {MEND}")
    if seal != _seal(fields) or fields["id"] != folder.name:
        raise SnapshotDamagedError(f"the manifest of {folder} is not what was written: {MEND}")
    return Manifest(**fields)


def load_snapshot(home: Home) -> Snapshot:
    """Read the current snapshot, every file checked against its checksum.

    Raises:
        NoSnapshotError: there is none yet.
        SnapshotDamagedError: a file is missing or is not what was written.
    """
    manifest = current_manifest(home)
    folder = home.snapshots / manifest.id
    try:
        for name, digest in manifest.files.items():
            path = folder / name
            if not path.is_file() or _sha256(path) != digest:
                raise SnapshotDamagedError(f"{path} is missing or not what was written: {MEND}")
        startups = tuple(_startup(line) for line in _lines(folder / "startups.jsonl"))
        passages = tuple(_passage(line) for line in _lines(folder / "passages.jsonl"))
        same = tuple((row["startup_id"], row["same_as"]) for row in _lines(folder / SAME)) if SAME in manifest.files else ()
        places = _lines(folder / REGIONS) if REGIONS in manifest.files else ()
        regions = tuple((row["startup_id"], row["region"]) for row in places)
        known = json.loads((folder / CLASSES).read_text(encoding="utf-8"))
        classified, class_texts = _classified(known), tuple(known["texts"])
        belonging = _belonging(folder / BELONGING)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SnapshotDamagedError(f"the records of {folder} cannot be read: {MEND}") from error
    snapshot = Snapshot(
        manifest,
        startups,
        passages,
        DenseIndex.load(folder / "passages.faiss"),
        DenseIndex.load(folder / "startups.faiss"),
        LexicalIndex.load(folder / "lexical_passages"),
        LexicalIndex.load(folder / "lexical_startups"),
        classified,
        class_texts,
        DenseIndex.load(folder / CLASS_VECTORS),
        belonging,
        same,
        regions,
    )
    sizes = {len(passages), len(snapshot.dense), len(snapshot.lexical_passages), manifest.passages}
    owners = {len(startups), len(snapshot.dense_startups), len(snapshot.lexical_startups), manifest.startups}
    told = (len(startups), len(classified.classes))
    if len(sizes) != 1 or len(owners) != 1 or belonging.shape != told:
        raise SnapshotDamagedError(f"the parts of {folder} do not belong together: {MEND}")
    return snapshot


def new_id(now: datetime, corpus_digest: str) -> str:
    """Return the id of a snapshot made at `now`: ids sort by time."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-{corpus_digest[:8]}"


def _current_folder(home: Home) -> Path:
    try:
        name = home.current.read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise NoSnapshotError(
            f"there is no index in {home.root} yet: run `scout crawl` or `scout import`, then `scout index`"
        ) from error
    except (OSError, ValueError) as error:
        raise SnapshotDamagedError(f"{home.current} cannot be read: {MEND}") from error
    folder = home.snapshots / name
    if not re.fullmatch(r"[0-9A-Za-z.-]{1,100}", name) or name.startswith(".") or not folder.is_dir():
        raise SnapshotDamagedError(f"{home.current} names no snapshot in {home.snapshots}: {MEND}")
    return folder


def _point(home: Home, name: str) -> None:
    aside = home.root / f".current-{os.getpid()}"
    aside.write_text(name + "\n", encoding="utf-8")
    _sync(aside)
    aside.replace(home.current)
    _sync(home.root)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _seal(fields: dict[str, Any]) -> str:
    """Return the SHA-256 (hex) of a manifest's fields, which guards the manifest as its checksums guard the files."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", errors="surrogatepass") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", errors="surrogatepass") as file:
        yield from map(json.loads, file)


def _startup(row: dict[str, Any]) -> Startup:
    return Startup(**{**row, "tags": tuple(row["tags"]), "parent_organisations": tuple(row["parent_organisations"])})


def _classified(known: dict[str, Any]) -> Classified:
    return Classified(
        tuple(TechnologyClass(**row) for row in known["classes"]), tuple(Member(**row) for row in known["members"])
    )


def _belonging(path: Path) -> Scores:
    with path.open("rb") as file:
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False), np.float32)


def _passage(row: dict[str, Any]) -> Passage:
    return Passage(**{**row, "fetched_at": datetime.fromisoformat(row["fetched_at"])})
