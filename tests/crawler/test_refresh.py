"""A refresh asks for what changed alone, costs nothing for what did not, and keeps what was."""

import gzip
import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from crawler.archive.archive import Archive
from crawler.archive.warc import Record, read_records
from crawler.corpus.companies import Companies
from crawler.corpus.corpus import Corpus
from crawler.corpus.missing import is_resting
from crawler.corpus.pages import Change
from crawler.corpus.recording import CrawlSummary
from crawler.records import Outcome, Startup, Visit
from crawler.settings import CrawlSettings
from crawler.sites.crawling import crawl
from crawler.web.refreshing import believable, latest, unchanged
from tests.crawler.conftest import Content, Reply, Web, path, sentence, text_page

SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
Again = Callable[..., CrawlSummary]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "corpus.sqlite"


@pytest.fixture
def again(file: Path, settings: CrawlSettings) -> Again:
    """Crawl, or with `refresh` refresh; `days` first makes all that is stored so much older."""

    def run(*startups: Startup, refresh: bool = True, days: int = 0, **changes: object) -> CrawlSummary:
        if days:
            age(file, days)
        return crawl(startups, file, settings.model_copy(update=changes), refresh=refresh)

    return run


def age(file: Path, days: int) -> None:
    """Let all that the corpus holds have happened so many days earlier."""
    columns = {
        "pages": ("fetched_at", "since"), "versions": ("fetched_at", "since", "until"), "changes": ("at",),
        "visits": ("at",), "readings": ("fetched_at", "seen_at"), "sites": ("began_at", "ended_at"), "robots": ("at",),
    }  # fmt: skip
    db = sqlite3.connect(file)
    with db:
        for table, names in columns.items():
            for name in names:
                rows = db.execute(f"SELECT rowid, {name} FROM {table} WHERE {name} IS NOT NULL").fetchall()  # noqa: S608
                for row, moment in rows:
                    earlier = (datetime.fromisoformat(moment) - timedelta(days=days)).isoformat(timespec="seconds")
                    db.execute(f"UPDATE {table} SET {name} = ? WHERE rowid = ?", (earlier, row))  # noqa: S608
    db.close()


def serve(web: Web, host: str, pages: dict[str, str]) -> Startup:
    """Serve pages with an ETag each; a request that has it gets a 304."""
    site = web.site(host, {where: Reply(body, headers={"ETag": f'"{hash(body)}"'}) for where, body in pages.items()})
    plain = web.answer

    def answer(handler: BaseHTTPRequestHandler) -> None:
        where = (f"{host}.localhost", handler.path)
        reply = web.pages.get(where)
        asked = handler.headers.get("If-None-Match")
        if isinstance(reply, Reply) and asked and asked == reply.headers.get("ETag"):
            web.pages[where] = Reply("", 304, headers=reply.headers)
            plain(handler)
            web.pages[where] = reply
        else:
            plain(handler)

    web.answer = answer
    return site


def changes(file: Path) -> dict[str, list[str]]:
    with Corpus(file, read_only=True) as corpus:
        found: dict[str, list[str]] = {}
        for one in corpus.changes():
            found.setdefault(path(one.url), []).append(one.change)
        return found


def test_what_did_not_change_is_neither_sent_nor_extracted(web: Web, again: Again, file: Path) -> None:
    pages = {f"/p{n}": text_page(sentence(n)) for n in range(5)}
    pages["/"] = text_page(sentence(100), links=tuple(pages))
    site = serve(web, "acme", pages)
    first = again(site, refresh=False)
    assert (first.new, first.work.extracted) == (6, 6)
    with Corpus(file, read_only=True) as corpus:
        before = {page.url: (page.digest, page.text) for page in corpus.pages()}
    second = again(site)
    assert (second.new, second.changed, second.unchanged, second.vanished) == (0, 0, 6, 0)
    assert (second.work.extracted, second.work.not_modified) == (0, 6)
    assert second.outcomes[Outcome.UNCHANGED] == 6
    with Corpus(file, read_only=True) as corpus:
        assert {page.url: (page.digest, page.text) for page in corpus.pages()} == before
        assert list(corpus.versions("acme", site.url or "")) == []


def test_an_equal_body_from_a_server_without_validators_is_not_extracted_either(web: Web, again: Again) -> None:
    site = web.site("acme", {"/": text_page(sentence(1), links=("/a",)), "/a": text_page(sentence(2))})
    again(site, refresh=False)
    second = again(site)
    assert (second.work.extracted, second.work.same_body, second.unchanged) == (0, 2, 2)


