import asyncio
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest

from crawler.politeness import LONGEST_DELAY, MOST_ROBOTS_BYTES, HostGate, Robots, retry_after


def test_our_own_group_of_robots_txt_counts_before_the_one_for_all() -> None:
    robots = Robots.parse(b"User-agent: *\nDisallow: /\nUser-agent: StartupScout\nAllow: /\nDisallow: /x$\n")
    assert robots.allows("http://h.it/a")
    assert not robots.allows("http://h.it/x")


def test_a_byte_order_mark_and_junk_do_not_hide_the_rules() -> None:
    assert not Robots.parse(b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /a\r\n\xff\xfe junk").allows("http://h.it/a")
    assert Robots.parse(b"<html><body>Not found</body></html>").allows("http://h.it/a")
    assert Robots.parse(b"").allows("http://h.it/a")


def test_of_a_huge_robots_txt_the_beginning_counts() -> None:
    body = b"User-agent: *\nDisallow: /a\n" + b"# filler\n" * (MOST_ROBOTS_BYTES // 9) + b"Disallow: /b\n"
    assert not Robots.parse(body).allows("http://h.it/a")
    assert Robots.parse(body).allows("http://h.it/b")


@pytest.mark.parametrize(
    ("line", "delay"),
    [
        ("Crawl-delay: 2.5", 2.5),
        ("Request-rate: 1/5", 5.0),
        ("Request-rate: 1/5\nCrawl-delay: 9", 9.0),
        ("Crawl-delay: soon", 0.0),
        ("Crawl-delay: -3", 0.0),
        ("Request-rate: 0/5", 0.0),
        ("Crawl-delay: nan", 0.0),
    ],
)
def test_the_longer_wish_for_patience_counts(line: str, delay: float) -> None:
    assert Robots.parse(f"User-agent: *\n{line}\n".encode()).delay == delay


def test_more_than_a_minute_is_too_slow() -> None:
    assert Robots(delay=LONGEST_DELAY + 1).too_slow
    assert not Robots(delay=LONGEST_DELAY).too_slow


async def _moments(gate: HostGate, turns: int, seconds: float = 0.0) -> list[tuple[float, float]]:
    moments: list[tuple[float, float]] = []

    async def one() -> None:
        async with gate.turn():
            begun = time.monotonic()
            await asyncio.sleep(seconds)
            moments.append((begun, time.monotonic()))

    await asyncio.gather(*(one() for _ in range(turns)))
    return moments


def test_one_request_at_a_time_with_the_delay_after_each() -> None:
    moments = asyncio.run(_moments(HostGate(0.05), 4, 0.02))
    assert all(b[0] - a[1] >= 0.05 for a, b in pairwise(moments))


def test_the_delay_follows_the_latency_and_is_never_below_the_floor() -> None:
    gate = HostGate(1.0)
    gate.observe(8.0, good=True)
    assert gate.delay == 8.0
    gate.observe(0.1, good=False)
    assert gate.delay == 8.0
    for _ in range(20):
        gate.observe(0.01, good=True)
    assert gate.delay == pytest.approx(1.0, abs=0.02)
    gate.observe(1000.0, good=True)
    assert gate.delay == LONGEST_DELAY
    still = HostGate(1.0, throttle=False)
    still.observe(8.0, good=True)
    assert still.delay == 1.0


def test_a_site_may_ask_for_more_than_the_floor_but_not_for_less() -> None:
    gate = HostGate(1.0)
    gate.ask(0.2)
    assert gate.delay == 1.0
    gate.ask(5.0)
    gate.observe(0.0, good=True)
    assert gate.delay == 5.0
    gate.ask(10_000.0)
    assert gate.delay == LONGEST_DELAY


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after(" 120 ") == 120.0
    assert retry_after(format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)) == pytest.approx(60, abs=2)
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert [retry_after(junk) for junk in ("", "soon", "-1", "9" * 40, "Wed, 99 Foo 2015")] == [None] * 5
