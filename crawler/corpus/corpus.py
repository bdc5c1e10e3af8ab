"""The corpus: all that was crawled and imported, in one SQLite file."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from crawler.corpus.database import to_text, to_time
from crawler.corpus.pages import PageStore
from crawler.records import Outcome, Profile, Startup, Visit


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


class Corpus(PageStore):
    """The corpus over SQLite in WAL mode: one writer at a time, any number of readers, each its own `Corpus`.

    A write is durable when the method (or the outermost `transaction` block) returns. An instance belongs to the thread that
    made it. Its methods are startups, profiles and visits; `PageStore` adds the pages, and further rooms work on an instance:
    `readings`, `frontier`, `optouts`, `companies`, `robotscache`.

    Raises:
        CorpusError: from every method, when the file cannot be opened, read or written; the file is left as it was.
    """

    # Startups ---------------------------------------------------------------------------------------------------------

    def put_startup(self, startup: Startup) -> bool:
        """Store a startup; facts that it leaves open keep what was known. Return whether anything changed."""
        with self.transaction():
            known = self.startup(startup.id)
            merged = startup if known is None else _merged(known, startup)
            if merged == known:
                return False
            self.execute(
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
        with self.translated("read"):
            row = self._db.execute("SELECT * FROM startups WHERE id = ?", (startup_id,)).fetchone()
        return None if row is None else _startup(row)

    def startups(self) -> Iterator[Startup]:
        """Yield all startups in order of id."""
        return self.rows("SELECT * FROM startups ORDER BY id", _startup)

    # Profiles -----------------------------------------------------------------------------------------------------------

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
                    to_text(profile.imported_at),
                    profile.url,
                    profile.digest,
                ),
            )
            return True

    def profiles(self) -> Iterator[Profile]:
        """Yield all profiles in order of startup and source."""
        return self.rows("SELECT * FROM profiles ORDER BY startup_id, source", _profile)

    # Visits -----------------------------------------------------------------------------------------------------------

    def put_visit(self, visit: Visit) -> None:
        """Record the outcome of one address."""
        with self.transaction():
            self.execute(
                "INSERT INTO visits (startup_id, url, outcome, status, detail, at, run) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (visit.startup_id, visit.url, visit.outcome, visit.status, visit.detail, to_text(visit.at), self.run),
            )

    def visits(self, startup_id: str | None = None) -> Iterator[Visit]:
        """Yield the recorded visits, of one startup or of all, oldest first."""
        columns = "SELECT startup_id, url, outcome, status, detail, at FROM visits"
        if startup_id is None:
            return self.rows(f"{columns} ORDER BY id", _visit)
        return self.rows(f"{columns} WHERE startup_id = ? ORDER BY id", _visit, (startup_id,))

    # The whole --------------------------------------------------------------------------------------------------------

    def counts(self) -> CorpusCounts:
        """Count what is stored."""
        with self.translated("read"):
            startups, profiles, pages, visits, first, last = self._db.execute(
                "SELECT (SELECT count(*) FROM startups), (SELECT count(*) FROM profiles), (SELECT count(*) FROM pages),"
                " (SELECT count(*) FROM visits), (SELECT min(fetched_at) FROM pages), (SELECT max(fetched_at) FROM pages)"
            ).fetchone()
            languages = dict(self._db.execute("SELECT language, count(*) FROM pages GROUP BY language ORDER BY 2 DESC, 1"))
        return CorpusCounts(startups, profiles, pages, visits, languages, to_time(first), to_time(last))

    def digest(self) -> str:
        """Return a SHA-256 (hex) of all that an index is made from: equal digests mean that nothing needs indexing.

        Fetch times count too, and languages and page numbers of blocks, since evidence shows them, and where companies are.
        """
        total = hashlib.sha256()
        with self.translated("read"):
            for query in (
                "SELECT * FROM startups ORDER BY id",
                "SELECT startup_id, source, language, imported_at, digest FROM profiles ORDER BY startup_id, source",
                "SELECT startup_id, url, language, fetched_at, digest, blocks FROM pages ORDER BY startup_id, url",
                "SELECT DISTINCT startup_id, same_as FROM same_company WHERE undone_at IS NULL ORDER BY startup_id, same_as",
                "SELECT startup_id, json_extract(record, '$.country', '$.region', '$.city') FROM companies ORDER BY startup_id",
            ):
                for row in self._db.execute(query):
                    total.update(json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass"))
                total.update(b"\0")
        return total.hexdigest()


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


def _startup(row: tuple[Any, ...]) -> Startup:
    key, name, url, homepage, country, source, tags, trl, founded, parents = row
    return Startup(key, name, url, homepage, country, source, tuple(json.loads(tags)), trl, founded, tuple(json.loads(parents)))


def _profile(row: tuple[Any, ...]) -> Profile:
    startup_id, source, text, language, imported_at, url, _ = row
    return Profile(startup_id, source, text, language, datetime.fromisoformat(imported_at), url)


def _visit(row: tuple[Any, ...]) -> Visit:
    startup_id, url, outcome, status, detail, at = row
    return Visit(url, startup_id, Outcome(outcome), datetime.fromisoformat(at), status, detail)
