"""The door to the web, in virtual time before hosts in memory, and once before a real server whose clock is ours."""

import asyncio
import http.client
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import TypedDict, Unpack
from urllib.parse import urlsplit

import pytest
from scrapy import Request
from scrapy.exceptions import CannotResolveHostError, DownloadTimeoutError
from scrapy.http import Response

from crawler.records import Outcome
from crawler.settings import CrawlSettings, crawl_settings
from crawler.web.downloading import Answer, Failure, Validators
from crawler.web.fetching import MOST_ROBOTS, Fetcher
from crawler.web.hosts import HostReport, Wait
from crawler.web.politeness import COOL_OFF, LEAST_DELAY, Circuit
from crawler.web.robots import CachedRobots
from tests.crawler.conftest import Reply, Web
from tests.crawler.virtual_time import now, run

Spoken = tuple[int, dict[str, str], bytes]
Said = Spoken | Exception
START = datetime(2026, 11, 23, 8, tzinfo=UTC)
FOUND: Spoken = (200, {}, b"a page")
BUSY: Spoken = (503, {}, b"")


@dataclass
class Net:
    """Hosts in memory: what they say by URL, and who asked for what when."""

    says: dict[str, Said | list[Said]] = field(default_factory=dict)
    log: list[tuple[float, str, dict[str, str]]] = field(default_factory=list)
    latency: float = 0.0

    async def download(self, request: Request) -> Response:
        headers = {name.decode(): values[0].decode() for name, values in request.headers.items()}
        self.log.append((now(), request.url, headers))
        await asyncio.sleep(self.latency)
        request.meta["download_latency"] = self.latency
        said = self.says.get(request.url, (404, {}, b"") if request.url.endswith("/robots.txt") else FOUND)
        if isinstance(said, list):
            said = said.pop(0) if len(said) > 1 else said[0]
        if isinstance(said, Exception):
            raise said
        status, names, body = said
        return Response(request.url, status=status, headers=names, body=body)

    def asked(self, what: str = "") -> list[str]:
        return [url for _, url, _ in self.log if what in url]

    def moments(self, what: str) -> list[float]:
        return [moment for moment, url, _ in self.log if what in url]


class Open:
    """A guard that refuses what is named bad, and knows the addresses it is told."""

    def __init__(self, **addresses: str) -> None:
        self.addresses = addresses

    def refusal(self, url: str) -> str | None:
        return "a bad name" if "bad" in url else None

    def address_of(self, host: str) -> str | None:
        return self.addresses.get(host.removesuffix(".it"))


@dataclass
class Kept:
    """A cache of robots.txt."""

    robots: dict[str, CachedRobots] = field(default_factory=dict)

    def get(self, origin: str) -> CachedRobots | None:
        return self.robots.get(origin)

    def put(self, origin: str, robots: CachedRobots) -> None:
        self.robots[origin] = robots


@dataclass
class Waiting:
    """Keeps waits beyond a process."""

    waits: dict[str, Wait] = field(default_factory=dict)

    def get(self, host: str) -> Wait | None:
        return self.waits.get(host)

    def put(self, host: str, wait: Wait) -> None:
        known = self.waits.get(host)
        self.waits[host] = wait if known is None or wait.until >= known.until else known


class Options(TypedDict, total=False):
    """What else a fetcher may be given."""

    robots_cache: Kept
    opted_out: Callable[[str], bool]
    waits: Waiting
    keep: Callable[[Answer], None]
    rehearsal: bool
    look_up: Callable[[str], Awaitable[None]]


def fetcher(net: Net, settings: CrawlSettings | None = None, guard: Open | None = None, **more: Unpack[Options]) -> Fetcher:
    """A fetcher whose clock is the loop's."""
    dice = random.Random(3)  # noqa: S311  # no secret
    loop = asyncio.get_running_loop()
    clock: Callable[[], datetime] = lambda: START + timedelta(seconds=loop.time())  # noqa: E731  # a clock is an expression
    return Fetcher(settings or crawl_settings(), net.download, guard or Open(), dice=dice, now=clock, **more)


