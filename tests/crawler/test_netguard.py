"""The guard's judgement, and the resolver that holds connections to it. The table of all that is refused: test_refusals.py."""

import copy
import csv
import ipaddress
import json
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.testing import MemoryReactorClock
from twisted.web.client import Agent

from crawler.corpus.corpus import Corpus
from crawler.records import Outcome, Startup
from crawler.settings import crawl_settings
from crawler.sites.crawling import crawl
from crawler.web.netguard import Guard, GuardedResolver, operators_proxies
from tests.crawler.asked import ask
from tests.crawler.conftest import Reply, Web, text_page
from tests.crawler.hostile import Hostile
from tests.crawler.internet import Internet

PUBLIC, OTHER, PUBLIC6 = "93.184.215.14", "1.1.1.1", "2606:4700::1111"
WORDS = "We build cameras for die casting cells that find porosity while the part is still warm."


class Threads:
    """Twisted's threads, without threads: what they run is run at once, or when the test says so."""

    def __init__(self) -> None:
        self.waits = False
        self.waiting: list[Callable[[], None]] = []

    def callInThreadWithCallback(self, done: Callable[[bool, Any], None], run: Callable[..., Any], *values: Any) -> None:  # noqa: ANN401, N802
        def go() -> None:
            try:
                done(True, run(*values))
            except OSError:
                from twisted.python.failure import Failure  # noqa: PLC0415

                done(False, Failure())

        self.waiting.append(go)
        if not self.waits:
            self.run()

    def run(self) -> None:
        while self.waiting:
            self.waiting.pop(0)()


class Reactor(MemoryReactorClock):
    """A reactor that connects nowhere and notes where it was to."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Twisted has no types here
        self.threads = Threads()

    def getThreadPool(self) -> Threads:  # noqa: N802
        return self.threads

    def callFromThread(self, run: Callable[..., Any], *values: Any, **named: Any) -> None:  # noqa: ANN401, N802
        run(*values, **named)

    def ask(self, url: str) -> None:
        """Have Twisted's client connect to an address; whether it can does not matter here."""
        agent = Agent(self)
        agent.request(b"GET", url.encode()).addErrback(lambda _: None)

    @property
    def connected(self) -> list[str]:
        return [client[0] for client in self.tcpClients]


