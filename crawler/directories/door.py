"""Lists off the web: fetched through the crawler's own door (robots.txt, delays, guard, opt-outs), in a child process.

Scrapy's reactor runs once per process, and a command that fetches a list may be followed by a crawl.
"""

import contextlib
import json
import logging
import tempfile
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from crawler.childprocess import end, start
from crawler.directories.entries import Document
from crawler.errors import DirectoryError
from crawler.settings import CrawlSettings
from crawler.urls import canonical_url

logger = logging.getLogger(__name__)

PROGRAM = "from crawler.directories.fetchprocess import main; main()"
MOST_BYTES = 100_000_000
LEAST_TIMEOUT = 120.0
"""Seconds for one request: a list is larger than a page."""
PATIENCE = 5.0
"""Seconds that the child gets to end in order."""


class Door:
    """Fetches documents, one after the other, for as long as it is open; each host waits for its delay in between.

    Raises:
        DirectoryError: from `get`, where a document cannot be had.
    """

    def __init__(self, settings: CrawlSettings, corpus: Path | None = None, *, rehearsal: bool = False) -> None:
        """Take the crawl's settings, and the corpus whose opt-out list and waits count.

        Args:
            settings: of the crawl.
            corpus: where hosts are listed that want no visit, and where is kept how long others want none; need not be there.
            rehearsal: for tests over a web of their own, see `crawler.web.fetching.Fetcher`.
        """
        slow = settings.model_copy(update={"timeout": max(settings.timeout, LEAST_TIMEOUT), "max_page_bytes": MOST_BYTES})
        listed = str(corpus.absolute()) if corpus and corpus.is_file() else ""
        self._job = {"settings": slow.model_dump(), "corpus": listed, "rehearsal": rehearsal}

    def __enter__(self) -> Self:
        """Open the door."""
        self._folder = tempfile.TemporaryDirectory(prefix="scout-directory-")
        self._errors = Path(self._folder.name, "errors").open("w+", encoding="utf-8", errors="replace")
        self._child = start(PROGRAM, self._errors)
        try:
            self._ask(self._job)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        """Close the door."""
        self._close()

    def _close(self) -> None:
        end(self._child, PATIENCE)
        self._errors.close()
        self._folder.cleanup()

    def get(self, url: str) -> Document:
        """Return the document at an address, redirects followed."""
        canonical = canonical_url(url)
        if canonical is None:
            raise DirectoryError(f"{url[:200]!r} is no address: give one that begins with https://")
        file = Path(self._folder.name, "body")
        told = self._ask({"url": canonical, "file": str(file)})
        if "failure" in told:
            raise DirectoryError(f"cannot fetch {told['url']}: {told['failure']}")
        return Document(file.read_bytes(), told["url"], datetime.fromisoformat(told["at"]), told["url"])

    def _ask(self, what: dict[str, object]) -> dict[str, str]:
        child = self._child
        line = ""
        if child.stdin and child.stdout:
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(json.dumps(what) + "\n")
                child.stdin.flush()
                line = child.stdout.readline()
                while line and "warning" in (told := json.loads(line)):
                    logger.warning("%s", told["warning"])
                    line = child.stdout.readline()
        if not line:
            self._errors.seek(0)
            last = next((one.strip() for one in reversed(self._errors.readlines()) if one.strip()), "no reason given")
            raise DirectoryError(f"the fetching broke off: {last[:200]}")
        answer: dict[str, str] = json.loads(line)
        if "error" in answer:
            raise DirectoryError(answer["error"])
        return answer