def crawl(net: Net, *urls: str, settings: CrawlSettings | None = None, **more: Unpack[Options]) -> list[Answer | Failure]:
    """Fetch addresses one after the other."""

    async def one_by_one() -> list[Answer | Failure]:
        door = fetcher(net, settings, **more)
        return [await door.fetch(url) for url in urls]

    return run(one_by_one)


def ends(results: list[Answer | Failure]) -> list[int | Outcome]:
    return [result.status if isinstance(result, Answer) else result.outcome for result in results]


ROBOTS = "http://h.it/robots.txt"


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ((200, {}, b"User-agent: *\nDisallow: /secret"), 200),
        ((200, {}, b"User-agent: *\nDisallow: /"), Outcome.ROBOTS),
        *(((status, {}, b"User-agent: *\nDisallow: /"), 200) for status in (400, 401, 403, 404, 410, 451)),
        *(((status, {}, b""), Outcome.ROBOTS) for status in (429, 500, 501, 502, 503, 504, 599)),
        (DownloadTimeoutError(), Outcome.UNREACHABLE),
        (CannotResolveHostError(), Outcome.UNREACHABLE),
        (ConnectionResetError(), Outcome.UNREACHABLE),
        ((302, {}, b""), 200),
    ],
)
def test_what_robots_txt_answers_decides_what_is_fetched(said: Said, end: int | Outcome) -> None:
    net = Net({ROBOTS: said})
    assert ends(crawl(net, "http://h.it/a")) == [end]
    assert bool(net.asked("/a")) is (end == 200)


@pytest.mark.parametrize(("hops", "end"), [(1, Outcome.ROBOTS), (5, Outcome.ROBOTS), (6, 200)])
def test_five_redirects_of_robots_txt_are_followed_to_whatever_host(hops: int, end: int | Outcome) -> None:
    says: dict[str, Said | list[Said]] = {ROBOTS: (301, {"Location": "http://h1.it/r"}, b"")}
    says |= {f"http://h{n}.it/r": (302, {"Location": f"http://h{n + 1}.it/r"}, b"") for n in range(1, hops)}
    says[f"http://h{hops}.it/r"] = (200, {}, b"User-agent: *\nDisallow: /")
    net = Net(says)
    assert ends(crawl(net, "http://h.it/a")) == [end]
    assert len(net.asked("/r")) == min(hops, 5) + 1


def test_robots_txt_that_leads_to_a_refused_or_opted_out_host_closes_the_site() -> None:
    for target in ("http://bad.it/r", "http://out.it/r"):
        net = Net({ROBOTS: (301, {"Location": target}, b"")})
        (result,) = crawl(net, "http://h.it/a", opted_out=lambda url: "//out.it/" in url)
        assert isinstance(result, Failure)
        assert result.outcome is Outcome.ROBOTS
        assert net.asked() == [ROBOTS]


def test_every_answer_is_kept_or_returned() -> None:
    kept: list[Answer] = []
    wait = (429, {"Retry-After": "86400"}, b"")
    net = Net(
        {
            ROBOTS: [(301, {"Location": "/r"}, b"")],
            "http://h.it/r": FOUND,
            "http://h.it/a": [BUSY, FOUND],
            "http://h.it/b": wait,
        }
    )
    crawl(net, "http://h.it/a", "http://h.it/b", keep=kept.append)
    assert [(answer.url, answer.status) for answer in kept] == [
        (ROBOTS, 301), ("http://h.it/r", 200), ("http://h.it/a", 503), ("http://h.it/b", 429),
    ]  # fmt: skip
    assert len(net.log) == len(kept) + 1


def test_a_host_that_opted_out_is_asked_for_nothing_not_even_robots_txt() -> None:
    async def both() -> tuple[Answer | Failure, object]:
        door = fetcher(net, opted_out=lambda url: "h.it/" in url)
        return await door.fetch("http://www.h.it/a"), await door.robots("http://h.it/a")

    net = Net()
    fetched, robots = run(both)
    assert isinstance(fetched, Failure)
    assert fetched.outcome is Outcome.OPTED_OUT
    assert robots == fetched
    assert net.log == []


