"""Whose turn it is among processes: crawls that share a home ask no host, and no address, more often together than one would.

Its scope is one folder on one machine: all crawls whose corpora lie in that folder. Crawls with other homes, or on other
machines, know nothing of each other: `--shards` divides hosts among machines so that they need not. Where a proxy looks up
names, addresses are not known and hosts alone are spaced.

Each request begins with one statement on a small SQLite file beside the corpus, and ends with another. Time is the
machine's monotonic clock, which no clock change moves; after a restart of the machine what is noted counts for nothing. A
process shows that it lives by a lock that goes with it: what it had under way when it was killed holds nobody up.
"""

import fcntl
import os
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from crawler.errors import CrawlError
from crawler.write_ahead import write_ahead

NAME = "turns.sqlite"
PATIENCE = 10.0
"""Seconds to wait for another process's transaction; one takes some hundredths of a millisecond."""
SHORTEST_LOOK, LONGEST_LOOK = 0.05, 1.0
"""Seconds after which it is looked again whether another process's request has ended."""
LEASE = 3.0
"""Times the timeout of a request, after which it is over even where a process that lives says otherwise."""
FORGOTTEN = 3600.0
"""Seconds after which a turn that is long over is forgotten."""
NOBODY = 0
REPAIR = 0
"""The byte of the lock that is held while a damaged file is replaced; each process holds the one of its own number."""
TABLE = (
    "CREATE TABLE IF NOT EXISTS turns (name TEXT PRIMARY KEY, at REAL NOT NULL, free_at REAL NOT NULL,"
    " owner INTEGER NOT NULL, until REAL NOT NULL) WITHOUT ROWID"
)
PUT = "INSERT OR REPLACE INTO turns (name, at, free_at, owner, until) VALUES (?, ?, ?, ?, ?)"
# The time is asked within the statement, which has the file's lock by then: what others wrote is never of later.
CLAIM = """
    INSERT OR REPLACE INTO turns (name, at, free_at, owner, until)
    WITH clock (now) AS MATERIALIZED (SELECT monotonic()),
    asked (name, gap, owner, lease) AS (
        VALUES (:host, :gap, :me, :lease), (:address, :address_gap, 0, NULL)
    )
    SELECT name, now, now + gap, owner, ifnull(now + lease, 0.0) FROM asked, clock WHERE name IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM turns JOIN asked USING (name), clock
        WHERE at <= now AND (turns.owner NOT IN (0, :me) OR max(free_at, at + gap) > now)
    )
"""
"""Takes host and address, or neither; a row of later than now is of the time before the machine was started."""
MOVE = """
    INSERT INTO turns (name, at, free_at, owner, until)
    WITH clock (now) AS MATERIALIZED (SELECT monotonic())
    SELECT :host, now, now + :gap, 0, 0.0 FROM clock WHERE true
    ON CONFLICT (name) DO UPDATE SET at = excluded.at,
        free_at = iif(at > excluded.at, excluded.free_at, max(excluded.free_at, free_at)),
        owner = iif(at > excluded.at OR owner = :ending, 0, owner),
        until = iif(at > excluded.at OR owner = :ending, 0.0, until)
"""
"""Frees the host later, and of the process that is `ending` its request."""
FORGET = "DELETE FROM turns WHERE at > monotonic() OR max(free_at, until) < monotonic() - ?"


