import asyncio
import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest

from crawler.records import Outcome
from crawler.web.politeness import BACK_OFF, COOL_OFF, LONGEST_BACK_OFF, AddressGate, Breaker, Circuit, HostGate, back_off
from crawler.web.robots import Rules
from crawler.web.wishes import LONGEST_DELAY, PageRules, Robots, page_rules, retry_after
from tests.crawler.virtual_time import now, run

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
NO_CHANCE = random.Random(0)  # noqa: S311  # no secret


def test_robots_txt_speaks_to_us_by_our_name() -> None:
    robots = Robots.parse(b"User-agent: *\nDisallow: /\nUser-agent: StartupScout\nAllow: /\nDisallow: /x$\n")
    assert robots.allows("http://h.it/a")
    assert not robots.allows("http://h.it/x")


def test_nothing_is_allowed_where_robots_txt_could_not_be_had() -> None:
    assert not Robots(closed="robots.txt answered 503").allows("http://h.it/a")
    assert Robots().allows("http://h.it/a")


def test_the_longer_wish_for_patience_counts_and_more_than_a_minute_is_too_slow() -> None:
    assert Robots.parse(b"User-agent: *\nRequest-rate: 1/5\nCrawl-delay: 9\n").delay == 9.0
    assert Robots.parse(b"User-agent: *\nRequest-rate: 1/15\nCrawl-delay: 9\n").delay == 15.0
    assert Robots(Rules(crawl_delay=LONGEST_DELAY + 1)).too_slow
    assert not Robots(Rules(crawl_delay=LONGEST_DELAY)).too_slow


async def queue_up(gates: list[tuple[HostGate, AddressGate | None]], seconds: float = 0.0) -> list[tuple[float, float]]:
    moments: list[tuple[float, float]] = []
    free = asyncio.Semaphore(64)

    async def one(gate: HostGate, address: AddressGate | None) -> None:
        async with gate.turn(address, free):
            begun = now()
            await asyncio.sleep(seconds)
            moments.append((begun, now()))

    await asyncio.gather(*(one(*gate) for gate in gates))
    return moments


def test_one_request_at_a_time_with_the_delay_after_each() -> None:
    async def crawl() -> list[tuple[float, float]]:
        gate = HostGate(2.0)
        return await queue_up([(gate, None)] * 4, seconds=0.5)

    assert run(crawl) == [(0.0, 0.5), (2.5, 3.0), (5.0, 5.5), (7.5, 8.0)]


def test_hosts_that_share_an_address_share_its_turn_and_others_do_not_wait_for_them() -> None:
    async def crawl() -> dict[str, list[float]]:
        shared, own = AddressGate(1.0), AddressGate(1.0)
        begun: dict[str, list[float]] = {"shared": [], "own": []}

        async def site(name: str, address: AddressGate) -> None:
            gate = HostGate(1.0)
            for _ in range(3):
                async with gate.turn(address):
                    begun[name].append(now())

        await asyncio.gather(site("shared", shared), site("shared", shared), site("own", own))
        return begun

    begun = run(crawl)
    assert begun["own"] == [0.0, 1.0, 2.0]
    assert begun["shared"] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def test_the_hosts_of_one_address_take_turns() -> None:
    async def crawl() -> list[int]:
        address, order = AddressGate(1.0), []

        async def site(number: int) -> None:
            gate = HostGate(1.0)
            for _ in range(3):
                async with gate.turn(address):
                    order.append(number)

        await asyncio.gather(*(site(number) for number in range(3)))
        return order

    assert run(crawl) == [0, 1, 2] * 3


def test_who_waits_takes_no_place_from_others() -> None:
    async def crawl() -> list[str]:
        free, order = asyncio.Semaphore(1), []

        async def site(name: str, delay: float) -> None:
            gate = HostGate(delay)
            for _ in range(2):
                async with gate.turn(None, free):
                    order.append(f"{name} {now():.0f}")

        await asyncio.gather(site("slow", 50.0), site("quick", 1.0))
        return order

    assert run(crawl) == ["slow 0", "quick 0", "quick 1", "slow 50"]


def test_a_place_that_gets_free_late_does_not_push_requests_to_one_address_together() -> None:
    async def crawl() -> list[float]:
        free, address, begun = asyncio.Semaphore(1), AddressGate(1.0), []

        async def hold() -> None:
            async with HostGate(0.0).turn(None, free):
                await asyncio.sleep(10.0)

        async def site() -> None:
            async with HostGate(0.0).turn(address, free):
                begun.append(now())

        await asyncio.gather(hold(), site(), site(), site())
        return begun

    assert run(crawl) == [10.0, 11.0, 12.0]


def test_a_pause_holds_even_those_who_wait_already() -> None:
    async def crawl() -> list[float]:
        gate, begun = HostGate(1.0), []

        async def page() -> None:
            async with gate.turn(AddressGate(5.0)):
                begun.append(now())

        first = asyncio.create_task(page())
        second = asyncio.create_task(page())
        await asyncio.sleep(0.5)
        gate.pause(30.0)
        await asyncio.gather(first, second)
        return begun

    assert run(crawl) == [0.0, 30.5]


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
    async def asked() -> list[float]:
        gate, delays = HostGate(1.0), []
        for seconds in (0.2, 5.0, 10_000.0):
            gate.ask(seconds)
            gate.observe(0.0, good=True)
            delays.append(gate.delay)
        return delays

    assert run(asked) == [1.0, 5.0, LONGEST_DELAY]


