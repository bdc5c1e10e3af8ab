"""The hand that writes during a crawl tells those who wait for it whatever befalls it."""

import asyncio
import threading
import time
from pathlib import Path

import pytest

from crawler.archive.archive import Archive
from crawler.corpus.corpus import Corpus
from crawler.corpus.frontier import SiteFrontier
from crawler.errors import ArchiveError, CrawlError
from crawler.records import Startup
from crawler.sites.writing import Desk, Writer


@pytest.mark.parametrize("method", ["sync", "__init__"])
def test_nobody_waits_for_a_writer_that_broke_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    def broken(*_: object, **__: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(Archive, method, broken)
    step = lambda desk: desk.corpus.execute("INSERT INTO opt_outs VALUES ('a.it', '', '')")  # noqa: E731
    writer = Writer(tmp_path / "corpus.sqlite", tmp_path / "archive", "", 1)

    async def two() -> None:
        for _ in range(2):
            with pytest.raises(CrawlError, match="MemoryError: no room"):
                await asyncio.wait_for(writer.do(step), 5)

    asyncio.run(two())
    writer.close()


def test_a_step_that_fails_leaves_nothing_and_the_next_is_run(tmp_path: Path) -> None:
    def failing(desk: Desk) -> None:
        desk.corpus.execute("INSERT INTO opt_outs VALUES ('a.it', '', '')")
        raise ZeroDivisionError

    writer = Writer(tmp_path / "corpus.sqlite", tmp_path / "archive", "", 1)

    async def both() -> object:
        with pytest.raises(ZeroDivisionError):
            await writer.do(failing)
        return await writer.do(lambda desk: desk.corpus.row("SELECT count(*) FROM opt_outs"))

    assert asyncio.run(both()) == (0,)
    writer.close()


def test_a_site_is_answered_before_its_step_is_on_the_disk_and_takes_the_next_one_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_sync, sync = threading.Event(), Archive.sync
    steps: list[str] = []

    def synced(archive: Archive) -> None:
        assert may_sync.wait(10)
        sync(archive)

    monkeypatch.setattr(Archive, "sync", synced)
    path = tmp_path / "corpus.sqlite"
    with Corpus(path) as corpus:
        corpus.put_startup(Startup("acme", "Acme"))
        corpus.execute("INSERT INTO runs (id, key, refresh, sites, began_at, touched_at) VALUES (1, '', 0, 1, '', '')")

    def begun(desk: Desk) -> None:
        steps.append("begun")
        SiteFrontier(desk.corpus, 1, "acme").load("http://acme.it/")

    async def both() -> None:
        site = writer.of("acme", lambda: 0)
        await asyncio.wait_for(site.do(begun), 5)
        with Corpus(path, read_only=True) as corpus:
            assert corpus.row("SELECT count(*) FROM sites") == (0,)
        following = asyncio.create_task(site.do(lambda _: steps.append("following")))
        await asyncio.sleep(0.2)
        assert steps == ["begun"]
        assert writer._jobs.empty()
        may_sync.set()
        await asyncio.wait_for(following, 5)
        with Corpus(path, read_only=True) as corpus:
            assert corpus.row("SELECT count(*) FROM sites") == (1,)
        await asyncio.wait_for(site.settled(), 5)

    writer = Writer(path, tmp_path / "archive", "", 1)
    asyncio.run(both())
    writer.close()
    assert steps == ["begun", "following"]


def test_the_step_of_the_site_with_most_to_do_goes_first(tmp_path: Path) -> None:
    begun, may_go = threading.Event(), threading.Event()
    steps: list[str] = []

    def held(_: Desk) -> None:
        begun.set()
        assert may_go.wait(10)

    async def all_sites() -> None:
        first = asyncio.create_task(writer.run(held))
        await asyncio.to_thread(begun.wait, 10)
        small = asyncio.create_task(writer.run(lambda _: steps.append("small"), left=2))
        large = asyncio.create_task(writer.run(lambda _: steps.append("large"), left=800))
        await asyncio.sleep(0)
        writer.post(lambda _: steps.append("nobody's"))
        may_go.set()
        await asyncio.wait_for(asyncio.gather(first, small, large), 5)

    writer = Writer(tmp_path / "corpus.sqlite", tmp_path / "archive", "", 1)
    asyncio.run(all_sites())
    writer.close()
    assert steps == ["nobody's", "large", "small"]


def test_a_step_is_on_the_disk_before_all_that_wait_have_had_theirs(tmp_path: Path) -> None:
    begun, may_go, may_end = threading.Event(), threading.Event(), threading.Event()

    def held(_: Desk) -> None:
        begun.set()
        assert may_go.wait(10)

    async def three() -> None:
        first = asyncio.create_task(writer.run(held))
        await asyncio.to_thread(begun.wait, 10)
        second = asyncio.create_task(writer.run(lambda _: time.sleep(max(0.05, 10 * writer._commit_seconds)), left=2))
        third = asyncio.create_task(writer.run(lambda _: may_end.wait(10), left=1))
        await asyncio.sleep(0)
        may_go.set()
        await first
        _, kept = await second
        await asyncio.wait_for(asyncio.wrap_future(kept), 5)
        may_end.set()
        await third

    writer = Writer(tmp_path / "corpus.sqlite", tmp_path / "archive", "", 1)
    asyncio.run(three())
    writer.close()


def test_a_site_whose_step_could_not_be_kept_is_told_before_it_writes_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Archive) -> None:
        raise ArchiveError("no room on the disk")

    path = tmp_path / "corpus.sqlite"
    with Corpus(path) as corpus:
        corpus.put_startup(Startup("acme", "Acme"))
    monkeypatch.setattr(Archive, "sync", broken)

    async def both() -> None:
        site = writer.of("acme", lambda: 0)
        await site.do(lambda _: None)
        with pytest.raises(ArchiveError, match="no room on the disk"):
            await site.settled()
        with pytest.raises(ArchiveError, match="no room on the disk"):
            await site.do(lambda _: None)

    writer = Writer(path, tmp_path / "archive", "", 1)
    asyncio.run(both())
    writer.close()
