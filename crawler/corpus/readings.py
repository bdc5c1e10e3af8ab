"""What was found last at each address: the page before its site's repetitions are taken out, and what the next visit needs."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from crawler.corpus.codec import PAGE_COLUMNS, page_of, page_values
from crawler.corpus.corpus import Corpus
from crawler.corpus.database import to_text
from crawler.records import Block, Outcome, Page

COLUMNS = (
    f"{PAGE_COLUMNS}, outcome, status, depth, links, canonical, refresh, noindex, company, body_digest, etag, last_modified,"
    " lastmod, seen_at, run"
)
MARKS = ", ".join("?" * 25)
PUT = f"INSERT OR REPLACE INTO readings ({COLUMNS}) VALUES ({MARKS})"  # noqa: S608  # constants
OF_STARTUP = f"SELECT {COLUMNS} FROM readings WHERE startup_id = ?"  # noqa: S608  # constants

Settle = Callable[[Sequence[tuple[Block, ...]]], Sequence[tuple[Block, ...]]]
"""All pages of one site as found, in order of URL, to the same as settled."""


@dataclass(frozen=True, slots=True)
class Found:
    """One address as last read: enough to judge it again without a fetch and without extraction."""

    page: Page
    """With its blocks as found."""
    outcome: Outcome
    """What became of it: stored, duplicate, noindex, empty, redirected (by a meta refresh), parked."""
    status: int
    depth: int
    """Links from the seed."""
    links: tuple[tuple[str, str], ...] = ()
    """Address and anchor text; none where the page says nofollow."""
    canonical: str | None = None
    refresh: str | None = None
    """Where a meta refresh leads that stands for a redirect."""
    noindex: bool = False
    company: str = ""
    """What the page says of its company, as JSON."""
    body_digest: str = ""
    """`sha256:` and the hex digest of the decoded body."""
    etag: str = ""
    last_modified: str = ""
    lastmod: str = ""
    """What the sitemap said when the page was read."""
    seen_at: datetime | None = None
    """When the site last confirmed it, in UTC; never before the page's `fetched_at`."""
    run: int | None = None
    """The crawl that visited it last."""


class Readings:
    """The readings of a corpus; works within the corpus's transactions."""

    def __init__(self, corpus: Corpus) -> None:
        """Take the corpus to work on."""
        self._corpus = corpus

    def put(self, found: Found) -> None:
        """Keep what was found at an address in place of what was found before."""
        seen_at = to_text(max(found.seen_at or found.page.fetched_at, found.page.fetched_at))
        self._corpus.execute(
            PUT,
            (
                *page_values(found.page),
                found.outcome,
                found.status,
                found.depth,
                json.dumps(found.links, ensure_ascii=False),
                found.canonical,
                found.refresh,
                found.noindex,
                found.company,
                found.body_digest,
                found.etag,
                found.last_modified,
                found.lastmod,
                seen_at,
                found.run,
            ),
        )

    def get(self, startup_id: str, url: str) -> Found | None:
        """Return what was found last at an address of a startup's site, or None."""
        row = self._corpus.row(f"{OF_STARTUP} AND url = ?", (startup_id, url))
        return None if row is None else _found(row)

    def stored(self, startup_id: str, key: str, run: int) -> Found | None:
        """Return the page that a crawl under way stored under one of the addresses of a key (see `page_key`), or None."""
        query = (
            "SELECT readings.url FROM frontier JOIN readings USING (startup_id, url) WHERE frontier.run = ? AND startup_id = ?"
            " AND frontier.key = ? AND frontier.read AND outcome = ? ORDER BY frontier.turn DESC LIMIT 1"
        )
        row = self._corpus.row(query, (run, startup_id, key, Outcome.STORED))
        return None if row is None else self.get(startup_id, row[0])

    def of(self, startup_id: str) -> Iterator[Found]:
        """Yield what was found at all addresses of a startup's site, in order of URL."""
        return self._corpus.rows(f"{OF_STARTUP} ORDER BY url", _found, (startup_id,))

    def companies(self, startup_id: str) -> list[str]:
        """Return what the stored pages of a startup's site say of its company, as JSON, in order of URL."""
        query = "SELECT company FROM readings WHERE startup_id = ? AND outcome = ? AND company != '' ORDER BY url"
        return list(self._corpus.rows(query, lambda row: str(row[0]), (startup_id, Outcome.STORED)))

    def drop(self, startup_id: str, url: str) -> None:
        """Forget what was found at an address."""
        self._corpus.execute("DELETE FROM readings WHERE startup_id = ? AND url = ?", (startup_id, url))

    def twin(self, page: Page, run: int | None) -> tuple[str, bool] | None:
        """Return a stored page's other address whose content as found is the same, and whether this crawl has visited it.

        One that was visited comes first.
        """
        row = self._corpus.row(
            "SELECT r.url, r.run IS ? FROM readings r JOIN pages p USING (startup_id, url)"
            " WHERE r.startup_id = ? AND r.digest = ?"
            " AND r.url != ? AND r.outcome = 'stored' ORDER BY r.run IS ? DESC, r.url LIMIT 1",
            (run, page.startup_id, page.digest, page.url, run),
        )
        return None if row is None else (row[0], bool(row[1]))

    def mark(self, startup_id: str) -> None:
        """Note that a site is to be settled, whatever becomes of this process."""
        self._corpus.execute("INSERT OR IGNORE INTO unsettled VALUES (?)", (startup_id,))

    def marked(self) -> list[str]:
        """Return the startups whose sites are to be settled, in order of id."""
        return list(self._corpus.rows("SELECT startup_id FROM unsettled ORDER BY startup_id", lambda row: str(row[0])))

    def settle(self, startup_id: str, at: datetime, settle: Settle) -> None:
        """Take out of all stored pages of a site what the site repeats; those that then read otherwise changed at `at`.

        Pages without a reading (of a corpus before readings were kept, or imported) stay as they are.
        """
        stored = [found for found in self.of(startup_id) if found.outcome is Outcome.STORED]
        with self._corpus.transaction():
            for found, blocks in zip(stored, settle([found.page.blocks for found in stored]), strict=True):
                now = self._corpus.row(
                    "SELECT fetched_at FROM pages WHERE startup_id = ? AND url = ?", (startup_id, found.page.url)
                )
                if now is not None:
                    fetched_at = max(found.page.fetched_at, datetime.fromisoformat(now[0]))
                    self._corpus.put_page(replace(found.page, blocks=tuple(blocks), fetched_at=fetched_at), at=at)
            self._corpus.execute("DELETE FROM unsettled WHERE startup_id = ?", (startup_id,))


def _found(row: Sequence[Any]) -> Found:
    outcome, status, depth, links, canonical, refresh, noindex, company, body, etag, modified, lastmod, seen, run = row[11:]
    return Found(
        page_of(row[:11]),
        Outcome(outcome),
        status,
        depth,
        tuple((url, text) for url, text in json.loads(links)),
        canonical,
        refresh,
        bool(noindex),
        company,
        body,
        etag,
        modified,
        lastmod,
        datetime.fromisoformat(seen),
        run,
    )
