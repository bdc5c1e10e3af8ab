"""Manners: whose turn it is and when, and when a host is left alone."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import StrEnum

from crawler.records import Outcome
from crawler.web.turns import HostTurns
from crawler.web.wishes import LONGEST_DELAY

logger = logging.getLogger(__name__)

LEAST_DELAY = 0.5
"""Seconds between two requests to one host, whatever the settings say; only this machine may be asked more often."""
BACK_OFF = 5.0
"""Delays of the host before the first retry, at least; twice as many before each that follows."""
LONGEST_BACK_OFF = 600.0
COOL_OFF = 600.0
"""Seconds for which a host is left alone that answers badly; twice as long each time that it still does."""
LONGEST_COOL_OFF = 24 * 3600.0


class AddressGate:
    """Spaces the beginnings of requests to one address, whichever hosts live there: the host's own delays come on top."""

    def __init__(self, gap: float, address: str | None = None) -> None:
        """Make a gate with `gap` seconds between two requests; other processes know it by the `address`."""
        self.lock = asyncio.Lock()
        self.free_at = 0.0
        self.gap = gap
        self.address = address

    def begin(self) -> None:
        """Take note that a request to the address begins now."""
        self.free_at = _now() + self.gap


class HostGate:
    """Lets requests to one host through one at a time, with the delay it is due between them.

    The delay counts from the end of an answer, so that the host's own clock never sees less. It follows the host's latency as
    Scrapy's AutoThrottle does (unless `throttle` is off), but is never under the floor. Time is the running event loop's.
    """

    def __init__(self, floor: float, *, throttle: bool = True, shared: HostTurns | None = None) -> None:
        """Make a gate with `floor` seconds between requests at least; `shared` are its turns among processes."""
        self._shared = shared
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
        self._free_at = max(self._free_at, _now() + self._floor)

    def pause(self, seconds: float) -> None:
        """Let nobody through for so many seconds from now."""
        self._free_at = max(self._free_at, _now() + seconds)
        if self._shared and seconds > 0:
            self._shared.pause(seconds)

    def observe(self, latency: float, *, good: bool) -> None:
        """Follow the host's latency; errors, which are quick to send, never make us quicker."""
        if not self._throttle:
            return
        wanted = min(max(self._floor, latency, (self._delay + latency) / 2), max(LONGEST_DELAY, self._floor))
        if good or wanted > self._delay:
            self._delay = wanted

    @asynccontextmanager
    async def turn(self, address: AddressGate | None = None, free: asyncio.Semaphore | None = None) -> AsyncIterator[None]:
        """Wait for this request's turn at its host and its address, and for a free place; the block is the request."""
        address = address or AddressGate(0.0)
        free = free or asyncio.Semaphore()
        async with self._lock:
            while not await self._admitted(address, free):
                # The host was paused while the request stood in the other queues.
                continue
            try:
                yield
            finally:
                free.release()
                self._free_at = max(self._free_at, _now() + self._delay)
                if self._shared:
                    self._shared.release(self._delay)

    async def _admitted(self, address: AddressGate, free: asyncio.Semaphore) -> bool:
        """Stand in all queues, holding a free place last of all: waiting costs none."""
        while (wait := self._free_at - _now()) > 0:  # noqa: ASYNC110  # a pause may lengthen the wait meanwhile
            await asyncio.sleep(wait)
        async with address.lock:
            await asyncio.sleep(address.free_at - _now())
            if self._free_at > _now():
                return False
            await free.acquire()
            if self._free_at > _now() or not self._claimed(address):
                free.release()
                return False
            address.begin()
            return True

    def _claimed(self, address: AddressGate) -> bool:
        """Begin the request among processes too; where another one's is in the way, wait for that first."""
        if self._shared is None:
            return True
        host_wait, address_wait = self._shared.claim(self._delay, address.address, address.gap)
        if host_wait:
            self._free_at = max(self._free_at, _now() + host_wait)
        if address_wait:
            address.free_at = max(address.free_at, _now() + address_wait)
        return not host_wait and not address_wait


class Circuit(StrEnum):
    """Whether a host is asked."""

    CLOSED = "closed"
    OPEN = "open"
    """Not before the cool-off is over."""
    HALF_OPEN = "half-open"
    """One request is let through: it tells whether the host is well again."""


class Breaker:
    """Leaves a host alone that answers badly, and tries it again after a while. Time is the running event loop's."""

    def __init__(self, name: str, dice: random.Random, opened: Callable[[Outcome, str, float], None] = lambda *_: None) -> None:
        """Make a closed breaker.

        Args:
            name: for the log.
            dice: spread the moments of the next try.
            opened: told when the breaker opens: the outcome, the reason, and for how many seconds.
        """
        self.reason = ""
        """Why the host is left alone, or was the last time."""
        self.outcome = Outcome.UNREACHABLE
        """What becomes of the addresses that are not asked for."""
        self._name = name
        self._dice = dice
        self._told_opened = opened
        self._bad = 0
        self._opened = 0
        self._until = 0.0
        self._state = Circuit.CLOSED

    @property
    def state(self) -> Circuit:
        """Whether the host is asked now."""
        over = self._state is Circuit.OPEN and _now() >= self._until
        return Circuit.HALF_OPEN if over else self._state

    @property
    def seconds_left(self) -> float:
        """Seconds until the host may be asked again."""
        return max(0.0, self._until - _now()) if self.state is Circuit.OPEN else 0.0

    def good(self) -> None:
        """Take note of an answer as it should be."""
        if self._state is Circuit.OPEN:
            logger.info("%s answers again: %s", self._name, Circuit.CLOSED)
        self._bad, self._opened, self._state = 0, 0, Circuit.CLOSED

    def bad(self, outcome: Outcome, reason: str, most: int) -> None:
        """Take note of an address that ended badly: the breaker opens at `most` in a row, or when this was the one try."""
        self._bad += 1
        if self.state is Circuit.HALF_OPEN or (self._state is Circuit.CLOSED and self._bad >= most):
            self.open(outcome, f"left alone after {self._bad} failures in a row: {reason}")

    def open(self, outcome: Outcome, reason: str, seconds: float = 0.0) -> None:
        """Leave the host alone for the cool-off, and for `seconds` at least."""
        cool_off = min(COOL_OFF * 2.0**self._opened, LONGEST_COOL_OFF) * (1 + self._dice.random() / 2)
        self._until = _now() + max(cool_off, seconds)
        self._opened += 1
        self.outcome, self.reason, self._state = outcome, reason, Circuit.OPEN
        logger.info("%s is %s for %.0f s", self._name, reason, self._until - _now())
        self._told_opened(outcome, reason, self._until - _now())

    def reopen(self, outcome: Outcome, reason: str, seconds: float) -> None:
        """Leave the host alone for what is left of a cool-off that an earlier process began."""
        self._until = _now() + seconds
        self._opened = 1
        self.outcome, self.reason, self._state = outcome, reason, Circuit.OPEN


def back_off(attempt: int, delay: float, dice: random.Random) -> float:
    """Return the seconds before the retry that follows an attempt, counted from 0.

    It doubles with each attempt, and up to as much again is left to chance: crawlers that failed together shall not return
    together. Never sooner than without the chance.
    """
    return min(BACK_OFF * delay * 2.0**attempt * (1 + dice.random()), max(LONGEST_BACK_OFF, delay))


def _now() -> float:
    return asyncio.get_running_loop().time()
