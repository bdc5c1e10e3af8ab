"""Hosts, and parts of hosts, whose owners asked not to be visited."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from crawler.corpus.corpus import Corpus
from crawler.corpus.database import to_text
from crawler.urls import bare_host_of, canonical_url

DEEPEST = 20
"""Folders of an address that are looked at."""


@dataclass(frozen=True, slots=True)
class OptOut:
    """A place that is never visited."""

    host: str
    """A host with all hosts below it; with a slash after it that host alone, and with a folder that folder alone."""
    at: datetime
    """In UTC."""
    reason: str


def bare_host(text: str) -> str:
    """Return the host of an address or of a host's name, lower-case and without `www.`; empty where it is neither."""
    address = canonical_url(text if re.match(r"^[a-z]+://", text, re.IGNORECASE) else f"http://{text}/")
    return bare_host_of(address) if address else ""


class OptOuts:
    """The opt-out list of a corpus."""

    def __init__(self, corpus: Corpus) -> None:
        """Take the corpus to work on."""
        self._corpus = corpus

    def add(self, place: str, reason: str = "") -> bool:
        """Never visit a place again: a host (as `bare_host` returns it), or one with a slash or a folder.

        Return whether it was not on the list.
        """
        values = (place, to_text(datetime.now(UTC)), reason)
        return self._corpus.execute("INSERT OR IGNORE INTO opt_outs VALUES (?, ?, ?)", values) > 0

    def remove(self, place: str) -> bool:
        """Allow visits to a place again. Return whether it was on the list."""
        return self._corpus.execute("DELETE FROM opt_outs WHERE host = ?", (place,)) > 0

    def all(self) -> Iterator[OptOut]:
        """Yield the list in order of host."""
        query = "SELECT host, at, reason FROM opt_outs ORDER BY host"
        return self._corpus.rows(query, lambda row: OptOut(row[0], datetime.fromisoformat(row[1]), row[2]))

    def covers(self, address: str) -> bool:
        """Tell whether a canonical URL, or a host, is on the list, or lies in or below what is."""
        if self._corpus.row("SELECT 1 FROM opt_outs LIMIT 1") is None:
            return False
        query = "SELECT 1 FROM opt_outs WHERE host IN (SELECT value FROM json_each(?))"
        return self._corpus.row(query, (json.dumps(_places(address)),)) is not None


def _places(address: str) -> list[str]:
    """Return what covers an address where it is on the list: its host, the domains above it, and its folders."""
    parts = urlsplit(address) if "://" in address else urlsplit(f"//{address}/")
    host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    labels = host.split(".")
    segments = parts.path.strip("/").split("/")[:DEEPEST]
    folders = ["/".join((host, *segments[:n], "")) for n in range(len(segments) + 1)]
    return [*(".".join(labels[n:]) for n in range(len(labels))), *folders]
