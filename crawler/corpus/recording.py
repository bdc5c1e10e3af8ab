"""What a crawl came to, told while it runs and at its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crawler.corpus.corpus import Corpus
from crawler.corpus.pages import Change
from crawler.records import Outcome

ERRORS = frozenset({Outcome.HTTP_ERROR, Outcome.TOO_LARGE, Outcome.UNREACHABLE, Outcome.BROKEN})
REFUSED = frozenset({Outcome.ROBOTS, Outcome.REFUSED, Outcome.OPTED_OUT, Outcome.NOINDEX, Outcome.TRAP})
"""What was not fetched, or not kept, since somebody says so: the site, its owner, or our own caution."""


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
    refused: int = 0
    """Addresses that may not be asked for or kept."""
    rate: float = 0.0
    """Pages a second of late."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a crawl had to do for its pages."""

    fetched: int = 0
    """Answers of pages, whatever their status."""
    extracted: int = 0
    """Pages whose text was extracted."""
    not_modified: int = 0
    """Answers that said so (304)."""
    same_body: int = 0
    """Answers with the very bytes of the last visit."""
    skipped: int = 0
    """Not asked for, since the sitemap says that they did not change."""


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
    """Addresses that were known and not visited, for lack of budget."""
    seconds: float
    """Of work: over all processes that it took."""
    vanished: int = 0
    """Pages that the corpus held and that are no longer there."""
    resumed: bool = False
    """Whether an earlier process began it."""
    work: Work = field(default_factory=Work)
    """Of the last process."""

    @property
    def pages(self) -> int:
        """Pages that the corpus now holds as this crawl read them."""
        return self.new + self.changed + self.unchanged


@dataclass(slots=True)
class Tally:
    """Counts what one process does of a crawl."""

    waiting: int = 0
    sites_done: int = 0
    pages: int = 0
    errors: int = 0
    refused: int = 0
    fetched: int = 0
    extracted: int = 0
    not_modified: int = 0
    same_body: int = 0
    skipped: int = 0

    def count(self, outcome: Outcome) -> None:
        """Take note of how a visit ended."""
        self.pages += outcome in {Outcome.STORED, Outcome.UNCHANGED}
        self.errors += outcome in ERRORS
        self.refused += outcome in REFUSED

    @property
    def work(self) -> Work:
        """What the process had to do."""
        return Work(self.fetched, self.extracted, self.not_modified, self.same_body, self.skipped)

    def progress(self, sites: int, rate: float) -> Progress:
        """Return how far the crawl has come."""
        return Progress(sites, self.sites_done, self.pages, self.waiting, self.errors, self.refused, rate)


def summary(corpus: Corpus, run: int, tally: Tally, *, sites: int, seconds: float, resumed: bool) -> CrawlSummary:
    """Return what a run came to, over all its processes, as the corpus has it on record."""
    outcomes = dict(
        corpus.rows(
            "SELECT outcome, count(*) FROM visits WHERE run = ? GROUP BY outcome ORDER BY 2 DESC, 1",
            lambda row: (Outcome(row[0]), int(row[1])),
            (run,),
        )
    )
    changes = dict(
        corpus.rows(
            "SELECT change, count(DISTINCT startup_id || ' ' || url) FROM changes WHERE run = ? GROUP BY change",
            lambda row: (Change(row[0]), int(row[1])),
            (run,),
        )
    )
    held = corpus.row("SELECT count(*) FROM readings JOIN pages USING (startup_id, url) WHERE run = ?", (run,)) or (0,)
    left = corpus.row('SELECT coalesce(sum("left"), 0) FROM sites WHERE run = ?', (run,)) or (0,)
    new, changed, vanished = (changes.get(change, 0) for change in (Change.NEW, Change.CHANGED, Change.VANISHED))
    unchanged = max(0, held[0] - new - changed)
    return CrawlSummary(sites, outcomes, new, changed, unchanged, left[0], seconds, vanished, resumed, tally.work)
