"""What a crawl does with whatever a site answers, on real servers."""

import gzip
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.corpus.corpus import Corpus
from crawler.corpus.recording import Progress
from crawler.errors import CorpusError, CrawlError
from crawler.records import Outcome, Startup
from crawler.settings import CrawlSettings, crawl_settings
from crawler.sites.crawling import crawl
from tests.crawler.conftest import Content, Crawled, Reply, Web, sentence, text_page

Go = Callable[..., Crawled]
SENTENCE = "We build inspection cameras for die casting cells that find porosity while the part is still warm."


def test_pages_are_stored_with_title_language_blocks_and_time(web: Web, go: Go) -> None:
    crawled = go(web.site("acme", {"/": text_page(SENTENCE, title="Acme")}))
    page = crawled.pages["/"]
    assert (page.title, page.language, page.startup_id) == ("Acme", "en", "acme")
    assert [(block.heading, block.text) for block in page.blocks] == [("Acme", SENTENCE)]
    assert crawled.outcome("/") is Outcome.STORED
    assert crawled.summary.new == crawled.summary.pages == 1


def test_links_and_sitemaps_lead_to_pages_and_the_promising_ones_come_first(web: Web, go: Go) -> None:
    sitemap = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{web}/orphan</loc></url></urlset>"
    site: dict[str, Content] = {
        "/": text_page(SENTENCE, links=("/privacy", "/news/1", "/contact", "/tecnologia", "/brochure.pdf", "/logo.png")),
        "/robots.txt": Reply(f"Sitemap: {web.url('acme')}maps/index.xml", kind="text/plain"),
        "/maps/index.xml": f"<sitemapindex><sitemap><loc>{web.url('acme')}maps/a.xml.gz</loc></sitemap></sitemapindex>",
        "/maps/a.xml.gz": Reply(gzip.compress(sitemap.replace("{web}", web.url("acme", "")).encode()), kind="application/gzip"),
    }
    site |= {f"/{name}": text_page(f"{name}: {SENTENCE}") for name in ("privacy", "news/1", "contact", "tecnologia", "orphan")}
    crawled = go(web.site("acme", site))
    assert set(crawled.pages) == {"/", "/privacy", "/news/1", "/contact", "/tecnologia", "/orphan"}
    asked = [path for path in web.asked("acme") if path in crawled.pages]
    assert asked[:2] == ["/", "/tecnologia"]
    assert asked[-2:] == ["/news/1", "/privacy"]


def test_budgets_of_pages_and_depth_are_kept_and_what_is_left_is_counted(web: Web, go: Go) -> None:
    chain = {f"/p{n}": text_page(sentence(n), links=(f"/p{n + 1}",)) for n in range(9)}
    chain["/"] = text_page(SENTENCE, links=("/p0",))
    assert set(go(web.site("deep", chain), max_depth=2).pages) == {"/", "/p0", "/p1"}
    wide = {f"/p{n}": text_page(sentence(n)) for n in range(9)}
    wide["/"] = text_page(SENTENCE, links=tuple(f"/p{n}" for n in range(9)))
    crawled = go(web.site("wide", wide), max_pages=4)
    assert len([page for page in crawled.pages.values() if page.startup_id == "wide"]) == 4
    assert crawled.summary.left == 6


def test_a_crawl_stays_on_the_host_and_below_the_path_of_its_seed(web: Web, go: Go) -> None:
    links = ("b.html", "/other/c.html", web.url("else", "/d.html"), "//www.acme.localhost:{port}/team/e.html")
    site: dict[str, Content] = {
        "/team/a.html": text_page(SENTENCE, links=links).replace("{port}", str(web.port)),
        "/team/b.html": text_page("b " + SENTENCE),
        "/other/c.html": text_page("c " + SENTENCE),
    }
    web.site("acme", site)
    web.site("www.acme", {"/team/e.html": text_page("e " + SENTENCE)})
    crawled = go(Startup("acme", "Acme", web.url("acme", "/team/a.html")))
    assert set(crawled.pages) == {"/team/a.html", "/team/b.html", "/team/e.html"}
    assert web.asked("else") == []