def test_what_the_guard_refuses_is_asked_for_nothing() -> None:
    net = Net()
    assert crawl(net, "http://bad.it/a") == [Failure(Outcome.REFUSED, "a bad name")]
    assert net.log == []


def test_robots_txt_is_asked_for_once_a_day() -> None:
    async def two_days() -> None:
        door = fetcher(net)
        for _ in range(48):
            await asyncio.gather(door.fetch("http://h.it/a"), door.fetch("http://h.it/b"))
            await asyncio.sleep(3600)

    net = Net({ROBOTS: (200, {}, b"")})
    run(two_days)
    first, second = net.moments("robots.txt")
    assert 24 * 3600 <= second - first <= 25 * 3600


def test_a_closed_site_is_asked_for_robots_txt_again_after_an_hour_and_opens() -> None:
    async def day() -> list[Answer | Failure]:
        door = fetcher(net)
        results = []
        for _ in range(3):
            results.append(await door.fetch("http://h.it/a"))
            await asyncio.sleep(1900)
        return results

    net = Net({ROBOTS: [BUSY, BUSY, BUSY, (200, {}, b"")]})
    assert ends(run(day)) == [Outcome.ROBOTS, Outcome.ROBOTS, 200]


def test_robots_txt_is_kept_between_crawls_with_the_delay_it_asks_for() -> None:
    cache = Kept()
    first = Net({ROBOTS: (200, {}, b"User-agent: *\nCrawl-delay: 7\nDisallow: /secret\n")})
    crawl(first, "http://h.it/a", robots_cache=cache)
    second = Net({ROBOTS: (200, {}, b"")})
    assert ends(crawl(second, "http://h.it/a", "http://h.it/secret", "http://h.it/b", robots_cache=cache)) == [
        200,
        Outcome.ROBOTS,
        200,
    ]
    assert second.moments("http") == [7.0, 14.0]
    cache.robots = {origin: CachedRobots(200, b"", START - timedelta(hours=25), "") for origin in cache.robots}
    third = Net({ROBOTS: (200, {}, b"User-agent: *\nDisallow: /")})
    assert ends(crawl(third, "http://h.it/a", robots_cache=cache)) == [Outcome.ROBOTS]
    assert cache.robots["http://h.it"].at == START


def test_that_nobody_answered_is_not_kept_for_the_next_crawl() -> None:
    cache = Kept()
    crawl(Net({ROBOTS: CannotResolveHostError()}), "http://h.it/a", robots_cache=cache)
    assert cache.robots == {}


def test_a_robots_txt_of_megabytes_counts_in_its_first_half() -> None:
    body = b"User-agent: *\nDisallow: /a\n" + b"# filler\n" * 100_000 + b"Disallow: /b\n"
    cache = Kept()
    net = Net({ROBOTS: (200, {}, body)})
    assert ends(crawl(net, "http://h.it/a", "http://h.it/b", robots_cache=cache)) == [Outcome.ROBOTS, 200]
    assert len(cache.robots["http://h.it"].body) == 500 * 1024 + 1


def test_no_setting_makes_the_delay_shorter_than_the_least() -> None:
    hasty = crawl_settings().model_copy(update={"delay": 0.0, "autothrottle": False})
    net = Net()
    crawl(net, *(f"http://h.it/{n}" for n in range(5)), settings=hasty)
    assert {round(b - a, 6) for a, b in pairwise(net.moments("h.it"))} == {LEAST_DELAY}


def test_no_setting_speaks_of_robots_txt_or_of_a_rehearsal() -> None:
    assert not [name for name in CrawlSettings.model_fields if "robots" in name or "rehears" in name or "polite" in name]


def test_only_a_rehearsal_and_this_machine_are_asked_without_delay() -> None:
    hasty = crawl_settings().model_copy(update={"delay": 0.0, "loopback": True})
    for host, rehearsal in (("h.it", True), ("h.localhost", False), ("127.0.0.1", False)):
        net = Net()
        crawl(net, *(f"http://{host}/{n}" for n in range(5)), settings=hasty, rehearsal=rehearsal)
        assert net.moments(host) == [0.0] * 6


