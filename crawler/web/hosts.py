"""What is known of each host in one crawl: its turn, its breakers, its address, and how it was treated."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from crawler.records import Outcome
from crawler.settings import CrawlSettings
from crawler.urls import bare_host_of, host_of, origin_of
from crawler.web.netranges import is_loopback
from crawler.web.politeness import LEAST_DELAY, AddressGate, Breaker, Circuit, HostGate
from crawler.web.turns import Turns

NEVER = 1_000_000_000
"""Failures in a row that no crawl has."""
LONGEST_KEPT = 30 * 24 * 3600.0
"""Seconds for which a wait is remembered beyond the process at most."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Until when a host is left alone."""

    until: datetime
    """In UTC."""
    reason: str = ""
    """Why nothing is asked of it meanwhile; empty where requests wait their turn as long."""
    outcome: Outcome = Outcome.HTTP_ERROR
    """What becomes of the addresses that are not asked for."""


class Waits(Protocol):
    """Keeps the waits of hosts and of their origins between processes, so that a restart makes no crawl impatient."""

    def get(self, host: str) -> Wait | None:
        """Return what was kept for a host (without `www.`) or an origin; it may be over."""

    def put(self, host: str, wait: Wait) -> None:
        """Keep a wait, unless a longer one is kept."""


@dataclass(frozen=True, slots=True)
class HostReport:
    """How one host was treated, and why."""

    host: str
    """Without a leading `www.`: both spellings are one host."""
    requests: int
    delay: float
    """Seconds between two requests at present."""
    asked: float
    """Seconds that robots.txt asks for."""
    told_to_wait: int
    """Answers with a Retry-After."""
    longest_wait: float
    """The longest of them, in seconds."""
    circuit: Circuit
    reason: str
    """Why it is left alone, or was the last time."""


@dataclass(slots=True)
class Host:
    """One host, in both its spellings: with `www.` and without."""

    gate: HostGate
    breaker: Breaker
    """Opened by what speaks for the whole host: its wish to be left alone."""
    origins: dict[str, Breaker] = field(default_factory=dict)
    """Opened by failures in a row: one spelling may answer badly and the other well."""
    requests: int = 0
    asked: float = 0.0
    told_to_wait: int = 0
    longest_wait: float = 0.0

    @property
    def probing(self) -> bool:
        """Whether the next request is the one that tells whether the host is well again."""
        return any(breaker.state is Circuit.HALF_OPEN for breaker in (self.breaker, *self.origins.values()))

    def told(self, seconds: float) -> None:
        """Take note of a Retry-After."""
        self.told_to_wait += 1
        self.longest_wait = max(self.longest_wait, seconds)

    def open_breaker(self, origin: str) -> Breaker | None:
        """Return the breaker that keeps an origin from being asked."""
        return next((b for b in (self.breaker, self.origins[origin]) if b.state is Circuit.OPEN), None)

    def good(self, origin: str) -> None:
        """Take note of an answer as it should be."""
        self.breaker.good()
        self.origins[origin].good()

    def bad(self, origin: str, outcome: Outcome, reason: str, most: int) -> None:
        """Take note of an address that ended badly; at `most` in a row its origin is left alone."""
        self.breaker.bad(outcome, reason, NEVER)
        self.origins[origin].bad(outcome, reason, most)

    def report(self, name: str) -> HostReport:
        """Return how the host was treated so far."""
        breakers = (self.breaker, *self.origins.values())
        worst = max(breakers, key=lambda breaker: (breaker.seconds_left, breaker.reason))
        return HostReport(
            name, self.requests, self.gate.delay, self.asked, self.told_to_wait, self.longest_wait, worst.state, worst.reason
        )


class Hosts:
    """All hosts of one crawl."""

    def __init__(
        self,
        settings: CrawlSettings,
        address_of: Callable[[str], str | None],
        dice: random.Random,
        waits: Waits | None,
        now: Callable[[], datetime],
        *,
        turns: Turns | None,
        rehearsal: bool,
    ) -> None:
        """Take the crawl's settings; see `Fetcher` for the rest."""
        self._waits = waits
        self._turns = turns
        self._now = now
        self._settings = settings
        self._address_of = address_of
        self._dice = dice
        self._least = 0.0 if rehearsal else LEAST_DELAY
        self._hosts: dict[str, Host] = {}
        self._addresses: dict[str, AddressGate] = {}

    def host(self, url: str) -> Host:
        """Return the host of a URL, with a breaker for its origin."""
        name = bare_host_of(url)
        if name not in self._hosts:
            floor = max(self._settings.delay, 0.0 if is_here(name) else self._least)
            shared = self._turns.of(name) if self._turns and floor else None
            gate = HostGate(floor, throttle=self._settings.autothrottle, shared=shared)
            self._hosts[name] = Host(gate, self._breaker(name))
            if (wait := self._wait(name)) and not wait.reason:
                gate.pause((wait.until - self._now()).total_seconds())
        host, origin = self._hosts[name], origin_of(url)
        if origin not in host.origins:
            host.origins[origin] = self._breaker(origin)
        return host

    def told(self, url: str, seconds: float) -> None:
        """Take note of a Retry-After."""
        self.host(url).told(seconds)
        self._keep(bare_host_of(url), Outcome.HTTP_ERROR, "", seconds)

    def _breaker(self, name: str) -> Breaker:
        """Return the breaker of a host or an origin, open where an earlier process left it so."""
        breaker = Breaker(name, self._dice, partial(self._keep, name))
        if (wait := self._wait(name)) and wait.reason:
            breaker.reopen(wait.outcome, wait.reason, (wait.until - self._now()).total_seconds())
        return breaker

    def _wait(self, name: str) -> Wait | None:
        wait = self._waits.get(name) if self._waits else None
        # A wait that could not have been kept so long was dated by a clock that has been put right since.
        return wait if wait and 0 < (wait.until - self._now()).total_seconds() <= LONGEST_KEPT else None

    def _keep(self, name: str, outcome: Outcome, reason: str, seconds: float) -> None:
        if self._waits:
            self._waits.put(name, Wait(self._now() + timedelta(seconds=min(seconds, LONGEST_KEPT)), reason, outcome))

    def address(self, url: str) -> AddressGate | None:
        """Return the gate of the address that a URL's host is pinned to; None while it is not known.

        This machine's own addresses have none: they may serve as many hosts as they like.
        """
        address = self._address_of(host_of(url))
        if address is None or is_loopback(address):
            return None
        if address not in self._addresses:
            self._addresses[address] = AddressGate(max(self._settings.delay, self._least), address)
        return self._addresses[address]

    def reports(self) -> tuple[HostReport, ...]:
        """Return how each host was treated so far."""
        return tuple(host.report(name) for name, host in self._hosts.items())


def is_here(host: str) -> bool:
    """Tell whether a host is this machine: `localhost`, a name below it (RFC 6761), or a loopback address."""
    return host == "localhost" or host.endswith(".localhost") or is_loopback(host)