def test_robots_txt_is_obeyed_and_what_it_forbids_is_on_record(web: Web, go: Go) -> None:
    robots = "User-agent: *\nDisallow: /\n\nUser-agent: startupscout\nDisallow: /private\nAllow: /private/press\n"
    pages = {p: text_page(p + SENTENCE) for p in ("/private/a", "/private/press", "/open")}
    site: dict[str, Content] = {
        "/robots.txt": Reply(robots, kind="text/plain"),
        "/": text_page(SENTENCE, links=("/private/a", "/private/press", "/open")),
    }
    crawled = go(web.site("acme", site | pages))
    assert set(crawled.pages) == {"/", "/private/press", "/open"}
    assert crawled.outcome("/private/a") is Outcome.ROBOTS
    assert "/private/a" not in web.asked("acme")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(404, Outcome.STORED), (403, Outcome.STORED), (500, Outcome.ROBOTS), (503, Outcome.ROBOTS), (429, Outcome.ROBOTS)],
)
def test_without_a_robots_txt_all_is_open_and_with_a_broken_one_nothing_is(
    web: Web, go: Go, status: int, outcome: Outcome
) -> None:
    crawled = go(web.site("acme", {"/robots.txt": Reply("", status), "/": text_page(SENTENCE)}))
    assert crawled.outcome("/") is outcome
    assert ("/" in web.asked("acme")) is (outcome is Outcome.STORED)


def test_robots_txt_behind_redirects_counts_and_is_asked_for_once(web: Web, go: Go) -> None:
    hops = {f"/r{n}": Reply("", 302, headers={"Location": f"/r{n + 1}"}) for n in range(4)}
    site: dict[str, Content] = {
        "/robots.txt": Reply("", 301, headers={"Location": "/r0"}),
        **hops,
        "/r4": Reply("User-agent: *\nDisallow: /secret", kind="text/plain"),
        "/": text_page(SENTENCE, links=("/secret", "/open")),
        "/open": text_page("open " + SENTENCE),
    }
    crawled = go(web.site("acme", site))
    assert crawled.outcome("/secret") is Outcome.ROBOTS
    assert crawled.outcome("/open") is Outcome.STORED
    assert web.asked("acme").count("/robots.txt") == 1


def test_the_delay_a_site_asks_for_lies_between_all_requests_to_it(web: Web, go: Go) -> None:
    site: dict[str, Content] = {
        "/robots.txt": Reply("User-agent: *\nCrawl-delay: 0.4", kind="text/plain"),
        "/": text_page(SENTENCE, links=("/a",)),
        "/a": text_page("a " + SENTENCE),
    }
    first = web.site("acme", site)
    second = Startup("twin", "Twin", web.url("acme", "/a"))
    go(first, second)
    moments = [request.at for request in web.requests]
    assert len(moments) >= 4
    assert min(b - a for a, b in itertools.pairwise(moments)) >= 0.395


