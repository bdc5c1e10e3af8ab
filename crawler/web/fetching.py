"""The one door to the web: robots.txt is asked first, every request waits its turn, and ends as an answer or a failure."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from crawler.records import Outcome
from crawler.settings import CrawlSettings
from crawler.urls import origin_of
from crawler.web.downloading import Answer, Download, Failure, Validators
from crawler.web.hosts import HostReport, Waits
from crawler.web.requesting import BUSY, Guarding, Requests, is_failing
from crawler.web.robots import CLOSED_KEPT, MOST_ROBOTS_BYTES, ROBOTS_KEPT, CachedRobots, RobotsCache
from crawler.web.turns import Turns
from crawler.web.wishes import Robots

MOST_ROBOTS = 1000
"""Origins whose robots.txt is held in memory beside the cache: several times the sites that are crawled at once."""
MOST_ROBOTS_HOPS = 5
"""Redirects of robots.txt that are followed (RFC 9309 section 2.3.1.2)."""
FAILED_KEPT = timedelta(seconds=20)
"""How long it counts that nobody answered for robots.txt; the breaker sees to it that this is not asked for ever."""
FORBIDDEN = "robots.txt forbids it"


class Fetcher:
    """Fetches pages politely through Scrapy's downloader; one per crawl. Nothing turns robots.txt or the delays off.

    Args:
        settings: of the crawl.
        download: Scrapy's `engine.download_async`.
        guard: which addresses may be reached.
        robots_cache: keeps robots.txt between crawls; without it they are kept for this one.
        waits: keeps until when hosts are left alone; likewise.
        keep: told every answer that `fetch` does not return: of robots.txt, and of tries that others follow.
        turns: keep crawls in other processes from asking the same hosts and addresses at the same time.
        opted_out: tells of a URL whether its owner wants no visit. Of a host that opted out robots.txt is not asked for either.
        rehearsal: for tests and benchmarks over a web of their own: the delay of the settings counts even where it is under
            `LEAST_DELAY`. No setting, variable or option leads here.
        look_up: has a host's name looked up, so that the guard knows its address before the first request's turn:
            `crawler.web.downloading.look_up`, unless a proxy looks up names.
        dice: spread retries.
        now: the wall clock, in UTC. All waiting goes by the running event loop's time.
    """

    def __init__(
        self,
        settings: CrawlSettings,
        download: Download,
        guard: Guarding,
        robots_cache: RobotsCache | None = None,
        opted_out: Callable[[str], bool] = lambda _: False,
        *,
        waits: Waits | None = None,
        turns: Turns | None = None,
        keep: Callable[[Answer], None] = lambda _: None,
        rehearsal: bool = False,
        look_up: Callable[[str], Awaitable[None]] | None = None,
        dice: random.Random | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Make a fetcher; see the class for its arguments."""
        self._requests = Requests(
            settings,
            download,
            guard,
            opted_out,
            waits=waits,
            turns=turns,
            keep=keep,
            rehearsal=rehearsal,
            look_up=look_up,
            dice=dice or random.Random(),  # noqa: S311  # it spreads retries and keeps no secret
            now=now,
        )
        self._most_bytes = settings.max_page_bytes
        self._cache = robots_cache
        self._keep = keep
        self._now = now
        self._robots: dict[str, tuple[datetime, asyncio.Task[Robots | Failure]]] = {}

    async def fetch(self, url: str, most_bytes: int | None = None, validators: Validators | None = None) -> Answer | Failure:
        """Fetch a canonical URL if its robots.txt allows it. Redirects are answers: each hop is the caller's to judge.

        With validators the answer may be a 304, without a body.
        """
        if refusal := self._requests.refusal(url):
            return refusal
        robots = await self._robots_of(origin_of(url))
        if isinstance(robots, Failure):
            return robots
        if not robots.allows(url):
            return Failure(Outcome.ROBOTS, robots.closed or FORBIDDEN)
        return self._requests.left_alone(url) or await self._requests.ask(url, most_bytes or self._most_bytes, validators)

    async def robots(self, url: str) -> Robots | Failure:
        """Return what the robots.txt of the URL's origin comes to, asked for once a day; a failure where nobody answers."""
        return self._requests.never(url) or await self._robots_of(origin_of(url))

    async def _robots_of(self, origin: str) -> Robots | Failure:
        known = self._robots.get(origin)
        if known is None or self._outdated(*known):
            self._robots[origin] = known = (self._now(), asyncio.create_task(self._read_robots(origin)))
            self._forget_robots()
        # One site's end must not take the answer from another that waits for it.
        return await asyncio.shield(known[1])

    def hosts(self) -> tuple[HostReport, ...]:
        """Return how each host was treated so far."""
        return self._requests.hosts.reports()

    def _forget_robots(self) -> None:
        """Keep memory flat over many sites: what the cache holds need not be held here."""
        oldest, (_, task) = next(iter(self._robots.items()))
        if self._cache and len(self._robots) > MOST_ROBOTS and task.done():
            del self._robots[oldest]

    def _outdated(self, asked_at: datetime, task: "asyncio.Task[Robots | Failure]") -> bool:
        if not task.done():
            return False
        if task.cancelled() or task.exception() is not None:
            return True
        robots = task.result()
        if isinstance(robots, Failure):
            return self._now() - asked_at >= FAILED_KEPT
        return self._now() - asked_at >= (CLOSED_KEPT if robots.closed else ROBOTS_KEPT)

    async def _read_robots(self, origin: str) -> Robots | Failure:
        kept = self._cache.get(origin) if self._cache else None
        if kept is None or not kept.fresh(self._now()):
            asked = await self._ask_for_robots(origin)
            if isinstance(asked, Failure):
                # It counts from now on: the tries may have taken longer than it is kept.
                self._robots[origin] = (self._now(), self._robots[origin][1])
                return asked
            kept = asked
            if self._cache:
                self._cache.put(origin, kept)
        # A day counts from when it was asked for, which may be another run.
        self._robots[origin] = (kept.at, self._robots[origin][1])
        if kept.closed:
            return Robots(closed=kept.closed)
        robots = Robots.parse(kept.body)
        host = self._requests.hosts.host(origin)
        host.asked = max(host.asked, robots.delay)
        host.gate.ask(robots.delay)
        return robots

    async def _ask_for_robots(self, origin: str) -> CachedRobots | Failure:
        """Fetch robots.txt and say what its answer means (RFC 9309 section 2.3.1); a failure where nobody answers."""
        url: str | None = f"{origin}/robots.txt"
        at = self._now()
        for _ in range(MOST_ROBOTS_HOPS + 1):
            if not url:
                break
            answer = self._requests.refusal(url) or await self._requests.ask(url, self._most_bytes)
            if isinstance(answer, Failure):
                detail = f"robots.txt: {answer.detail}"
                if answer.outcome is Outcome.UNREACHABLE:
                    return Failure(answer.outcome, detail, retry_in=answer.retry_in)
                return CachedRobots(answer.status, b"", at, detail)
            self._keep(answer)
            if answer.status in BUSY or is_failing(answer.status):
                return CachedRobots(answer.status, b"", at, f"robots.txt answered {answer.status}")
            if answer.redirect is None:
                # One byte more than counts: so that a later reading sees that there was more.
                found = answer.body[: MOST_ROBOTS_BYTES + 1] if answer.status < HTTPStatus.MULTIPLE_CHOICES else b""
                return CachedRobots(answer.status, found, at, "")
            url = answer.redirect
        return CachedRobots(None, b"", at, "")