def test_retries_wait_twice_as_long_each_time_and_chance_only_adds() -> None:
    dice = random.Random(7)  # noqa: S311
    for attempt in range(3):
        pauses = [back_off(attempt, 2.0, dice) for _ in range(200)]
        least = BACK_OFF * 2.0 * 2**attempt
        assert least <= min(pauses) < 1.1 * least
        assert 1.9 * least < max(pauses) <= 2 * least
        assert len(set(pauses)) > 190
    assert back_off(9, 60.0, dice) == LONGEST_BACK_OFF


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after(" 120 ", AT) == 120.0
    assert retry_after(format_datetime(AT + timedelta(seconds=60), usegmt=True), AT) == 60.0
    assert retry_after("Monday, 23-Nov-26 08:00:30 GMT", AT) == 30.0
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT", AT) == 0.0
    assert [retry_after(junk, AT) for junk in ("", "soon", "-1", "9" * 40, "Wed, 99 Foo 2015")] == [None] * 5


def test_a_breaker_opens_tries_once_after_a_while_and_closes_when_the_host_is_well() -> None:
    async def life() -> list[tuple[str, str]]:
        breaker, seen = Breaker("h.it", NO_CHANCE), []
        for _ in range(4):
            breaker.bad(Outcome.UNREACHABLE, "timed out", 5)
        seen.append((breaker.state.value, breaker.reason))
        breaker.good()
        for _ in range(5):
            breaker.bad(Outcome.UNREACHABLE, "timed out", 5)
        seen.append((breaker.state.value, breaker.reason))
        first = breaker.seconds_left
        assert COOL_OFF <= first <= 1.5 * COOL_OFF
        await asyncio.sleep(first)
        seen.append((breaker.state.value, breaker.reason))
        breaker.bad(Outcome.HTTP_ERROR, "HTTP 503", 5)
        seen.append((breaker.state.value, breaker.reason))
        assert 2 * COOL_OFF <= breaker.seconds_left <= 3 * COOL_OFF
        await asyncio.sleep(breaker.seconds_left)
        breaker.good()
        seen.append((breaker.state.value, breaker.reason))
        for _ in range(5):
            breaker.bad(Outcome.UNREACHABLE, "refused", 5)
        assert breaker.seconds_left <= 1.5 * COOL_OFF
        return seen

    lost, busy = "left alone after 5 failures in a row: timed out", "left alone after 6 failures in a row: HTTP 503"
    states = [
        (Circuit.CLOSED, ""),
        (Circuit.OPEN, lost),
        (Circuit.HALF_OPEN, lost),
        (Circuit.OPEN, busy),
        (Circuit.CLOSED, busy),
    ]
    assert run(life) == states


def test_a_breaker_stays_open_for_as_long_as_the_host_asks() -> None:
    async def left() -> float:
        breaker = Breaker("h.it", NO_CHANCE)
        breaker.open(Outcome.HTTP_ERROR, "the host asks to wait 7200 s", 7200.0)
        return breaker.seconds_left

    assert run(left) == 7200.0


@pytest.mark.parametrize(
    ("lines", "noindex", "nofollow"),
    [
        (["noindex"], True, False),
        (["NOINDEX, nofollow"], True, True),
        (["none"], True, True),
        (["noarchive, nosnippet"], False, False),
        (["googlebot: noindex, nofollow"], False, False),
        (["googlebot: noindex", "nofollow"], False, True),
        (["StartupScout: noindex"], True, False),
        (["googlebot: nofollow, startupscout: noindex"], True, False),
        (["googlebot: noindex, *: nofollow"], False, True),
        (["max-snippet: 20, noindex"], True, False),
        (["otherbot: max-snippet:20, noindex"], False, False),
        (["unavailable_after: Sun, 22 Nov 2026 08:00:00 GMT"], True, False),
        (["unavailable_after: Tuesday, 24-Nov-26 08:00:00 GMT, nofollow"], False, True),
        (["unavailable_after: 2026-11-01"], True, False),
        (["unavailable_after: one day"], False, False),
        (["StartupScout: unavailable_after: 22 Nov 2026 08:00:00 GMT"], True, False),
        (["", ",", ": noindex"], True, False),
        (["noindex; nofollow"], True, True),
        ([], False, False),
    ],
)
def test_x_robots_tag_counts_where_it_speaks_to_all_or_to_us(lines: list[str], noindex: bool, nofollow: bool) -> None:  # noqa: FBT001
    assert page_rules(lines, AT) == PageRules(noindex, nofollow)


def test_no_two_requests_come_too_close_in_a_thousand_visits_to_hosts_of_all_kinds() -> None:
    async def crawl() -> tuple[dict[int, list[tuple[float, float]]], dict[int, list[float]]]:
        dice = random.Random(11)  # noqa: S311
        hosts: dict[int, list[tuple[float, float]]] = {n: [] for n in range(25)}
        addresses: dict[int, list[float]] = {n: [] for n in range(6)}
        gates, shared = [HostGate(1.0) for _ in hosts], [AddressGate(1.0) for _ in addresses]
        free = asyncio.Semaphore(4)

        async def page(host: int) -> None:
            await asyncio.sleep(dice.random() * 100)
            async with gates[host].turn(shared[host % 6], free):
                begun = now()
                addresses[host % 6].append(begun)
                await asyncio.sleep(dice.random() * 3)
                gates[host].observe(dice.random() * 3, good=dice.random() < 0.8)
                hosts[host].append((begun, now()))
            if dice.random() < 0.1:
                gates[host].pause(dice.random() * 20)

        await asyncio.gather(*(page(dice.randrange(25)) for _ in range(1000)))
        return hosts, addresses

    hosts, addresses = run(crawl)
    assert sum(map(len, hosts.values())) == 1000
    assert min(b[0] - a[1] for visits in hosts.values() for a, b in pairwise(visits)) >= 1.0 - 1e-6
    assert min(b - a for begun in addresses.values() for a, b in pairwise(begun)) >= 1.0 - 1e-6
