"""The corpus: all that was crawled and imported, in one SQLite file. The only file that knows its SQL."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from crawler.errors import CorpusError
from crawler.records import Block, Outcome, Page, Profile, Startup, Visit

Row = TypeVar("Row")

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE startups (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, url TEXT, homepage TEXT, country TEXT, source TEXT,
        tags TEXT NOT NULL, trl INTEGER, founded INTEGER, parent_organisations TEXT NOT NULL
    ) STRICT;
    CREATE TABLE profiles (
        startup_id TEXT NOT NULL REFERENCES startups (id) ON DELETE CASCADE, source TEXT NOT NULL, text TEXT NOT NULL,
        language TEXT NOT NULL, imported_at TEXT NOT NULL, url TEXT, digest TEXT NOT NULL,
        PRIMARY KEY (startup_id, source)
    ) STRICT;
    CREATE TABLE pages (
        startup_id TEXT NOT NULL REFERENCES startups (id) ON DELETE CASCADE, url TEXT NOT NULL, title TEXT NOT NULL,
        description TEXT NOT NULL, language TEXT NOT NULL, blocks TEXT NOT NULL, fetched_at TEXT NOT NULL,
        digest TEXT NOT NULL,
        PRIMARY KEY (startup_id, url)
    ) STRICT;
    CREATE TABLE visits (
        id INTEGER PRIMARY KEY, startup_id TEXT NOT NULL REFERENCES startups (id) ON DELETE CASCADE, url TEXT NOT NULL,
        outcome TEXT NOT NULL, status INTEGER, detail TEXT NOT NULL, at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX visits_by_startup ON visits (startup_id, url);
    """,
)
"""Numbered from 1; a corpus records in `user_version` how many it has seen. Never edit one that was released: add."""


@dataclass(frozen=True, slots=True)
class CorpusCounts:
    """How much the corpus holds, and when its pages were read."""

    startups: int
    profiles: int
    pages: int
    visits: int
    languages: dict[str, int]
    """Pages per language."""
    first_fetched_at: datetime | None
    last_fetched_at: datetime | None


