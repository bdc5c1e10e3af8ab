"""The Scrapy side of a crawl: spider, settings, name resolution; and the program that a crawl's child process runs."""

import asyncio
import dataclasses
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.resolver import CachingThreadedResolver
from twisted.internet import defer

from crawler.corpus import Corpus
from crawler.errors import ScoutError
from crawler.fetching import Fetcher
from crawler.reading import Reading, read_page
from crawler.recording import Recorder
from crawler.records import Outcome, Startup
from crawler.settings import CrawlSettings
from crawler.sitecrawl import SiteCrawl

logger = logging.getLogger(__name__)

OPEN_SITES = 4
"""Sites crawled at once for each request that may be under way: most of the time a site waits for its delay."""
PROGRESS_SECONDS = 0.25
READERS = max(1, (os.cpu_count() or 2) - 1)


class LocalhostResolver(CachingThreadedResolver):
    """Resolves `localhost` and every name below it to this machine, as RFC 6761 section 6.3 asks for."""

    def getHostByName(self, name: str, timeout: Any = ()) -> "defer.Deferred[str]":  # noqa: N802, ANN401  # Twisted's name
        """Return the IPv4 address of a name."""
        if name == "localhost" or name.endswith(".localhost"):
            return defer.succeed("127.0.0.1")
        return super().getHostByName(name, timeout)


def scrapy_settings(settings: CrawlSettings) -> dict[str, object]:
    """Return Scrapy's settings for a crawl.

    Robots, delays, redirects and retries are `Fetcher`'s and `SiteCrawl`'s: each hop is judged and recorded.
    """
    return {
        "USER_AGENT": settings.user_agent,
        "CONCURRENT_REQUESTS": settings.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_DELAY_JITTER": 0,
        "DOWNLOAD_TIMEOUT": settings.timeout,
        "DOWNLOAD_MAXSIZE": settings.max_page_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DNS_TIMEOUT": settings.timeout,
        "TWISTED_DNS_RESOLVER": LocalhostResolver,
        "REACTOR_THREADPOOL_MAXSIZE": 20,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
            "Accept-Language": "it,en;q=0.8,*;q=0.5",
        },
        "COOKIES_ENABLED": False,
        "REDIRECT_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "RETRY_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "REFERER_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "MEMUSAGE_ENABLED": False,
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "LOGSTATS_INTERVAL": 0,
        "STATS_DUMP": False,
    }


class StartupSpider(Spider):
    """Crawls the sites of startups, each a task of its own."""

    name = "startups"

    def __init__(
        self, startups: list[Startup], crawl_settings: CrawlSettings, recorder: Recorder, report: Callable[[str, object], None]
    ) -> None:
        """Take what to crawl, where to write it, and whom to tell how far it is."""
        super().__init__()
        self.failure: Exception | None = None
        self._startups = startups
        self._crawl_settings = crawl_settings
        self._recorder = recorder
        self._report = report
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")

    async def start(self) -> AsyncIterator[Any]:
        """Crawl all sites. Yields nothing: requests go through `Fetcher`, one task per site, not through the scheduler."""
        telling = asyncio.create_task(self._tell())
        try:
            await self._crawl()
        except Exception as error:  # noqa: BLE001  # reported by the process, with which the crawl ends
            self.failure = error
        finally:
            telling.cancel()
            self._readers.shutdown(wait=False, cancel_futures=True)
        no_requests: tuple[Request, ...] = ()
        for request in no_requests:
            yield request

    async def _crawl(self) -> None:
        fetcher = Fetcher(self._crawl_settings, self.crawler.engine.download_async)
        free = asyncio.Semaphore(OPEN_SITES * self._crawl_settings.concurrency)
        try:
            async with asyncio.TaskGroup() as sites:
                for startup in self._startups:
                    await free.acquire()
                    task = sites.create_task(self._crawl_site(startup, fetcher))
                    task.add_done_callback(lambda _: free.release())
        except ExceptionGroup as group:
            raise group.exceptions[0] from group

    async def _crawl_site(self, startup: Startup, fetcher: Fetcher) -> None:
        try:
            await SiteCrawl(startup, self._crawl_settings, fetcher, self._recorder, self._read).run()
        except ScoutError:
            raise
        except Exception as error:
            logger.exception("the crawl of %s broke off", startup.id)
            self._recorder.visit(startup.id, startup.url or "", Outcome.BROKEN, None, f"{type(error).__name__}: {error}"[:200])
        self._recorder.sites_done += 1

    async def _read(self, body: bytes, url: str, charset: str | None) -> Reading:
        return await asyncio.get_running_loop().run_in_executor(self._readers, read_page, body, url, charset)

    async def _tell(self) -> None:
        while True:
            self._report("progress", dataclasses.asdict(self._recorder.progress(len(self._startups))))
            await asyncio.sleep(PROGRESS_SECONDS)


def main() -> None:
    """Run one crawl: the job is the first line of standard input, progress and summary are lines of standard output.

    The end of standard input stops the crawl: a crawl never outlives the process that asked for it.
    """
    # What a library prints must not get between the lines.
    told = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout = sys.stderr
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    logging.basicConfig(handlers=[handler], format="%(name)s: %(message)s")

    def report(kind: str, value: object) -> None:
        told.write(json.dumps({kind: value}) + "\n")
        told.flush()

    job = json.loads(sys.stdin.readline())
    settings = CrawlSettings(**job["settings"])
    startups = [_startup(fields) for fields in job["startups"]]
    began = time.monotonic()
    try:
        with Corpus(Path(job["corpus"])) as corpus:
            with corpus.transaction():
                for startup in startups:
                    corpus.put_startup(startup)
            recorder = Recorder(corpus)
            failure = _run(startups, settings, recorder, report)
            if failure is not None:
                raise failure
            report("summary", dataclasses.asdict(recorder.summary(len(startups), time.monotonic() - began)))
    except ScoutError as error:
        report("error", {"code": error.code, "message": str(error)})


def _run(
    startups: list[Startup], settings: CrawlSettings, recorder: Recorder, report: Callable[[str, object], None]
) -> Exception | None:
    process = AsyncCrawlerProcess(scrapy_settings(settings))
    crawler = process.create_crawler(StartupSpider)
    process.crawl(crawler, startups=startups, crawl_settings=settings, recorder=recorder, report=report)
    threading.Thread(target=_stop_at_end_of_input, daemon=True).start()
    process.start()
    spider = crawler.spider
    if not isinstance(spider, StartupSpider):
        return RuntimeError("Scrapy did not open the spider")
    return spider.failure


def _stop_at_end_of_input() -> None:
    while sys.stdin.readline():
        continue
    os.kill(os.getpid(), signal.SIGINT)


def _startup(fields: dict[str, Any]) -> Startup:
    lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    return Startup(**(fields | lists))