def test_a_site_that_asks_for_more_patience_than_there_is_gets_its_seed_read_only(
    web: Web, go: Go, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The seed, too, comes after the longest delay that is honoured: here half a second in place of a minute.
    (tmp_path / "sitecustomize.py").write_text("import crawler.web.politeness\ncrawler.web.politeness.LONGEST_DELAY = 0.5\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path), str(Path(__file__).parents[2]))))
    robots = Reply("User-agent: *\nRequest-rate: 1/1h", kind="text/plain")
    crawled = go(web.site("acme", {"/robots.txt": robots, "/": text_page(SENTENCE, links=("/a",))}))
    assert (crawled.outcome("/"), crawled.outcome("/a")) == (Outcome.STORED, Outcome.ROBOTS)
    assert "3600 s" in crawled.visits["/a"].detail
    assert web.asked("acme") == ["/robots.txt", "/"]


def test_slow_hosts_are_asked_less_often(web: Web, go: Go) -> None:
    site = {"/": Reply(text_page(SENTENCE, links=("/a",)), wait=0.5), "/a": Reply(text_page("a " + SENTENCE), wait=0.5)}
    go(web.site("acme", site))
    begun = {request.path: request.at for request in web.requests}
    after_seed = min(at for path, at in begun.items() if path not in {"/", "/robots.txt"})
    assert after_seed - begun["/"] >= 0.9


def test_redirects_within_the_site_are_followed_and_those_out_of_it_are_not(web: Web, go: Go) -> None:
    site: dict[str, Content] = {
        "/": Reply("", 301, headers={"Location": "/en/"}),
        "/en/": text_page(SENTENCE, links=("/moved", "/gone-abroad", "/loop")),
        "/moved": Reply("", 302, headers={"Location": "there"}),
        "/there": text_page("there " + SENTENCE),
        "/gone-abroad": Reply("", 302, headers={"Location": web.url("else")}),
        "/loop": Reply("", 302, headers={"Location": "/loop"}),
    }
    crawled = go(web.site("acme", site))
    assert set(crawled.pages) == {"/en/", "/there"}
    assert crawled.outcome("/") is crawled.outcome("/moved") is Outcome.REDIRECTED
    assert crawled.outcome("/gone-abroad") is Outcome.OFF_SITE
    assert crawled.outcome("/loop") is Outcome.HTTP_ERROR
    assert web.asked("else") == []


def test_a_redirected_seed_gets_robots_and_sitemaps_from_where_it_led(web: Web, go: Go) -> None:
    there = web.url("www.acme", "")
    everything = ("/", "/robots.txt", "/sitemap.xml")
    web.site(
        "acme",
        {path: Reply("", 404 if path == "/robots.txt" else 301, headers={"Location": there + path}) for path in everything},
    )
    sitemap = f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{there}/orphan</loc></url></urlset>"
    pages: dict[str, Content] = {
        "/": text_page(SENTENCE),
        "/robots.txt": Reply(f"Sitemap: {there}/map.xml", kind="text/plain"),
        "/map.xml": Reply(sitemap, kind="text/xml"),
        "/orphan": text_page("orphan " + SENTENCE),
    }
    web.site("www.acme", pages)
    crawled = go(Startup("acme", "Acme", web.url("acme")))
    assert set(crawled.pages) == {"/", "/orphan"}


def test_a_seed_may_leave_its_folder_after_several_hops(web: Web, go: Go) -> None:
    web.site("acme", {"/en": Reply("", 301, headers={"Location": web.url("www.acme", "/en")})})
    home = text_page(SENTENCE, links=("/a",))
    web.site("www.acme", {"/en": Reply("", 302, headers={"Location": "/"}), "/": home, "/a": text_page("a " + SENTENCE)})
    assert set(go(Startup("acme", "Acme", web.url("acme", "/en"))).pages) == {"/", "/a"}


def test_a_seed_that_leads_to_another_domain_is_followed_politely(web: Web, go: Go) -> None:
    seed = web.site("acme", {"/": Reply("", 301, headers={"Location": web.url("newname", "/en/")})})
    home = text_page(SENTENCE, links=("/en/a", "/it/", "/private", web.url("acme", "/old"), web.url("else")))
    pages: dict[str, Content] = {
        "/en/": home,
        "/en/a": text_page("a " + SENTENCE),
        "/it/": text_page("it " + SENTENCE),
        "/private": text_page("private " + SENTENCE),
        "/robots.txt": Reply("User-agent: *\nDisallow: /private", kind="text/plain"),
    }
    web.site("newname", pages)
    crawled = go(seed)
    assert {page.url for page in crawled.pages.values()} == {web.url("newname", at) for at in ("/en/", "/en/a", "/it/")}
    assert {page.startup_id for page in crawled.pages.values()} == {"acme"}
    assert crawled.outcome("/") is Outcome.REDIRECTED
    assert crawled.outcome("/private") is Outcome.ROBOTS
    assert web.asked("newname")[0] == "/robots.txt"
    assert web.asked("else") == []
    assert "/old" not in web.asked("acme")


@pytest.mark.parametrize(
    "where", ["http://localhost:{port}/", "http://www.linkedin.localhost:{port}/acme", "http://sedo.com/search?domain=acme"]
)
def test_a_seed_that_leads_to_a_platform_a_seller_or_the_domain_above_is_off_site(web: Web, go: Go, where: str) -> None:
    target = where.format(port=web.port)
    crawled = go(web.site("acme", {"/": Reply("", 301, headers={"Location": target})}))
    assert [(visit.outcome, visit.detail) for visit in crawled.all_visits] == [(Outcome.OFF_SITE, target)]


def test_a_meta_refresh_is_followed(web: Web, go: Go) -> None:
    refresh = '<html><head><meta http-equiv="refresh" content="0; URL=\'/it/\'"></head><body></body></html>'
    crawled = go(web.site("acme", {"/": refresh, "/it/": text_page(SENTENCE)}))
    assert set(crawled.pages) == {"/it/"}
    assert crawled.outcome("/") is Outcome.REDIRECTED


def test_noindex_pages_are_not_stored_and_nofollow_links_not_followed(web: Web, go: Go) -> None:
    site: dict[str, Content] = {
        "/": text_page(SENTENCE, links=("/noindex", "/nofollow", "/header")),
        "/noindex": text_page("1 " + SENTENCE, head='<meta name="ROBOTS" content="NOINDEX">', links=("/from-noindex",)),
        "/nofollow": text_page("2 " + SENTENCE, head='<meta name="robots" content="nofollow">', links=("/from-nofollow",)),
        "/header": Reply(text_page("3 " + SENTENCE), headers={"X-Robots-Tag": "none"}),
        "/from-noindex": text_page("4 " + SENTENCE),
        "/from-nofollow": text_page("5 " + SENTENCE),
    }
    crawled = go(web.site("acme", site))
    assert set(crawled.pages) == {"/", "/nofollow", "/from-noindex"}
    assert crawled.outcome("/noindex") is crawled.outcome("/header") is Outcome.NOINDEX


def test_copies_are_stored_once_and_a_wrong_canonical_loses_nothing(web: Web, go: Go) -> None:
    home = '<link rel="canonical" href="/">'
    site: dict[str, Content] = {
        "/": text_page(SENTENCE, head=home, links=("/start", "/a-sorted", "/a", "/b")),
        "/start": text_page(SENTENCE, head=home),
        "/a": text_page("Product A measures the flow of molten metal.", head='<link rel="canonical" href="/a">'),
        "/a-sorted": text_page(
            "Product A measures the flow of molten metal.", title="Sorted", head='<link rel="canonical" href="/a">'
        ),
        "/b": text_page("Product B is quite another thing: a robot for fettling.", head=home),
    }
    crawled = go(web.site("acme", site))
    assert set(crawled.pages) == {"/", "/a", "/b"}
    assert crawled.outcome("/start") is crawled.outcome("/a-sorted") is Outcome.DUPLICATE


def test_what_is_no_html_or_empty_or_an_error_is_on_record(web: Web, go: Go) -> None:
    site: dict[str, Content] = {
        "/": text_page(SENTENCE, links=("/data", "/empty", "/blank", "/gone", "/unnamed", "/xhtml")),
        "/data": Reply(b"\x00\x01\x02\x03", kind="application/octet-stream"),
        "/empty": Reply(""),
        "/blank": "<html><body><script>app()</script></body></html>",
        "/unnamed": Reply(text_page("unnamed " + SENTENCE), kind=""),
        "/xhtml": Reply(text_page("xhtml " + SENTENCE), kind="application/xhtml+xml"),
    }
    crawled = go(web.site("acme", site))
    assert crawled.outcome("/data") is Outcome.NOT_HTML
    assert crawled.outcome("/empty") is crawled.outcome("/blank") is Outcome.EMPTY
    assert (crawled.outcome("/gone"), crawled.visits["/gone"].status) == (Outcome.HTTP_ERROR, 404)
    assert set(crawled.pages) == {"/", "/unnamed", "/xhtml"}


def test_bad_answers_are_on_record_and_the_rest_of_the_site_is_read(web: Web, go: Go) -> None:
    latin = text_page("Qualità e velocità: così misuriamo la porosità delle leghe.").encode("latin-1")
    bomb = gzip.compress(b"<p>" + b" " * 60_000_000)
    site: dict[str, Content] = {
        "/": text_page(SENTENCE, links=("/large", "/bomb", "/broken", "/cut", "/charset", "/last")),
        "/large": Reply(b"<p>" + b"large " * 100_000, chunks=84),
        "/bomb": Reply(bomb, headers={"Content-Encoding": "gzip"}),
        "/broken": Reply(b"\x1f\x8b\x08\x00 this is no gzip at all", headers={"Content-Encoding": "gzip"}),
        "/cut": Reply(text_page("cut " + SENTENCE), announced=5000),
        "/charset": Reply(latin, kind="text/html; charset=utf-8"),
        "/last": text_page("last " + SENTENCE),
    }
    crawled = go(web.site("acme", site))
    assert crawled.outcome("/large") is crawled.outcome("/bomb") is Outcome.TOO_LARGE
    assert crawled.outcome("/broken") is Outcome.BROKEN
    assert crawled.outcome("/cut") is Outcome.UNREACHABLE
    assert "Qualità e velocità" in crawled.pages["/charset"].text
    assert set(crawled.pages) == {"/", "/charset", "/last"}


def test_hosts_that_do_not_answer_are_on_record(web: Web, go: Go) -> None:
    nobody = Startup("nobody", "Nobody", "http://nobody.localhost:9/")
    unnamed = Startup("unnamed", "Unnamed", "http://no-such-name.invalid/")
    mute = web.site("mute", {"/robots.txt": Reply("", 404), "/": Reply(SENTENCE, wait=1.5)})
    crawled = go(nobody, unnamed, mute, timeout=0.5)
    assert {visit.startup_id: visit.outcome for visit in crawled.all_visits} == dict.fromkeys(
        ("nobody", "unnamed", "mute"), Outcome.UNREACHABLE
    )
    details = {visit.startup_id: visit.detail for visit in crawled.all_visits}
    assert "refused" in details["nobody"]
    assert "name not found" in details["unnamed"]
    assert "timed out" in details["mute"]


def test_errors_that_pass_are_tried_again_twice_and_retry_after_is_honoured(web: Web, go: Go) -> None:
    good = Reply(text_page(SENTENCE))
    site = {"/": [Reply("", 503), Reply("", 429, headers={"Retry-After": "1"}), good]}
    crawled = go(web.site("acme", site))
    assert crawled.outcome("/") is Outcome.STORED
    moments = [request.at for request in web.requests if request.path == "/"]
    assert moments[2] - moments[1] >= 1.0
    assert moments[1] - moments[0] >= 0.095
    crawled = go(web.site("never", {"/": Reply("", 500)}))
    assert web.asked("never").count("/") == 6
    assert crawled.all_visits[-1].outcome is Outcome.HTTP_ERROR


def test_what_fails_in_passing_is_tried_once_more_when_all_else_is_done(web: Web, go: Go) -> None:
    lost = [Reply("x", announced=5000)] * 3
    sitemap = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{web}/named</loc></url></urlset>"
    site: dict[str, Content] = {
        "/": [*lost, Reply(text_page(SENTENCE, links=("/about", "/news", "/never")))],
        "/about": [*lost, Reply(text_page("about " + SENTENCE))],
        "/news": text_page("news " + SENTENCE),
        "/named": text_page("named " + SENTENCE),
        "/never": Reply("", 500),
        "/sitemap.xml": [*lost, Reply(sitemap.replace("{web}", web.url("acme", "")), kind="text/xml")],
    }
    crawled = go(web.site("acme", site))
    assert set(crawled.pages) == {"/", "/about", "/news", "/named"}
    asked = web.asked("acme")
    assert {path: asked.count(path) for path in site} == {
        "/": 4,
        "/about": 4,
        "/news": 1,
        "/named": 1,
        "/never": 6,
        "/sitemap.xml": 4,
    }
    assert asked.index("/news") < len(asked) - 1 - asked[::-1].index("/about")
    assert len(crawled.all_visits) == len(crawled.visits) == 5
    assert (crawled.outcome("/never"), crawled.visits["/never"].status) == (Outcome.HTTP_ERROR, 500)
    assert crawled.summary.left == 0


def test_a_site_waits_for_a_host_that_is_left_alone_for_a_while(web: Web, tmp_path: Path, settings: CrawlSettings) -> None:
    site = web.site("acme", {"/": text_page(SENTENCE, links=("/a", "/b")), "/a": text_page("a " + SENTENCE)})
    web.site("acme", {"/b": text_page("b " + SENTENCE)})
    until = datetime.now(UTC) + timedelta(seconds=5)
    with Corpus(tmp_path / "corpus.sqlite") as corpus:
        left_alone = ("acme.localhost", until.isoformat(timespec="microseconds"), "the host asks to wait", "http-error")
        corpus.execute("INSERT INTO waits (host, until, reason, outcome) VALUES (?, ?, ?, ?)", left_alone)
    summary = crawl([site], tmp_path / "corpus.sqlite", settings)
    assert datetime.now(UTC) > until
    assert (summary.new, summary.outcomes) == (3, {Outcome.STORED: 3})


def test_a_host_that_asks_for_a_long_wait_is_left_alone(web: Web, go: Go) -> None:
    links = ("/about", "/a", "/b", web.url("www.acme", "/c"))
    busy = Reply("", 429, headers={"Retry-After": "3600"})
    crawled = go(web.site("acme", {"/": text_page(SENTENCE, links=links), "/about": busy, "/a": text_page("a " + SENTENCE)}))
    assert set(crawled.pages) == {"/"}
    assert {crawled.outcome(path) for path in ("/about", "/a", "/b", "/c")} == {Outcome.HTTP_ERROR}
    assert {crawled.visits[path].detail for path in ("/about", "/a", "/b", "/c")} == {"the host asks to wait 3600 s"}
    assert crawled.visits["/about"].status == 429
    assert web.asked("acme")[-1] == "/about"
    assert web.asked("www.acme") == []


def test_a_host_that_no_longer_answers_is_left_alone_but_its_other_spelling_is_not(web: Web, go: Go) -> None:
    cut = Reply("x", announced=5000)
    pages = {f"/p{n}": text_page(sentence(n)) for n in range(7)}
    links = tuple(web.url("www.acme", path) for path in pages)
    web.site("www.acme", dict.fromkeys(pages, cut))
    crawled = go(web.site("acme", {"/": text_page(SENTENCE, links=links)} | pages))
    assert set(crawled.pages) == {"/", *pages}
    assert len(set(web.asked("www.acme")) & set(pages)) == 5
    crawled = go(web.site("dead", {"/": text_page(SENTENCE, links=tuple(pages))} | dict.fromkeys(pages, cut)))
    assert len(set(web.asked("dead")) & set(pages)) == 5
    lost = [visit for visit in crawled.all_visits if visit.startup_id == "dead" and visit.outcome is Outcome.UNREACHABLE]
    assert [visit.detail for visit in lost[-2:]] == ["left alone after 5 failures in a row: broken off"] * 2
    assert len(lost) == len(pages)


def test_loopback_is_closed_unless_it_is_opened(web: Web, go: Go) -> None:
    site = web.site("acme", {"/": text_page(SENTENCE)})
    others = [
        Startup(host, host, f"http://{host}:{web.port}/") for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "[::1]")
    ]
    crawled = go(site, *others, loopback=False)
    assert [visit.outcome for visit in crawled.all_visits] == [Outcome.REFUSED] * 6
    assert web.requests == []


def test_loopback_goes_past_a_proxy(web: Web, go: Go, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert go(web.site("acme", {"/": text_page(SENTENCE)})).outcome("/") is Outcome.STORED


def test_requests_carry_the_user_agent_and_no_cookies(web: Web, go: Go) -> None:
    setting = {"Set-Cookie": "session=1; Path=/"}
    site: dict[str, Content] = {
        "/": Reply(text_page(SENTENCE, links=("/a",)), headers=setting),
        "/a": text_page("a " + SENTENCE),
    }
    go(web.site("acme", site), contact_url="mailto:scout@example.org")
    assert {request.headers["User-Agent"] for request in web.requests} == {"StartupScout/0.1 (+mailto:scout@example.org)"}
    assert all("Cookie" not in request.headers for request in web.requests)


def test_a_second_crawl_finds_pages_unchanged_or_changed(web: Web, go: Go) -> None:
    pages = {"/": text_page(SENTENCE, links=("/a",)), "/a": text_page("a " + SENTENCE)}
    go(web.site("acme", pages))
    web.site("acme", {"/a": text_page("New words on the page: " + SENTENCE)})
    crawled = go(web.site("acme", {}))
    assert (crawled.summary.new, crawled.summary.changed, crawled.summary.unchanged) == (0, 1, 1)
    assert crawled.outcome("/") is Outcome.UNCHANGED
    assert crawled.pages["/a"].text.startswith("Page\nNew words")


def test_pages_that_are_gone_or_kept_back_are_dropped_by_the_next_crawl_and_others_stay(web: Web, go: Go) -> None:
    names = ("/gone", "/noindex", "/private", "/broken")
    pages = {"/": text_page(SENTENCE, links=names)} | {path: text_page(path + SENTENCE) for path in names}
    assert set(go(web.site("acme", pages)).pages) == {"/", *names}
    later: dict[str, Content] = {
        "/gone": Reply("", 410),
        "/noindex": Reply(text_page("/noindex" + SENTENCE), headers={"X-Robots-Tag": "noindex"}),
        "/broken": Reply("", 500),
        "/robots.txt": Reply("User-agent: *\nDisallow: /private", kind="text/plain"),
    }
    assert set(go(web.site("acme", later)).pages) == {"/", "/broken"}
    assert set(go(web.site("acme", {"/robots.txt": Reply("", 503)})).pages) == {"/", "/broken"}


def test_progress_is_told_and_what_the_listener_raises_stops_the_crawl(
    web: Web, tmp_path: Path, settings: CrawlSettings
) -> None:
    site = web.site("acme", {"/": text_page(SENTENCE)})
    told: list[Progress] = []
    crawl([site], tmp_path / "a.sqlite", settings, told.append)
    assert told[0].sites == 1

    def refuse(_: Progress) -> None:
        raise KeyboardInterrupt

    endless = {f"/p{n}": text_page(sentence(n), links=(f"/p{n + 1}",)) for n in range(200)}
    endless["/"] = text_page(SENTENCE, links=("/p0",))
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        crawl([web.site("long", endless)], tmp_path / "b.sqlite", settings.model_copy(update={"delay": 0.5}), refuse)
    assert time.monotonic() - began < 10


def test_a_crawl_ends_with_the_process_that_asked_for_it(web: Web, tmp_path: Path) -> None:
    endless = {f"/p{n}": text_page(sentence(n), links=(f"/p{n + 1}",)) for n in range(200)}
    endless["/"] = text_page(SENTENCE, links=("/p0",))
    site = web.site("long", endless)
    script = (
        "from pathlib import Path; from crawler.sites.crawling import crawl; from crawler.records import Startup;"
        "from crawler.settings import crawl_settings;"
        f"crawl([Startup('long', 'Long', {site.url!r})], Path({str(tmp_path / 'c.sqlite')!r}),"
        "crawl_settings(delay=0.2, loopback=True, max_depth=300))"
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parents[2]) as parent:
        while len(web.asked("long")) < 3:
            time.sleep(0.05)
        parent.send_signal(signal.SIGKILL)
    time.sleep(1.5)
    before = len(web.requests)
    time.sleep(1.0)
    assert len(web.requests) == before
    with Corpus(tmp_path / "c.sqlite", read_only=True) as corpus:
        assert len(list(corpus.pages())) >= 1


def test_a_crawl_whose_process_is_killed_says_so(
    web: Web, tmp_path: Path, settings: CrawlSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\nfrom crawler.sites import crawlprocess\n"
        "crawlprocess._run = lambda *_: (sys.stderr.write('noise\\n'), sys.stderr.flush(), os.kill(os.getpid(), 9))\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path), str(Path(__file__).parents[2]))))
    with pytest.raises(CrawlError, match=r"killed \(SIGKILL\), perhaps for lack of memory; what was stored stays"):
        crawl([web.site("acme", {"/": text_page(SENTENCE)})], tmp_path / "c.sqlite", settings)


def test_two_crawls_at_once_do_not_disturb_each_other(web: Web, tmp_path: Path, settings: CrawlSettings) -> None:
    sites = [web.site(name, {"/": text_page(name + SENTENCE)}) for name in ("one", "two")]
    threads = [threading.Thread(target=crawl, args=([site], tmp_path / f"{site.id}.sqlite", settings)) for site in sites]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for site in sites:
        with Corpus(tmp_path / f"{site.id}.sqlite", read_only=True) as corpus:
            assert [page.startup_id for page in corpus.pages()] == [site.id]


def test_five_hundred_sites_at_once(web: Web, go: Go) -> None:
    sites = [web.site(f"site{n}", {"/": text_page(f"{n} {SENTENCE}")}) for n in range(500)]
    began = time.monotonic()
    crawled = go(*sites)
    assert crawled.summary.outcomes == {Outcome.STORED: 500}
    assert time.monotonic() - began < 60


def test_nothing_to_crawl_and_no_room_to_write_are_errors(web: Web, tmp_path: Path, settings: CrawlSettings) -> None:
    with pytest.raises(CrawlError, match="nothing to crawl"):
        crawl([], tmp_path / "corpus.sqlite", settings)
    with pytest.raises(CrawlError, match="no http address"):
        crawl([Startup("acme", "Acme", "ftp://acme.example")], tmp_path / "corpus.sqlite", settings)
    (tmp_path / "junk.sqlite").write_text("this is no database, but long enough to be taken for one" * 20)
    with pytest.raises(CorpusError, match=r"junk\.sqlite"):
        crawl([web.site("acme", {"/": text_page(SENTENCE)})], tmp_path / "junk.sqlite", settings)


def test_the_child_s_crash_is_a_crawl_error_with_its_reason(
    web: Web, tmp_path: Path, settings: CrawlSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.exit('no memory left')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(CrawlError, match="no memory left"):
        crawl([web.site("acme", {"/": text_page(SENTENCE)})], tmp_path / "corpus.sqlite", settings)


def test_a_crawl_warns_of_nothing(web: Web, tmp_path: Path, settings: CrawlSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    summary = crawl([web.site("acme", {"/": text_page(SENTENCE)})], tmp_path / "corpus.sqlite", settings)
    assert summary.outcomes == {Outcome.STORED: 1}


def test_settings_have_polite_defaults() -> None:
    settings = crawl_settings()
    assert (settings.delay, settings.max_pages, settings.autothrottle, settings.loopback) == (1.0, 100, True, False)
