"""Hosts whose owners asked not to be visited."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.corpus.corpus import Corpus
from crawler.corpus.database import to_text
from crawler.urls import canonical_url, host_of


@dataclass(frozen=True, slots=True)
class OptOut:
    """One host that is never visited, nor any host below it."""

    host: str
    at: datetime
    """In UTC."""
    reason: str


def bare_host(text: str) -> str:
    """Return the host of an address or of a host's name, lower-case and without `www.`; empty where it is neither."""
    address = canonical_url(text if re.match(r"^[a-z]+://", text, re.IGNORECASE) else f"http://{text}/")
    return host_of(address).removeprefix("www.") if address else ""


class OptOuts:
    """The opt-out list of a corpus."""

    def __init__(self, corpus: Corpus) -> None:
        """Take the corpus to work on."""
        self._corpus = corpus

    def add(self, host: str, reason: str = "") -> bool:
        """Never visit a host (as `bare_host` returns it) again. Return whether it was not on the list."""
        values = (host, to_text(datetime.now(UTC)), reason)
        return self._corpus.execute("INSERT OR IGNORE INTO opt_outs VALUES (?, ?, ?)", values) > 0

    def remove(self, host: str) -> bool:
        """Allow visits to a host again. Return whether it was on the list."""
        return self._corpus.execute("DELETE FROM opt_outs WHERE host = ?", (host,)) > 0

    def all(self) -> Iterator[OptOut]:
        """Yield the list in order of host."""
        query = "SELECT host, at, reason FROM opt_outs ORDER BY host"
        return self._corpus.rows(query, lambda row: OptOut(row[0], datetime.fromisoformat(row[1]), row[2]))

    def covers(self, host: str) -> bool:
        """Tell whether a host, or a domain that it lies below, is on the list."""
        labels = host.removeprefix("www.").split(".")
        names = [".".join(labels[n:]) for n in range(len(labels))]
        marks = ", ".join("?" * len(names))
        return self._corpus.row(f"SELECT 1 FROM opt_outs WHERE host IN ({marks})", names) is not None  # noqa: S608  # marks
