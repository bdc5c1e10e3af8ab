"""Crawls in several processes ask a host, and an address, no more often together than one crawl would."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import pytest

from crawler.corpus.corpus import Corpus
from crawler.errors import CrawlError
from crawler.records import Startup
from crawler.settings import CrawlSettings, crawl_settings
from crawler.sites.crawling import shard_of
from crawler.web.turns import PUT, Turns
from tests.crawler.conftest import Web, sentence, text_page
from tests.crawler.internet import Internet
from tests.crawler.test_resume import Zygote, ended, left_behind, zygote

__all__ = ["zygote"]

DELAY = 0.3
SLACK = 0.02
"""Seconds that a request may take less to reach the server than the one before."""
PATIENCE = 30.0


@pytest.fixture
def polite() -> CrawlSettings:
    return crawl_settings(delay=DELAY, timeout=5.0, loopback=True, autothrottle=False)


def other_process(folder: Path, words: str) -> "subprocess.Popen[str]":
    """Run words on the `turns` of another process; it lives until its input ends."""
    program = f"import sys, pathlib; from crawler.web.turns import Turns; turns = Turns(pathlib.Path(sys.argv[1]), 60); {words}"
    told = f"{program}; print('done', flush=True); sys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", told, str(folder)], text=True, stdin=-1, stdout=-1)
    assert child.stdout is not None
    assert child.stdout.readline() == "done\n"
    return child


def test_a_host_is_asked_by_one_process_at_a_time_and_then_waits_for_the_longer_delay(tmp_path: Path) -> None:
    with Turns(tmp_path, 60) as turns, other_process(tmp_path, "turns.claim('a.it', 1, '10.0.0.1', 1)") as child:
        assert turns.claim("a.it", 1.0, "10.0.0.1", 1.0)[0] > 0
        for_the_host, for_the_address = turns.claim("b.it", 1.0, "10.0.0.1", 1.0)
        assert for_the_host == 0.0
        assert for_the_address == pytest.approx(1.0, abs=0.9)
        assert turns.claim("b.it", 1.0, "10.0.0.2", 1.0) == (0.0, 0.0)
        turns.release("b.it", 1.0)
        assert turns.claim("b.it", 30.0, None, 0.0)[0] > 20.0  # the own delay counts too
        turns.pause("b.it", 120.0)
        turns.release("b.it", 1.0)
        assert turns.claim("b.it", 1.0, None, 0.0)[0] > 100.0
        child.communicate()


def test_a_process_that_was_killed_holds_nobody_up_longer_than_the_delay(tmp_path: Path) -> None:
    with Turns(tmp_path, 60) as turns, other_process(tmp_path, "turns.claim('a.it', 0.2, None, 0)") as child:
        assert 0 < turns.claim("a.it", 0.2, None, 0.0)[0] <= 0.1
        child.kill()
        child.wait()
        assert turns.claim("a.it", 0.2, None, 0.0)[0] == pytest.approx(0.2, abs=0.01)
        time.sleep(0.21)
        assert turns.claim("a.it", 0.2, None, 0.0) == (0.0, 0.0)


def test_what_was_noted_before_the_machine_was_started_counts_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = time.monotonic
    with Turns(tmp_path, 60) as turns:
        turns.claim("a.it", 3600.0, "10.0.0.1", 3600.0)
        turns.release("a.it", 3600.0)
        monkeypatch.setattr("crawler.web.turns.time.monotonic", lambda: really() - 100_000.0)
        assert turns.claim("a.it", 1.0, "10.0.0.1", 1.0) == (0.0, 0.0)


def test_a_turn_that_is_taken_while_one_waits_for_the_file_is_seen(tmp_path: Path) -> None:
    locked = threading.Event()

    def other() -> None:
        with Turns(tmp_path, 60) as turns, turns._transaction():
            locked.set()
            time.sleep(0.1)
            now = time.monotonic()
            turns._db.execute(PUT, ("a.it", now, now + 1.0, turns._me, now + 180.0))

    with Turns(tmp_path, 60) as turns, ThreadPoolExecutor(1) as pool:
        taken = pool.submit(other)
        assert locked.wait(10)
        wait = turns.claim("a.it", 1.0, None, 0.0)[0]
        taken.result()
    assert wait > 0


def test_a_statement_asks_the_time_once(tmp_path: Path) -> None:
    with Turns(tmp_path, 60) as turns:
        asked: list[float] = []

        def noted() -> float:
            asked.append(time.monotonic())
            return asked[-1]

        turns._db.create_function("monotonic", 0, noted)
        turns.claim("a.it", 1.0, "10.0.0.1", 1.0)
        turns.release("a.it", 1.0)
        assert len(asked) == 2


def test_a_file_that_is_none_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "turns.sqlite").write_bytes(b"no database at all" * 1000)
    with Turns(tmp_path, 60) as turns:
        assert turns.claim("a.it", 1.0, None, 0.0) == (0.0, 0.0)


def test_a_process_that_stands_still_in_the_midst_of_its_turn_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.web.turns.PATIENCE", 0.05)
    with Turns(tmp_path, 60) as turns, other_process(tmp_path, "turns._db.execute('BEGIN IMMEDIATE')") as child:
        with pytest.raises(CrawlError, match="end that process"):
            turns.claim("a.it", 1.0, None, 0.0)
        child.kill()
        child.wait()
        assert turns.claim("a.it", 1.0, None, 0.0) == (0.0, 0.0)


def test_a_turn_costs_less_than_three_tenths_of_a_millisecond(tmp_path: Path) -> None:
    with Turns(tmp_path, 60) as turns:
        for number in range(1000):
            turns.claim(f"h{number}.it", 1.0, None, 0.0)
        began = time.process_time()
        for number in range(2000):
            turns.claim(f"n{number}.it", 0.0, f"10.0.{number // 250}.{number % 250}", 0.0)
            turns.release(f"n{number}.it", 0.0)
        assert (time.process_time() - began) / 2000 < 0.0003


def test_a_request_begins_and_ends_with_one_statement_each(tmp_path: Path) -> None:
    with Turns(tmp_path, 60) as turns:
        statements: list[str] = []
        turns._db.set_trace_callback(statements.append)
        assert turns.claim("a.it", 1.0, "10.0.0.1", 1.0) == (0.0, 0.0)
        turns.release("a.it", 1.0)
        assert [statement.split()[0] for statement in statements] == ["INSERT", "INSERT"]


def gaps(web: Web, host: str) -> list[float]:
    times = sorted(request.at for request in web.requests if request.host == f"{host}.localhost")
    return [later - earlier for earlier, later in pairwise(times)]


def site(web: Web, name: str, pages: int, number: int = 0) -> Startup:
    bodies = {f"/p{n}": text_page(sentence(1000 * number + n)) for n in range(1, pages)}
    return web.site(name, {"/": text_page(sentence(1000 * number), links=tuple(bodies))} | bodies)


def all_ended(*folders: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not all((folder / "told.ended").exists() for folder in folders):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_two_crawls_of_one_host_keep_its_delay_together(
    web: Web, zygote: Zygote, tmp_path: Path, polite: CrawlSettings
) -> None:
    acme = site(web, "acme", 5)
    for name in ("one", "two"):
        told = str(tmp_path / name / "told")
        (tmp_path / name).mkdir()
        zygote.start([acme], tmp_path, polite, corpus=str(tmp_path / f"{name}.sqlite"), told=told)
    all_ended(tmp_path / "one", tmp_path / "two")
    assert len(web.asked("acme")) == 2 * len(set(web.asked("acme")))
    assert min(gaps(web, "acme")) > DELAY - SLACK
    for name in ("one", "two"):
        with Corpus(tmp_path / f"{name}.sqlite", read_only=True) as corpus:
            assert corpus.counts().pages == 5


def test_two_crawls_of_hosts_at_one_address_keep_its_delay_together(web: Web, tmp_path: Path) -> None:
    internet = Internet(tmp_path)
    environment = os.environ | internet.lay(web.port, {name: [["93.184.216.34"]] for name in ("one.example", "two.example")})
    children: list[subprocess.Popen[str]] = []
    for name in ("one", "two"):
        site(web, name, 5, len(children) + 1)
        for where, page in list(web.pages.items()):
            web.pages[where[0].replace(".localhost", ".example"), where[1]] = page
        job = {
            "startups": [asdict(Startup(name, name, f"http://{name}.example/"))],
            "corpus": str(tmp_path / f"{name}.sqlite"),
            "archive": str(tmp_path / "archive"),
            "settings": crawl_settings(delay=0.6, timeout=5.0, autothrottle=False).model_dump(),
            "refresh": False,
            "rehearsal": False,
        }
        program = [sys.executable, "-c", "from crawler.sites.crawlprocess import main; main()"]
        child = subprocess.Popen(program, env=environment, text=True, stdin=-1, stdout=-1)
        assert child.stdin is not None
        child.stdin.write(json.dumps(job) + "\n")
        child.stdin.flush()
        children.append(child)
    for child in children:
        assert child.stdout is not None
        told = [json.loads(line) for line in child.stdout]
        assert told[-1]["summary"]["new"] == 5, told[-1]
        child.communicate()
    times = sorted(request.at for request in web.requests)
    assert {request.host for request in web.requests} == {"one.example", "two.example"}
    assert min(later - earlier for earlier, later in pairwise(times)) > 0.6 - SLACK


def test_of_two_shards_now_one_and_now_the_other_is_killed_and_the_pages_are_those_of_one_calm_crawl(
    web: Web, zygote: Zygote, tmp_path: Path
) -> None:
    quick = crawl_settings(delay=0.05, timeout=5.0, loopback=True, autothrottle=False)
    startups = [site(web, f"shard{number}", 6, number) for number in range(1, 7)]
    parts = [[startup for startup in startups if shard_of(startup, 2) == part] for part in range(2)]
    assert all(parts)
    calm, torn = tmp_path / "calm", tmp_path / "torn"
    calm.mkdir()
    zygote.start(startups, calm, quick)
    undisturbed = left_behind(calm, ended(calm))
    assert len(undisturbed.pages) == 36
    told = [torn / str(part) / "told" for part in range(2)]
    for file in told:
        file.parent.mkdir(parents=True)
    start: Callable[[int], int] = lambda part: zygote.start(parts[part], torn, quick, told=str(told[part]))  # noqa: E731
    web.requests.clear()
    children = [start(part) for part in range(2)]
    deadline = time.monotonic() + PATIENCE
    for asked, part in ((2, 0), (3, 1), (4, 0), (5, 1)):
        while len(set(web.asked(parts[part][0].id))) < asked:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        os.kill(children[part], signal.SIGKILL)
        until_dead(children[part])
        assert '"summary"' not in told[part].read_text()
        children[part] = start(part)
    all_ended(torn / "0", torn / "1")
    assert left_behind(torn, {}).pages == undisturbed.pages
    assert left_behind(torn, {}).visits == undisturbed.visits
    repeated = len(web.requests) - len({(request.host, request.path) for request in web.requests})
    assert repeated <= 2 * sum(2 * len(part) for part in parts)  # what two kills of each had in flight, and no more


def until_dead(child: int) -> None:
    with suppress(ProcessLookupError):
        while True:
            os.kill(child, 0)
            time.sleep(0.005)


def test_of_processes_that_find_a_damaged_file_one_replaces_it_and_the_others_use_that(tmp_path: Path) -> None:
    (tmp_path / "turns.sqlite").write_bytes(b"no database at all" * 1000)
    opened = Turns._opened

    class Late(Turns):
        """Finds the file damaged, and is overtaken."""

        tries = 0

        def _opened(self) -> sqlite3.Connection:
            self.tries += 1
            if self.tries == 1:
                try:
                    return opened(self)
                finally:
                    others.append(other_process(tmp_path, "turns.claim('a.it', 30, None, 0)"))
            return opened(self)

    others: list[subprocess.Popen[str]] = []
    with Late(tmp_path, 60) as turns:
        wait = turns.claim("a.it", 1.0, None, 0.0)[0]
        others[0].communicate()
    assert wait > 0
