"""The pages of the corpus: what stands now, what stood before, and when each came, changed and vanished."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from crawler.corpus.codec import PAGE_COLUMNS, page_of, page_values
from crawler.corpus.database import Database, to_text
from crawler.records import Page

MARKS = ", ".join("?" * 11)
KEPT = "title, description, language, blocks, fetched_at, digest, since, archive_file, archive_offset, archive_digest"
PUT = f"INSERT OR REPLACE INTO pages ({PAGE_COLUMNS}, since, settled) VALUES ({MARKS}, ?, ?)"  # noqa: S608  # constants
STANDING = f"SELECT {PAGE_COLUMNS} FROM pages"  # noqa: S608  # constants
EARLIER = f"SELECT {PAGE_COLUMNS} FROM versions"  # noqa: S608  # constants
KEEP = (
    f"INSERT INTO versions (startup_id, url, {KEPT}, until)"  # noqa: S608  # constants
    f" SELECT startup_id, url, {KEPT}, ? FROM pages WHERE startup_id = ? AND url = ?"
)
FETCHED_BY = "CASE WHEN fetched_at <= ? THEN fetched_at ELSE since END"
"""In place of `fetched_at`, for pages as they stood at a moment."""
ERASE = (
    "DELETE FROM pages WHERE startup_id = ? AND url = ?",
    "DELETE FROM versions WHERE startup_id = ? AND url = ?",
    "DELETE FROM changes WHERE startup_id = ? AND url = ?",
    "DELETE FROM readings WHERE startup_id = ? AND url = ?",
    "DELETE FROM visits WHERE startup_id = ? AND url = ?",
)


class Change(StrEnum):
    """What happened to a page."""

    NEW = "new"
    CHANGED = "changed"
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class PageChange:
    """One event in the life of a page."""

    startup_id: str
    url: str
    change: Change
    at: datetime
    """In UTC."""
    digest: str
    """Of the page as it then stood; of the content that went where it vanished."""


class PageStore(Database):
    """Pages with their history: each holds since when it reads as it does, and what it held before is kept."""

    run: int | None = None
    """The crawl that writes, noted beside changes and visits."""

    def put_page(self, page: Page, *, settled: bool = True, at: datetime | None = None) -> bool:
        """Store a page of a known startup in place of what its URL held. Return whether its content changed.

        A page whose content is unchanged gets the new fetch time, archive reference, and languages and page numbers of its
        blocks only. Content that takes another's place leaves that as an earlier version, unless it was not `settled`: a page
        in the midst of its site's first crawl. The change is dated `at`, else the fetch time.
        """
        with self.transaction():
            known = self.row(
                "SELECT digest, language, settled, since FROM pages WHERE startup_id = ? AND url = ?",
                (page.startup_id, page.url),
            )
            values = page_values(page)
            if known is not None and known[:2] == (page.digest, page.language):
                self.execute(
                    "UPDATE pages SET blocks = ?, fetched_at = ?, archive_file = ?, archive_offset = ?, archive_digest = ?,"
                    " settled = max(settled, ?) WHERE startup_id = ? AND url = ?",
                    (values[5], values[6], *values[8:], settled, page.startup_id, page.url),
                )
                return False
            since = moment = to_text(at or page.fetched_at)
            if known is None:
                self._note(page.startup_id, page.url, Change.NEW, moment, page.digest)
            elif known[2]:
                self._keep_version(page.startup_id, page.url, moment)
                self._note(page.startup_id, page.url, Change.CHANGED, moment, page.digest)
            else:
                since = known[3]
            self.execute(PUT, (*values, since, settled))
            return True

    def touch_page(self, startup_id: str, url: str, at: datetime) -> None:
        """Note that a page was asked for at `at` and still holds what it held."""
        self.execute(
            "UPDATE pages SET fetched_at = max(fetched_at, ?) WHERE startup_id = ? AND url = ?", (to_text(at), startup_id, url)
        )

    def drop_page(self, startup_id: str, url: str, at: datetime | None = None) -> bool:
        """Take a page out, since it vanished; its visits and versions stay. Return whether it was stored."""
        with self.transaction():
            known = self.row("SELECT digest, settled FROM pages WHERE startup_id = ? AND url = ?", (startup_id, url))
            if known is None:
                return False
            moment = to_text(at or datetime.now(UTC))
            self._keep_version(startup_id, url, moment)
            self._note(startup_id, url, Change.VANISHED, moment, known[0])
            self.execute("DELETE FROM pages WHERE startup_id = ? AND url = ?", (startup_id, url))
            return True

    def page(self, startup_id: str, url: str) -> Page | None:
        """Return a stored page, or None."""
        row = self.row(f"{STANDING} WHERE startup_id = ? AND url = ?", (startup_id, url))
        return None if row is None else page_of(row)

    def pages(self, startup_id: str | None = None, as_of: datetime | None = None) -> Iterator[Page]:
        """Yield the stored pages, of one startup or of all, in order of startup and URL.

        With `as_of`, as they stood at that moment: versions that were replaced later, without pages that came later. Their
        `fetched_at` is then never after it.
        """
        where, values = ("", ()) if startup_id is None else (" AND startup_id = ?", (startup_id,))
        if as_of is None:
            return self.rows(f"{STANDING} WHERE 1{where} ORDER BY startup_id, url", page_of, values)
        moment = to_text(as_of)
        standing, earlier = (query.replace("fetched_at", FETCHED_BY) for query in (STANDING, EARLIER))
        query = (
            f"{standing} WHERE since <= ?{where}"
            f" UNION ALL {earlier} WHERE since <= ? AND until > ?{where} ORDER BY startup_id, url"
        )
        return self.rows(query, page_of, (moment, moment, *values, moment, moment, moment, *values))

    def versions(self, startup_id: str, url: str) -> Iterator[Page]:
        """Yield the earlier contents of a page, the oldest first."""
        return self.rows(f"{EARLIER} WHERE startup_id = ? AND url = ? ORDER BY since, id", page_of, (startup_id, url))

    def changes(self, startup_id: str | None = None, run: int | None = None) -> Iterator[PageChange]:
        """Yield when pages came, changed and vanished, oldest first: of one startup, of one crawl, or all."""
        return self.rows(
            "SELECT startup_id, url, change, at, digest FROM changes"
            " WHERE (?1 IS NULL OR startup_id = ?1) AND (?2 IS NULL OR run = ?2) ORDER BY id",
            lambda row: PageChange(row[0], row[1], Change(row[2]), datetime.fromisoformat(row[3]), row[4]),
            (startup_id, run),
        )

    def erase_page(self, startup_id: str, url: str) -> None:
        """Forget a page with all that is known of its address, without a trace of what it held."""
        with self.transaction():
            for statement in ERASE:
                self.execute(statement, (startup_id, url))

    def _keep_version(self, startup_id: str, url: str, until: str) -> None:
        self.execute(KEEP, (until, startup_id, url))

    def _note(self, startup_id: str, url: str, change: Change, at: str, digest: str) -> None:
        self.execute(
            "INSERT INTO changes (startup_id, url, change, at, digest, run) VALUES (?, ?, ?, ?, ?, ?)",
            (startup_id, url, change, at, digest, self.run),
        )
