"""Runs: which crawl is which, whether it finished, and what an unfinished one still has to do."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crawler.corpus.corpus import Corpus
from crawler.corpus.database import to_text
from crawler.corpus.frontier import Phase, State
from crawler.records import Startup

STALE = timedelta(days=14)
"""After which an unfinished run that nobody continued is left for a new one."""


@dataclass(frozen=True, slots=True)
class Run:
    """One crawl of a list of startups, over as many processes, one after the other, as it takes."""

    id: int
    began_at: datetime
    resumed: bool
    sites_done: int
    waiting: int
    """Addresses known and not yet visited."""


def run_key(startups: Sequence[Startup], choices: dict[str, object]) -> str:
    """Return what tells a crawl from others: its seeds, and the settings that decide which pages it stores."""
    seeds = sorted((startup.id, startup.url) for startup in startups)
    return hashlib.sha256(json.dumps([seeds, choices], sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def open_run(corpus: Corpus, key: str, *, sites: int, refresh: bool) -> Run:
    """Continue the run of that key that did not finish, else begin one."""
    now = datetime.now(UTC)
    with corpus.transaction():
        known = corpus.row(
            "SELECT id, began_at FROM runs WHERE key = ? AND ended_at IS NULL AND touched_at > ? ORDER BY id DESC LIMIT 1",
            (key, to_text(now - STALE)),
        )
        if known is None:
            # What was left of older runs of the same key will not be continued.
            corpus.execute("DELETE FROM frontier WHERE run IN (SELECT id FROM runs WHERE key = ?)", (key,))
            values = (key, refresh, sites, to_text(now), to_text(now))
            corpus.execute("INSERT INTO runs (key, refresh, sites, began_at, touched_at) VALUES (?, ?, ?, ?, ?)", values)
        row = corpus.row("SELECT max(id) FROM runs WHERE key = ?", (key,)) or (0,)
    run_id = row[0] if known is None else known[0]
    if known is None:
        return Run(run_id, now, resumed=False, sites_done=0, waiting=0)
    done = corpus.row("SELECT count(*) FROM sites WHERE run = ? AND phase = ?", (run_id, Phase.DONE)) or (0,)
    waiting = corpus.row("SELECT count(*) FROM frontier WHERE run = ? AND state != ?", (run_id, State.DONE)) or (0,)
    return Run(run_id, datetime.fromisoformat(known[1]), resumed=True, sites_done=done[0], waiting=waiting[0])


def end_run(corpus: Corpus, run: int) -> None:
    """Note that all sites of a run are done."""
    corpus.execute("UPDATE runs SET ended_at = ?1, touched_at = ?1 WHERE id = ?2", (to_text(datetime.now(UTC)), run))


def add_seconds(corpus: Corpus, run: int, seconds: float) -> float:
    """Add a process's working time to a run; return the sum."""
    corpus.execute("UPDATE runs SET seconds = seconds + ? WHERE id = ?", (seconds, run))
    row = corpus.row("SELECT seconds FROM runs WHERE id = ?", (run,))
    return float(row[0]) if row else seconds


def done_sites(corpus: Corpus, run: int) -> frozenset[str]:
    """Return the startups of a run whose sites are done."""
    query = "SELECT startup_id FROM sites WHERE run = ? AND phase = ?"
    return frozenset(corpus.rows(query, lambda row: row[0], (run, Phase.DONE)))


def is_whole(corpus: Corpus, run: int, startups: Sequence[Startup]) -> bool:
    """Tell whether nothing is left to do of a run: each site is done, or its startup was erased meanwhile."""
    done = done_sites(corpus, run)
    return all(startup.id in done or corpus.startup(startup.id) is None for startup in startups)


def may_begin(corpus: Corpus, run: int, startup_id: str) -> bool:
    """Tell whether a site may be begun or taken up: its startup is known, and nobody ended the site."""
    row = corpus.row(
        "SELECT phase FROM startups LEFT JOIN sites ON run = ? AND startup_id = startups.id WHERE startups.id = ?",
        (run, startup_id),
    )
    return row is not None and row[0] != Phase.DONE


def is_open(corpus: Corpus, run: int, startup_id: str) -> bool:
    """Tell whether a site that was begun is still to be written on: nobody erased it meanwhile."""
    row = corpus.row("SELECT phase FROM sites WHERE run = ? AND startup_id = ?", (run, startup_id))
    return row is not None and row[0] != Phase.DONE