def test_changed_new_and_vanished_pages_are_on_record_with_their_dates_and_what_was_stays_readable(
    web: Web, again: Again, file: Path
) -> None:
    site = web.site(
        "acme",
        {
            "/": text_page(sentence(1), links=("/changes", "/goes", "/stays")),
            "/changes": text_page(sentence(2)),
            "/goes": text_page(sentence(3)),
            "/stays": text_page(sentence(4)),
        },
    )
    again(site, refresh=False)
    web.site("acme", {"/": text_page(sentence(1), links=("/changes", "/comes", "/stays"))})
    web.site("acme", {"/changes": text_page(sentence(22)), "/goes": Reply("", 410), "/comes": text_page(sentence(5))})
    second = again(site, days=3)
    assert (second.new, second.changed, second.vanished) == (1, 2, 1)
    assert second.outcomes[Outcome.GONE] == 1
    assert changes(file) == {
        "/": ["new", "changed"], "/stays": ["new"], "/changes": ["new", "changed"],
        "/goes": ["new", "vanished"], "/comes": ["new"],
    }  # fmt: skip
    now = datetime.now(UTC)
    with Corpus(file, read_only=True) as corpus:
        dates = {(path(one.url), one.change): (now - one.at).days for one in corpus.changes()}
        assert dates["/goes", Change.NEW] == 3
        assert dates["/goes", Change.VANISHED] == dates["/changes", Change.CHANGED] == dates["/comes", Change.NEW] == 0
        then = {path(page.url): page.text for page in corpus.pages(as_of=now - timedelta(days=1))}
        assert then.keys() == {"/", "/changes", "/goes", "/stays"}
        assert sentence(2) in then["/changes"]
        assert all(page.fetched_at <= now - timedelta(days=1) for page in corpus.pages(as_of=now - timedelta(days=1)))
        today = {path(page.url): page.text for page in corpus.pages()}
        assert today.keys() == {"/", "/changes", "/comes", "/stays"}
        assert sentence(22) in today["/changes"]
        assert list(corpus.pages(as_of=now - timedelta(days=9))) == []


def test_pages_that_nothing_links_to_any_more_are_asked_for_all_the_same(web: Web, again: Again) -> None:
    site = web.site("acme", {"/": text_page(sentence(1), links=("/a",)), "/a": text_page(sentence(2))})
    again(site, refresh=False)
    web.site("acme", {"/": text_page(sentence(1)), "/a": text_page(sentence(3))})
    second = again(site)
    assert (second.changed, second.vanished) == (2, 0)


def test_a_page_that_moved_stands_at_its_new_address_alone(web: Web, again: Again, file: Path) -> None:
    site = web.site("acme", {"/": text_page(sentence(1), links=("/old",)), "/old": text_page(sentence(2))})
    again(site, refresh=False)
    web.site("acme", {"/old": Reply("", 301, headers={"Location": "/new"}), "/new": text_page(sentence(2))})
    second = again(site)
    with Corpus(file, read_only=True) as corpus:
        assert {path(page.url) for page in corpus.pages()} == {"/", "/new"}
    assert (second.new, second.vanished) == (1, 1)


def sitemap(web: Web, entries: dict[str, str]) -> Reply:
    urls = "".join(
        f"<url><loc>{web.url('acme', where)}</loc><lastmod>{date}</lastmod></url>" for where, date in entries.items()
    )
    return Reply(f"<urlset xmlns='{SITEMAPS}'>{urls}</urlset>", kind="text/xml")


def test_a_sitemap_s_dates_spare_the_requests_for_what_did_not_change(web: Web, again: Again) -> None:
    old, new = "2020-01-01", datetime.now(UTC).isoformat(timespec="seconds")
    pages: dict[str, Content] = {f"/p{n}": text_page(sentence(n)) for n in range(6)}
    pages |= {"/": text_page(sentence(100), links=("/p0",)), "/sitemap.xml": sitemap(web, dict.fromkeys(pages, old))}
    site = web.site("acme", pages)
    assert again(site, refresh=False).new == 7
    web.requests.clear()
    web.site("acme", {"/p3": text_page(sentence(33)), "/sitemap.xml": sitemap(web, dict.fromkeys(pages, old) | {"/p3": new})})
    second = again(site, days=2)
    assert (second.changed, second.unchanged, second.work.skipped) == (1, 6, 5)
    assert sorted(where for where in web.asked("acme") if where in pages and where != "/sitemap.xml") == ["/", "/p3"]


