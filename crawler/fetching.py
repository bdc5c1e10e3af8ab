"""The one door to the web: every request waits its turn, asks robots.txt first, and ends as an answer or a failure."""

import asyncio
import gzip
import ipaddress
import re
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response

from crawler.politeness import MOST_ROBOTS_HOPS, HostGate, Robots, retry_after
from crawler.records import Outcome
from crawler.settings import CrawlSettings
from crawler.urls import canonical_url, host_of, origin_of

RETRIES = 2
BACK_OFF = 5.0
"""Delays of the host before the first retry; twice as many before the next."""
LONGEST_RETRY_AFTER = 120.0
"""Seconds; a host that asks for more is left alone for the rest of the crawl."""
MOST_LOST = 5
"""Addresses of one origin in a row without an answer, after which it is left alone for the rest of the crawl."""
FORBIDDEN = "robots.txt forbids it"
TOO_MANY_REQUESTS = 429
NOT_WORTH_RETRYING = frozenset({501, 505, 511})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
UNREACHABLE: dict[type[Exception], str] = {
    CannotResolveHostError: "name not found",
    DownloadConnectionRefusedError: "connection refused",
    DownloadTimeoutError: "timed out",
    ResponseDataLossError: "broken off",
    DownloadFailedError: "connection failed",
    TunnelError: "the proxy refused the connection",
}
UNDECODABLE = (zlib.error, gzip.BadGzipFile, EOFError)

Download = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered."""

    url: str
    status: int
    headers: dict[str, str]
    """Names in lower case; of repeated headers all values, with commas between."""
    body: bytes

    @property
    def redirect(self) -> str | None:
        """Where the answer leads: canonical, or empty where that is no address; None when it is no redirect."""
        if self.status not in REDIRECTS:
            return None
        return canonical_url(self.headers.get("location", ""), self.url) or ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer."""

    outcome: Outcome
    detail: str
    status: int | None = None


