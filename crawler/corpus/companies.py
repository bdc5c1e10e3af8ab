"""What sites say of their companies, and which startups are one company: links with reasons that can be undone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crawler.corpus.corpus import Corpus
from crawler.corpus.database import to_text, to_time


@dataclass(frozen=True, slots=True)
class SameCompany:
    """One reason to hold two startups for one company."""

    id: int
    startup_id: str
    same_as: str
    reason: str
    """Such as `vat`, `redirect`, `mirror`, or `stated` by a person."""
    detail: str
    at: datetime
    undone_at: datetime | None = None


class Companies:
    """Company records and links between startups; works within the corpus's transactions."""

    def __init__(self, corpus: Corpus) -> None:
        """Take the corpus to work on."""
        self._corpus = corpus

    def put_record(self, startup_id: str, record: str, at: datetime | None = None) -> bool:
        """Keep what a startup's site says of its company, as JSON. Return whether it changed; what did not keeps its date."""
        known = self._corpus.row("SELECT record FROM companies WHERE startup_id = ?", (startup_id,))
        if known == (record,):
            return False
        values = (startup_id, record, to_text(at or datetime.now(UTC)))
        self._corpus.execute("INSERT OR REPLACE INTO companies VALUES (?, ?, ?)", values)
        return True

    def record(self, startup_id: str) -> str | None:
        """Return what a startup's site says of its company, as JSON, or None."""
        row = self._corpus.row("SELECT record FROM companies WHERE startup_id = ?", (startup_id,))
        return None if row is None else row[0]

    def records(self) -> Iterator[tuple[str, str]]:
        """Yield startup and company record of each site that says something, in order of id."""
        return self._corpus.rows("SELECT startup_id, record FROM companies ORDER BY startup_id", lambda row: (row[0], row[1]))

    def link(self, startup_id: str, same_as: str, reason: str, detail: str = "") -> bool:
        """Hold two startups for one company. Return whether that is news: a link that was undone is not made again.

        Of a startup that is not, or no longer, in the corpus none is made.
        """
        first, second = sorted((startup_id, same_as))
        if first == second:
            return False
        return (
            self._corpus.execute(
                "INSERT OR IGNORE INTO same_company (startup_id, same_as, reason, detail, at) SELECT ?1, ?2, ?3, ?4, ?5"
                " WHERE EXISTS (SELECT 1 FROM startups WHERE id = ?1) AND EXISTS (SELECT 1 FROM startups WHERE id = ?2)",
                (first, second, reason, detail, to_text(datetime.now(UTC))),
            )
            > 0
        )

    def undo(self, link_id: int) -> bool:
        """Take a link back; it stays on record, so that it is not found again. Return whether it was in force."""
        return (
            self._corpus.execute(
                "UPDATE same_company SET undone_at = ? WHERE id = ? AND undone_at IS NULL",
                (to_text(datetime.now(UTC)), link_id),
            )
            > 0
        )

    def links(self, startup_id: str | None = None, *, undone: bool = False) -> Iterator[SameCompany]:
        """Yield the links of one startup or all, oldest first; those taken back only if `undone`."""
        return self._corpus.rows(
            "SELECT id, startup_id, same_as, reason, detail, at, undone_at FROM same_company"
            " WHERE (?1 IS NULL OR ?1 IN (startup_id, same_as)) AND (?2 OR undone_at IS NULL) ORDER BY id",
            _link,
            (startup_id, undone),
        )


def _link(row: tuple[Any, ...]) -> SameCompany:
    key, startup_id, same_as, reason, detail, at, undone_at = row
    return SameCompany(key, startup_id, same_as, reason, detail, datetime.fromisoformat(at), to_time(undone_at))
