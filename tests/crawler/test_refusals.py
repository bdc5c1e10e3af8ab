"""What the crawler never reaches and never swallows: one table, every case sent through a real Scrapy process.

In that process every address leads to the test's server: what the guard lets through arrives, and is noted.
"""

import gzip
import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from crawler.web.netguard import Guard
from tests.crawler.asked import TIMEOUT, Asked, ask
from tests.crawler.hostile import OK, Hostile, Sending, coded, drip, flood, packed
from tests.crawler.internet import Internet

GUARD, CAP, BAD = "NotPublicError", "CapError", "UndecodableError"
LATE, LARGE, LOST = "DownloadTimeoutError", "DownloadCancelledError", "ResponseDataLossError"
PUBLIC = "93.184.215.14"


@dataclass(frozen=True)
class Case:
    """Something to be refused: an address, a name with what it is looked up to, or an answer."""

    what: str
    url: str = ""
    found: tuple[str, ...] = ()
    answer: Sending | None = None
    error: str = GUARD

    def __str__(self) -> str:
        return f"{self.what}: {self.url}" if self.url else self.what


def addresses(*rows: str) -> Iterator[Case]:
    """Cases of rows such as `what: host host ...`, each host asked for over http."""
    for row in rows:
        what, _, hosts = row.partition(": ")
        yield from (Case(what, host if "//" in host else f"http://{host}/") for host in hosts.split())


def names(*rows: str) -> Iterator[Case]:
    """Cases of rows such as `what: address address+address ...`: names that are looked up to one address, or to several."""
    for row in rows:
        what, _, found = row.partition(": ")
        for number, one in enumerate(found.split()):
            label = "".join(letter if letter.isalnum() else "-" for letter in what.lower())
            yield Case(f"{what} {one}", f"http://{label}-{number}.example/", tuple(one.split("+")))


