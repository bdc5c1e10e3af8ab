"""`crawl`: one crawl, in a process of its own (Twisted's reactor runs once per process)."""

import dataclasses
import hashlib
import json
import logging
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from crawler.childprocess import end, start
from crawler.corpus.corpus import Corpus
from crawler.corpus.recording import CrawlSummary, Progress, Work
from crawler.errors import ArchiveError, CorpusError, CrawlError, ScoutError
from crawler.records import Outcome, Startup
from crawler.settings import CrawlSettings
from crawler.urls import bare_host_of, canonical_url

logger = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds that a crawl gets to end in order when it is stopped."""
REMEMBERED_LINES = 20
PROGRAM = "from crawler.sites import forking; forking.begin({}); from crawler.sites.crawlprocess import main; main()"
ERRORS: dict[str, type[ScoutError]] = {kind.code: kind for kind in (CorpusError, ArchiveError)}


@dataclass(frozen=True, slots=True)
class Resumed:
    """The crawl that is taken up."""

    began_at: datetime
    """In UTC."""
    sites_done: int
    waiting: int
    """Addresses known and not yet visited."""


def shard_of(startup: Startup, shards: int) -> int:
    """Return which of so many shards, from 0, a startup's site belongs to: by its host, so that one host has one crawler."""
    host = bare_host_of(canonical_url(startup.url or "") or "")
    return int.from_bytes(hashlib.sha256(host.encode()).digest()[:8], "big") % shards


def crawl(
    startups: Sequence[Startup],
    corpus_path: Path,
    settings: CrawlSettings,
    on_progress: Callable[[Progress], None] | None = None,
    *,
    refresh: bool = False,
    archive: Path | None = None,
    on_resume: Callable[[Resumed], None] | None = None,
    on_stop: Callable[[], None] | None = None,
    rehearsal: bool = False,
) -> CrawlSummary:
    """Crawl the sites of `startups` into the corpus; each page is stored as soon as it is read.

    A crawl of the same startups with the same settings that did not finish is taken up where it stands; one that finished
    begins anew.

    Args:
        startups: each with the `url` that its crawl begins at.
        corpus_path: made when it is not there.
        settings: delays and budgets.
        on_progress: called a few times a second; what it raises stops the crawl.
        refresh: ask for the pages that the corpus holds, and only for what changed since.
        archive: folder of the WARC files; `archive` beside the corpus unless given.
        on_resume: told at the beginning when an earlier crawl is taken up.
        on_stop: told when Ctrl-C stops it, before what is under way is waited for.
        rehearsal: for tests and benchmarks over a web of their own, see `Fetcher`.

    Raises:
        CrawlError: there is nothing to crawl, or the crawl as a whole broke off; what was stored stays.
        CorpusError: the corpus cannot be written.
    """
    for startup in startups:
        if canonical_url(startup.url or "") is None:
            raise CrawlError(f"startup {startup.id} has no http address to begin at: give it a url")
    if not startups:
        raise CrawlError("there is nothing to crawl: no startup has an address to begin at")
    Corpus(corpus_path).close()
    job: dict[str, object] = {
        "startups": [dataclasses.asdict(startup) for startup in startups],
        "corpus": str(corpus_path.absolute()),
        "archive": str((archive or corpus_path.with_name("archive")).absolute()),
        "settings": settings.model_dump(),
        "refresh": refresh,
        "rehearsal": rehearsal,
    }
    with start(PROGRAM.format(len(startups)), subprocess.PIPE) as child:
        last_words: deque[str] = deque(maxlen=REMEMBERED_LINES)
        listening = threading.Thread(target=_listen, args=(child.stderr, last_words), daemon=True)
        listening.start()
        try:
            summary = _follow(child, job, on_progress, on_resume)
        except KeyboardInterrupt:
            if on_stop is not None:
                on_stop()
            raise
        finally:
            if not end(child, PATIENCE):
                logger.warning("the crawl did not end within %.0f s and was killed", PATIENCE)
            listening.join()
    if summary is None:
        reason = _reason(child.returncode, last_words)
        raise CrawlError(f"the crawl broke off: {reason}; what was stored stays, start it again")
    return summary


def _reason(code: int, last_words: Sequence[str]) -> str:
    """Return why the crawl's process ended without a summary."""
    if code < 0:  # what was said last is then of others: of processes that it left behind
        name = signal.Signals(-code).name if -code in {*signal.Signals} else str(-code)
        return f"its process was killed ({name}), perhaps for lack of memory"
    return f"exit {code}, {next((line for line in reversed(last_words) if line.strip()), 'no reason given')}"


def _follow(
    child: "subprocess.Popen[str]",
    job: dict[str, object],
    on_progress: Callable[[Progress], None] | None,
    on_resume: Callable[[Resumed], None] | None,
) -> CrawlSummary | None:
    if child.stdin is None or child.stdout is None:
        raise CrawlError("the crawl's process has no pipes: check the limits on open files")
    try:
        child.stdin.write(json.dumps(job) + "\n")
        child.stdin.flush()
    except BrokenPipeError:
        return None
    for line in child.stdout:
        kind, value = next(iter(json.loads(line).items()))
        if kind == "progress" and on_progress is not None:
            on_progress(Progress(**value))
        elif kind == "resumed" and on_resume is not None:
            on_resume(Resumed(datetime.fromisoformat(value["began_at"]), value["sites_done"], value["waiting"]))
        elif kind == "summary":
            return _summary(value)
        elif kind == "error":
            raise ERRORS.get(value["code"], CrawlError)(value["message"])
    return None


def _summary(fields: dict[str, Any]) -> CrawlSummary:
    outcomes = {Outcome(name): number for name, number in fields["outcomes"].items()}
    return CrawlSummary(**(fields | {"outcomes": outcomes, "work": Work(**fields["work"])}))


def _listen(stream: IO[str] | None, last_words: "deque[str]") -> None:
    for line in stream or ():
        last_words.append(line.strip())
        logger.debug("%s", line.rstrip())
