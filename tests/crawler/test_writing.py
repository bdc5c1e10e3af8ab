"""The hand that writes during a crawl tells those who wait for it whatever befalls it."""

import asyncio
from pathlib import Path

import pytest

from crawler.archive.archive import Archive
from crawler.errors import CrawlError
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
