"""The frozen slice of the real web, crawled once through its proxy: what must be stored, what must not be asked for, when."""

import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from protego import Protego

from crawler.corpus.corpus import Corpus
from crawler.records import Outcome, Startup, Visit
from crawler.settings import crawl_settings
from tests.frozen_web import DELAY, SLOW_HOST, CrawledSites

pytestmark = pytest.mark.shared

CLOCK = 0.005
REACHED = {Outcome.STORED, Outcome.UNCHANGED, Outcome.DUPLICATE}


@pytest.fixture(scope="module")
def visits(crawled_sites: CrawledSites) -> dict[str, list[Visit]]:
    with Corpus(crawled_sites.home.corpus, read_only=True) as corpus:
        return {startup.id: list(corpus.visits(startup.id)) for startup in crawled_sites.startups}


def test_the_pages_of_each_site_that_links_or_sitemaps_reach_are_stored(
    crawled_sites: CrawledSites, visits: dict[str, list[Visit]]
) -> None:
    total = found = 0
    for startup in crawled_sites.startups:
        reachable = reachable_files(crawled_sites.web, startup)
        stored = {
            file for visit in visits[startup.id] if visit.outcome in REACHED and (file := find(crawled_sites.web, visit.url))
        }
        missed = sorted(str(file.relative_to(crawled_sites.web)) for file in reachable - stored)
        assert len(missed) <= 0.05 * len(reachable), f"{startup.id}: {len(reachable)} reachable, missed {missed}"
        total, found = total + len(reachable), found + len(reachable & stored)
    assert total > 700
    assert found / total >= 0.98


def test_no_request_is_one_that_robots_txt_forbids(crawled_sites: CrawledSites) -> None:
    rules = {path.name: robots_of(crawled_sites.web, path.name) for path in crawled_sites.web.iterdir() if path.is_dir()}
    for request in crawled_sites.log:
        host = str(request["host"])
        known = rules.get(host) or rules.get(f"www.{host}") or rules.get(host.removeprefix("www."))
        query = f"?{request['query']}" if request["query"] else ""
        if known:
            assert known.can_fetch(f"http://{host}{request['path']}{query}", "StartupScout"), request
    assert len(crawled_sites.log) > 1000


def test_robots_txt_is_asked_for_once_per_host_and_before_everything_else(crawled_sites: CrawledSites) -> None:
    first: dict[object, object] = {}
    for request in crawled_sites.log:
        first.setdefault(request["host"], request["path"])
    assert set(first.values()) == {"/robots.txt"}
    assert sum(request["path"] == "/robots.txt" for request in crawled_sites.log) == len(first)


def test_the_delay_lies_between_any_two_requests_to_a_host(crawled_sites: CrawledSites) -> None:
    moments: dict[str, list[float]] = defaultdict(list)
    for request in crawled_sites.log:
        moments[str(request["host"]).removeprefix("www.")].append(float(str(request["t"])))
    gaps = {host: min(b - a for a, b in pairwise(times)) for host, times in moments.items() if times[1:]}
    assert len(gaps) > 50
    assert min(gaps.values()) >= DELAY - CLOCK
    assert gaps[SLOW_HOST] >= 1 - CLOCK
    assert gaps["pugliai.com"] >= 1 - CLOCK


def test_every_request_names_the_crawler_and_a_contact(crawled_sites: CrawledSites) -> None:
    assert {request["agent"] for request in crawled_sites.log} == {crawl_settings().user_agent}


def test_every_page_that_was_asked_for_has_a_visit_on_record(
    crawled_sites: CrawledSites, visits: dict[str, list[Visit]]
) -> None:
    recorded = {(urlsplit(v.url).netloc, urlsplit(v.url).path, urlsplit(v.url).query) for vs in visits.values() for v in vs}
    for request in crawled_sites.log:
        path = str(request["path"])
        if path != "/robots.txt" and "sitemap" not in path:
            assert (request["host"], path, request["query"]) in recorded, request
    assert sum(crawled_sites.summary.outcomes.values()) == sum(map(len, visits.values()))


