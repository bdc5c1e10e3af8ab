"""What the corpus tells of each site: pages, languages, how visits ended and why, when it was last seen."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from crawler.corpus.corpus import Corpus
from crawler.corpus.database import to_time
from crawler.corpus.frontier import Phase
from crawler.corpus.leading import led_elsewhere
from crawler.corpus.optouts import OptOuts
from crawler.corpus.pages import Change
from crawler.corpus.recording import REFUSED
from crawler.records import Outcome
from crawler.urls import canonical_url

MOST_REASONS = 5


@dataclass(frozen=True, slots=True)
class Ending:
    """How visits of a site's last crawl ended."""

    outcome: Outcome
    visits: int
    reasons: dict[str, int] = field(default_factory=dict)
    """The most frequent ones: the status or the detail, and how often."""


@dataclass(frozen=True, slots=True)
class SiteReport:
    """One startup's site."""

    startup_id: str
    name: str
    url: str | None
    pages: int
    languages: dict[str, int]
    outcomes: tuple[Ending, ...]
    """Of the last crawl that visited it, the frequent ones first."""
    refused: int
    """Addresses of that crawl that were not asked for or not kept: robots.txt, noindex, the guard, opt-out, traps."""
    left: int
    """Addresses known and not visited."""
    delay: float
    """Seconds between two requests to the host, as it came to be."""
    last_seen: datetime | None
    """When a page was last read or confirmed, in UTC."""
    last_crawled: datetime | None
    new: int
    changed: int
    vanished: int
    """In that crawl."""
    finished: bool
    opted_out: bool
    led_to: str | None = None
    """Where its seed led in that crawl, if to another host."""


def site_reports(corpus: Corpus) -> Iterator[SiteReport]:
    """Yield a report of each startup that has an address, a page or a visit, in order of id."""
    opt_outs, led_to = OptOuts(corpus), led_elsewhere(corpus)
    for startup in list(corpus.startups()):
        key = startup.id
        site = corpus.row(
            'SELECT run, "left", delay, phase FROM sites WHERE startup_id = ? ORDER BY run DESC LIMIT 1',
            (key,),
        )
        visited = corpus.row("SELECT max(at) FROM visits WHERE startup_id = ?", (key,)) or (None,)
        seen = corpus.row(
            "SELECT max(coalesce(seen_at, p.fetched_at)) FROM pages p LEFT JOIN readings r USING (startup_id, url)"
            " WHERE p.startup_id = ?",
            (key,),
        ) or (None,)
        languages = dict(
            corpus.rows(
                "SELECT language, count(*) FROM pages WHERE startup_id = ? GROUP BY language ORDER BY 2 DESC, 1",
                lambda row: (str(row[0]), int(row[1])),
                (key,),
            )
        )
        if not (startup.url or languages or visited[0]):
            continue
        run, left, delay, phase = site or (None, 0, 0.0, "")
        endings = _endings(corpus, key, run)
        changes = dict(
            corpus.rows(
                "SELECT change, count(*) FROM changes WHERE startup_id = ? AND run IS ? GROUP BY change",
                lambda row: (str(row[0]), int(row[1])),
                (key, run),
            )
        )
        yield SiteReport(
            startup_id=key,
            name=startup.name,
            url=startup.url,
            pages=sum(languages.values()),
            languages=languages,
            outcomes=endings,
            refused=sum(ending.visits for ending in endings if ending.outcome in REFUSED),
            left=left,
            delay=delay,
            last_seen=to_time(seen[0]),
            last_crawled=to_time(visited[0]),
            new=changes.get(Change.NEW, 0),
            changed=changes.get(Change.CHANGED, 0),
            vanished=changes.get(Change.VANISHED, 0),
            finished=phase in {Phase.DONE, ""},
            led_to=led_to.get(key),
            opted_out=opt_outs.covers(canonical_url(startup.url or "") or ""),
        )


def _endings(corpus: Corpus, startup_id: str, run: int | None) -> tuple[Ending, ...]:
    found: dict[Outcome, dict[str, int]] = {}
    rows = corpus.rows(
        "SELECT outcome, status, detail, count(*) FROM visits WHERE startup_id = ? AND run IS ?"
        " GROUP BY outcome, status, detail ORDER BY 4 DESC, 3",
        lambda row: (Outcome(row[0]), row[1], str(row[2]), int(row[3])),
        (startup_id, run),
    )
    for outcome, status, detail, number in rows:
        reason = detail.partition(": http")[0] if outcome is not Outcome.REDIRECTED else "to another address"
        reasons = found.setdefault(outcome, {})
        words = reason or (f"status {status}" if status else "")
        reasons[words] = reasons.get(words, 0) + number
    endings = [Ending(outcome, sum(reasons.values()), _frequent(reasons)) for outcome, reasons in found.items()]
    return tuple(sorted(endings, key=lambda ending: (-ending.visits, ending.outcome)))


def _frequent(reasons: dict[str, int]) -> dict[str, int]:
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return {words: number for words, number in ordered[:MOST_REASONS] if words}
