"""Manners: what robots.txt allows (RFC 9309), and how long to wait between two requests to one host."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from protego import Protego

PRODUCT_TOKEN = "StartupScout"  # noqa: S105  # no secret: the name that robots.txt knows us by
MOST_ROBOTS_BYTES = 512 * 1024
"""Of a longer robots.txt the beginning counts (RFC 9309 section 2.5 asks for 500 KiB at least)."""
MOST_ROBOTS_HOPS = 5
LONGEST_DELAY = 60.0
"""Seconds. A site that asks for more between requests gets its seed page read and is then left alone."""


@dataclass(frozen=True, slots=True)
class Robots:
    """What one origin's robots.txt says to us."""

    rules: Protego | None = None
    """None where all is allowed (no robots.txt) or nothing is."""
    closed: str = ""
    """Why nothing may be fetched, where robots.txt could not be had."""
    delay: float = 0.0
    """Seconds between requests that the site asks for."""
    sitemaps: tuple[str, ...] = ()

    @classmethod
    def parse(cls, body: bytes) -> "Robots":
        """Read a robots.txt as it came over the wire."""
        rules = Protego.parse(body[:MOST_ROBOTS_BYTES].decode("utf-8-sig", "replace"))
        rate = rules.request_rate(PRODUCT_TOKEN)
        delays = (rules.crawl_delay(PRODUCT_TOKEN), rate.seconds / rate.requests if rate and rate.requests else None)
        return cls(rules, delay=max(delay or 0.0 for delay in delays), sitemaps=tuple(rules.sitemaps))

    def allows(self, url: str) -> bool:
        """Tell whether `url` may be fetched."""
        return not self.closed and (self.rules is None or bool(self.rules.can_fetch(url, PRODUCT_TOKEN)))

    @property
    def too_slow(self) -> bool:
        """Whether the site asks for more patience than a crawl has."""
        return self.delay > LONGEST_DELAY


class HostGate:
    """Lets requests to one host through one at a time, with the delay it is due between them.

    The delay counts from the end of an answer, so that the host's own clock never sees less. It follows the host's latency as
    Scrapy's AutoThrottle does (unless `throttle` is off), but is never under the floor.
    """

    def __init__(self, floor: float, *, throttle: bool = True) -> None:
        """Make a gate with `floor` seconds between requests at least."""
        self._floor = floor
        self._delay = floor
        self._throttle = throttle
        self._free_at = 0.0
        self._lock = asyncio.Lock()

    @property
    def delay(self) -> float:
        """The seconds between two requests at present."""
        return self._delay

    def ask(self, delay: float) -> None:
        """Raise the floor to what the host asks for, up to `LONGEST_DELAY`."""
        self._floor = max(self._floor, min(delay, LONGEST_DELAY))
        self._delay = max(self._delay, self._floor)
        self._free_at = max(self._free_at, time.monotonic() + self._floor)

    def pause(self, seconds: float) -> None:
        """Let nobody through for so many seconds from now."""
        self._free_at = max(self._free_at, time.monotonic() + seconds)

    def observe(self, latency: float, *, good: bool) -> None:
        """Follow the host's latency; errors, which are quick to send, never make us quicker."""
        if not self._throttle:
            return
        wanted = min(max(self._floor, latency, (self._delay + latency) / 2), max(LONGEST_DELAY, self._floor))
        if good or wanted > self._delay:
            self._delay = wanted

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for this request's turn; the block is the request."""
        async with self._lock:
            while (wait := self._free_at - time.monotonic()) > 0:  # noqa: ASYNC110  # a pause may lengthen the wait meanwhile
                await asyncio.sleep(wait)
            try:
                yield
            finally:
                self._free_at = max(self._free_at, time.monotonic() + self._delay)


def retry_after(header: str) -> float | None:
    """Return the seconds that a Retry-After header asks for, or None where it says nothing that can be read."""
    if re.fullmatch(r"\s*\d{1,9}\s*", header):
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