class Names:
    """A name server that a test scripts: each look-up takes the next answer, the last one stays."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {name.replace("_", "."): [list(one) for one in several] for name, several in answers.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: None, family: int, kind: int) -> list[tuple[Any, ...]]:
        assert (port, family, kind) == (None, socket.AF_UNSPEC, socket.SOCK_STREAM)
        self.asked.append(host)
        answers = self.answers.get(host.removesuffix("."), [[]])
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return [(0, 1, 6, "", (address, 0)) for address in found]


class Receiver:
    """What a connection learns of a name."""

    def __init__(self) -> None:
        self.addresses: list[IPv4Address | IPv6Address] = []
        self.complete = False

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: ANN401, N802
        resolution.cancel()

    def addressResolved(self, address: IPv4Address | IPv6Address) -> None:  # noqa: N802
        self.addresses.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        self.complete = True

    @property
    def hosts(self) -> list[str]:
        assert self.complete
        return [address.host for address in self.addresses]


def resolver_of(names: Names, **of_guard: Any) -> tuple[GuardedResolver, Guard, Reactor]:  # noqa: ANN401
    reactor, guard = Reactor(), Guard(**({"proxies": frozenset()} | of_guard))
    resolver = GuardedResolver(reactor, guard, 5.0, names)
    resolver.install_on_reactor()
    return resolver, guard, reactor


def resolve(resolver: GuardedResolver, host: str, port: int = 80, kinds: Sequence[type] | None = None) -> Receiver:
    receiver = Receiver()
    resolver.resolveHostName(receiver, host, port, kinds)
    return receiver


@settings(deadline=None)
@given(st.ip_addresses())
def test_no_address_is_open_that_python_does_not_take_for_a_global_one(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if Guard().address_refusal(str(address)) is None and address not in ipaddress.ip_network("64:ff9b::/96"):
        assert address.is_global
        assert not address.is_multicast


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_nat64(address: ipaddress.IPv4Address) -> None:
    guard = Guard()
    inside = f"64:ff9b::{address}"
    assert (guard.address_refusal(inside) is None) is (guard.address_refusal(str(address)) is None)
    assert guard.address_refusal(f"::ffff:{address}")
    assert guard.address_refusal(f"::{address}")


@settings(deadline=None)
@given(st.text(max_size=40), st.sampled_from(["{}", "http://{}/", "http://{}.example/", "https://[{}]/", "http://a@{}:80/"]))
def test_whatever_stands_where_an_address_should_is_judged_and_no_more(text: str, form: str) -> None:
    reason = Guard(proxies=frozenset()).refusal(form.format(text))
    assert reason is None or reason


@pytest.mark.parametrize(
    "address", [PUBLIC, OTHER, PUBLIC6, "2001:4860:4860::8888", "64:ff9b::101:101", "172.15.0.1", "172.32.0.1"]
)
def test_public_addresses_are_open(address: str) -> None:
    assert Guard().address_refusal(address) is None


def test_the_reason_names_the_address_and_what_it_is() -> None:
    guard = Guard(proxies=frozenset())
    assert guard.refusal("http://10.0.0.1/") == "10.0.0.1: private (RFC 1918)"
    assert guard.refusal("http://127.1/") == "127.1: an IP address in an odd spelling"
    assert guard.refusal("http://127.0.0.1.nip.io/") == "nip.io: everyone finds the address of their choice below it"
    assert guard.refusal("http://a.example:22/") == "port 22 is not a usual one"
    assert guard.refusal("http://a.localhost/") == "loopback is closed"


def test_loopback_is_opened_by_its_setting_alone_and_nothing_else_with_it() -> None:
    guard = Guard(loopback=True, proxies=frozenset())
    for url in (
        "http://localhost:9/",
        "http://a.localhost:7777/",
        "http://127.0.0.1:8000/",
        "http://[::1]:8000/",
        "http://127.9.9.9/",
    ):
        assert guard.refusal(url) is None
        assert Guard(proxies=frozenset()).refusal(url)
    for url in (
        "http://127.1/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://a.lan/",
    ):
        assert guard.refusal(url)
    assert guard.refusal("http://a.example:8000/")
    assert guard.pin("evil.example", ["127.0.0.1"]).refusal


def test_the_ports_are_the_usual_ones_or_those_that_are_given() -> None:
    open_ports = [port for port in range(65536) if Guard(proxies=frozenset()).refusal(f"http://a.example:{port}/") is None]
    assert open_ports == [80, 443, 8080, 8443]
    assert Guard(ports=frozenset({9000}), proxies=frozenset()).refusal("http://a.example:9000/") is None
    assert Guard(ports=frozenset({9000}), proxies=frozenset()).refusal("http://a.example/") == "port 80 is not a usual one"


@pytest.mark.shared
def test_none_of_the_real_sites_is_refused(shared: Path) -> None:
    guard = Guard(proxies=frozenset())
    with (shared / "web" / "seeds.csv").open(encoding="utf-8") as file:
        urls = [row["url"] for row in csv.DictReader(file)]
    urls += [
        json.loads(line)["url"] for line in (shared / "web" / "manifest.jsonl").read_text().splitlines() if '"url"' in line
    ]
    assert len(urls) > 50
    assert {url: reason for url in urls if (reason := guard.refusal(url))} == {}


def test_a_rebinding_name_is_looked_up_once_and_both_connections_go_to_the_checked_address() -> None:
    names = Names(rebind_example=[[PUBLIC], ["127.0.0.1"]])
    _, guard, reactor = resolver_of(names)
    for _ in range(3):
        reactor.ask("http://rebind.example/")
        reactor.advance(0.1)
    assert reactor.connected == [PUBLIC] * 3
    assert names.asked == ["rebind.example."]
    assert guard.address_of("rebind.example") == PUBLIC


def test_a_name_that_was_refused_stays_refused_when_it_turns_public() -> None:
    names = Names(rebind_example=[["127.0.0.1"], [PUBLIC]])
    resolver, guard, reactor = resolver_of(names)
    assert resolve(resolver, "rebind.example").hosts == resolve(resolver, "rebind.example").hosts == []
    reactor.ask("http://rebind.example/")
    assert reactor.connected == []
    assert names.asked == ["rebind.example."]
    pin = guard.pinned("rebind.example")
    assert pin is not None
    assert pin.refusal == "rebind.example is 127.0.0.1: loopback"
    assert guard.address_of("rebind.example") is None


def test_addresses_in_urls_come_to_the_resolver_too_and_are_judged_there() -> None:
    names = Names()
    _, _, reactor = resolver_of(names)
    for host in ("10.0.0.1", "127.0.0.1", "0x7f.1", "2130706433", "localhost", "[::1]", "[fe80::1]", PUBLIC):
        reactor.ask(f"http://{host}/")
    assert reactor.connected == [PUBLIC]
    assert names.asked == []


def test_both_kinds_of_address_are_handed_on_but_not_more_than_a_few() -> None:
    many = [f"93.184.215.{number}" for number in range(1, 30)]
    names = Names(both_example=[[PUBLIC6, PUBLIC, PUBLIC]], many_example=[many], late_example=[[*many, "10.0.0.1"]])
    resolver, guard, _ = resolver_of(names)
    both = resolve(resolver, "both.example", 443)
    assert both.addresses == [IPv6Address("TCP", PUBLIC6, 443), IPv4Address("TCP", PUBLIC, 443)]
    assert resolve(resolver, "both.example", 80, [IPv4Address]).hosts == [PUBLIC]
    assert len(resolve(resolver, "many.example").hosts) == 4
    assert resolve(resolver, "late.example").hosts == []
    assert guard.address_of("both.example") == PUBLIC


def test_the_address_of_a_host_is_the_same_in_whatever_order_its_addresses_come() -> None:
    names = Names(one_example=[[OTHER, PUBLIC]], two_example=[[PUBLIC, OTHER]])
    resolver, guard, _ = resolver_of(names, loopback=True)
    assert guard.address_of("one.example") is None
    for host in ("one.example", "two.example"):
        resolve(resolver, host)
        assert guard.address_of(host) == OTHER
    assert guard.address_of(PUBLIC) == PUBLIC
    assert guard.address_of(f"[{PUBLIC6}]") == PUBLIC6
    assert guard.address_of("a.localhost") == "127.0.0.1"
    assert guard.address_of("10.0.0.1") is None


def test_those_who_ask_at_the_same_time_share_one_look_up() -> None:
    names = Names(slow_example=[[PUBLIC]])
    resolver, _, reactor = resolver_of(names)
    reactor.threads.waits = True
    receivers = [resolve(resolver, host) for host in ("slow.example", "SLOW.example", "slow.example.")]
    assert [receiver.complete for receiver in receivers] == [False] * 3
    reactor.threads.run()
    assert [receiver.hosts for receiver in receivers] == [[PUBLIC]] * 3
    assert names.asked == ["slow.example."]


def test_a_name_that_was_not_found_is_looked_up_again() -> None:
    names = Names(shy_example=[[], [PUBLIC]])
    resolver, _, _ = resolver_of(names)
    assert resolve(resolver, "shy.example").hosts == []
    assert resolve(resolver, "shy.example").hosts == [PUBLIC]


def test_a_look_up_that_takes_too_long_is_given_up_and_its_late_answer_is_not_used() -> None:
    names = Names(slow_example=[["127.0.0.1"], [PUBLIC]])
    resolver, guard, reactor = resolver_of(names)
    reactor.threads.waits = True
    receiver = resolve(resolver, "slow.example")
    reactor.advance(5.1)
    assert receiver.hosts == []
    reactor.threads.run()
    assert guard.address_of("slow.example") is None
    reactor.threads.waits = False
    assert resolve(resolver, "slow.example").hosts == [PUBLIC]


def test_names_are_looked_up_in_ascii_and_without_the_systems_search_domains() -> None:
    names = Names()
    names.answers = {"xn--strae-oqa.example": [[PUBLIC]], "xn--ls8h.example": [[OTHER]]}
    resolver, guard, _ = resolver_of(names)
    assert resolve(resolver, "stra\u00dfe.example").hosts == [PUBLIC]
    assert resolve(resolver, "\U0001f4a9.example").hosts == [OTHER]
    assert names.asked == ["xn--strae-oqa.example.", "xn--ls8h.example."]
    assert guard.address_of("xn--strae-oqa.example") == PUBLIC


def test_localhost_is_this_machine_where_it_is_open_and_is_never_looked_up() -> None:
    names = Names()
    resolver, _, _ = resolver_of(names, loopback=True)
    assert [resolve(resolver, host).hosts for host in ("localhost", "a.b.localhost")] == [["127.0.0.1"]] * 2
    resolver, _, _ = resolver_of(names)
    assert [resolve(resolver, host).hosts for host in ("localhost", "a.b.localhost")] == [[]] * 2
    assert names.asked == []


def test_the_operators_proxy_may_stand_anywhere_but_at_its_port_alone() -> None:
    names = Names(proxy_corp=[["10.0.0.9"]], proxy=[["127.0.0.1"]])
    resolver, guard, _ = resolver_of(names, proxies=frozenset({("proxy.corp", 3128), ("proxy", 80), ("10.0.0.8", 8080)}))
    assert resolve(resolver, "proxy.corp", 3128).hosts == ["10.0.0.9"]
    assert resolve(resolver, "proxy", 80).hosts == ["127.0.0.1"]
    assert resolve(resolver, "proxy.corp", 80).hosts == []
    assert resolve(resolver, "proxy.corp", 0, [IPv4Address]).hosts == ["10.0.0.9"]
    assert set(names.asked) == {"proxy.corp", "proxy"}
    open_guard = Guard(proxies=frozenset({("proxy.example", 8080)}))
    assert open_guard.refusal("http://proxy.example:8080/") == "the address of a proxy"
    assert open_guard.refusal("http://proxy.example/") is None
    assert guard.address_of("proxy.corp") is None


def test_the_proxies_are_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://user:word@Proxy.corp:3128/")
    monkeypatch.setenv("https_proxy", "10.0.0.8:8080")
    monkeypatch.setenv("no_proxy", "a.example")
    assert operators_proxies() == Guard().proxies == {("proxy.corp", 3128), ("10.0.0.8", 8080)}
    monkeypatch.setenv("http_proxy", "http://proxy.corp:no-port/")
    assert operators_proxies() == {("10.0.0.8", 8080)}


def test_the_resolver_takes_the_crawls_one_guard_from_scrapys_settings() -> None:
    guard = Guard()
    assert copy.deepcopy({"SCOUT_GUARD": guard})["SCOUT_GUARD"] is guard

    class Settings(dict[str, object]):
        def getfloat(self, name: str) -> float:
            return float(str(self[name]))

    crawler = SimpleNamespace(settings=Settings(SCOUT_GUARD=guard, DNS_TIMEOUT=3))
    assert isinstance(GuardedResolver.from_crawler(crawler, Reactor()), GuardedResolver)


@pytest.fixture
def server() -> Iterator[Hostile]:
    served = Hostile({})
    yield served
    served.close()


def test_a_rebinding_name_in_a_real_process_is_looked_up_once_and_the_checked_address_is_connected_to(
    tmp_path: Path, server: Hostile
) -> None:
    names = {"rebind.example": [[PUBLIC], ["127.0.0.1"]], "turned.example": [["127.0.0.1"], [PUBLIC]]}
    urls = [f"http://{name}/{number}#alone" for name in names for number in range(3)]
    asked = ask(Internet(tmp_path), server, names, urls)
    assert asked.looked_up == ["rebind.example", "turned.example"]
    assert asked.connected == [(PUBLIC, 80)] * 3
    assert [asked.ends[url].get("status") for url in urls] == [200] * 3 + [None] * 3
    assert [asked.ends[url]["detail"] for url in urls[3:]] == ["turned.example is 127.0.0.1: loopback"] * 3


def test_loopback_in_a_real_process_is_reached_with_the_setting_only(tmp_path: Path, server: Hostile) -> None:
    hosts = ("localhost", "a.localhost", "127.0.0.1")
    names = {"evil.example": [["127.0.0.1"]]}
    urls = [f"http://{host}:{server.port}/" for host in hosts] + ["http://127.1/", "http://10.0.0.1/", "http://evil.example/"]
    closed = ask(Internet(tmp_path), server, names, urls)
    assert {end.get("error") for end in closed.ends.values()} == {"NotPublicError"}
    assert closed.connected == []
    opened = ask(Internet(tmp_path), server, names, urls, loopback=True)
    assert [opened.ends[url].get("status") for url in urls] == [200, 200, 200, None, None, None]
    assert set(opened.connected) == {("127.0.0.1", server.port)}


def test_with_a_proxy_the_names_are_its_to_resolve_and_what_is_spelt_is_still_refused(
    tmp_path: Path, server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://10.1.2.3:3128")
    monkeypatch.setenv("https_proxy", "http://proxy.corp:8888")
    urls = ["http://a.example/", "http://10.0.0.1/", "http://10.1.2.3:3128/", "http://localhost/", "https://b.example/"]
    proxies = [["10.1.2.3", 3128], ["proxy.corp", 8888]]
    asked = ask(Internet(tmp_path), server, {"proxy.corp": [["10.1.2.4"]]}, urls, proxies=proxies)
    assert asked.ends[urls[0]].get("status") == 200, asked.ends
    assert [asked.ends[url].get("error") for url in urls[1:4]] == ["NotPublicError"] * 3
    assert asked.looked_up == ["proxy.corp"]
    assert sorted(asked.connected) == [("10.1.2.3", 3128), ("10.1.2.4", 8888)]


def test_a_crawl_is_led_to_nothing_that_is_not_public_by_seed_redirect_robots_sitemap_refresh_or_link(
    tmp_path: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = (
        "http://127.0.0.1/secret", "http://localhost/secret", "http://169.254.169.254/secret", "http://[::1]/secret",
        "http://metadata.google.internal/secret", "http://2130706433/secret", "http://10.0.0.1.nip.io/secret", "http://inner.example/secret",
    )  # fmt: skip
    names = {"inner.example": [["10.0.0.1"]], "turned.example": [[PUBLIC], ["127.0.0.1"]]}
    startups = []

    def site(name: str, pages: dict[str, Reply], seed: str = "") -> None:
        host = f"{name}.example"
        names[host] = [[PUBLIC]]
        web.pages |= {(host, path): page for path, page in pages.items()}
        startups.append(Startup(name, name, seed or f"http://{host}/"))

    for number, url in enumerate(inner):
        to = {"Location": url}
        site(f"seed-{number}", {}, url)
        site(f"redirect-{number}", {"/": Reply("", 302, headers=to)})
        site(f"robots-{number}", {"/robots.txt": Reply("", 301, headers=to), "/": Reply(text_page(WORDS))})
        maps = Reply(f"Sitemap: {url}\nSitemap: http://map-{number}.example/map.xml", kind="text/plain")
        index = Reply(f"<sitemapindex><sitemap><loc>{url}</loc></sitemap></sitemapindex>", kind="text/xml")
        site(f"map-{number}", {"/robots.txt": maps, "/map.xml": index, "/": Reply(text_page(WORDS))})
        site(f"refresh-{number}", {"/": Reply(f"<meta http-equiv=refresh content='0; url={url}'>")})
        site(f"link-{number}", {"/": Reply(text_page(WORDS, links=(url,), head=f"<link rel=canonical href='{url}'>"))})
        # The twin of a host belongs to its site: it is followed there, and found to be elsewhere.
        site(f"twin-{number}", {"/": Reply("", 302, headers={"Location": f"http://www.twin-{number}.example/"})})
        names[f"www.twin-{number}.example"] = [["192.168.0.1"]]
    site("turned", {"/": Reply(text_page(WORDS, links=("/a",))), "/a": Reply(text_page("a " + WORDS))})
    internet = Internet(tmp_path)
    for name, value in internet.lay(web.port, names).items():
        monkeypatch.setenv(name, value)
    crawl(startups, tmp_path / "corpus.sqlite", crawl_settings(delay=0.0, timeout=10.0), rehearsal=True)
    with Corpus(tmp_path / "corpus.sqlite", read_only=True) as corpus:
        ends = {visit.startup_id: visit for visit in corpus.visits()}
        stored = {page.startup_id for page in corpus.pages()}
    assert {address for address, _ in internet.noted("connected")} == {PUBLIC}
    assert not [request for request in web.requests if "secret" in request.path or request.host.startswith("www.twin")]
    looked_up = [name for (name,) in internet.noted("asked")]
    assert len(looked_up) == len(set(looked_up))
    for number in range(len(inner)):
        assert ends[f"seed-{number}"].outcome in {Outcome.REFUSED, Outcome.ROBOTS}
        assert ends[f"twin-{number}"].outcome in {Outcome.REFUSED, Outcome.ROBOTS}
        assert "192.168.0.1: private" in ends[f"twin-{number}"].detail
        assert stored >= {f"link-{number}", f"map-{number}"}
        assert not stored & {f"{kind}-{number}" for kind in ("seed", "redirect", "robots", "refresh", "twin")}
    assert "turned" in stored