def test_a_sitemap_that_always_says_today_is_not_believed(web: Web, again: Again) -> None:
    today = datetime.now(UTC).date().isoformat()
    pages: dict[str, Content] = {f"/p{n}": text_page(sentence(n)) for n in range(6)}
    pages |= {"/": text_page(sentence(100)), "/sitemap.xml": sitemap(web, dict.fromkeys(pages, f"{today}T00:00:00Z"))}
    site = web.site("acme", pages)
    again(site, refresh=False)
    web.site("acme", {"/p3": text_page(sentence(33))})
    second = again(site)
    assert (second.changed, second.work.skipped) == (1, 0)


@pytest.mark.parametrize(
    ("lastmod", "moment"),
    [
        ("2026-11-20", datetime(2026, 11, 21, 11, 59, 59, tzinfo=UTC)),
        ("2026-11", datetime(2026, 12, 1, 11, 59, 59, tzinfo=UTC)),
        ("2026", datetime(2027, 1, 1, 11, 59, 59, tzinfo=UTC)),
        ("2026-11-20T10:00:00Z", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("2026-11-20T10:00:00+02:00", datetime(2026, 11, 20, 8, tzinfo=UTC)),
        ("2026-11-20T10:00:30.25+0200", datetime(2026, 11, 20, 8, 0, 30, tzinfo=UTC)),
        ("2026-11-20 10:00", datetime(2026, 11, 20, 22, 0, 59, tzinfo=UTC)),
        ("yesterday", None),
        ("2026-13-40", None),
        ("", None),
    ],
)
def test_a_date_stands_for_the_latest_moment_that_it_may_mean(lastmod: str, moment: datetime | None) -> None:
    assert latest(lastmod) == moment


def test_dates_are_believed_unless_most_of_them_are_of_today() -> None:
    old = {f"/{n}": "2026-01-01" for n in range(4)}
    assert believable(old, NOW)
    assert believable(old | {"/new": "2026-11-23"}, NOW)
    assert not believable(dict.fromkeys(old, "2026-11-23"), NOW)
    assert not believable({}, NOW)
    assert not believable({"/": "soon"}, NOW)


def test_a_date_spares_a_request_for_a_month_at_most() -> None:
    assert unchanged("2026-01-01", NOW - timedelta(days=5), NOW)
    assert not unchanged("2026-01-01", NOW - timedelta(days=31), NOW)
    assert not unchanged("2026-11-18", NOW - timedelta(days=5), NOW)
    assert not unchanged("2026-01-01", NOW + timedelta(days=5), NOW)  # the clock was wrong
    assert not unchanged("", NOW - timedelta(days=5), NOW)


def test_an_interrupted_refresh_goes_on_as_a_refresh(web: Web, file: Path, settings: CrawlSettings) -> None:
    pages = {f"/p{n}": text_page(sentence(n)) for n in range(8)}
    pages["/"] = text_page(sentence(100), links=tuple(pages))
    site = serve(web, "acme", pages)
    crawl([site], file, settings)
    web.site("acme", {"/p5": text_page(sentence(55))})

    def stop(progress: object) -> None:
        if getattr(progress, "pages", 0) >= 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crawl([site], file, settings.model_copy(update={"delay": 0.2}), stop, refresh=True)
    summary = crawl([site], file, settings, refresh=True)
    assert summary.resumed
    assert (summary.changed, summary.unchanged, summary.new) == (1, 8, 0)
    assert summary.work.not_modified < 8
    assert json.dumps(changes(file)["/p5"]) == '["new", "changed"]'


def test_a_startup_that_moves_to_another_domain_leaves_its_old_pages_which_stay_readable(
    web: Web, again: Again, file: Path
) -> None:
    old = web.site("old", {"/": text_page(sentence(1), links=("/a",)), "/a": text_page(sentence(2))})
    new = web.site("new", {"/": text_page(sentence(3), links=("/a",)), "/a": text_page(sentence(4))})
    again(old, refresh=False)
    moved = Startup("old", "Old", new.url)
    web.pages["new.localhost", "/"], kept = Reply("", 503), web.pages["new.localhost", "/"]
    again(moved, refresh=False, days=3)
    with Corpus(file, read_only=True) as corpus:
        assert {path(page.url) for page in corpus.pages()} == {"/", "/a"}  # the new site was not read: the old one stands
    web.pages["new.localhost", "/"] = kept
    summary = again(moved, refresh=True, days=3)
    assert (summary.new, summary.vanished) == (2, 2)
    with Corpus(file, read_only=True) as corpus:
        assert {page.url for page in corpus.pages()} == {web.url("new"), web.url("new", "/a")}
        then = datetime.now(UTC) - timedelta(days=4)
        assert {page.url for page in corpus.pages(as_of=then)} == {web.url("old"), web.url("old", "/a")}
        gone = [change for change in corpus.changes() if change.change is Change.VANISHED]
        assert {change.url for change in gone} == {web.url("old"), web.url("old", "/a")}
        assert all(datetime.now(UTC) - change.at < timedelta(minutes=5) for change in gone)
        assert [visit.detail for visit in corpus.visits() if visit.outcome is Outcome.GONE] == [
            f"the site is now {new.url}"
        ] * 2
    web.requests.clear()
    assert again(moved).vanished == 0
    assert web.asked("old") == []


@pytest.mark.parametrize(("status", "vanished"), [(301, 2), (302, 0)])
def test_pages_of_a_domain_that_the_seed_leaves_for_good_vanish_and_those_of_one_left_for_a_while_stay(
    web: Web, again: Again, file: Path, status: int, vanished: int
) -> None:
    old = web.site("oldname", {"/": text_page(sentence(1), links=("/a",)), "/a": text_page(sentence(2))})
    to_language = Reply("", 302, headers={"Location": "/it/"})
    web.site("newname", {"/": to_language, "/it/": text_page(sentence(3), links=("/a",)), "/a": text_page(sentence(2))})
    again(old, refresh=False)
    web.pages["oldname.localhost", "/"] = Reply("", status, headers={"Location": web.url("newname")})
    summary = again(old, refresh=True, days=3)
    assert (summary.new, summary.vanished) == (2, vanished)
    with Corpus(file, read_only=True) as corpus:
        stays = set() if vanished else {web.url("oldname"), web.url("oldname", "/a")}
        assert {page.url for page in corpus.pages()} == {web.url("newname", "/it/"), web.url("newname", "/a")} | stays
    assert again(old, refresh=True).vanished == 0


def test_pages_of_a_site_that_turns_out_to_be_another_startup_s_are_left_to_that_one(
    web: Web, file: Path, settings: CrawlSettings
) -> None:
    old = web.site("oldname", {"/": Reply("", 301, headers={"Location": web.url("newname")})})
    new = web.site("newname", {"/": text_page(sentence(3), links=("/a",)), "/a": text_page(sentence(2))})
    assert crawl([old], file, settings).new == 2
    summary = crawl([old, new], file, settings)
    assert (summary.new, summary.vanished) == (2, 2)
    with Corpus(file, read_only=True) as corpus:
        assert {(page.startup_id, page.url) for page in corpus.pages()} == {("newname", new.url), ("newname", f"{new.url}a")}
        assert [(link.startup_id, link.same_as, link.reason) for link in Companies(corpus).links()] == [
            ("newname", "oldname", "redirect")
        ]


def test_pages_that_a_seed_led_to_once_stay_when_it_leads_elsewhere_on_its_host(web: Web, again: Again, file: Path) -> None:
    site = web.site(
        "acme",
        {
            "/": [Reply("", 302, headers={"Location": "/en/"}), Reply("", 302, headers={"Location": "/it/"})],
            "/en/": text_page(sentence(1)),
            "/it/": text_page(sentence(2)),
        },
    )
    again(site, refresh=False)
    assert again(site).vanished == 0
    with Corpus(file, read_only=True) as corpus:
        assert {path(page.url) for page in corpus.pages()} == {"/en/", "/it/"}


def test_an_address_that_is_not_found_rests_ever_longer_until_it_is_found(tmp_path: Path) -> None:
    url, status = "http://acme.example/none", 404
    began = datetime(2026, 1, 1, tzinfo=UTC)
    asked = []
    with Corpus(tmp_path / "corpus.sqlite") as corpus:
        corpus.put_startup(Startup("acme", "Acme", url))
        for day in range(260):
            moment = began + timedelta(days=day)
            if not is_resting(corpus, "acme", url, moment):
                asked.append(day)
                corpus.put_visit(Visit(url, "acme", Outcome.HTTP_ERROR, moment, status))
        assert asked == [0, 1, 3, 7, 15, 31, 63, 127, 191, 255]
        corpus.put_visit(Visit(url, "acme", Outcome.STORED, moment, 200))
        assert not is_resting(corpus, "acme", url, moment)
        for year in (2026, 2099):  # the clock is wrong, and put right
            corpus.put_visit(Visit(url, "acme", Outcome.HTTP_ERROR, began.replace(year=year), status))
        assert not is_resting(corpus, "acme", url, moment)


def test_a_refresh_leaves_what_was_not_found_lately_and_finds_a_page_again_that_nobody_links_to(web: Web, again: Again) -> None:
    site = web.site("acme", {"/": text_page(sentence(1), links=("/none", "/page")), "/page": text_page(sentence(2))})
    again(site, refresh=False)
    back = web.pages.pop(("acme.localhost", "/page"))
    assert again(site, days=2).vanished == 1
    assert web.asked("acme").count("/none") == 2
    again(site, days=1)
    assert (web.asked("acme").count("/none"), web.asked("acme").count("/page")) == (2, 3)
    web.pages["acme.localhost", "/"] = Reply(text_page(sentence(3)))
    web.pages["acme.localhost", "/page"] = back
    assert again(site, days=3).new == 1


def test_a_lost_archive_is_made_anew_by_the_answers_that_follow(web: Web, again: Again, file: Path) -> None:
    plain = web.site("plain", {"/": text_page(sentence(1))})
    tagged = serve(web, "tagged", {"/": text_page(sentence(2))})
    again(plain, tagged, refresh=False)
    folder = file.with_name("archive")
    for one in folder.iterdir():
        one.unlink()
    again(plain, tagged)  # the one answers 200 with the same bytes, the other 304
    assert again(plain, tagged).unchanged == 2  # which is not asked conditionally the next time
    with Corpus(file, read_only=True) as corpus, Archive(folder) as archive:
        for page in corpus.pages():
            assert page.archived is not None
            assert sentence(1 if page.startup_id == "plain" else 2).encode() in archive.read(page.archived).body
    refs = {one.name for one in folder.iterdir()}
    assert again(plain, tagged).work.not_modified == 1
    assert all(b"WARC-Type: revisit" in gzip.decompress(one.read_bytes()) for one in folder.iterdir() if one.name not in refs)


def test_a_sitemap_is_asked_for_conditionally_and_its_pages_are_known_though_it_is_not_sent(
    web: Web, again: Again, file: Path
) -> None:
    entries = "".join(f"<url><loc>{web.url('acme', f'/p{n}')}</loc></url>" for n in range(3))
    pages = {f"/p{n}": text_page(sentence(n)) for n in range(3)} | {"/": text_page(sentence(9))}
    site = serve(web, "acme", pages | {"/sitemap.xml": f"<urlset xmlns='{SITEMAPS}'>{entries}</urlset>"})
    assert again(site, refresh=False).new == 4
    with Corpus(file) as corpus:  # as if the page were not known: the sitemap alone names it
        corpus.erase_page("acme", web.url("acme", "/p1"))
    web.requests.clear()
    summary = again(site)
    (asked,) = [request for request in web.requests if request.path == "/sitemap.xml"]
    assert "If-None-Match" in asked.headers
    assert (summary.new, summary.unchanged) == (1, 3)


def test_robots_and_sitemaps_are_kept_in_the_archive_and_unchanged_ones_as_revisits(web: Web, again: Again, file: Path) -> None:
    site = web.site(
        "acme", {"/": text_page(sentence(1)), "/robots.txt": Reply("User-agent: *\nDisallow: /no", kind="text/plain")}
    )
    again(site, refresh=False)
    again(site)
    found: dict[str, list[str]] = {}
    for one in sorted(file.with_name("archive").iterdir()):
        with one.open("rb") as stream:
            for record in read_records(stream, lambda _: True):
                assert isinstance(record, Record)
                found.setdefault(path(record.url), []).append(record.kind)
                if record.kind == "response" and path(record.url) == "/robots.txt":
                    assert b"Disallow: /no" in record.block
    assert found["/robots.txt"] == ["response", "revisit"]
    assert found["/sitemap.xml"] == ["response", "revisit"]
