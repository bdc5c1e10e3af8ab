"""What a crawl writes down: pages and visits into the corpus, and how many of each."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crawler.corpus import Corpus
from crawler.records import Outcome, Page, Visit

ERRORS = frozenset({Outcome.HTTP_ERROR, Outcome.TOO_LARGE, Outcome.UNREACHABLE, Outcome.BROKEN})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a crawl has come."""

    sites: int
    """To be crawled in all."""
    sites_done: int
    pages: int
    """Stored or found unchanged so far."""
    waiting: int
    """Addresses known and not yet visited."""
    errors: int
    """Visits that ended in an error."""


@dataclass(frozen=True, slots=True)
class CrawlSummary:
    """What a crawl came to."""

    sites: int
    outcomes: Mapping[Outcome, int]
    """Visits per outcome, the frequent ones first."""
    new: int
    """Pages that the corpus did not hold."""
    changed: int
    unchanged: int
    left: int
    """Addresses that were known and not visited, for lack of budget or because the crawl was stopped."""
    seconds: float

    @property
    def pages(self) -> int:
        """Pages that the corpus now holds as this crawl read them."""
        return self.new + self.changed + self.unchanged


@dataclass(slots=True)
class Recorder:
    """Writes pages and visits into the corpus and counts them."""

    corpus: Corpus
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    left: int = 0
    waiting: int = 0
    sites_done: int = 0

    def visit(self, startup_id: str, url: str, outcome: Outcome, status: int | None = None, detail: str = "") -> None:
        """Record how a visit to an address ended."""
        self.corpus.put_visit(Visit(url, startup_id, outcome, datetime.now(UTC), status, detail))
        self.outcomes[outcome] += 1

    def page(self, page: Page, status: int, *, known: bool) -> None:
        """Store a page together with its visit; `known` says whether the corpus held the address before."""
        with self.corpus.transaction():
            stored = self.corpus.put_page(page)
            self.visit(page.startup_id, page.url, Outcome.STORED if stored else Outcome.UNCHANGED, status)
        self.new += stored and not known
        self.changed += stored and known
        self.unchanged += not stored

    def progress(self, sites: int) -> Progress:
        """Return how far the crawl has come."""
        pages = self.new + self.changed + self.unchanged
        errors = sum(self.outcomes[outcome] for outcome in ERRORS)
        return Progress(sites, self.sites_done, pages, self.waiting, errors)

    def summary(self, sites: int, seconds: float) -> CrawlSummary:
        """Return what the crawl came to."""
        outcomes = dict(self.outcomes.most_common())
        return CrawlSummary(sites, outcomes, self.new, self.changed, self.unchanged, self.left, seconds)
