"""Lists off the web: fetched through the crawler's own door (robots.txt, delays, guard, opt-outs), in a child process.

Scrapy's reactor runs once per process, and a command that fetches a list may be followed by a crawl.
"""

import asyncio
import contextlib
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from crawler.directories.entries import Document
from crawler.errors import DirectoryError
from crawler.settings import CrawlSettings
from crawler.urls import canonical_url

if TYPE_CHECKING:
    from crawler.web.fetching import Fetcher

logger = logging.getLogger(__name__)

MOST_BYTES = 100_000_000
MOST_HOPS = 5
LEAST_TIMEOUT = 120.0
"""Seconds for one request: a list is larger than a page."""
PATIENCE = 5.0
"""Seconds that the child gets to end in order."""
OK = 200


class Door:
    """Fetches documents, one after the other, for as long as it is open; each host waits for its delay in between.

    Raises:
        DirectoryError: from `get`, where a document cannot be had.
    """

    def __init__(self, settings: CrawlSettings, corpus: Path | None = None, *, rehearsal: bool = False) -> None:
        """Take the crawl's settings, and the corpus whose opt-out list counts.

        Args:
            settings: of the crawl.
            corpus: where hosts are listed that want no visit; need not be there.
            rehearsal: for tests over a web of their own, see `crawler.web.fetching.Fetcher`.
        """
        slow = settings.model_copy(update={"timeout": max(settings.timeout, LEAST_TIMEOUT), "max_page_bytes": MOST_BYTES})
        listed = str(corpus.absolute()) if corpus and corpus.is_file() else ""
        self._job = {"settings": slow.model_dump(), "corpus": listed, "rehearsal": rehearsal}

    def __enter__(self) -> Self:
        """Open the door."""
        self._folder = tempfile.TemporaryDirectory(prefix="scout-directory-")
        # As a crawl's child: a folder named `crawler` where the user stands is not ours, and Ctrl-C reaches only us.
        package = Path(__file__).resolve().parent.parent.parent
        path = os.pathsep.join(filter(None, (str(package), os.environ.get("PYTHONPATH"))))
        self._errors = Path(self._folder.name, "errors").open("w+", encoding="utf-8", errors="replace")
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-c", "from crawler.directories.door import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
            env=os.environ | {"PYTHONPATH": path, "PYTHONUTF8": "1"},
            start_new_session=True,
        )
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
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            self._child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
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
        if not line:
            self._errors.seek(0)
            last = next((one.strip() for one in reversed(self._errors.readlines()) if one.strip()), "no reason given")
            raise DirectoryError(f"the fetching broke off: {last[:200]}")
        answer: dict[str, str] = json.loads(line)
        if "error" in answer:
            raise DirectoryError(answer["error"])
        return answer


def main() -> None:
    """Run the child: the job is the first line of standard input, then an address a line; its end is the end."""
    from scrapy import Request, Spider  # noqa: PLC0415  # only the child pays for Scrapy
    from scrapy.crawler import AsyncCrawlerProcess  # noqa: PLC0415

    from crawler.corpus.corpus import Corpus  # noqa: PLC0415
    from crawler.corpus.optouts import OptOuts  # noqa: PLC0415
    from crawler.errors import ScoutError  # noqa: PLC0415
    from crawler.sites.spider import scrapy_settings  # noqa: PLC0415
    from crawler.web.fetching import Fetcher  # noqa: PLC0415
    from crawler.web.netguard import Guard  # noqa: PLC0415
    from crawler.web.turns import Turns  # noqa: PLC0415

    # What a library prints must not get between the lines.
    told = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout = sys.stderr

    def answer(what: dict[str, str]) -> None:
        told.write(json.dumps(what) + "\n")
        told.flush()

    job = json.loads(sys.stdin.readline())
    settings = CrawlSettings(**job["settings"])
    guard = Guard(loopback=settings.loopback)

    class Messenger(Spider):
        name = "directories"

        async def start(self) -> AsyncIterator[Any]:
            try:
                with contextlib.ExitStack() as stack:
                    corpus = stack.enter_context(Corpus(Path(job["corpus"]))) if job["corpus"] else None
                    fetcher = Fetcher(
                        settings,
                        self.crawler.engine.download_async,
                        guard,
                        opted_out=OptOuts(corpus).covers if corpus else lambda _: False,
                        turns=Turns(corpus.path.parent, settings.timeout) if corpus else None,
                        rehearsal=job["rehearsal"],
                    )
                    answer({})
                    while line := await asyncio.to_thread(sys.stdin.readline):
                        asked = json.loads(line)
                        answer(await _fetched(fetcher, asked["url"], Path(asked["file"])))
            except ScoutError as error:
                answer({"error": str(error)})
            no_requests: tuple[Request, ...] = ()
            for request in no_requests:
                yield request

    process = AsyncCrawlerProcess(scrapy_settings(settings, guard))
    process.crawl(process.create_crawler(Messenger))
    process.start()


async def _fetched(fetcher: "Fetcher", url: str, file: Path) -> dict[str, str]:
    """Fetch an address into a file and say how it ended."""
    from crawler.web.fetching import Failure  # noqa: PLC0415  # see main

    for _ in range(MOST_HOPS + 1):
        result = await fetcher.fetch(url, MOST_BYTES)
        if isinstance(result, Failure):
            return {"url": url, "failure": result.detail}
        if result.redirect is None:
            if result.status != OK:
                return {"url": url, "failure": f"the host answered {result.status}"}
            try:
                await asyncio.to_thread(file.write_bytes, result.body)
            except OSError as error:
                return {"url": url, "failure": f"what was fetched cannot be written to {file.parent}: {error.strerror}"}
            return {"url": url, "at": result.at.isoformat()}
        if not result.redirect:
            return {"url": url, "failure": "it redirects to what is no address"}
        url = result.redirect
    return {"url": url, "failure": f"more than {MOST_HOPS} redirects"}
