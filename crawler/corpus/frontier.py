"""What is still to be visited of each site; survives the death of the process at any moment.

Every step of a crawl ends in one transaction that stores what was found, marks the address done and takes the next one. What a
dead process had in flight is found again as such. One process works a run: the lock of `crawling` sees to it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from crawler.corpus.corpus import Corpus
from crawler.corpus.database import to_text
from crawler.urls import Site, origin_of, page_key

TASKS = "SELECT url, depth, rank, kind, hops, lastmod, again FROM frontier WHERE run = ? AND startup_id = ?"
RERANK = "UPDATE frontier SET rank = ? WHERE run = ? AND startup_id = ? AND url = ?"
FLY = "UPDATE frontier SET state = ?, turn = ?, hops = ? WHERE run = ? AND startup_id = ? AND url = ?"
FINISH = "UPDATE frontier SET state = ?, turn = ?, status = ?, read = ? WHERE run = ? AND startup_id = ? AND url = ?"
DISCARD = "UPDATE frontier SET state = ?, turn = NULL WHERE run = ? AND startup_id = ? AND url = ?"


class Kind(StrEnum):
    """What an address in the frontier is."""

    PAGE = "page"
    SITEMAP = "sitemap"


class State(StrEnum):
    """How far an address is."""

    WAITING = "waiting"
    FLIGHT = "flight"
    DONE = "done"


class Phase(StrEnum):
    """How far a site is."""

    SEED = "seed"
    """The seed and where it leads."""
    PAGES = "pages"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Task:
    """One address to visit."""

    url: str
    depth: int
    """Links from the seed."""
    rank: int = 0
    """Smaller comes first."""
    kind: Kind = Kind.PAGE
    hops: int = 0
    """Redirects that led here."""
    lastmod: str = ""
    """What the sitemap says of the page's last change."""
    again: bool = False
    """Whether it failed once in this run, and had to wait once more."""


@dataclass(frozen=True, slots=True)
class Done:
    """One address that was visited."""

    url: str
    kind: Kind
    status: int | None
    read: bool
    """Whether it counts as a page of the budget."""


@dataclass(slots=True)
class SiteState:
    """Where a site's crawl stands, beside its addresses."""

    phase: Phase
    home: str
    """Origin that the seed led to."""
    site: Site
    trail: set[str] = field(default_factory=set)
    """Addresses that the seed leads through: they may leave its folder."""

    @classmethod
    def begin(cls, seed: str) -> "SiteState":
        """Return the state of a site of which only the canonical seed is known."""
        return cls(Phase.SEED, origin_of(seed), Site.of(seed), {seed})