def test_both_spellings_of_a_host_share_its_turn() -> None:
    async def crawl_both() -> None:
        door = fetcher(net)
        await asyncio.gather(*(door.fetch(f"http://{host}/{n}") for host in ("h.it", "www.h.it") for n in range(3)))

    net = Net(latency=0.25)
    run(crawl_both)
    assert len(net.log) == 8
    assert min(b - a for a, b in pairwise(net.moments("http"))) >= 1.25


def test_two_hosts_on_one_address_share_a_slower_turn_from_their_first_request_on() -> None:
    guard = Open(h3="192.0.2.9")

    async def look_up(host: str) -> None:
        await asyncio.sleep(0.1)
        guard.addresses[host.removesuffix(".it")] = "192.0.2.1"

    async def crawl_all() -> None:
        door = fetcher(net, None, guard, look_up=look_up)
        hosts = ("h1.it", "h2.it", "h3.it")
        await asyncio.gather(*(door.fetch(f"http://{host}/{n}") for n in range(4) for host in hosts))

    net = Net()
    run(crawl_all)
    shared = sorted(net.moments("h1.it") + net.moments("h2.it"))
    assert len(shared) == 10
    assert [round(b - a, 6) for a, b in pairwise(shared)] == [1.0] * 9
    assert net.moments("h3.it") == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_without_a_look_up_the_first_requests_make_the_address_known() -> None:
    guard = Open()

    async def crawl_all() -> None:
        door = fetcher(net, None, guard)
        net.known = lambda host: guard.addresses.setdefault(host, "192.0.2.1")
        await asyncio.gather(*(door.fetch(f"http://{host}.it/{n}") for n in range(4) for host in ("h1", "h2")))

    class Telling(Net):
        known: Callable[[str], str]

        async def download(self, request: Request) -> Response:
            self.known(str(urlsplit(request.url).hostname).removesuffix(".it"))
            return await super().download(request)

    net = Telling()
    run(crawl_all)
    moments = sorted(net.moments("http"))
    assert moments[:2] == [0.0, 0.0]
    assert [round(b - a, 6) for a, b in pairwise(moments[2:])] == [1.0] * 7


@pytest.mark.parametrize("status", [429, 503, 500])
@pytest.mark.parametrize("dated", [False, True])
def test_retry_after_is_waited_for_in_seconds_and_as_a_date(status: int, *, dated: bool) -> None:
    # The date is an hour and a half before the page is asked for and 100 s later: by the clock, not by the answer.
    header = format_datetime(START + timedelta(seconds=101), usegmt=True) if dated else "100"
    net = Net({"http://h.it/a": [(status, {"Retry-After": header}, b""), FOUND]})
    assert ends(crawl(net, "http://h.it/a")) == [200]
    first, second = net.moments("/a")
    assert (first, second) == (1.0, 101.0)


def test_a_last_refusal_with_retry_after_holds_back_the_next_page_too() -> None:
    net = Net({"http://h.it/a": (429, {"Retry-After": "90"}, b"")})
    assert ends(crawl(net, "http://h.it/a", "http://h.it/b")) == [429, 200]
    assert net.moments("/b")[0] - net.moments("/a")[-1] == 90.0


def test_a_retry_after_is_waited_for_by_the_next_process_too() -> None:
    waits = Waiting()
    crawl(Net({"http://h.it/a": [(429, {"Retry-After": "90"}, b""), FOUND]}), "http://h.it/a", waits=waits)
    assert waits.waits == {"h.it": Wait(START + timedelta(seconds=91))}
    later = Net()
    assert ends(crawl(later, "http://www.h.it/b", waits=waits)) == [200]
    assert later.moments("http") == [91.0, 92.0]


def test_a_wait_of_a_clock_that_was_years_ahead_is_not_waited_for() -> None:
    until = START + timedelta(days=3650)
    waits = Waiting({"h.it": Wait(until), "d.it": Wait(until, "left alone")})
    net = Net()
    assert ends(crawl(net, "http://h.it/a", "http://d.it/a", waits=waits)) == [200, 200]
    assert net.moments("/a") == [1.0, 2.0]


