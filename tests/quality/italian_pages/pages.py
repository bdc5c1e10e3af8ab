"""The pages that the needs are asked of: Italian ones of the demo web and of frozen real sites, beside some English ones."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from crawler.demo.answers import build
from crawler.demo.rendering import address
from crawler.demo.sites import load_sites
from crawler.demo.traits import traits
from crawler.reading import read_page
from crawler.records import Block, Page, Startup
from crawler.urls import Site, canonical_url, page_priority

READ_AT = datetime(2026, 1, 1, tzinfo=UTC)
MOST_ITALIAN = 10
"""Pages of a site."""
MOST_ENGLISH = {"demo": 1, "sites": 1}
MOST_READ = 20
"""Pages of a real site that are looked at: reading them costs more than embedding them."""
FEWEST_WORDS, MOST_WORDS = 40, 200
"""Of a page: a shorter one is left out, a longer one ends with the block that goes beyond."""

StartupPages = tuple[Startup, tuple[Page, ...]]


def demo_sites() -> Iterator[StartupPages]:
    """Yield the demo web's startups, each with its Italian pages and one English page, read as the crawler reads them."""
    sites = load_sites()
    traits_of = traits(sites)
    for site in sites:
        base = f"http://{site.slug}.localhost"
        startup = Startup(site.id, site.name, f"{base}/", country=site.country, tags=site.tags)
        served = build(site, traits_of[site.slug], base, "http://localhost/")
        pages = []
        for page in site.pages:
            path = address(page, traits_of[site.slug])
            charset = served[path].content_type.partition("charset=")[2] or None
            pages.append(_page(startup, base + path, served[path].body, charset))
        yield startup, _chosen(pages, MOST_ENGLISH["demo"])


def real_sites(web: Path) -> Iterator[StartupPages]:
    """Yield the startups of `web/seeds.csv`, each with the most promising pages of its frozen site."""
    with (web / "seeds.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            startup = Startup(row["id"], row["name"], row["url"])
            yield startup, _chosen(_frozen(startup, web / "dev"), MOST_ENGLISH["sites"])


def _frozen(startup: Startup, dev: Path) -> Iterator[Page]:
    """Yield pages of a frozen site: those of an Italian folder first, legal notices and the like never."""
    host = urlsplit(startup.url or "").hostname or ""
    site = Site.of(startup.url or "")
    files = {}
    for file in (dev / host).rglob("*.htm*"):
        path = file.relative_to(dev / host).as_posix()
        url = canonical_url(f"http://{host}/{path.removesuffix('index.html')}")
        if url and site.holds(url) and page_priority(url):
            files[url] = file
    order = sorted(files, key=lambda url: ("/it/" not in url, -page_priority(url), url.count("/"), url))
    for url in order[:MOST_READ]:
        yield _page(startup, url, files[url].read_bytes(), None)


def _page(startup: Startup, url: str, body: bytes, charset: str | None) -> Page:
    reading = read_page(body, url, charset)
    kept: list[Block] = []
    words = 0
    for block in reading.extracted.blocks:
        if words <= MOST_WORDS:
            kept.append(block)
        words += len(block.text.split())
    metadata = reading.extracted.metadata
    return Page(url, startup.id, metadata.title, reading.language, tuple(kept), READ_AT, metadata.description)


def _chosen(pages: Iterable[Page], most_english: int) -> tuple[Page, ...]:
    room = {"it": MOST_ITALIAN, "en": most_english}
    taken: dict[str, Page] = {}
    for page in pages:
        if room.get(page.language, 0) and page.digest not in taken and len(page.text.split()) >= FEWEST_WORDS:
            taken[page.digest] = page
            room[page.language] -= 1
        if not any(room.values()):
            break
    return tuple(taken.values())
