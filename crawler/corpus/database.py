"""The file under the corpus: SQLite in WAL mode, its transactions, and what is said when it cannot be used."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from crawler.corpus.schema import MIGRATIONS
from crawler.errors import CorpusError
from crawler.write_ahead import write_ahead

Row = TypeVar("Row")

PATIENCE = 30.0
"""Seconds to wait for another process's write."""
NO_CORPUS = "there is no corpus at {}: run `scout crawl` or `scout import` first"

EMPTYING_TRIES = 10
EMPTYING_TRY = 1000
"""Milliseconds that others are waited for, who read what is in the log."""
EMPTYING_PAUSE = 0.5
"""Seconds between two tries: writers wait during each."""


@dataclass(slots=True)
class Log:
    """What a block of `Database.shredding` left behind."""

    traces: bool = True
    """Whether the log may hold what was deleted."""


class Database:
    """One connection: one writer, any number of readers, each its own instance. It belongs to the thread that made it.

    A write is durable when the outermost `transaction` block ends.

    Raises:
        CorpusError: from every method, when the file cannot be opened, read or written; the file is left as it was.
    """

    def __init__(self, path: Path, *, read_only: bool = False, patience: float = PATIENCE) -> None:
        """Open the corpus at `path`, created with its folder when it is not there (unless `read_only`)."""
        self.path = path
        self._patience = patience
        if read_only and not path.is_file():
            raise CorpusError(NO_CORPUS.format(path))
        try:
            if not read_only:
                path.parent.mkdir(parents=True, exist_ok=True)
            mode = ("ro&immutable=1" if _is_frozen(path) else "ro") if read_only else "rwc"
            uri = f"{path.absolute().as_uri()}?mode={mode}"
            self._db = sqlite3.connect(uri, uri=True, timeout=patience, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise self._error("open", error) from error
        try:
            with self.translated("open"):
                self._prepare(read_only=read_only)
        except BaseException:
            self._db.close()
            raise

    def _prepare(self, *, read_only: bool) -> None:
        self._db.execute("PRAGMA foreign_keys = ON")
        if not read_only:
            write_ahead(self._db, self._patience)
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA secure_delete = ON")  # what is replaced is to leave no trace that an erasure would miss
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            message = f"{self.path} was written by a newer version (format {version}): update startup-scout"
            raise CorpusError(message)
        if version == len(MIGRATIONS):
            return
        if read_only:
            if not version:  # made by a process that was killed at once
                raise CorpusError(NO_CORPUS.format(self.path))
            type(self)(self.path).close()  # of an earlier version: brought up to date by a writer
            return
        with self.transaction():
            # Asked again under the lock: another process may have been quicker.
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            for number, script in enumerate(MIGRATIONS, start=1):
                if number > version:
                    for statement in script.split(";"):
                        self._db.execute(statement)
                    self._db.execute(f"PRAGMA user_version = {number}")

    def _error(self, doing: str, error: Exception) -> CorpusError:
        reason = str(error)
        mend = "check the disk and the folder's permissions"
        if "locked" in reason:
            mend = "another process is writing it; wait for it to end"
        elif "not a database" in reason or "malformed" in reason:
            mend = "the file is damaged; restore it from a copy, or move it away to start anew"
        elif "disk is full" in reason or "disk I/O" in reason:
            mend = "make room on the disk and start again; what was stored stays"
        elif "readonly" in reason:
            mend = "the file or its folder may not be written; check their permissions"
        return CorpusError(f"cannot {doing} the corpus {self.path}: {reason} ({mend})")

    @contextmanager
    def translated(self, doing: str) -> Iterator[None]:
        """Turn SQLite's errors within the block into a CorpusError; `doing` is `open`, `read` or `write`."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            raise self._error(doing, error) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes within the block one: all of them are kept, or none."""
        if self._db.in_transaction:
            yield
            return
        with self.translated("write"):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._undo("ROLLBACK")
                raise

    @contextmanager
    def part(self) -> Iterator[None]:
        """Make the writes within the block one part of the transaction around it: undone alone when the block raises."""
        with self.translated("write"):
            self._db.execute("SAVEPOINT part")
            try:
                yield
            except BaseException:
                self._undo("ROLLBACK TO part", "RELEASE part")
                raise
            self._db.execute("RELEASE part")

    def _undo(self, *statements: str) -> None:
        if self._db.in_transaction:  # a full disk makes SQLite roll back by itself
            for statement in statements:
                self._db.execute(statement)

    def execute(self, statement: str, values: Iterable[object] = ()) -> int:
        """Run one writing statement; return the number of rows that it touched."""
        if self._db.in_transaction:
            return self._db.execute(statement, tuple(values)).rowcount
        with self.transaction():
            return self._db.execute(statement, tuple(values)).rowcount

    def execute_many(self, statement: str, rows: Iterable[Iterable[object]]) -> None:
        """Run one writing statement for each row of values."""
        with self.transaction():
            self._db.executemany(statement, (tuple(row) for row in rows))

    def row(self, query: str, values: Iterable[object] = ()) -> tuple[Any, ...] | None:
        """Return the first row that a query finds, or None."""
        try:  # as `translated`, which would cost a small question as much again
            found = self._db.execute(query, tuple(values)).fetchone()
        except (OSError, sqlite3.Error) as error:
            raise self._error("read", error) from error
        return None if found is None else tuple(found)

    def rows(self, query: str, make: Callable[[tuple[Any, ...]], Row], values: Iterable[object] = ()) -> Iterator[Row]:
        """Yield what `make` makes of each row that a query finds."""
        with self.translated("read"):
            for row in self._db.execute(query, tuple(values)):
                yield make(row)

    @contextmanager
    def shredding(self) -> Iterator[Log]:
        """Leave no trace of what the block deletes: the file never has any, the log none unless another process reads it."""
        log = Log()
        with self.translated("write"):
            with self.transaction():
                yield log
            log.traces = not self._empty_log()

    def _empty_log(self) -> bool:
        """Have the log emptied; return whether it was: who reads for long keeps it. Writers wait while it is tried."""
        self._db.execute(f"PRAGMA busy_timeout = {EMPTYING_TRY}")
        try:
            for _ in range(EMPTYING_TRIES):
                if self._db.execute("PRAGMA wal_checkpoint (TRUNCATE)").fetchone()[0] == 0:
                    return True
                time.sleep(EMPTYING_PAUSE)
            return False
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {round(1000 * self._patience)}")

    def close(self) -> None:
        """Close the file; the instance cannot be used afterwards."""
        self._db.close()

    def __enter__(self) -> Self:
        """Return the instance itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        """Close the file."""
        self.close()


def _is_frozen(path: Path) -> bool:
    """Tell whether a file lies whole on a read-only file system: SQLite is to write nothing beside it then, not even locks."""
    frozen = bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    return frozen and not path.with_name(f"{path.name}-wal").exists()


def to_text(moment: datetime) -> str:
    """Return a moment as the corpus writes it: ISO 8601 in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def to_time(text: str | None) -> datetime | None:
    """Return the moment that the corpus wrote as text."""
    return None if text is None else datetime.fromisoformat(text)