class Turns:
    """The turns of all hosts and addresses; one instance a process, for the thread that made it.

    Raises:
        CrawlError: from every method, when the file cannot be used.
    """

    def __init__(self, folder: Path, timeout: float) -> None:
        """Take the folder that the corpora lie in, and the time that a request has."""
        self._path = folder / NAME
        self._lease = LEASE * timeout
        self._me = random.SystemRandom().randrange(1, 2**40)
        with self._translated():
            folder.mkdir(parents=True, exist_ok=True)
            self._lives = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o644)
            fcntl.lockf(self._lives, fcntl.LOCK_EX, 1, self._me)
            try:
                self._db = self._opened()
            except sqlite3.DatabaseError as error:
                if "not a database" not in str(error) and "malformed" not in str(error):
                    raise
                self._db = self._made_anew()

    def of(self, host: str) -> "HostTurns":
        """Return the turns of one host."""
        return HostTurns(self, host)

    def claim(self, host: str, gap: float, address: str | None, address_gap: float) -> tuple[float, float]:
        """Begin a request if host and address are free.

        Args:
            host: asked by one request at a time.
            gap: seconds that must have passed since the last request to the host ended.
            address: the one that the host's name is pinned to, if that is known.
            address_gap: seconds that must have passed since the last request to the address began.

        Returns:
            Seconds to wait for the host and for the address before it is asked again; zeros where the request may begin.
        """
        place = f"@{address}" if address else None
        asked = {"host": host, "gap": gap, "address": place, "address_gap": address_gap, "me": self._me, "lease": self._lease}
        with self._translated():
            while not self._db.execute(CLAIM, asked).rowcount:
                with self._transaction():
                    now = _now()
                    host_wait = self._host_wait(host, gap, now)
                    address_wait = self._wait(place, address_gap, now) if place else 0.0
                if host_wait > 0 or address_wait > 0:
                    return max(0.0, host_wait), max(0.0, address_wait)
        return 0.0, 0.0

    def release(self, host: str, gap: float) -> None:
        """End a request; `gap` seconds must pass before the next."""
        self._move(host, gap, self._me)

    def pause(self, host: str, seconds: float) -> None:
        """Let nobody ask a host for so many seconds from now."""
        self._move(host, seconds, NOBODY)

    def close(self) -> None:
        """Give the file back."""
        self._db.close()
        os.close(self._lives)

    def __enter__(self) -> Self:
        """Return the instance itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give the file back."""
        self.close()

    def _move(self, host: str, gap: float, ending: int) -> None:
        with self._translated():
            self._db.execute(MOVE, {"host": host, "gap": gap, "ending": ending})

    def _host_wait(self, host: str, gap: float, now: float) -> float:
        known = self._row(host, now)
        if known is not None and known[2] not in {NOBODY, self._me}:
            if known[3] > now and self._is_alive(known[2]):
                return min(max(gap / 2, SHORTEST_LOOK), LONGEST_LOOK)
            # It was killed in the midst of a request: that may have lasted until now.
            self._db.execute(PUT, (host, now, max(now + gap, known[1]), NOBODY, 0.0))
        return self._wait(host, gap, now)

    def _wait(self, name: str, gap: float, now: float) -> float:
        known = self._row(name, now)
        return 0.0 if known is None else max(known[1], known[0] + gap) - now

    def _row(self, name: str, now: float) -> tuple[float, float, int, float] | None:
        row = self._db.execute("SELECT at, free_at, owner, until FROM turns WHERE name = ?", (name,)).fetchone()
        return None if row is None or row[0] > now else row  # of the time before the machine was started

    def _is_alive(self, owner: int) -> bool:
        try:
            fcntl.lockf(self._lives, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, owner)
        except OSError:
            return True
        fcntl.lockf(self._lives, fcntl.LOCK_UN, 1, owner)
        return False

    def _opened(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None)
        try:
            db.create_function("monotonic", 0, _now)
            write_ahead(db, PATIENCE)
            db.execute("PRAGMA synchronous = OFF")  # a loss of power restarts the machine, and with it the clock
            db.execute(TABLE)
            db.execute(FORGET, (FORGOTTEN,))
        except BaseException:
            db.close()
            raise
        return db

    def _made_anew(self) -> sqlite3.Connection:
        """Open the file in place of a damaged one: what that held is worth a few seconds' wait at most."""
        fcntl.lockf(self._lives, fcntl.LOCK_EX, 1, REPAIR)
        try:
            try:
                return self._opened()  # another process was quicker
            except sqlite3.DatabaseError:
                for end in ("", "-wal", "-shm"):
                    self._path.with_name(self._path.name + end).unlink(missing_ok=True)
                return self._opened()
        finally:
            fcntl.lockf(self._lives, fcntl.LOCK_UN, 1, REPAIR)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            mend = "check the disk and the folder"
            if "locked" in str(error):
                mend = "another crawl stands still in the midst of its work: end that process"
            raise CrawlError(f"cannot keep the turns of hosts in {self._path}: {error} ({mend})") from error


class HostTurns:
    """The turns of one host among processes."""

    def __init__(self, turns: Turns, host: str) -> None:
        """Take all turns, and the host."""
        self._turns = turns
        self._host = host

    def claim(self, gap: float, address: str | None, address_gap: float) -> tuple[float, float]:
        """Begin a request if it may, see `Turns.claim`."""
        return self._turns.claim(self._host, gap, address, address_gap)

    def release(self, gap: float) -> None:
        """End it."""
        self._turns.release(self._host, gap)

    def pause(self, seconds: float) -> None:
        """Let nobody through for so many seconds."""
        self._turns.pause(self._host, seconds)


def _now() -> float:
    """Return the clock that both the statements and their waits are reckoned by."""
    return time.monotonic()