class Fetcher:
    """Fetches pages politely through Scrapy's downloader; one per crawl."""

    def __init__(self, settings: CrawlSettings, download: Download) -> None:
        """Take the crawl's settings and Scrapy's `engine.download_async`."""
        self._settings = settings
        self._download = download
        self._gates: dict[str, HostGate] = {}
        self._robots: dict[str, asyncio.Task[Robots | Failure]] = {}
        self._free = asyncio.Semaphore(settings.concurrency)
        self._lost: Counter[str] = Counter()
        self._left_alone: dict[str, Failure] = {}
        """By gate name (both spellings of a host) or origin (one spelling: the other may answer)."""

    async def fetch(self, url: str, most_bytes: int | None = None) -> Answer | Failure:
        """Fetch a canonical URL if its robots.txt allows it. Redirects are answers: each hop is the caller's to judge."""
        if refusal := self._refusal(url):
            return refusal
        robots = await self.robots(url)
        if isinstance(robots, Failure):
            return robots
        if not robots.allows(url):
            return Failure(Outcome.ROBOTS, robots.closed or FORBIDDEN)
        return await self._request(url, most_bytes or self._settings.max_page_bytes)

    async def robots(self, url: str) -> Robots | Failure:
        """Return the robots.txt of the URL's origin, fetched once per crawl; a failure where the host cannot be reached."""
        origin = origin_of(url)
        if origin not in self._robots:
            self._robots[origin] = asyncio.create_task(self._read_robots(origin))
        # One site's end must not take the answer from another that waits for it.
        return await asyncio.shield(self._robots[origin])

    async def _read_robots(self, origin: str) -> Robots | Failure:
        url: str | None = f"{origin}/robots.txt"
        for _ in range(MOST_ROBOTS_HOPS + 1):
            if not url:
                break
            answer = await self._request(url, self._settings.max_page_bytes)
            if isinstance(answer, Failure):
                closed = answer.outcome is not Outcome.UNREACHABLE
                detail = f"robots.txt: {answer.detail}"
                return Robots(closed=detail) if closed else Failure(answer.outcome, detail)
            if answer.status == TOO_MANY_REQUESTS or answer.status >= 500:  # noqa: PLR2004  # RFC 9309 section 2.3.1.4
                return Robots(closed=f"robots.txt answered {answer.status}")
            if answer.redirect is None:
                robots = Robots.parse(answer.body) if answer.status == 200 else Robots()  # noqa: PLR2004
                self._gate(origin).ask(robots.delay)
                return robots
            url = answer.redirect
        return Robots()

    def _gate(self, url: str) -> HostGate:
        host = _gate_name(url)
        if host not in self._gates:
            self._gates[host] = HostGate(self._settings.delay, throttle=self._settings.autothrottle)
        return self._gates[host]

    def _refusal(self, url: str) -> Failure | None:
        return self._left_alone.get(_gate_name(url)) or self._left_alone.get(origin_of(url))

    async def _request(self, url: str, most_bytes: int) -> Answer | Failure:
        at_home = is_loopback(host_of(url))
        if at_home and not self._settings.loopback:
            return Failure(Outcome.UNREACHABLE, "loopback is closed")
        gate = self._gate(url)
        meta = {"download_maxsize": most_bytes, "download_slot": host_of(url)} | ({"proxy": None} if at_home else {})
        for attempt in range(RETRIES + 1):
            async with gate.turn():
                # Asked after the wait: what other requests met meanwhile counts.
                if refusal := self._refusal(url):
                    return refusal
                result = await self._once(url, meta, gate)
            pause = BACK_OFF * gate.delay * 2**attempt
            if isinstance(result, Answer):
                self._lost[origin_of(url)] = 0
                if not _worth_retrying(result.status):
                    return result
                asked = retry_after(result.headers.get("retry-after", "")) or 0.0
                if asked > LONGEST_RETRY_AFTER:
                    refused = Failure(Outcome.HTTP_ERROR, f"the host asks to wait {asked:.0f} s")
                    self._left_alone[_gate_name(url)] = refused
                    return replace(refused, status=result.status)
                pause = max(pause, asked)
            elif result.outcome is not Outcome.UNREACHABLE:
                self._lost[origin_of(url)] = 0
                return result
            if attempt < RETRIES:
                gate.pause(pause)
        if isinstance(result, Failure):
            self._count_lost(origin_of(url), result)
        return result

    def _count_lost(self, origin: str, failure: Failure) -> None:
        self._lost[origin] += 1
        if self._lost[origin] >= MOST_LOST:
            detail = f"left alone after {MOST_LOST} failures in a row: {failure.detail}"
            self._left_alone[origin] = Failure(Outcome.UNREACHABLE, detail)

    async def _once(self, url: str, meta: Mapping[str, object], gate: HostGate) -> Answer | Failure:
        request = Request(url, meta=dict(meta), dont_filter=True)
        try:
            async with self._free:
                response = await self._download(request)
        except (DownloadCancelledError, IgnoreRequest):
            # The second is what the decompression raises.
            return Failure(Outcome.TOO_LARGE, f"more than {meta['download_maxsize']} bytes")
        except UNDECODABLE as error:
            return Failure(Outcome.BROKEN, f"cannot be decompressed: {error}")
        except Exception as error:  # noqa: BLE001  # whatever a host answers ends as a recorded visit
            return _failure(error)
        gate.observe(float(request.meta.get("download_latency", 0.0)), good=response.status == 200)  # noqa: PLR2004
        headers = {
            name.decode("latin-1").lower(): ", ".join(value.decode("latin-1") for value in values)
            for name, values in response.headers.items()
        }
        return Answer(url, response.status, headers, response.body)


def _failure(error: Exception) -> Failure:
    for kind, words in UNREACHABLE.items():
        if isinstance(error, kind):
            return Failure(Outcome.UNREACHABLE, words)
    detail = f"{type(error).__name__}: {error}"[:200]
    lost = isinstance(error, OSError) or type(error).__module__.startswith("twisted.internet")
    return Failure(Outcome.UNREACHABLE if lost else Outcome.BROKEN, detail)


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine: `localhost`, a name below it (RFC 6761), or an address that never leaves it."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        # Short and hexadecimal forms of IPv4 (127.1, 0x7f000001), which resolvers take.
        return bool(re.fullmatch(r"(0x[0-9a-f]*|\d+)(\.(0x[0-9a-f]*|\d+)){0,3}", host))
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback or address.is_unspecified or bool(mapped and mapped.is_loopback)


def _gate_name(url: str) -> str:
    return host_of(url).removeprefix("www.")


def _worth_retrying(status: int) -> bool:
    return status == TOO_MANY_REQUESTS or (status >= 500 and status not in NOT_WORTH_RETRYING)  # noqa: PLR2004
