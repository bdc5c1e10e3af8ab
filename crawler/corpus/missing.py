"""Addresses that were not found, and when to ask for them again: ever more rarely, and never not at all."""

import json
from datetime import UTC, datetime, timedelta

from crawler.corpus.corpus import Corpus
from crawler.corpus.pages import Change

FIRST_REST = timedelta(days=1)
"""After the first time; twice as long after each that follows."""
LONGEST_REST = timedelta(days=64)
EARLY = timedelta(hours=4)
"""A crawl that is begun at the same time every day may be earlier than the day before."""

NOT_FOUND = frozenset({404, 410})
IN_A_ROW = (
    "SELECT count(*), max(at) FROM visits WHERE startup_id = ?1 AND url = ?2"
    " AND status IN (SELECT value FROM json_each(?3)) AND id >"
    " (SELECT coalesce(max(id), 0) FROM visits WHERE startup_id = ?1 AND url = ?2"
    " AND status NOT IN (SELECT value FROM json_each(?3)))"
)


def is_resting(corpus: Corpus, startup_id: str, url: str, now: datetime | None = None) -> bool:
    """Tell whether an address was not found the last times (404, 410), and it is too soon to ask again."""
    return _is_due(corpus, startup_id, url, now or datetime.now(UTC)) is False


def due_again(corpus: Corpus, startup_id: str) -> list[str]:
    """Return the addresses of pages that vanished since they were not found, and that are to be asked for again."""
    query = "SELECT DISTINCT url FROM changes WHERE startup_id = ? AND change = ? ORDER BY url"
    now = datetime.now(UTC)
    vanished = list(corpus.rows(query, lambda row: str(row[0]), (startup_id, Change.VANISHED)))
    return [url for url in vanished if _is_due(corpus, startup_id, url, now)]


def _is_due(corpus: Corpus, startup_id: str, url: str, now: datetime) -> bool | None:
    """Tell whether an address that was not found the last times may be asked for again; None where it was found."""
    times, last = corpus.row(IN_A_ROW, (startup_id, url, json.dumps(sorted(NOT_FOUND)))) or (0, None)
    if not times:
        return None
    rest: timedelta = min(FIRST_REST * 2 ** min(times - 1, 10), LONGEST_REST)
    # A visit of the future was dated by a clock that has been put right since.
    return not timedelta() <= now - datetime.fromisoformat(last) < rest - EARLY