SPELT = tuple(
    addresses(
        "loopback: 127.0.0.1 127.0.0.2 127.255.255.254 localhost LOCALHOST a.localhost localhost. [::1] [0:0:0:0:0:0:0:1]",
        "unspecified: 0.0.0.0 0.1.2.3 [::]",
        "private: 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.255.255",
        "carrier's: 100.64.0.1 100.127.255.254 100.100.100.200",
        "link-local: 169.254.169.254 169.254.170.2 169.254.0.1 [fe80::1] [febf::1]",
        "multicast and broadcast: 224.0.0.1 239.255.255.250 255.255.255.255 [ff02::1] [ff0e::1]",
        "reserved: 240.0.0.1 254.255.255.255 192.0.0.1 192.0.0.192 192.88.99.1 192.31.196.1 192.52.193.1 192.175.48.1",
        "benchmarking: 198.18.0.1 198.19.255.255 [2001:2::1]",
        "documentation: 192.0.2.1 198.51.100.1 203.0.113.1 [2001:db8::1] [3fff::1]",
        "a cloud's host: 168.63.129.16 [fd00:ec2::254]",
        "unique and site-local: [fc00::1] [fdff::1] [fec0::1]",
        "IPv4-mapped: [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:10.0.0.1] [::ffff:169.254.169.254] [::ffff:8.8.8.8]",
        "IPv4-compatible, -translated: [::127.0.0.1] [::7f00:1] [::10.0.0.1] [::ffff:0:127.0.0.1] [::ffff:0:7f00:1]",
        "NAT64: [64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::a00:1] [64:ff9b::a9fe:a9fe] [64:ff9b:1::808:808]"
        " [64:ff9b:1:a::1]",
        "6to4: [2002:7f00:1::] [2002:a00:1::1] [2002:c0a8:101::1] [2002:a9fe:a9fe::] [2002:808:808::1]",
        "Teredo: [2001:0:4136:e378:8000:63bf:f5ff:fffe] [2001::1] [2001:0:7f00:1::]",
        "ISATAP: [2a00:1450:4001::5efe:127.0.0.1] [2a00:1450:4001:0:200:5efe:a00:1]",
        "other IPv6: [100::1] [100:0:0:1::1] [2001:10::1] [2001:20::1] [2001:1::1] [2620:4f:8000::1] [5f00::1] [4000::1] [::2]",
        "a zone: [fe80::1%25eth0] [fe80::1%eth0] [::1%25lo] [::1%lo] [2606:4700::1111%25eth0]",
        "decimal: 2130706433 3232235777 2852039166 134744072 0 4294967295 4294967296",
        "octal: 0177.0.0.1 0177.0.0.01 017700000001 012.0.0.1 0300.0250.0.1 010.010.010.010",
        "hexadecimal: 0x7f.0.0.1 0x7f000001 0x7F.0X0.0x0.0x1 0xa9fea9fe 0x0a.0x00.0x00.0x01 0x08080808 127.0.0.0x1 0x",
        "short: 127.1 127.0.1 10.1 192.168.257 172.1048577 0x7f.1 0177.1 1.1",
        "no address after all: 1.2.3.256 1.2.3.4.5 256.256.256.256 example.0x7f a.1 08.0.0.1",
        "dots: 127.0.0.1. 127.0.0.1.. 127..0.0.1 .127.0.0.1 0x7f.1. localhost.. ..localhost",
        "full-width: \uff11\uff12\uff17.0.0.1 127\u30020\u30020\u30021 127\uff0e0\uff0e0\uff0e1"
        " \uff11\uff10\u3002\uff10\u3002\uff10\u3002\uff11 \uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54",
        "other digits: \u2460\u2461\u2466.\u24ea.\u24ea.\u2460 \U0001d7cf\U0001d7d0\U0001d7d5.0.0.1"
        " \u00b9\u00b2\u2077.0.0.1 \u0661\u0662\u0667.0.0.1",
        "dressed letters: \u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3 loc\u212alhost \u2113ocalhost a.\u2113ocal",
        "percent: %31%32%37.0.0.1 127.0.0%2e1 127%2E0%2E0%2E1 %6cocalhost localhost%00.example 127.0.0.1%2f.example",
        "user: http://public.example@127.0.0.1/ http://127.0.0.1@public.example/ http://public.example:80@10.0.0.1/"
        " http://a:b@public.example/ http://@public.example/ http://public.example%40@127.0.0.1/",
        "confusion: http://public.example\\@127.0.0.1/ http://127.0.0.1\\@public.example/ http://public.example\\.nip.io/"
        " http:\\\\127.0.0.1\\ http://[::1]public.example/ http://public.example[::1]/ http://127.0.0.1:80:80/ http://[::1/"
        " http://127.0.0.1#@public.example/ http://127.0.0.1?@public.example/ http:///127.0.0.1/ http://127.0.0.1;public.example/",
        "control characters: http://127.0.0.1\x00.example/ http://public\x01.example/ http://public\u200b.local/ http://pub\u00adlic.local/",
        "wildcards: 127.0.0.1.nip.io 10.0.0.1.nip.io a.10-0-0-1.nip.io 7f000001.nip.io 127-0-0-1.sslip.io www.10.0.0.1.sslip.io"
        " --1.sslip.io 8.8.8.8.nip.io 10-0-0-1.xip.io 10.0.0.1.xip.io a.10-0-0-1.xip.name localtest.me a.lvh.me vcap.me"
        " a.traefik.me 7f000001.c0a80001.rbndr.us make-1-2-3-4-rr.1u.ms NIP.IO nip.io. 10-0-0-1.x.plex.direct",
        "spelt by others: 10-0-0-1.company.example 10.0.0.1.company.example a-192-168-1-1.company.example 127-0-0-1.org.uk"
        " ip-169-254-169-254.company.example x127.0.0.1.company.example",
        "a cloud's names: metadata.google.internal metadata.google.internal. METADATA.google.internal metadata"
        " metadata.azure.internal instance-data instance-data.ec2.internal metadata.packet.net"
        " metadata.tencentyun.com api.metadata.cloud.ibm.com",
        "local names: printer.local nas.lan router.home host.home.arpa wiki.corp intranet.intranet db.internal x.private"
        " localhost.localdomain localhost6.localdomain6.local fritz.box kubernetes.default.svc api.default.svc.cluster.local"
        " host.docker.internal 1.0.0.127.in-addr.arpa facebookcorewwwi.onion name.alt",
        "one label: intranet wiki localhost6 ip6-localhost ai com broadcasthost kubernetes",
        "no host: http:// http://:80/ http://. http://.../ http://-a.example/ http://a..example/ http://a_.-.example/ http://*.example/"
        f" http://{'a' * 64}.example/ http://{'a.' * 130}example/",
        "ports: http://public.example:22/ http://public.example:25/ http://public.example:0/ http://public.example:6379/"
        " http://public.example:3306/ http://public.example:9200/ http://public.example:65535/ http://public.example:65536/"
        " http://public.example:-80/ http://public.example:8\uff10/ https://public.example:11211/ http://127.0.0.1:8080/"
        " http://public.example:+80/ http://public.example:80a/",
    )
)
"""Refused without a look-up."""

SCHEMES = tuple(
    Case("scheme", url)
    for url in (
        *("file:///etc/passwd", "file://localhost/etc/passwd", "ftp://public.example/", "gopher://127.0.0.1:6379/_INFO"),
        *("dict://127.0.0.1:11211/", "data:text/html,x", "javascript:alert(1)", "s3://bucket/key", "ldap://127.0.0.1/"),
        *("ws://public.example/", "tftp://127.0.0.1/x", "jar:http://127.0.0.1!/", "//127.0.0.1/", "public.example"),
        *("unix:///var/run/docker.sock", "about:blank", "blob:http://public.example/1", "view-source:http://public.example/"),
        *("http:public.example", "https:/public.example/", "h\uff54tp://public.example/"),
    )
)