def test_what_is_left_of_a_cool_off_is_kept_by_the_next_process_for_the_host_or_its_origin_alone() -> None:
    waits = Waiting()
    crawl(Net({"http://h.it/a": (503, {"Retry-After": "7200"}, b"")}), "http://h.it/a", waits=waits)
    broken = Net({f"http://d.it/{n}": ConnectionResetError() for n in range(6)})
    crawl(broken, *broken.says, waits=waits)
    assert waits.waits.keys() == {"h.it", "http://d.it"}

    async def next_process() -> list[Answer | Failure]:
        door = fetcher(later, waits=waits)
        results = [await door.fetch(f"http://{host}/a") for host in ("h.it", "www.h.it", "d.it", "www.d.it")]
        assert later.asked() == ["http://www.d.it/robots.txt", "http://www.d.it/a"]
        await asyncio.sleep(7201)
        return [*results, await door.fetch("http://h.it/b"), await door.fetch("http://d.it/b")]

    later = Net()
    results = run(next_process)
    assert ends(results) == [Outcome.HTTP_ERROR, Outcome.HTTP_ERROR, Outcome.UNREACHABLE, 200, 200, 200]
    first, _, third, *_ = results
    assert isinstance(first, Failure)
    assert isinstance(third, Failure)
    assert (first.detail, first.retry_in) == ("the host asks to wait 7200 s", 7201.0)
    assert third.detail.startswith("left alone after 5 failures in a row: ")


@pytest.mark.parametrize(("header", "end", "moment"), [("50", 200, 51.0), ("600", Outcome.HTTP_ERROR, None)])
def test_a_redirect_may_ask_for_a_wait(header: str, end: int | Outcome, moment: float | None) -> None:
    net = Net({"http://h.it/a": (302, {"Location": "/b", "Retry-After": header}, b"")})
    assert ends(crawl(net, "http://h.it/a", "http://h.it/b")) == [302, end]
    assert net.moments("/b") == ([] if moment is None else [moment])


def test_a_robots_txt_that_nobody_answered_for_is_soon_asked_for_again() -> None:
    async def minute() -> list[Answer | Failure]:
        door = fetcher(net)
        results = [await door.fetch("http://h.it/a"), await door.fetch("http://h.it/a")]
        await asyncio.sleep(60)
        return [*results, await door.fetch("http://h.it/a")]

    net = Net({ROBOTS: [*[ConnectionResetError()] * 3, (404, {}, b"")]})
    assert ends(run(minute)) == [Outcome.UNREACHABLE, Outcome.UNREACHABLE, 200]
    assert len(net.asked("robots.txt")) == 4


def test_a_host_that_says_when_to_come_again_is_tried_five_times_more_and_others_twice() -> None:
    for header, tries in (({"Retry-After": "5"}, 6), ({}, 3), ({"Retry-After": "later"}, 3)):
        net = Net({"http://h.it/a": (503, header, b"")})
        assert ends(crawl(net, "http://h.it/a")) == [503]
        assert len(net.asked("/a")) == tries


def test_memory_holds_no_more_robots_txt_than_are_in_use() -> None:
    async def many() -> int:
        door = fetcher(net, settings, robots_cache=cache, rehearsal=True)
        for turn in range(2):
            for n in range(MOST_ROBOTS + 50):
                assert await door.fetch(f"http://h{n}.it/{turn}")
        return len(door._robots)

    settings = crawl_settings().model_copy(update={"delay": 0.0})
    net, cache = Net(), Kept()
    assert run(many) == MOST_ROBOTS
    assert len(net.asked("robots.txt")) == len(cache.robots) == MOST_ROBOTS + 50


def test_retries_back_off_with_growing_pauses_and_some_chance() -> None:
    net = Net({"http://h.it/a": (500, {}, b"")})
    assert ends(crawl(net, "http://h.it/a")) == [500]
    first, second, third = net.moments("/a")
    assert 5.0 < second - first < 10.0
    assert 10.0 < third - second < 20.0
    assert ends(crawl(Net({"http://h.it/a": (501, {}, b"")}), "http://h.it/a")) == [501]


