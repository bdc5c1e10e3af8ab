"""The engine: one load, a new snapshot taken in without a restart, and the old one kept where the new one fails."""

import json
import logging
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

import search_api.engine
from crawler.home import Home
from crawler.records import Startup
from indexer.build import build
from indexer.errors import NoSnapshotError, SnapshotDamagedError, WrongModelError
from indexer.results import Need
from indexer.settings import index_settings
from indexer.snapshot import load_snapshot
from search_api.engine import Engine

MakeIndex = Callable[..., str]
Words = Callable[..., Any]


@pytest.fixture
def always_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for a new snapshot at every request."""
    monkeypatch.setattr(search_api.engine, "CHECK_EVERY", 0.0)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def gear(number: int) -> Startup:
    return Startup(f"gear-{number}", f"Gear {number}", f"https://gear-{number}.example/")


@pytest.mark.usefixtures("always_looking")
def test_without_a_snapshot_it_says_so_and_takes_the_first_one(home: Home, make_index: MakeIndex, words: Words) -> None:
    engine = Engine(home, index_settings(), words())
    for _ in range(2):
        with pytest.raises(NoSnapshotError, match="scout index"):
            engine.searcher()
    snapshot = make_index(home)
    assert engine.searcher().manifest.id == snapshot


def test_the_searcher_is_made_once(home: Home, make_index: MakeIndex, words: Words) -> None:
    make_index(home)
    engine = Engine(home, index_settings(), words())
    assert engine.searcher() is engine.searcher()


@pytest.mark.usefixtures("always_looking")
def test_a_new_snapshot_is_taken_without_a_restart(home: Home, make_index: MakeIndex, words: Words) -> None:
    make_index(home)
    engine = Engine(home, index_settings(), words())
    assert len(engine.searcher().search(Need("gears of bronze")).matches) == 6
    second = make_index(home, gear(1))
    assert engine.searcher().manifest.id == second
    assert len(engine.searcher().search(Need("gears of bronze")).matches) == 7


def test_a_new_snapshot_is_looked_for_only_now_and_then(home: Home, make_index: MakeIndex, words: Words) -> None:
    first = make_index(home)
    engine = Engine(home, index_settings(), words())
    engine.searcher()
    make_index(home, gear(1))
    assert engine.searcher().manifest.id == first


@pytest.mark.usefixtures("always_looking")
@pytest.mark.parametrize("harm", ["cut", "gone", "manifest", "pointer", "format"])
def test_a_damaged_new_snapshot_leaves_the_old_one_answering(
    home: Home, make_index: MakeIndex, words: Words, caplog: pytest.LogCaptureFixture, harm: str
) -> None:
    first = make_index(home)
    engine = Engine(home, index_settings(), words())
    engine.searcher()
    folder = home.snapshots / make_index(home, gear(1))
    manifest = folder / "manifest.json"
    if harm == "cut":
        (folder / "passages.faiss").write_bytes(b"x")
    elif harm == "gone":
        shutil.rmtree(folder)
    elif harm == "manifest":
        manifest.write_text("{")
    elif harm == "pointer":
        home.current.write_text("../../etc\n")
    else:
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 999}))
    caplog.set_level(logging.WARNING)
    answer = engine.searcher().search(Need("gears"))
    assert answer.snapshot == first
    assert f"the snapshot {first} goes on answering" in caplog.text
    third = make_index(home, gear(1), gear(2))
    assert engine.searcher().manifest.id == third


@pytest.mark.usefixtures("always_looking")
def test_a_damaged_new_snapshot_is_tried_again_after_longer_and_longer_pauses_and_told_once(
    home: Home, make_index: MakeIndex, words: Words, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first = make_index(home)
    engine = Engine(home, index_settings(), words())
    engine.searcher()
    whole = make_index(home, gear(1))
    vectors = home.snapshots / whole / "passages.faiss"
    content = vectors.read_bytes()
    vectors.write_bytes(b"x")
    tries: list[float] = []
    now = time.monotonic()

    def load(home: Home) -> object:
        tries.append(now)
        return load_snapshot(home)

    monkeypatch.setattr(search_api.engine, "load_snapshot", load)
    monkeypatch.setattr("search_api.engine.time.monotonic", lambda: now)
    caplog.set_level(logging.WARNING)
    for _ in range(1000):
        now += 2.0
        assert engine.searcher().manifest.id == first
    assert [round(later - earlier) for earlier, later in pairwise(tries)] == [10, 20, 40, 80, 160, 320, 600, 600]
    assert caplog.text.count("goes on answering") == 1
    vectors.write_bytes(content)
    for _ in range(300):
        now += 2.0
        engine.searcher()
    assert engine.searcher().manifest.id == whole


@pytest.mark.usefixtures("always_looking")
def test_a_file_that_goes_away_while_it_is_read_leaves_the_old_one_answering(
    home: Home, make_index: MakeIndex, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_index(home)
    engine = Engine(home, index_settings(), words())
    engine.searcher()
    make_index(home, gear(1))

    def gone(home: Home) -> object:
        raise FileNotFoundError(home.snapshots)

    monkeypatch.setattr(search_api.engine, "load_snapshot", gone)
    assert engine.searcher().manifest.id == first


@pytest.mark.usefixtures("always_looking")
def test_a_new_snapshot_of_another_model_leaves_the_old_one_answering(home: Home, make_index: MakeIndex, words: Words) -> None:
    first = make_index(home)
    engine = Engine(home, index_settings(), words())
    engine.searcher()
    assert build(home, words(digest="another"), index_settings()).snapshot != first
    assert engine.searcher().manifest.id == first


def test_what_is_wrong_from_the_beginning_is_said(home: Home, make_index: MakeIndex, words: Words) -> None:
    folder = home.snapshots / make_index(home)
    with pytest.raises(WrongModelError, match="SCOUT_INDEX_MODEL"):
        Engine(home, index_settings(), words(digest="another")).searcher()
    (folder / "passages.jsonl").write_text("")
    with pytest.raises(SnapshotDamagedError, match="scout index --full"):
        Engine(home, index_settings(), words()).searcher()


@pytest.mark.usefixtures("always_looking")
def test_no_request_fails_while_new_snapshots_are_switched_in(
    home: Home,
    make_index: MakeIndex,
    make_app: Callable[..., FastAPI],
    serving: Callable[[FastAPI], AbstractContextManager[int]],
) -> None:
    snapshots = [make_index(home)]
    seen: list[tuple[int, str, int]] = []
    ended = threading.Event()

    def ask(port: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        while not ended.is_set():
            connection.request("POST", "/api/search", '{"need": "gears of bronze"}', {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read())
            seen.append((response.status, answer.get("snapshot", ""), len(answer.get("matches", ()))))
        connection.close()

    with serving(make_app(home)) as port:
        threads = [threading.Thread(target=ask, args=(port,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(1, 4):
            time.sleep(0.3)
            snapshots.append(make_index(home, *map(gear, range(number))))
        deadline = time.monotonic() + 10
        while seen[-1][1] != snapshots[-1] and time.monotonic() < deadline:
            time.sleep(0.05)
        ended.set()
        for thread in threads:
            thread.join()
    assert {status for status, _, _ in seen} == {200}
    assert len(seen) > 50
    answered = list(dict.fromkeys(snapshot for _, snapshot, _ in seen))
    assert answered[0] == snapshots[0]
    assert answered[-1] == snapshots[-1]
    sizes = {snapshot: {size for _, other, size in seen if other == snapshot} for snapshot in answered}
    assert all(size == {6 + snapshots.index(snapshot)} for snapshot, size in sizes.items())


def test_a_crowd_of_requests_does_not_repeat_a_load_that_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_api.engine, "CHECK_EVERY", 60.0)
    loads = []

    def fail(home: Home) -> None:
        loads.append(home)
        raise NoSnapshotError("none yet")

    monkeypatch.setattr(search_api.engine, "load_snapshot", fail)
    engine = Engine(Home(tmp_path), index_settings())
    for _ in range(5):
        with pytest.raises(NoSnapshotError, match="none yet"):
            engine.searcher()
    assert len(loads) == 1