LOOKED_UP = tuple(
    names(
        "loopback: 127.0.0.1 127.9.9.9 ::1 0.0.0.0 ::",
        "private: 10.0.0.1 172.20.0.1 192.168.1.1 fd12::1 fc00::1 fec0::1",
        "carrier's: 100.64.0.1 100.100.100.200",
        "link-local: 169.254.169.254 fe80::1 fe80::1%1",
        "others: 224.0.0.251 255.255.255.255 240.0.0.1 198.18.0.1 192.0.2.1 203.0.113.7"
        " 192.0.0.8 168.63.129.16 ff02::fb 2001:db8::1",
        "carried: ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::808:808 2002:7f00:1::"
        " 2001:0:7f00:1:: ::ffff:0:a00:1",
        f"one of several: {PUBLIC}+127.0.0.1 {PUBLIC}+10.0.0.1 {PUBLIC}+::1 2606:4700::1111+fd00::1"
        " 1.1.1.1+1.0.0.1+8.8.8.8+8.8.4.4+9.9.9.9+10.0.0.1",
    )
)
"""Names of the public kind that are looked up to what is not public."""

DICE = random.Random(4)  # noqa: S311  # noise, and no secret
NOISE = DICE.randbytes(3_000_000)
SWOLLEN = gzip.compress(bytes(DICE.choices(b"abcdefgh", k=3_000_000)), 1)
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
ANSWERS = tuple(
    Case(what, f"http://public.example/{number}", answer=answer, error=error)
    for number, (what, answer, error) in enumerate(
        [
            *((f"a bomb in {coding}", coded(packed(coding, 60), coding.split()[-1]), CAP)
              for coding in ("gzip", "deflate", "bare deflate", "br", "zstd")),
            ("a bomb called x-gzip", coded(packed("gzip", 60), "X-GZip"), CAP),
            ("a bomb in a bomb", coded(gzip.compress(packed("gzip", 1000)), "gzip", "gzip"), CAP),
            ("a bomb below the cap on size", coded(gzip.compress(b" " * 1_900_000, 9), "gzip"), CAP),
            ("a body too large once decompressed, at an honest ratio", coded(SWOLLEN, "gzip"), CAP),
            ("a tower of codings", coded(b"x", *["gzip"] * 50), CAP),
            ("streams without end in gzip", coded(gzip.compress(b"") * 90_000, "gzip"), CAP),
            ("frames without end in zstd", coded(b"\x28\xb5\x2f\xfd\x20\x00\x01\x00\x00" * 90_000, "zstd"), CAP),
            ("skippable frames without end", coded(b"\x50\x2a\x4d\x18\x00\x00\x00\x00" * 90_000, "zstd"), CAP),
            ("a window of 2 GiB in zstd", coded(b"\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00" * 3, "zstd"), BAD),
            ("a coding nobody asked for", coded(b"\x1f\x9d\x90" * 9, "compress"), BAD),
            ("no gzip at all", coded(b"<html>", "gzip"), BAD),
            ("no Brotli at all", coded(b"\xff" * 99, "br"), BAD),
            ("no zstd at all", coded(b"<html>", "zstd"), BAD),
            ("a large body that says so", lambda: iter([OK + b"Content-Length: 3000000\r\n\r\n" + NOISE]), LARGE),
            ("a huge length and nothing behind it", lambda: iter([OK + b"Content-Length: 99999999999999\r\n\r\n"]), LARGE),
            ("a body without end", flood(OK + b"\r\n", NOISE[:65536]), LARGE),
            ("chunks without end", flood(CHUNKED, b"10000\r\n" + NOISE[:65536] + b"\r\n"), LARGE),
            ("header lines without end", flood(OK, b"X-More: of the same\r\n" * 99), CAP),
            ("a header line without end", flood(OK + b"X-Long: ", b"long" * 9999), CAP),
            ("a folded header line without end", flood(OK + b"X-Long: long\r\n", b" longer\r\n" * 99), CAP),
            ("a status line without end", flood(b"HTTP/1.1 200 ", b"OK" * 9999), CAP),
            ("interim answers without end", flood(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 99), CAP),
            ("a chunk's extension without end", flood(CHUNKED + b"1;", b"extension=" * 9999), LOST),
            ("trailers without end", flood(CHUNKED + b"1\r\nx\r\n0\r\n", b"X-More: of the same\r\n" * 99), LOST),
            ("silence", drip(b"", b""), LATE),
            ("a status line, drop by drop", drip(b"HTTP/1.1 200 ", b"O"), LATE),
            ("header lines, drop by drop", drip(OK, b"X-Drop: drop\r\n"), LATE),
            ("a header line, drop by drop", drip(OK + b"X-Long: ", b"d"), LATE),
            ("interim answers, drop by drop", drip(b"", b"HTTP/1.1 102 Processing\r\n\r\n"), LATE),
            ("a body, drop by drop", drip(OK + b"Content-Length: 9999\r\n\r\n", b"d"), LATE),
            ("chunks, drop by drop", drip(CHUNKED, b"1\r\nd\r\n"), LATE),
            ("a body without a length, drop by drop", drip(OK + b"\r\n", b"d"), LATE),
        ]
    )
)  # fmt: skip
ANSWERS += (Case("a TLS handshake without end", "https://public.example/tls", answer=drip(b"", b""), error=LATE),)
"""What a public host may answer."""