def test_a_host_that_asks_for_a_long_wait_is_left_alone_for_as_long_in_both_spellings() -> None:
    async def day() -> list[Answer | Failure]:
        door = fetcher(net)
        results = [await door.fetch(f"http://{host}/a") for host in ("h.it", "h.it", "www.h.it")]
        await asyncio.sleep(7200)
        return [*results, await door.fetch("http://h.it/a")]

    net = Net({"http://h.it/a": [(503, {"Retry-After": "7200"}, b""), FOUND]})
    results = run(day)
    assert ends(results) == [Outcome.HTTP_ERROR] * 3 + [200]
    first, second, third, _ = results
    assert isinstance(first, Failure)
    assert isinstance(second, Failure)
    assert isinstance(third, Failure)
    assert (first.detail, first.status, first.retry_in) == ("the host asks to wait 7200 s", 503, 7200.0)
    assert second.detail == third.detail == first.detail
    assert len(net.asked("/a")) == 2


@pytest.mark.parametrize(
    ("said", "most", "outcome", "reason"),
    [
        (DownloadTimeoutError(), 5, Outcome.UNREACHABLE, "timed out"),
        ((503, {}, b""), 5, Outcome.HTTP_ERROR, "HTTP 503"),
        ((500, {}, b""), 10, Outcome.HTTP_ERROR, "HTTP 500"),
        ((403, {}, b""), 10, Outcome.HTTP_ERROR, "HTTP 403"),
    ],
)
def test_the_breaker_opens_with_its_reason_tries_once_and_closes(said: Said, most: int, outcome: Outcome, reason: str) -> None:
    async def life() -> tuple[list[Answer | Failure], list[str]]:
        door = fetcher(net)
        results = [await door.fetch(f"http://h.it/{n}") for n in range(most + 2)]
        states = [door.hosts()[0].circuit.value]
        asked = len(net.log)
        await asyncio.sleep(1.5 * COOL_OFF)
        states.append(door.hosts()[0].circuit.value)
        results.append(await door.fetch("http://h.it/0"))
        assert len(net.log) == asked + 1
        states.append(door.hosts()[0].circuit.value)
        await asyncio.sleep(3 * COOL_OFF)
        net.says = {}
        results += [await door.fetch(f"http://h.it/{n}") for n in range(3)]
        report = door.hosts()[0]
        assert report.reason == f"left alone after {most + 1} failures in a row: {reason}"
        return results, [*states, report.circuit.value]

    net = Net({f"http://h.it/{n}": said for n in range(20)})
    results, states = run(life)
    refused = results[most]
    assert isinstance(refused, Failure)
    assert (refused.outcome, refused.detail) == (outcome, f"left alone after {most} failures in a row: {reason}")
    assert refused.retry_in is not None
    assert ends(results[-3:]) == [200, 200, 200]
    assert states == [Circuit.OPEN, Circuit.HALF_OPEN, Circuit.OPEN, Circuit.CLOSED]
    assert not net.asked(f"/{most + 1}")


def test_pages_that_are_not_there_open_no_breaker() -> None:
    net = Net({f"http://h.it/{n}": (404, {}, b"") for n in range(30)})
    assert ends(crawl(net, *(f"http://h.it/{n}" for n in range(30)))) == [404] * 30


def test_validators_make_a_request_conditional_and_the_answer_gives_those_of_the_next() -> None:
    async def twice() -> tuple[Answer | Failure, Answer | Failure]:
        door = fetcher(net)
        first = await door.fetch("http://h.it/a")
        assert isinstance(first, Answer)
        return first, await door.fetch("http://h.it/a", validators=first.validators)

    named = {"ETag": 'W/"1"', "Last-Modified": "Mon, 02 Nov 2026 08:00:00 GMT"}
    net = Net({"http://h.it/a": [(200, named, b"a page"), (304, named, b"not looked at")]})
    first, second = run(twice)
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert first.validators == Validators('W/"1"', "Mon, 02 Nov 2026 08:00:00 GMT")
    assert (second.status, second.body, second.redirect) == (304, b"", None)
    plain, conditional = (headers for _, url, headers in net.log if url.endswith("/a"))
    assert "If-None-Match" not in plain
    assert (conditional["If-None-Match"], conditional["If-Modified-Since"]) == (named["ETag"], named["Last-Modified"])


