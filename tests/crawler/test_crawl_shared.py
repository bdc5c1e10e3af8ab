"""The frozen slice of the real web, crawled once through its proxy: what must be stored, what must not be asked for, when."""

import json
import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from protego import Protego

from crawler.corpus.corpus import Corpus
from crawler.corpus.recording import CrawlSummary
from crawler.records import Outcome, Startup, Visit
from crawler.seeds import read_seeds
from crawler.settings import crawl_settings
from crawler.sites.crawling import crawl

pytestmark = pytest.mark.shared

DELAY = 0.03
CLOCK = 0.005
SLOW_HOST = "avtechscientific.com"
"""Asks for 10 s between requests. Here it asks for 1 s, to be done in time."""
REACHED = {Outcome.STORED, Outcome.UNCHANGED, Outcome.DUPLICATE}


@dataclass(frozen=True)
class Crawled:
    web: Path
    startups: tuple[Startup, ...]
    summary: CrawlSummary
    visits: dict[str, list[Visit]]
    log: list[dict[str, object]]


@pytest.fixture(scope="module")
def crawled(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    folder = tmp_path_factory.mktemp("crawl")
    web = shared / "web"
    robots = (web / "dev" / SLOW_HOST / "robots.txt").read_text().replace("Crawl-delay: 10", "Crawl-delay: 1")
    (folder / "faults.json").write_text(json.dumps({SLOW_HOST: {"robots": robots}}))
    command = [sys.executable, str(web / "replay.py"), "--port", "0"]
    command += ["--log", str(folder / "log.jsonl"), "--faults", str(folder / "faults.json")]
    startups = read_seeds(web / "seeds.csv").startups
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as replay, pytest.MonkeyPatch.context() as patch:
        assert replay.stdout is not None
        port = replay.stdout.readline().rsplit(":", 1)[1].strip()
        for name in ("http_proxy", "HTTP_PROXY"):
            patch.setenv(name, f"http://127.0.0.1:{port}")
        for name in ("no_proxy", "NO_PROXY"):
            patch.delenv(name, raising=False)
        summary = crawl(startups, folder / "corpus.sqlite", crawl_settings(delay=DELAY), rehearsal=True)
        replay.terminate()
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    with Corpus(folder / "corpus.sqlite", read_only=True) as corpus:
        visits = {startup.id: list(corpus.visits(startup.id)) for startup in startups}
    return Crawled(web / "dev", startups, summary, visits, log)


def test_the_pages_of_each_site_that_links_or_sitemaps_reach_are_stored(crawled: Crawled) -> None:
    total = found = 0
    for startup in crawled.startups:
        reachable = reachable_files(crawled.web, startup)
        stored = {
            file for visit in crawled.visits[startup.id] if visit.outcome in REACHED and (file := find(crawled.web, visit.url))
        }
        missed = sorted(str(file.relative_to(crawled.web)) for file in reachable - stored)
        assert len(missed) <= 0.05 * len(reachable), f"{startup.id}: {len(reachable)} reachable, missed {missed}"
        total, found = total + len(reachable), found + len(reachable & stored)
    assert total > 700
    assert found / total >= 0.98


def test_no_request_is_one_that_robots_txt_forbids(crawled: Crawled) -> None:
    rules = {path.name: robots_of(crawled.web, path.name) for path in crawled.web.iterdir() if path.is_dir()}
    for request in crawled.log:
        host = str(request["host"])
        known = rules.get(host) or rules.get(f"www.{host}") or rules.get(host.removeprefix("www."))
        query = f"?{request['query']}" if request["query"] else ""
        if known:
            assert known.can_fetch(f"http://{host}{request['path']}{query}", "StartupScout"), request
    assert len(crawled.log) > 1000


def test_robots_txt_is_asked_for_once_per_host_and_before_everything_else(crawled: Crawled) -> None:
    first: dict[object, object] = {}
    for request in crawled.log:
        first.setdefault(request["host"], request["path"])
    assert set(first.values()) == {"/robots.txt"}
    assert sum(request["path"] == "/robots.txt" for request in crawled.log) == len(first)


def test_the_delay_lies_between_any_two_requests_to_a_host(crawled: Crawled) -> None:
    moments: dict[str, list[float]] = defaultdict(list)
    for request in crawled.log:
        moments[str(request["host"]).removeprefix("www.")].append(float(str(request["t"])))
    gaps = {host: min(b - a for a, b in pairwise(times)) for host, times in moments.items() if times[1:]}
    assert len(gaps) > 50
    assert min(gaps.values()) >= DELAY - CLOCK
    assert gaps[SLOW_HOST] >= 1 - CLOCK
    assert gaps["pugliai.com"] >= 1 - CLOCK


def test_every_request_names_the_crawler_and_a_contact(crawled: Crawled) -> None:
    assert {request["agent"] for request in crawled.log} == {crawl_settings().user_agent}


def test_every_page_that_was_asked_for_has_a_visit_on_record(crawled: Crawled) -> None:
    recorded = {
        (urlsplit(v.url).netloc, urlsplit(v.url).path, urlsplit(v.url).query) for vs in crawled.visits.values() for v in vs
    }
    for request in crawled.log:
        path = str(request["path"])
        if path != "/robots.txt" and "sitemap" not in path:
            assert (request["host"], path, request["query"]) in recorded, request
    assert sum(crawled.summary.outcomes.values()) == sum(map(len, crawled.visits.values()))


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
    todo, urls = [*named, f"http://{host}/sitemap.xml"], []
    seen = set()
    while todo:
        file = find(web, urljoin(seed, todo.pop()))
        if file and file not in seen and file.suffix == ".xml":
            seen.add(file)
            text = file.read_text("utf-8", "replace")
            (todo if "<sitemapindex" in text else urls).extend(re.findall(r"<loc>\s*([^<\s]+)\s*</loc>", text))
    return urls
