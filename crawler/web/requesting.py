"""An address asked for in its turn: tries that follow each other, waits that hosts ask for, hosts that are left alone."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus
from typing import Protocol

from crawler.records import Outcome
from crawler.settings import CrawlSettings
from crawler.urls import host_of, origin_of
from crawler.web.downloading import Answer, Download, Failure, Validators, request_once
from crawler.web.hosts import Host, Hosts, Waits, is_here
from crawler.web.politeness import AddressGate, back_off
from crawler.web.turns import Turns
from crawler.web.wishes import retry_after

RETRIES = 2
TOLD_RETRIES = 5
"""Where the host itself says when to come again."""
LONGEST_RETRY_AFTER = 120.0
"""Seconds; a host that asks for more is left alone for as long."""
MOST_LOST = 5
"""Addresses of one origin in a row without an answer, or with 429 or 503, after which it is left alone."""
MOST_REFUSED = 10
"""Addresses of one origin in a row that its server fails at otherwise, or forbids us."""
BUSY = frozenset({429, 503})
FORBIDDEN_TO_US = frozenset({401, 403})
NOT_WORTH_RETRYING = frozenset({501, 505, 511})


class Guarding(Protocol):
    """Which addresses may be reached: `crawler.web.netguard.Guard`."""

    def refusal(self, url: str) -> str | None:
        """Return why a URL may not be fetched, as far as its spelling tells."""

    def address_of(self, host: str) -> str | None:
        """Return the IP address that a host's name is pinned to, once it is known."""


class Requests:
    """Asks for addresses, whatever robots.txt says: that is its caller's to ask before."""

    def __init__(
        self,
        settings: CrawlSettings,
        download: Download,
        guard: Guarding,
        opted_out: Callable[[str], bool],
        *,
        waits: Waits | None,
        turns: Turns | None,
        keep: Callable[[Answer], None],
        rehearsal: bool,
        look_up: Callable[[str], Awaitable[None]] | None,
        dice: random.Random,
        now: Callable[[], datetime],
    ) -> None:
        """Take what `crawler.web.fetching.Fetcher` takes, see there; `keep` is told of tries that others follow."""
        self.hosts = Hosts(settings, guard.address_of, dice, waits, now, turns=turns, rehearsal=rehearsal)
        self._settings = settings
        self._download = download
        self._guard = guard
        self._opted_out = opted_out
        self._keep = keep
        self._look_up = look_up
        self._dice = dice
        self._now = now
        self._free = asyncio.Semaphore(settings.concurrency)

    def never(self, url: str) -> Failure | None:
        """Return why a URL is out of the question, whatever its host says."""
        if self._opted_out(url):
            return Failure(Outcome.OPTED_OUT, "its owner wants no visit")
        if reason := self._guard.refusal(url):
            return Failure(Outcome.REFUSED, reason)
        return None

    def left_alone(self, url: str) -> Failure | None:
        """Return why nothing is asked of a URL's host for a while."""
        breaker = self.hosts.host(url).open_breaker(origin_of(url))
        return Failure(breaker.outcome, breaker.reason, retry_in=breaker.seconds_left) if breaker else None

    def refusal(self, url: str) -> Failure | None:
        """Return why a URL is not asked for now."""
        return self.never(url) or self.left_alone(url)

    async def ask(self, url: str, most_bytes: int, validators: Validators | None = None) -> Answer | Failure:
        """Ask for a canonical URL, again where it ends by what may be otherwise soon."""
        host = self.hosts.host(url)
        for attempt in range(TOLD_RETRIES + 1):
            address = await self._address(url)
            async with host.gate.turn(address, self._free):
                # Asked after the wait: what other requests met meanwhile counts.
                if refusal := self.refusal(url):
                    return refusal
                probing = host.probing
                result = await self._once(url, most_bytes, validators, host)
            if address is None and (address := self.hosts.address(url)):
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
        return self.hosts.address(url)

    async def _once(self, url: str, most_bytes: int, validators: Validators | None, host: Host) -> Answer | Failure:
        meta: dict[str, object] = {"download_maxsize": most_bytes, "download_slot": host_of(url)}
        if is_here(host_of(url)):
            meta["proxy"] = None
        host.requests += 1
        result = await request_once(self._download, url, meta, self._settings.timeout, validators)
        if isinstance(result, Answer):
            host.gate.observe(result.latency, good=result.status == HTTPStatus.OK)
        return result

    def _told_to_wait(self, url: str, result: Answer | Failure) -> float | None:
        """Return the seconds that a Retry-After asks for."""
        header = result.headers.get("retry-after", "") if isinstance(result, Answer) else ""
        asked = retry_after(header, self._now())
        if asked is not None:
            self.hosts.told(url, asked)
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
    return result.status in BUSY or (is_failing(result.status) and result.status not in NOT_WORTH_RETRYING)


def is_failing(status: int) -> bool:
    """Tell whether a status is a server's that fails at what was asked."""
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _judge(result: Answer | Failure, host: Host, origin: str) -> None:
    """Take note of how an address ended for the host's breakers. A page that is not there is no fault of its host."""
    if isinstance(result, Failure):
        if result.outcome is Outcome.UNREACHABLE:
            host.bad(origin, result.outcome, result.detail, MOST_LOST)
        else:
            host.good(origin)
    elif result.status in BUSY:
        host.bad(origin, Outcome.HTTP_ERROR, f"HTTP {result.status}", MOST_LOST)
    elif result.status in FORBIDDEN_TO_US or is_failing(result.status):
        host.bad(origin, Outcome.HTTP_ERROR, f"HTTP {result.status}", MOST_REFUSED)
    else:
        host.good(origin)