def test_an_answer_says_what_x_robots_tag_asks_of_us() -> None:
    tags = {"X-Robots-Tag": "googlebot: noindex, StartupScout: nofollow"}
    (answer,) = crawl(Net({"http://h.it/a": (200, tags, b"")}), "http://h.it/a")
    assert isinstance(answer, Answer)
    assert (answer.rules.noindex, answer.rules.nofollow) == (False, True)


def test_a_host_s_treatment_is_on_record() -> None:
    async def crawl_some() -> tuple[HostReport, ...]:
        door = fetcher(net)
        for path in "abc":
            await door.fetch(f"http://www.h.it/{path}")
        return door.hosts()

    robots = b"User-agent: *\nRequest-rate: 1/5s"
    net = Net(
        {"http://www.h.it/robots.txt": (200, {}, robots), "http://www.h.it/b": [(429, {"Retry-After": "30"}, b""), FOUND]}
    )
    (report,) = run(crawl_some)
    assert (report.host, report.requests, report.delay, report.asked) == ("h.it", 5, 5.0, 5.0)
    assert (report.told_to_wait, report.longest_wait, report.circuit, report.reason) == (1, 30.0, Circuit.CLOSED, "")


def test_a_download_that_never_ends_is_given_up() -> None:
    class Mute(Net):
        async def download(self, request: Request) -> Response:
            if request.url.endswith("/robots.txt"):
                return await super().download(request)
            await asyncio.sleep(1_000_000)
            raise AssertionError

    (result,) = crawl(Mute(), "http://h.it/a")
    assert isinstance(result, Failure)
    assert (result.outcome, result.detail) == (Outcome.UNREACHABLE, "timed out")


# A real server, which notes when it was asked -----------------------------------------------------------------------------


def real_download(port: int) -> Callable[[Request], Awaitable[Response]]:
    def get(request: Request) -> Response:
        parts = urlsplit(request.url)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", parts.path or "/", headers={"Host": parts.netloc})
            answer = connection.getresponse()
            return Response(request.url, status=answer.status, headers=dict(answer.getheaders()), body=answer.read())
        finally:
            connection.close()

    async def download(request: Request) -> Response:
        return await asyncio.to_thread(get, request)

    return download


def test_a_real_server_sees_the_delays_between_requests_to_host_and_address(web: Web) -> None:
    names = ("slow", "one", "two", "other")
    for host in names:
        web.site(host, {f"/{n}": "a page" for n in range(4)})
    web.site("slow", {"/robots.txt": Reply("User-agent: *\nCrawl-delay: 0.5", kind="text/plain")})
    web.site("one", {"/2": [Reply("", 503, headers={"Retry-After": "1"}), Reply("a page")]})

    class Guard(Open):
        def address_of(self, host: str) -> str | None:
            return "192.0.2.1" if host in {"one.localhost", "two.localhost"} else None

    async def crawl_all() -> list[Answer | Failure]:
        settings = crawl_settings(delay=0.2, loopback=True)
        door = Fetcher(settings, real_download(web.port), Guard(), rehearsal=True)
        return await asyncio.gather(*(door.fetch(web.url(host, f"/{n}")) for n in range(4) for host in names))

    assert ends(asyncio.run(crawl_all())) == [200] * 16
    # The server notes a request a moment after it was sent.
    clock = 0.03
    asked = {host: [r.at for r in web.requests if r.host == f"{host}.localhost"] for host in names}
    gaps = {host: min(b - a for a, b in pairwise(moments)) for host, moments in asked.items()}
    assert gaps["slow"] >= 0.5 - clock
    assert min(gaps.values()) >= 0.2 - clock
    shared = sorted(asked["one"] + asked["two"])
    assert min(b - a for a, b in pairwise(shared)) >= 0.2 - clock
    busy = [r.at for r in web.requests if (r.host, r.path) == ("one.localhost", "/2")]
    assert busy[1] - busy[0] >= 1.0 - clock
    assert max(asked["other"]) < max(shared)
