"""The program behind the door: it fetches lists, an address a line, through the crawler's own way to the web."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess

from crawler.childprocess import speaking
from crawler.corpus.corpus import Corpus
from crawler.corpus.optouts import OptOuts
from crawler.errors import CorpusError, ScoutError
from crawler.settings import CrawlSettings
from crawler.sites.robotscache import StoredWaits
from crawler.sites.spider import scrapy_settings
from crawler.web.downloading import Failure
from crawler.web.fetching import Fetcher
from crawler.web.netguard import Guard
from crawler.web.turns import Turns

MOST_HOPS = 5


def main() -> None:
    """Run it: the job is the first line of standard input, then an address a line; its end is the end."""
    say = speaking()
    job = json.loads(sys.stdin.readline())
    settings = CrawlSettings(**job["settings"])
    guard = Guard(loopback=settings.loopback)
    process = AsyncCrawlerProcess(scrapy_settings(settings, guard))
    process.crawl(process.create_crawler(Messenger), job=job, crawl_settings=settings, guard=guard, say=say)
    process.start()


class Messenger(Spider):
    """Fetches what it is told to, one after the other."""

    name = "directories"

    def __init__(self, job: dict[str, Any], crawl_settings: CrawlSettings, guard: Guard, say: Callable[[object], None]) -> None:
        """Take the job, and whom to answer."""
        super().__init__()
        self._job = job
        self._settings = crawl_settings
        self._guard = guard
        self._say = say

    async def start(self) -> AsyncIterator[Any]:
        """Fetch. Yields nothing: requests go through `Fetcher`, not through the scheduler."""
        try:
            with contextlib.ExitStack() as stack:
                path = self._job["corpus"]
                corpus = stack.enter_context(Corpus(Path(path))) if path else None
                fetcher = Fetcher(
                    self._settings,
                    self.crawler.engine.download_async,
                    self._guard,
                    opted_out=OptOuts(corpus).covers if corpus else lambda _: False,
                    waits=StoredWaits(corpus, partial(_written, corpus, self._say)) if corpus else None,
                    turns=Turns(corpus.path.parent, self._settings.timeout) if corpus else None,
                    rehearsal=self._job["rehearsal"],
                )
                self._say({})
                while line := await asyncio.to_thread(sys.stdin.readline):
                    asked = json.loads(line)
                    self._say(await _fetched(fetcher, asked["url"], Path(asked["file"])))
        except ScoutError as error:
            self._say({"error": str(error)})
        no_requests: tuple[Request, ...] = ()
        for request in no_requests:
            yield request


def _written(corpus: Corpus, say: Callable[[object], None], step: Callable[[Corpus], object]) -> None:
    try:
        with corpus.transaction():
            step(corpus)
    except CorpusError as error:  # a note for the next run is not worth the list
        say({"warning": f"the next run will not know how long a host is to be left alone: {error}"})


async def _fetched(fetcher: Fetcher, url: str, file: Path) -> dict[str, str]:
    """Fetch an address into a file and say how it ended."""
    for _ in range(MOST_HOPS + 1):
        result = await fetcher.fetch(url)
        if isinstance(result, Failure):
            return {"url": url, "failure": result.detail}
        if result.redirect is None:
            if result.status != HTTPStatus.OK:
                return {"url": url, "failure": f"the host answered {result.status}"}
            try:
                await asyncio.to_thread(file.write_bytes, result.body)
            except OSError as error:
                return {"url": url, "failure": f"what was fetched cannot be written to {file.parent}: {error.strerror}"}
            return {"url": url, "at": result.at.isoformat()}
        if not result.redirect:
            return {"url": url, "failure": "it redirects to what is no address"}
        url = result.redirect
    return {"url": url, "failure": f"more than {MOST_HOPS} redirects"}