TABLE = SPELT + SCHEMES + LOOKED_UP + ANSWERS
HONEST = {
    "http://public.example/": PUBLIC,
    "http://PUBLIC.example:80/a": PUBLIC,
    "http://public.example:8080/b": PUBLIC,
    "http://public.example./c": PUBLIC,
    "http://93.184.215.14/d": PUBLIC,
    "http://m\u00fcnchen.example/": "93.184.215.15",
    "http://under_score.example/": "93.184.215.16",
    "http://2020-10-10.example/": "93.184.215.17",
    "http://ec2-52-1-2-3.compute.example/": "52.1.2.3",
    "http://route-66-1-2.example/": "93.184.215.18",
    "http://1-2-3.example/": "93.184.215.19",
    "http://localhost.example/": "93.184.215.20",
    "http://internal.example/": "93.184.215.21",
}
"""What a guard that is too strict would keep out, and where it is found."""


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    server = Hostile({f"/{number}": case.answer for number, case in enumerate(ANSWERS) if case.answer})
    names = {case.url.split("/")[2]: [list(case.found)] for case in LOOKED_UP}
    hosts = {url.split("/")[2].partition(":")[0].lower().rstrip(".").encode("idna").decode(): at for url, at in HONEST.items()}
    names |= {host: [[address]] for host, address in hosts.items()}
    yield ask(Internet(tmp_path_factory.mktemp("internet")), server, names, [case.url for case in TABLE] + list(HONEST))
    server.close()


@pytest.mark.parametrize("case", SPELT + SCHEMES, ids=str)
def test_every_address_of_the_table_is_refused_as_it_stands(case: Case, ended: Asked) -> None:
    assert Guard(proxies=frozenset()).refusal(case.url)
    end = ended.ends[case.url]
    # Scrapy mends some of them before they are asked for: into addresses of the public host.
    assert "error" in end or end["address"] == PUBLIC, end


@pytest.mark.parametrize("case", LOOKED_UP, ids=str)
def test_every_name_of_the_table_is_refused_for_what_it_is_looked_up_to(case: Case, ended: Asked) -> None:
    assert Guard(proxies=frozenset()).refusal(case.url) is None
    end = ended.ends[case.url]
    assert (end.get("error"), case.found[-1] in end["detail"]) == (GUARD, True), end


@pytest.mark.parametrize("case", ANSWERS, ids=str)
def test_every_answer_of_the_table_is_put_aside(case: Case, ended: Asked) -> None:
    assert ended.ends[case.url].get("error") == case.error, ended.ends[case.url]


def test_what_is_not_public_is_never_connected_to_nor_looked_up(ended: Asked) -> None:
    assert {address for address, _ in ended.connected} == set(HONEST.values())
    allowed = {case.url.split("/")[2] for case in LOOKED_UP}
    assert set(ended.looked_up) - allowed == {
        "public.example", "xn--mnchen-3ya.example", "under_score.example", "2020-10-10.example", "localhost.example",
        "ec2-52-1-2-3.compute.example", "route-66-1-2.example", "1-2-3.example", "internal.example",
    }  # fmt: skip


def test_each_name_is_looked_up_once_however_often_it_is_asked_for(ended: Asked) -> None:
    assert len(ended.looked_up) == len(set(ended.looked_up))


def test_no_answer_takes_longer_than_its_time_or_much_memory(ended: Asked) -> None:
    slow = {url: end["seconds"] for url, end in ended.ends.items() if end["seconds"] > TIMEOUT + 3.0}
    assert slow == {}
    assert ended.grown < 150_000, ended.grown


@pytest.mark.parametrize("url", HONEST)
def test_honest_addresses_are_reached_where_they_were_found(url: str, ended: Asked) -> None:
    end = ended.ends[url]
    assert end.get("status") == 200, end
