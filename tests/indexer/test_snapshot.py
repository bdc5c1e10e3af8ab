"""What is read is what was written, or an error; never a wrong answer."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from crawler.home import Home
from indexer.build import build
from indexer.errors import IndexWriteError, NoSnapshotError, SnapshotBusyError, SnapshotDamagedError
from indexer.results import Need
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.snapshot import FORMAT, building, current_manifest, load_snapshot, new_id, write_snapshot
from tests.full_disk import no_file_beyond
from tests.indexer.conftest import FakeEncoder, fill_at_random


@pytest.fixture
def copy(indexed: Home, tmp_path: Path) -> Home:
    """A copy of an indexed home, to be damaged."""
    return Home(Path(shutil.copytree(indexed.root, tmp_path / "copy")))


def folder_of(home: Home) -> Path:
    return home.snapshots / home.current.read_text().strip()


def as_written(home: Home, fields: dict[str, object]) -> None:
    (folder_of(home) / "manifest.json").write_text(json.dumps(fields))


def test_a_snapshot_comes_back_as_it_was_written(indexed: Home, tmp_path: Path) -> None:
    snapshot = load_snapshot(indexed)
    other = Home(tmp_path / "other")
    with building(other):
        write_snapshot(other, snapshot, keep=1)
    again = load_snapshot(other)
    assert again.manifest == snapshot.manifest
    assert (again.startups, again.passages) == (snapshot.startups, snapshot.passages)
    np.testing.assert_array_equal(again.dense.vectors(), snapshot.dense.vectors())
    np.testing.assert_array_equal(again.dense_startups.vectors(), snapshot.dense_startups.vectors())
    for stem in ("laser", "it:acciai", "unknown"):
        groups = [((stem, 1.0),)]
        np.testing.assert_array_equal(again.lexical_passages.scores(groups), snapshot.lexical_passages.scores(groups))
        np.testing.assert_array_equal(again.lexical_startups.scores(groups), snapshot.lexical_startups.scores(groups))
    np.testing.assert_array_equal(again.belonging, snapshot.belonging)


def test_the_manifest_says_what_the_snapshot_is(indexed: Home, fake: FakeEncoder) -> None:
    manifest, snapshot = current_manifest(indexed), load_snapshot(indexed)
    assert (manifest.format, manifest.model, manifest.model_digest, manifest.dimension) == (FORMAT, "fake", fake.digest, 48)
    assert (manifest.startups, manifest.passages) == (len(snapshot.startups), len(snapshot.passages))
    assert datetime.fromisoformat(manifest.built_at).tzinfo is not None
    on_disk = {str(p.relative_to(folder_of(indexed))) for p in folder_of(indexed).rglob("*") if p.is_file()}
    assert set(manifest.files) == on_disk - {"manifest.json"}


def test_every_file_that_is_changed_cut_emptied_replaced_or_gone_is_noticed(copy: Home) -> None:
    files = sorted(path for path in folder_of(copy).rglob("*") if path.is_file())
    assert len(files) > 10
    for path in files:
        content = path.read_bytes()
        middle = len(content) // 2
        by_a_byte = () if path.name == "manifest.json" else (content[:-1], content + b"\n")  # there it may be white space
        for damaged in (
            *by_a_byte,
            bytes([content[0] ^ 1]) + content[1:],
            content[:middle] + bytes([content[middle] ^ 0x10]) + content[middle + 1 :],
            content[:middle],
            b"",
            content + b"x",
            b"\xff" * len(content),
        ):
            path.write_bytes(damaged)
            with pytest.raises(SnapshotDamagedError, match="scout index --full"):
                load_snapshot(copy)
        path.unlink()
        with pytest.raises(SnapshotDamagedError):
            load_snapshot(copy)
        path.mkdir()
        with pytest.raises(SnapshotDamagedError):
            load_snapshot(copy)
        path.rmdir()
        path.write_bytes(content)
    load_snapshot(copy)


def test_every_byte_of_the_manifest_counts(copy: Home) -> None:
    path, right = folder_of(copy) / "manifest.json", load_snapshot(copy).manifest
    content = path.read_bytes()
    for place in range(0, len(content), 7):
        path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        try:
            read = current_manifest(copy)
        except SnapshotDamagedError:
            continue
        assert read == right  # white space only


def test_a_manifest_that_someone_edited_is_noticed(copy: Home) -> None:
    fields = json.loads((folder_of(copy) / "manifest.json").read_text())
    others: tuple[object, ...] = (None, "other", 7, {}, [])
    wholes: tuple[object, ...] = ([], 5, None, {})
    for name in fields:
        for other in others:
            if fields[name] != other:
                as_written(copy, {**fields, name: other})
                with pytest.raises(SnapshotDamagedError):
                    load_snapshot(copy)
        as_written(copy, {key: value for key, value in fields.items() if key != name})
        with pytest.raises(SnapshotDamagedError):
            load_snapshot(copy)
    for whole in wholes:
        (folder_of(copy) / "manifest.json").write_text(json.dumps(whole))
        with pytest.raises(SnapshotDamagedError):
            current_manifest(copy)


def test_a_snapshot_of_another_format_is_told_as_such(copy: Home) -> None:
    as_written(copy, {"format": FORMAT + 1, "what": "the future holds"})
    with pytest.raises(SnapshotDamagedError, match=f"format {FORMAT + 1}, this version reads {FORMAT}"):
        current_manifest(copy)


def test_a_snapshot_under_the_name_of_another_is_noticed(copy: Home) -> None:
    folder_of(copy).rename(copy.snapshots / "20300101T000000.000000Z-00000000")
    copy.current.write_text("20300101T000000.000000Z-00000000")
    with pytest.raises(SnapshotDamagedError):
        load_snapshot(copy)


@pytest.mark.parametrize(
    "garbage",
    [b"", b"\n", b"..", b".", b"/", b"/etc", b"../snapshots", b"\xff\xfe", b"a\0b", b"x" * 5000, b"2020-nothing", b".lock"],
)
def test_a_pointer_to_nothing_is_noticed(copy: Home, garbage: bytes) -> None:
    copy.current.write_bytes(garbage)
    for read in (current_manifest, load_snapshot):
        with pytest.raises(SnapshotDamagedError, match="scout index --full"):
            read(copy)


def test_without_a_pointer_there_is_no_snapshot_yet(tmp_path: Path) -> None:
    for read in (current_manifest, load_snapshot):
        with pytest.raises(NoSnapshotError, match="scout index"):
            read(Home(tmp_path))


def test_a_pointer_that_is_a_folder_is_noticed(copy: Home) -> None:
    copy.current.unlink()
    copy.current.mkdir()
    with pytest.raises(SnapshotDamagedError):
        load_snapshot(copy)


def test_the_newest_snapshots_are_kept_and_the_current_one_always(indexed: Home, tmp_path: Path) -> None:
    snapshot, home, now = load_snapshot(indexed), Home(tmp_path), datetime(2026, 1, 1, tzinfo=UTC)
    names = []
    for hour in (1, 2, 3, 4, 0):  # the last one is written with a clock set back
        name = new_id(now + timedelta(hours=hour), "0" * 64)
        names.append(name)
        with building(home):
            write_snapshot(home, replace(snapshot, manifest=replace(snapshot.manifest, id=name)), keep=2)
        assert load_snapshot(home).manifest.id == name
    assert sorted(p.name for p in home.snapshots.iterdir() if p.is_dir()) == sorted([names[4], names[3], names[2]])


def test_ids_sort_by_time() -> None:
    start = datetime(2026, 9, 30, 23, 59, 59, 999_000, tzinfo=UTC)
    made = [new_id(start + timedelta(milliseconds=n), f"{n:064x}"[::-1]) for n in range(5)]
    assert made == sorted(made)
    assert len(set(made)) == 5


@pytest.mark.parametrize("size", [0, 500, 2_000, 5_000, 9_000])
def test_a_full_disk_is_an_error_and_leaves_the_current_snapshot(copy: Home, size: int) -> None:
    snapshot = load_snapshot(copy)
    largest = max(path.stat().st_size for path in folder_of(copy).rglob("*"))
    assert largest > 9_000
    newer = replace(snapshot, manifest=replace(snapshot.manifest, id="20990101T000000.000000Z-00000000"))
    with building(copy), no_file_beyond(size), pytest.raises(IndexWriteError, match="cannot write the index"):
        write_snapshot(copy, newer, keep=1)
    assert load_snapshot(copy).manifest == snapshot.manifest
    assert [path.name for path in copy.snapshots.iterdir() if path.name.startswith(".b")] == []
    with building(copy):
        write_snapshot(copy, newer, keep=1)
    assert load_snapshot(copy).manifest.id == newer.manifest.id


def test_a_place_that_cannot_be_written_is_an_error(home: Home, fake: FakeEncoder) -> None:
    home.snapshots.write_text("a file where the folder should be")
    with pytest.raises(IndexWriteError, match="cannot write the index"):
        build(home, fake, index_settings())
    home.snapshots.unlink()
    home.current.mkdir(parents=True)
    (home.current / "something").touch()
    with pytest.raises(IndexWriteError):
        build(home, fake, index_settings())


def test_one_at_a_time_may_write(home: Home, fake: FakeEncoder) -> None:
    with building(home), pytest.raises(SnapshotBusyError, match="wait"):
        build(home, fake, index_settings())
    assert build(home, fake, index_settings()).changed


def test_a_loaded_snapshot_answers_on_after_its_folder_is_gone(tmp_path: Path, fake: FakeEncoder) -> None:
    home = Home(tmp_path)
    fill_at_random(home, 5)
    build(home, fake, index_settings())
    searcher = Searcher(load_snapshot(home), fake)
    shutil.rmtree(home.snapshots)
    assert len(searcher.search(Need("laser")).matches) == 5
