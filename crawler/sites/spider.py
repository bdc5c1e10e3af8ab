"""The Scrapy side of a crawl: the spider that runs all sites side by side, and Scrapy's settings."""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from scrapy import Request, Spider

from crawler.corpus.corpus import Corpus
from crawler.corpus.optouts import OptOuts
from crawler.corpus.readings import Readings
from crawler.corpus.recording import Progress, Tally
from crawler.corpus.runs import Run
from crawler.errors import CrawlError, ScoutError
from crawler.reading import Reading
from crawler.records import Outcome, Startup
from crawler.settings import CrawlSettings
from crawler.sites.agenda import CrawlContext
from crawler.sites.forking import MANY_SITES
from crawler.sites.judging import charset_of
from crawler.sites.readers import FEW, Readers
from crawler.sites.robotscache import StoredRobots, StoredWaits
from crawler.sites.sitebook import SiteBook
from crawler.sites.sitecrawl import SiteCrawl
from crawler.sites.writing import ErasedError, Writer
from crawler.traps.shelf import Shelf
from crawler.urls import canonical_url
from crawler.web.caps import guarded_settings
from crawler.web.downloading import Answer, look_up
from crawler.web.fetching import Fetcher
from crawler.web.netguard import Guard
from crawler.web.turns import Turns

logger = logging.getLogger(__name__)

OPEN_SITES = 16
"""Sites crawled at once for each request that may be under way: most of the time a site waits for its delay."""
PROGRESS_SECONDS = 0.25
RATE_SECONDS = 10.0
"""Over which the pages a second are counted."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What one process has to crawl, and where it writes."""

    startups: Sequence[Startup]
    """Those whose sites are not done."""
    sites: int
    """Of the run, done or not."""
    settings: CrawlSettings
    run: Run
    refresh: bool
    rehearsal: bool
    corpus: Corpus
    """To read from."""
    writer: Writer
    shelf: Shelf
    """For what is known of the sites under way."""
    tally: Tally
    guard: Guard


def scrapy_settings(settings: CrawlSettings, guard: Guard) -> dict[str, object]:
    """Return Scrapy's settings for a crawl.

    Robots, delays, redirects and retries are `Fetcher`'s and `SiteCrawl`'s: each hop is judged and recorded.
    """
    return guarded_settings(guard) | {
        "USER_AGENT": settings.user_agent,
        "CONCURRENT_REQUESTS": settings.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_DELAY_JITTER": 0,
        "DOWNLOAD_TIMEOUT": settings.timeout,
        "DOWNLOAD_MAXSIZE": settings.max_page_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DNS_TIMEOUT": settings.timeout,
        "REACTOR_THREADPOOL_MAXSIZE": 20,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml;q=0.9,application/pdf;q=0.5,*/*;q=0.1",
            "Accept-Language": "it,en;q=0.8,*;q=0.5",
        },
        "ROBOTSTXT_OBEY": False,
        "REFERER_ENABLED": False,
        "EXTENSIONS_BASE": {},  # EXTENSIONS without them would load them all the same
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
        "STATS_DUMP": False,
    }


class StartupSpider(Spider):
    """Crawls the sites of startups, each a task of its own."""

    name = "startups"

    def __init__(self, assignment: Assignment, report: Callable[[Progress], None]) -> None:
        """Take what to crawl, and whom to tell how far it is."""
        super().__init__()
        logging.getLogger("scrapy").setLevel(logging.WARNING)  # Scrapy makes a record of each request, for nobody
        self.failure: Exception | None = None
        self._work = assignment
        self._report = report
        self._readers = Readers(few=0 if len(assignment.startups) >= MANY_SITES else FEW)

    async def start(self) -> AsyncIterator[Any]:
        """Crawl all sites. Yields nothing: requests go through `Fetcher`, one task per site, not through the scheduler."""
        telling = asyncio.create_task(self._tell())
        try:
            await self._crawl()
        except Exception as error:  # noqa: BLE001  # reported by the process, with which the crawl ends
            self.failure = error
        finally:
            telling.cancel()
            self._readers.close()
        no_requests: tuple[Request, ...] = ()
        for request in no_requests:
            yield request

    async def _crawl(self) -> None:
        work = self._work
        robots = StoredRobots(work.corpus, work.writer, work.run.began_at)
        fetcher = Fetcher(
            work.settings,
            self.crawler.engine.download_async,
            work.guard,
            robots,
            OptOuts(work.corpus).covers,
            waits=StoredWaits(work.corpus, lambda step: work.writer.post(lambda desk: step(desk.corpus))),
            keep=robots.keep,
            turns=Turns(work.corpus.path.parent, work.settings.timeout),
            rehearsal=work.rehearsal,
            look_up=None if work.guard.proxies else look_up,
        )
        free = asyncio.Semaphore(OPEN_SITES * work.settings.concurrency)
        try:
            async with asyncio.TaskGroup() as sites:
                for startup in work.startups:
                    await free.acquire()
                    task = sites.create_task(self._crawl_site(startup, fetcher))
                    task.add_done_callback(lambda _: free.release())
        except ExceptionGroup as group:
            raise group.exceptions[0] from group
        delays = [(host.delay, work.run.id, host.host) for host in fetcher.hosts()]
        statement = "UPDATE sites SET delay = ? WHERE run = ? AND host = ?"
        await work.writer.do(lambda desk: desk.corpus.execute_many(statement, delays))

    async def _crawl_site(self, startup: Startup, fetcher: Fetcher) -> None:
        work = self._work
        seed = canonical_url(startup.url or "") or ""
        book = SiteBook(startup, seed, CrawlContext(work.settings, work.tally, work.run.id, work.refresh, work.shelf))
        writer = work.writer.of(startup.id, lambda: book.left)
        try:
            await SiteCrawl(book, fetcher, writer, Readings(work.corpus), self._read).run()
        except ScoutError:
            raise
        except ErasedError:
            logger.info("%s was erased meanwhile: what was in flight of it is dropped", startup.id)
        except (OSError, MemoryError) as error:
            raise CrawlError(
                f"this machine cannot go on: {error or 'out of memory'} (make room, then start it again)"
            ) from error
        except Exception as error:
            logger.exception("the crawl of %s broke off", startup.id)
            detail = f"{type(error).__name__}: {error}"[:200]
            with contextlib.suppress(ErasedError):
                await writer.do(lambda desk: book.break_off(desk, Outcome.BROKEN, detail))
        work.tally.sites_done += 1

    async def _read(self, answer: Answer, kind: str) -> Reading:
        charset = charset_of(answer.headers.get("content-type", ""))
        return await self._readers.read(answer.body, answer.url, charset, kind)

    async def _tell(self) -> None:
        tally, sites = self._work.tally, self._work.sites
        marks: deque[tuple[float, int]] = deque(maxlen=round(RATE_SECONDS / PROGRESS_SECONDS))
        try:
            while True:
                marks.append((time.monotonic(), tally.pages))
                self._report(tally.progress(sites, _rate(marks)))
                await asyncio.sleep(PROGRESS_SECONDS)
        finally:
            self._report(tally.progress(sites, _rate(marks)))  # how it ended


def _rate(marks: Sequence[tuple[float, int]]) -> float:
    """Return the pages a second between the first and the last of some moments."""
    seconds, pages = marks[-1][0] - marks[0][0], marks[-1][1] - marks[0][1]
    return round(pages / seconds, 1) if seconds else 0.0
