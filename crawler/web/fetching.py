"""The one door to the web: every request waits its turn, asks robots.txt first, and ends as an answer or a failure."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from crawler.records import Outcome
from crawler.settings import CrawlSettings
from crawler.urls import host_of, origin_of
from crawler.web.downloading import Answer, Download, Failure, Validators, request_once
from crawler.web.hosts import Host, HostReport, Hosts, Wait, Waits, is_here
from crawler.web.politeness import AddressGate, Robots, back_off, retry_after
from crawler.web.robots import CLOSED_KEPT, MOST_ROBOTS_BYTES, ROBOTS_KEPT, CachedRobots, RobotsCache
from crawler.web.turns import Turns

__all__ = [
    "FORBIDDEN",
    "Answer",
    "CachedRobots",
    "Failure",
    "Fetcher",
    "Guarding",
    "HostReport",
    "RobotsCache",
    "Validators",
    "Wait",
    "Waits",
    "is_passing",
]

RETRIES = 2
TOLD_RETRIES = 5
"""Where the host itself says when to come again."""
LONGEST_RETRY_AFTER = 120.0
"""Seconds; a host that asks for more is left alone for as long."""
MOST_LOST = 5
"""Addresses of one origin in a row without an answer, or with 429 or 503, after which it is left alone."""
MOST_REFUSED = 10
"""Addresses of one origin in a row that its server fails at otherwise, or forbids us."""
MOST_ROBOTS = 1000
"""Origins whose robots.txt is held in memory beside the cache: several times the sites that are crawled at once."""
MOST_ROBOTS_HOPS = 5
"""Redirects of robots.txt that are followed (RFC 9309 section 2.3.1.2)."""
FAILED_KEPT = timedelta(seconds=20)
"""How long it counts that nobody answered for robots.txt; the breaker sees to it that this is not asked for ever."""
FORBIDDEN = "robots.txt forbids it"
BUSY = frozenset({429, 503})
FORBIDDEN_TO_US = frozenset({401, 403})
NOT_WORTH_RETRYING = frozenset({501, 505, 511})


class Guarding(Protocol):
    """Which addresses may be reached: `crawler.web.netguard.Guard`."""

    def refusal(self, url: str) -> str | None:
        """Return why a URL may not be fetched, as far as its spelling tells."""

    def address_of(self, host: str) -> str | None:
        """Return the IP address that a host's name is pinned to, once it is known."""


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
        self._settings = settings
        self._download = download
        self._guard = guard
        self._cache = robots_cache
        self._keep = keep
        self._opted_out = opted_out
        self._look_up = look_up
        self._now = now
        self._dice = dice or random.Random()  # noqa: S311  # it spreads retries and keeps no secret
        self._hosts = Hosts(settings, guard.address_of, self._dice, waits, now, turns=turns, rehearsal=rehearsal)
        self._robots: dict[str, tuple[datetime, asyncio.Task[Robots | Failure]]] = {}
        self._free = asyncio.Semaphore(settings.concurrency)

    async def fetch(self, url: str, most_bytes: int | None = None, validators: Validators | None = None) -> Answer | Failure:
        """Fetch a canonical URL if its robots.txt allows it. Redirects are answers: each hop is the caller's to judge.

        With validators the answer may be a 304, without a body.
        """
        if refusal := self._refusal(url):
            return refusal
        robots = await self._robots_of(origin_of(url))
        if isinstance(robots, Failure):
            return robots
        if not robots.allows(url):
            return Failure(Outcome.ROBOTS, robots.closed or FORBIDDEN)
        most = most_bytes or self._settings.max_page_bytes
        return self._left_alone(url) or await self._request(url, most, validators)

    async def robots(self, url: str) -> Robots | Failure:
        """Return what the robots.txt of the URL's origin comes to, asked for once a day; a failure where nobody answers."""
        return self._never(url) or await self._robots_of(origin_of(url))

    async def _robots_of(self, origin: str) -> Robots | Failure:
        known = self._robots.get(origin)
        if known is None or self._outdated(*known):
            self._robots[origin] = known = (self._now(), asyncio.create_task(self._read_robots(origin)))
            self._forget_robots()
        # One site's end must not take the answer from another that waits for it.
        return await asyncio.shield(known[1])

    def hosts(self) -> tuple[HostReport, ...]:
        """Return how each host was treated so far."""
        return self._hosts.reports()

    def _forget_robots(self) -> None:
        """Keep memory flat over many sites: what the cache holds need not be held here."""
        oldest, (_, task) = next(iter(self._robots.items()))
        if self._cache and len(self._robots) > MOST_ROBOTS and task.done():
            del self._robots[oldest]

    def _outdated(self, asked_at: datetime, task: "asyncio.Task[Robots | Failure]") -> bool:
        if not task.done():
            return False
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
        if kept.closed:
            return Robots(closed=kept.closed)
        robots = Robots.parse(kept.body)
        host = self._hosts.host(origin)
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
            answer = self._refusal(url) or await self._request(url, self._settings.max_page_bytes)
            if isinstance(answer, Failure):
                detail = f"robots.txt: {answer.detail}"
                if answer.outcome is Outcome.UNREACHABLE:
                    return Failure(answer.outcome, detail, retry_in=answer.retry_in)
                return CachedRobots(answer.status, b"", at, detail)
            self._keep(answer)
            if answer.status in BUSY or answer.status >= 500:  # noqa: PLR2004
                return CachedRobots(answer.status, b"", at, f"robots.txt answered {answer.status}")
            if answer.redirect is None:
                # One byte more than counts: so that a later reading sees that there was more.
                found = answer.body[: MOST_ROBOTS_BYTES + 1] if answer.status < 300 else b""  # noqa: PLR2004
                return CachedRobots(answer.status, found, at, "")
            url = answer.redirect
        return CachedRobots(None, b"", at, "")

    def _never(self, url: str) -> Failure | None:
        """Return why a URL is out of the question, whatever its host says."""
        if self._opted_out(url):
            return Failure(Outcome.OPTED_OUT, "its owner wants no visit")
        if reason := self._guard.refusal(url):
            return Failure(Outcome.REFUSED, reason)
        return None

    def _refusal(self, url: str) -> Failure | None:
        return self._never(url) or self._left_alone(url)

    def _left_alone(self, url: str) -> Failure | None:
        breaker = self._hosts.host(url).open_breaker(origin_of(url))
        return Failure(breaker.outcome, breaker.reason, retry_in=breaker.seconds_left) if breaker else None

    async def _request(self, url: str, most_bytes: int, validators: Validators | None = None) -> Answer | Failure:
        host = self._hosts.host(url)
        for attempt in range(TOLD_RETRIES + 1):
            address = await self._address(url)
            async with host.gate.turn(address, self._free):
                # Asked after the wait: what other requests met meanwhile counts.
                if refusal := self._refusal(url):
                    return refusal
                probing = host.probing
                result = await self._once(url, most_bytes, validators, host)
            if address is None and (address := self._hosts.address(url)):
                # The first request made the address known: it counts there too.
                address.begin()
            if not is_passing(result):
                break
            asked = self._told_to_wait(url, result)
            refusal = self._too_long(host, result, asked)
            last = probing or attempt >= (RETRIES if asked is None else TOLD_RETRIES)
            if isinstance(result, Answer) and (refusal or not last):
                self._keep(result)
            if refusal:
                return refusal
            host.gate.pause(max(asked or 0.0, 0.0 if last else back_off(attempt, host.gate.delay, self._dice)))
            if last:
                break
        _judge(result, host, origin_of(url))
        self._heed_redirect(url, result, host)
        return result

    def _heed_redirect(self, url: str, result: Answer | Failure, host: Host) -> None:
        """Wait as long as a redirect asks for before the next request (RFC 9110 section 10.2.3)."""
        if isinstance(result, Answer) and result.redirect is not None:
            asked = self._told_to_wait(url, result)
            if not self._too_long(host, result, asked):
                host.gate.pause(asked or 0.0)

    async def _address(self, url: str) -> AddressGate | None:
        if self._look_up and self._guard.address_of(host_of(url)) is None:
            await self._look_up(host_of(url))
        return self._hosts.address(url)

    async def _once(self, url: str, most_bytes: int, validators: Validators | None, host: Host) -> Answer | Failure:
        meta: dict[str, object] = {"download_maxsize": most_bytes, "download_slot": host_of(url)}
        if is_here(host_of(url)):
            meta["proxy"] = None
        host.requests += 1
        result = await request_once(self._download, url, meta, self._settings.timeout, validators)
        if isinstance(result, Answer):
            host.gate.observe(result.latency, good=result.status == 200)  # noqa: PLR2004
        return result

    def _told_to_wait(self, url: str, result: Answer | Failure) -> float | None:
        """Return the seconds that a Retry-After asks for."""
        header = result.headers.get("retry-after", "") if isinstance(result, Answer) else ""
        asked = retry_after(header, self._now())
        if asked is not None:
            self._hosts.told(url, asked)
        return asked

    def _too_long(self, host: Host, result: Answer | Failure, asked: float | None) -> Failure | None:
        """Leave a host alone that asks for a longer wait than one request is worth."""
        if asked is None or asked <= LONGEST_RETRY_AFTER:
            return None
        reason = f"the host asks to wait {asked:.0f} s"
        host.breaker.open(Outcome.HTTP_ERROR, reason, asked)
        return Failure(Outcome.HTTP_ERROR, reason, result.status, host.breaker.seconds_left)


def is_passing(result: Answer | Failure) -> bool:
    """Tell whether an address ended by what may be otherwise soon."""
    if isinstance(result, Failure):
        return result.outcome is Outcome.UNREACHABLE
    return result.status in BUSY or (result.status >= 500 and result.status not in NOT_WORTH_RETRYING)  # noqa: PLR2004


def _judge(result: Answer | Failure, host: Host, origin: str) -> None:
    """Take note of how an address ended for the host's breakers. A page that is not there is no fault of its host."""
    if isinstance(result, Failure):
        if result.outcome is Outcome.UNREACHABLE:
            host.bad(origin, result.outcome, result.detail, MOST_LOST)
        else:
            host.good(origin)
    elif result.status in BUSY:
        host.bad(origin, Outcome.HTTP_ERROR, f"HTTP {result.status}", MOST_LOST)
    elif result.status in FORBIDDEN_TO_US or result.status >= 500:  # noqa: PLR2004
        host.bad(origin, Outcome.HTTP_ERROR, f"HTTP {result.status}", MOST_REFUSED)
    else:
        host.good(origin)