# What can be reached, told anew: a plain breadth-first walk over the files, sharing no code with the crawler ------------


def robots_of(web: Path, host: str) -> Protego:
    file = web / host / "robots.txt"
    return Protego.parse(file.read_text("utf-8-sig", "replace") if file.is_file() else "")


def find(web: Path, url: str) -> Path | None:
    """The file that the replay answers a URL with."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    folder = next((web / name for name in (host, f"www.{host}") if (web / name).is_dir()), None)
    if folder is None:
        return None
    target = (folder / unquote(parts.path).lstrip("/")).resolve()
    for file in (target, target / "index.html", target / "index.htm", target.with_name(target.name + ".html")):
        if file.is_file():
            return file
    return None


def reachable_files(web: Path, startup: Startup) -> set[Path]:
    """HTML files of a site that links or sitemaps lead to.

    Not counted: what robots.txt forbids, noindex pages, links on nofollow pages, pages without 40 letters beside links
    and scripts, meta refreshes, and what lies outside of the seed's host and folder.
    """
    seed = urlsplit(startup.url or "")
    host, folder = (seed.hostname or "").removeprefix("www."), seed.path.rpartition("/")[0] + "/"
    rules = robots_of(web, seed.hostname or "")

    def ours(url: str) -> bool:
        parts = urlsplit(url)
        return (
            (parts.hostname or "").removeprefix("www.") == host
            and parts.path.startswith(folder)
            and rules.can_fetch(url, "StartupScout")
        )

    todo = [startup.url or "", *sitemap_urls(web, startup.url or "")]
    seen: set[Path] = set()
    counted: set[Path] = set()
    while todo:
        url = todo.pop(0)
        file = find(web, url) if ours(url) else None
        if file is None or file in seen or file.suffix not in {".html", ".htm"}:
            continue
        seen.add(file)
        soup = BeautifulSoup(file.read_bytes(), "html.parser")
        rules_here = " ".join(
            str(tag.get("content")) for tag in soup.find_all("meta", attrs={"name": re.compile("^robots$", re.IGNORECASE)})
        )
        refresh = soup.find("meta", attrs={"http-equiv": re.compile("^refresh$", re.IGNORECASE)})
        target = re.search(r"url=\s*['\"]?([^'\"]+)", str(refresh.get("content")), re.IGNORECASE) if refresh else None
        base = urljoin(url, str(tag["href"])) if (tag := soup.find("base", href=True)) else url
        if target:
            todo.append(urljoin(base, target[1]))
        if "nofollow" not in rules_here.lower():
            todo += [absolute(base, str(tag["href"])) for tag in soup.find_all("a", href=True)]
        for tag in soup.find_all(["script", "style", "noscript", "nav", "footer", "header", "template", "title", "form", "a"]):
            tag.decompose()
        if not target and "noindex" not in rules_here.lower() and sum(map(str.isalpha, soup.get_text())) >= 40:
            counted.add(file)
    return counted


def absolute(base: str, href: str) -> str:
    try:
        return urljoin(base, href.strip())
    except ValueError:
        return ""


def sitemap_urls(web: Path, seed: str) -> list[str]:
    host = urlsplit(seed).hostname or ""
    named = (
        re.findall(r"(?im)^sitemap:\s*(\S+)", (web / host / "robots.txt").read_text("utf-8", "replace"))
        if (web / host / "robots.txt").is_file()
        else []
    )
    todo = [*named, f"http://{host}/sitemap.xml"]
    urls: list[str] = []
    seen = set()
    while todo:
        file = find(web, urljoin(seed, todo.pop()))
        if file and file not in seen and file.suffix == ".xml":
            seen.add(file)
            text = file.read_text("utf-8", "replace")
            (todo if "<sitemapindex" in text else urls).extend(re.findall(r"<loc>\s*([^<\s]+)\s*</loc>", text))
    return urls