class SiteFrontier:
    """The addresses of one startup's site in one run; works within the corpus's transactions."""

    def __init__(self, corpus: Corpus, run: int, startup_id: str) -> None:
        """Take the corpus to work on, the run and the startup."""
        self._corpus = corpus
        self._site = (run, startup_id)
        row = corpus.row("SELECT max(serial), max(turn) FROM frontier WHERE run = ? AND startup_id = ?", self._site)
        last_serial, last_turn = row or (None, None)
        self._serial = 0 if last_serial is None else last_serial + 1
        self._turn = 0 if last_turn is None else last_turn + 1

    def load(self, seed: str) -> SiteState:
        """Return where the site's crawl stands; one that has not begun gets the seed as its first address."""
        row = self._corpus.row(
            "SELECT phase, home, host, port, folder, trail FROM sites WHERE run = ? AND startup_id = ?", self._site
        )
        if row is not None:
            phase, home, host, port, folder, trail = row
            return SiteState(Phase(phase), home, Site(host, port, folder), set(json.loads(trail)))
        state = SiteState.begin(seed)
        self._corpus.execute(
            "INSERT INTO sites (run, startup_id, phase, home, host, port, folder, trail, began_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*self._site, *_state_values(state), to_text(datetime.now(UTC))),
        )
        self.push([Task(seed, 0)])
        return state

    def save(self, state: SiteState) -> None:
        """Keep where the site's crawl stands."""
        self._corpus.execute(
            "UPDATE sites SET phase = ?, home = ?, host = ?, port = ?, folder = ?, trail = ? WHERE run = ? AND startup_id = ?",
            (*_state_values(state), *self._site),
        )

    def push(self, tasks: Iterable[Task]) -> None:
        """Let addresses wait; one that the frontier holds already stays as it is."""
        rows = []
        for task in tasks:
            where = (*self._site, task.url, page_key(task.url), task.kind)
            rows.append((*where, task.depth, task.rank, self._serial, task.hops, State.WAITING, task.lastmod))
            self._serial += 1
        self._corpus.execute_many(
            "INSERT OR IGNORE INTO frontier (run, startup_id, url, key, kind, depth, rank, serial, hops, state, lastmod)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )

    def take(self, judge: Callable[[Task], int | None]) -> Task | None:
        """Put the next address in flight and return it.

        `judge` is asked for each in its turn: it returns its rank to have it now, a greater one to let it wait, or None to be
        rid of it.
        """
        while row := self._one("state = ? ORDER BY rank, depth, serial LIMIT 1", (State.WAITING,)):
            rank = judge(row)
            if rank is None:
                self.discard(row.url)
            elif rank > row.rank:
                self._set(RERANK, (rank,), row.url)
            else:
                return self._fly(row)
        return None

    def take_key(self, url: str) -> Task | None:
        """Put an address in flight before its turn, in whatever spelling it waits; return it, or None if it does not wait."""
        row = self._one("state = ? AND key = ? ORDER BY rank, depth, serial LIMIT 1", (State.WAITING, page_key(url)))
        return None if row is None else self._fly(row)

    def take_deferred(self) -> Task | None:
        """Put an address that had to wait once more in flight, and return it; None if there is none."""
        row = self._one("state = ? AND again ORDER BY rank, depth, serial LIMIT 1", (State.WAITING,))
        return None if row is None else self._fly(row)

    def hop(self, task: Task, url: str) -> Task | None:
        """Put the address that `task` leads to in flight; return it, or None if it was visited already or is in flight."""
        known = self._one("url = ? AND state != ?", (url, State.WAITING))
        if known is not None:
            return None
        self.push([Task(url, task.depth, task.rank, task.kind)])
        return self._fly(replace(task, url=url, hops=task.hops + 1))

    def in_flight(self) -> list[Task]:
        """Return what is in flight, the last taken first: addresses visited for the sake of another one precede it."""
        return list(self._all("state = ? ORDER BY turn DESC", (State.FLIGHT,)))

    def finish(self, url: str, status: int | None = None, *, read: bool = False) -> None:
        """Mark an address as done."""
        self._set(FINISH, (State.DONE, self._turn, status, read), url)
        self._turn += 1

    def defer(self, url: str, rank: int) -> bool:
        """Let an address in flight wait once more, in a later rank; return whether it may: it does so once in a run."""
        statement = (
            "UPDATE frontier SET state = ?, turn = NULL, rank = ?, again = 1"
            " WHERE run = ? AND startup_id = ? AND url = ? AND again = 0"
        )
        return bool(self._corpus.execute(statement, (State.WAITING, rank, *self._site, url)))

    def count_deferred(self) -> int:
        """Return how many addresses had to wait once more, whatever became of them."""
        query = "SELECT coalesce(sum(again), 0) FROM frontier WHERE run = ? AND startup_id = ?"
        row = self._corpus.row(query, self._site)
        return int(row[0]) if row else 0

    def discard(self, url: str) -> None:
        """Mark an address as one that is not visited."""
        self._set(DISCARD, (State.DONE,), url)

    def done(self) -> Iterator[Done]:
        """Yield what was visited, in the order in which it was done."""
        return self._corpus.rows(
            "SELECT url, kind, status, read FROM frontier WHERE run = ? AND startup_id = ? AND state = ? AND turn IS NOT NULL"
            " ORDER BY turn",
            lambda row: Done(row[0], Kind(row[1]), row[2], bool(row[3])),
            (*self._site, State.DONE),
        )

    def waiting(self) -> list[Task]:
        """Return the addresses that wait, in their order."""
        return list(self._all("state = ? ORDER BY rank, depth, serial", (State.WAITING,)))

    def count_waiting(self) -> int:
        """Return how many addresses wait."""
        row = self._corpus.row(
            "SELECT count(*) FROM frontier WHERE run = ? AND startup_id = ? AND state = ?", (*self._site, State.WAITING)
        )
        return int(row[0]) if row else 0

    def waits(self, url: str) -> bool:
        """Tell whether an address waits."""
        return self._one("url = ? AND state = ?", (url, State.WAITING)) is not None

    def date(self, lastmods: Iterable[tuple[str, str]]) -> None:
        """Note what a sitemap says of the last change of addresses that wait, by key (see `page_key`)."""
        self._corpus.execute_many(
            "UPDATE frontier SET lastmod = ? WHERE run = ? AND startup_id = ? AND key = ? AND state = 'waiting'",
            ((lastmod, *self._site, key) for key, lastmod in lastmods),
        )

    def keys(self) -> set[str]:
        """Return the keys (see `page_key`) of all addresses that the frontier holds of the site."""
        query = "SELECT key FROM frontier WHERE run = ? AND startup_id = ?"
        return set(self._corpus.rows(query, lambda row: row[0], self._site))

    def close(self, *, left: int) -> None:
        """End the site's crawl: its addresses are forgotten, visits and readings hold what came of them."""
        now = to_text(datetime.now(UTC))
        self._corpus.execute("DELETE FROM frontier WHERE run = ? AND startup_id = ?", self._site)
        self._corpus.execute(
            'UPDATE sites SET phase = ?, "left" = ?, ended_at = ? WHERE run = ? AND startup_id = ?',
            (Phase.DONE, left, now, *self._site),
        )
        self._corpus.execute("UPDATE runs SET touched_at = ? WHERE id = ?", (now, self._site[0]))

    def _fly(self, task: Task) -> Task:
        self._set(FLY, (State.FLIGHT, self._turn, task.hops), task.url)
        self._turn += 1
        return task

    def _set(self, statement: str, values: Sequence[object], url: str) -> None:
        self._corpus.execute(statement, (*values, *self._site, url))

    def _one(self, where: str, values: Sequence[object]) -> Task | None:
        return next(iter(self._all(where, values)), None)

    def _all(self, where: str, values: Sequence[object]) -> Iterator[Task]:
        return self._corpus.rows(f"{TASKS} AND {where}", _task, (*self._site, *values))


def _state_values(state: SiteState) -> tuple[object, ...]:
    site = state.site
    return state.phase, state.home, site.host, site.port, site.folder, json.dumps(sorted(state.trail))


def _task(row: tuple[Any, ...]) -> Task:
    url, depth, rank, kind, hops, lastmod, again = row
    return Task(url, depth, rank, Kind(kind), hops, lastmod, bool(again))