class Corpus:
    """The corpus over SQLite in WAL mode: one writer, any number of readers, each its own `Corpus`.

    A write is durable when the method (or the outermost `transaction` block) returns. An instance belongs to the thread that
    made it.

    Raises:
        CorpusError: from every method, when the file cannot be opened, read or written; the file is left as it was.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the corpus at `path`, created with its folder when it is not there (unless `read_only`)."""
        self.path = path
        if read_only and not path.is_file():
            message = f"there is no corpus at {path}: run `scout crawl` or `scout import` first"
            raise CorpusError(message)
        try:
            if not read_only:
                path.parent.mkdir(parents=True, exist_ok=True)
            mode = "ro" if read_only else "rwc"
            self._db = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=30, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise self._error("open", error) from error
        with self._translated("open"):
            self._db.execute("PRAGMA foreign_keys = ON")
            if not read_only:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = FULL")
            self._migrate(read_only=read_only)

    def _migrate(self, *, read_only: bool) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            message = f"{self.path} was written by a newer version (format {version}): update startup-scout"
            raise CorpusError(message)
        if read_only or version == len(MIGRATIONS):
            return
        for number, script in enumerate(MIGRATIONS, start=1):
            if number > version:
                self._db.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")

    def _error(self, doing: str, error: Exception) -> CorpusError:
        reason = str(error)
        mend = "check the disk and the folder's permissions"
        if "locked" in reason:
            mend = "another process is writing it; wait for it to end"
        elif "not a database" in reason or "malformed" in reason:
            mend = "the file is damaged; restore it from a copy, or move it away to start anew"
        return CorpusError(f"cannot {doing} the corpus {self.path}: {reason} ({mend})")

    @contextmanager
    def _translated(self, doing: str) -> Iterator[None]:
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
        with self._translated("write"):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the file; the instance cannot be used afterwards."""
        self._db.close()

    def __enter__(self) -> Self:
        """Return the corpus itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        """Close the file."""
        self.close()

    # Startups ---------------------------------------------------------------------------------------------------------

    def put_startup(self, startup: Startup) -> bool:
        """Store a startup; facts that it leaves open keep what was known. Return whether anything changed."""
        with self.transaction():
            known = self.startup(startup.id)
            merged = startup if known is None else _merged(known, startup)
            if merged == known:
                return False
            self._db.execute(
                "INSERT INTO startups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url,"
                " homepage = excluded.homepage, country = excluded.country, source = excluded.source,"
                " tags = excluded.tags, trl = excluded.trl, founded = excluded.founded,"
                " parent_organisations = excluded.parent_organisations",
                (
                    merged.id,
                    merged.name,
                    merged.url,
                    merged.homepage,
                    merged.country,
                    merged.source,
                    json.dumps(merged.tags, ensure_ascii=False),
                    merged.trl,
                    merged.founded,
                    json.dumps(merged.parent_organisations, ensure_ascii=False),
                ),
            )
            return True

    def startup(self, startup_id: str) -> Startup | None:
        """Return the startup of that id, or None."""
        with self._translated("read"):
            row = self._db.execute("SELECT * FROM startups WHERE id = ?", (startup_id,)).fetchone()
        return None if row is None else _startup(row)

    def startups(self) -> Iterator[Startup]:
        """Yield all startups in order of id."""
        return self._rows("SELECT * FROM startups ORDER BY id", _startup)

    # Pages and profiles -----------------------------------------------------------------------------------------------

    def put_page(self, page: Page) -> bool:
        """Store a page of a known startup in place of what its URL held. Return whether its content changed.

        A page whose content is unchanged gets the new fetch time only.
        """
        with self.transaction():
            cursor = self._db.execute(
                "UPDATE pages SET fetched_at = ? WHERE startup_id = ? AND url = ? AND digest = ? AND language = ?",
                (_iso(page.fetched_at), page.startup_id, page.url, page.digest, page.language),
            )
            if cursor.rowcount:
                return False
            blocks = json.dumps([[b.heading, b.text] for b in page.blocks], ensure_ascii=False)
            self._db.execute(
                "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    page.startup_id,
                    page.url,
                    page.title,
                    page.description,
                    page.language,
                    blocks,
                    _iso(page.fetched_at),
                    page.digest,
                ),
            )
            return True

    def drop_page(self, startup_id: str, url: str) -> bool:
        """Forget a page of a startup; its visits stay. Return whether it was stored."""
        with self.transaction():
            cursor = self._db.execute("DELETE FROM pages WHERE startup_id = ? AND url = ?", (startup_id, url))
            return cursor.rowcount > 0

    def pages(self, startup_id: str | None = None) -> Iterator[Page]:
        """Yield the stored pages, of one startup or of all, in order of startup and URL."""
        if startup_id is None:
            return self._rows("SELECT * FROM pages ORDER BY startup_id, url", _page)
        return self._rows("SELECT * FROM pages WHERE startup_id = ? ORDER BY url", _page, (startup_id,))

    def put_profile(self, profile: Profile) -> bool:
        """Store what a directory says of a known startup. Return whether it changed; what did not keeps its date."""
        with self.transaction():
            known = self._db.execute(
                "SELECT digest FROM profiles WHERE startup_id = ? AND source = ?", (profile.startup_id, profile.source)
            ).fetchone()
            if known == (profile.digest,):
                return False
            self._db.execute(
                "INSERT OR REPLACE INTO profiles VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    profile.startup_id,
                    profile.source,
                    profile.text,
                    profile.language,
                    _iso(profile.imported_at),
                    profile.url,
                    profile.digest,
                ),
            )
            return True

    def profiles(self) -> Iterator[Profile]:
        """Yield all profiles in order of startup and source."""
        return self._rows("SELECT * FROM profiles ORDER BY startup_id, source", _profile)

    # Visits -----------------------------------------------------------------------------------------------------------

    def put_visit(self, visit: Visit) -> None:
        """Record the outcome of one address."""
        with self.transaction():
            self._db.execute(
                "INSERT INTO visits (startup_id, url, outcome, status, detail, at) VALUES (?, ?, ?, ?, ?, ?)",
                (visit.startup_id, visit.url, visit.outcome, visit.status, visit.detail, _iso(visit.at)),
            )

    def visits(self, startup_id: str | None = None) -> Iterator[Visit]:
        """Yield the recorded visits, of one startup or of all, oldest first."""
        columns = "SELECT startup_id, url, outcome, status, detail, at FROM visits"
        if startup_id is None:
            return self._rows(f"{columns} ORDER BY id", _visit)
        return self._rows(f"{columns} WHERE startup_id = ? ORDER BY id", _visit, (startup_id,))

    # The whole --------------------------------------------------------------------------------------------------------

    def counts(self) -> CorpusCounts:
        """Count what is stored."""
        with self._translated("read"):
            startups, profiles, pages, visits, first, last = self._db.execute(
                "SELECT (SELECT count(*) FROM startups), (SELECT count(*) FROM profiles), (SELECT count(*) FROM pages),"
                " (SELECT count(*) FROM visits), (SELECT min(fetched_at) FROM pages), (SELECT max(fetched_at) FROM pages)"
            ).fetchone()
            languages = dict(self._db.execute("SELECT language, count(*) FROM pages GROUP BY language ORDER BY 2 DESC, 1"))
        return CorpusCounts(startups, profiles, pages, visits, languages, _time(first), _time(last))

    def digest(self) -> str:
        """Return a SHA-256 (hex) of all that an index is made from: equal digests mean that nothing needs indexing.

        Fetch times count too, since evidence shows them.
        """
        total = hashlib.sha256()
        with self._translated("read"):
            for query in (
                "SELECT * FROM startups ORDER BY id",
                "SELECT startup_id, source, language, imported_at, digest FROM profiles ORDER BY startup_id, source",
                "SELECT startup_id, url, language, fetched_at, digest FROM pages ORDER BY startup_id, url",
            ):
                for row in self._db.execute(query):
                    total.update(json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass"))
                total.update(b"\0")
        return total.hexdigest()

    def _rows(self, query: str, make: Callable[[tuple[Any, ...]], Row], values: Iterable[object] = ()) -> Iterator[Row]:
        with self._translated("read"):
            for row in self._db.execute(query, tuple(values)):
                yield make(row)


def _merged(known: Startup, new: Startup) -> Startup:
    return replace(
        new,
        url=new.url or known.url,
        homepage=new.homepage or known.homepage,
        country=new.country or known.country,
        source=known.source or new.source,  # the directory that named it first; its profiles say which others do
        tags=new.tags or known.tags,
        trl=known.trl if new.trl is None else new.trl,
        founded=known.founded if new.founded is None else new.founded,
        parent_organisations=new.parent_organisations or known.parent_organisations,
    )


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _startup(row: tuple[Any, ...]) -> Startup:
    key, name, url, homepage, country, source, tags, trl, founded, parents = row
    return Startup(key, name, url, homepage, country, source, tuple(json.loads(tags)), trl, founded, tuple(json.loads(parents)))


def _page(row: tuple[Any, ...]) -> Page:
    startup_id, url, title, description, language, blocks, fetched_at, _ = row
    made = tuple(Block(heading, text) for heading, text in json.loads(blocks))
    return Page(url, startup_id, title, language, made, datetime.fromisoformat(fetched_at), description)


def _profile(row: tuple[Any, ...]) -> Profile:
    startup_id, source, text, language, imported_at, url, _ = row
    return Profile(startup_id, source, text, language, datetime.fromisoformat(imported_at), url)


def _visit(row: tuple[Any, ...]) -> Visit:
    startup_id, url, outcome, status, detail, at = row
    return Visit(url, startup_id, Outcome(outcome), datetime.fromisoformat(at), status, detail)
