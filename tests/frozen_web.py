"""The frozen slice of the real web behind its proxy, and one crawl of the whole of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crawler.corpus.recording import CrawlSummary
from crawler.home import Home
from crawler.records import Startup
from crawler.seeds import read_seeds
from crawler.settings import crawl_settings
from crawler.sites.crawling import crawl

Fault = dict[str, Any]
"""What goes wrong at one host, see the proxy's own help; the count of `times` begins with robots.txt."""
DELAY = 0.03
SLOW_HOST = "avtechscientific.com"
"""Asks for 10 s between requests. Here it asks for 1 s, to be done in time."""


@dataclass(frozen=True)
class CrawledSites:
    """A crawl of all sites of the slice."""

    web: Path
    """The folder of the sites' files."""
    home: Home
    startups: tuple[Startup, ...]
    summary: CrawlSummary
    log: tuple[dict[str, Any], ...]
    """What the proxy was asked for."""


def crawl_sites(shared: Path, folder: Path) -> CrawledSites:
    """Crawl all sites through the proxy into an empty folder."""
    web, home, log = shared / "web" / "dev", Home(folder), folder / "proxy.jsonl"
    startups = read_seeds(shared / "web" / "seeds.csv").startups
    robots = (web / SLOW_HOST / "robots.txt").read_text().replace("Crawl-delay: 10", "Crawl-delay: 1")
    with proxied(shared, {SLOW_HOST: {"robots": robots}}, log):
        summary = crawl(startups, home.corpus, crawl_settings(delay=DELAY), rehearsal=True)
    return CrawledSites(web, home, startups, summary, tuple(map(json.loads, log.read_text().splitlines())))


@contextmanager
def proxied(shared: Path, faults: dict[str, Fault], log: Path) -> Iterator[None]:
    """Let crawls within the block go through the proxy, with these faults and this log."""
    told = log.with_suffix(".faults")
    told.write_text(json.dumps(faults))
    command = [sys.executable, str(shared / "web" / "replay.py"), "--port", "0", "--log", str(log), "--faults", str(told)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as replay, pytest.MonkeyPatch.context() as patch:
        try:
            assert replay.stdout is not None
            proxy = replay.stdout.readline().split(" on ")[1].strip()
            for name in ("http_proxy", "HTTP_PROXY"):
                patch.setenv(name, proxy)
            for name in ("no_proxy", "NO_PROXY"):
                patch.delenv(name, raising=False)
            yield
        finally:
            replay.terminate()
