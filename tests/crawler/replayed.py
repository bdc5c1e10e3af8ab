"""What the log of the proxy that replays the frozen slice of the real web says of a crawl."""

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from protego import Protego

from crawler.corpus.corpus import Corpus
from crawler.corpus.pages import Change
from crawler.corpus.readings import Readings
from crawler.corpus.recording import CrawlSummary
from crawler.records import Outcome, Visit
from tests.frozen_web import Fault

AGENT = "StartupScout"
TIMEOUT = 3.0
"""Seconds that the crawls have for an answer."""


@dataclass(frozen=True)
class Asked:
    """One request, as the proxy saw it."""

    host: str
    path: str
    query: str
    status: int
    agent: str
    came: float
    """When the request was there."""
    answered: float
    cut: bool
    """Whether the answer broke off in the middle."""

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.path}{'?' if self.query else ''}{self.query}"

    @property
    def late(self) -> bool:
        """Whether nobody waited for the answer any longer."""
        return self.answered > self.came + TIMEOUT

    @property
    def failed(self) -> bool:
        """Whether it is to be tried again."""
        return self.cut or self.late or self.status == 429 or self.status >= 500

    @property
    def over(self) -> float:
        """When the crawler was done with it."""
        return min(self.answered, self.came + TIMEOUT)


@dataclass(frozen=True)
class Crawled:
    web: Path
    faults: dict[str, Fault]
    summary: CrawlSummary
    log: list[Asked]
    pages: dict[str, str]
    """Digests by address."""
    visits: list[Visit]
    changes: dict[Change, set[str]]
    as_found: dict[str, str]
    """Digests by address, of the pages before what their site repeats is taken out."""
    dated: set[str]
    """Stored pages that a sitemap dates."""

    def of(self, host: str) -> list[Asked]:
        """The requests to a host, in both its spellings."""
        return [asked for asked in self.log if bare(asked.host) == bare(host)]

    def stored(self, host: str) -> dict[str, str]:
        return {url: digest for url, digest in self.pages.items() if at(url, host)}

    def by_host(self, *, spelled: bool = False) -> dict[str, list[Asked]]:
        """The requests by host: both its spellings are one, unless they are told apart."""
        found: dict[str, list[Asked]] = defaultdict(list)
        for asked in self.log:
            found[asked.host if spelled else bare(asked.host)].append(asked)
        return found

    def rules(self, host: str) -> Protego:
        """What a host's robots.txt says; one that answers with an error says nothing that forbids a page."""
        fault = self.faults.get(host, {})
        folder = next((self.web / name for name in (bare(host), f"www.{bare(host)}") if (self.web / name).is_dir()), self.web)
        file = folder / "robots.txt"
        kept = file.read_text("utf-8-sig", "replace") if file.is_file() else ""
        return Protego.parse("" if "robots_status" in fault else str(fault.get("robots", kept)))

    def delay(self, host: str) -> float:
        """The seconds that a host's robots.txt asks for."""
        rules = self.rules(host)
        rate = rules.request_rate(AGENT)
        return max(rules.crawl_delay(AGENT) or 0.0, rate.seconds / rate.requests if rate else 0.0)

    def allows(self, url: str) -> bool:
        return bool(self.rules(host_of(url)).can_fetch(url, AGENT))


def bare(host: str) -> str:
    return host.removeprefix("www.")


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def at(url: str, host: str) -> bool:
    return bare(host_of(url)) == bare(host)


def read(web: Path, corpus_path: Path, faults: dict[str, Fault], summary: CrawlSummary, log: Path) -> Crawled:
    """What the last crawl of a corpus came to."""
    with Corpus(corpus_path, read_only=True) as corpus:
        (run,) = corpus.row("SELECT max(id) FROM runs") or (0,)
        changes: dict[Change, set[str]] = defaultdict(set)
        for change in corpus.changes(run=run):
            changes[change.change].add(change.url)
        readings = [
            found for one in corpus.startups() for found in Readings(corpus).of(one.id) if found.outcome is Outcome.STORED
        ]
        return Crawled(
            web,
            faults,
            summary,
            list(requests(log, faults)),
            {page.url: page.digest for page in corpus.pages()},
            list(corpus.visits()),
            changes,
            {found.page.url: found.page.digest for found in readings},
            {found.page.url for found in readings if found.lastmod},
        )


def requests(log: Path, faults: dict[str, Fault]) -> Iterator[Asked]:
    """The proxy's log; which answers it cut is told by throwing its dice again, once for each that has a body."""
    dice: dict[str, random.Random] = {}
    for line in log.read_text().splitlines():
        entry = json.loads(line)
        host, path, status, answered = str(entry["host"]), str(entry["path"]), int(entry["status"]), float(entry["t"])
        fault = faults.get(host, {})
        if path == "/robots.txt" and "robots_status" in fault:
            has_body = "robots" in fault
        else:
            has_body = status != 304 and (path == "/robots.txt" or status != fault.get("status"))
        own = dice.setdefault(host, random.Random(fault.get("seed", 1)))  # noqa: S311  # no secret
        cut = has_body and own.random() < fault.get("drop", 0.0)
        came = answered - fault.get("delay", 0.0)
        yield Asked(host, path, str(entry["query"]), status, str(entry["agent"]), came, answered, cut)
