"""`crawl`: one crawl, in a process of its own (Twisted's reactor runs once per process)."""

import dataclasses
import json
import logging
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from crawler.corpus import Corpus
from crawler.errors import CorpusError, CrawlError
from crawler.recording import CrawlSummary, Progress
from crawler.records import Outcome, Startup
from crawler.settings import CrawlSettings
from crawler.urls import canonical_url

logger = logging.getLogger(__name__)

PATIENCE = 20.0
"""Seconds that a crawl gets to end in order when it is stopped."""
REMEMBERED_LINES = 20


def crawl(
    startups: Sequence[Startup],
    corpus_path: Path,
    settings: CrawlSettings,
    on_progress: Callable[[Progress], None] | None = None,
) -> CrawlSummary:
    """Crawl the sites of `startups` into the corpus; each page is stored as soon as it is read.

    Args:
        startups: each with the `url` that its crawl begins at.
        corpus_path: made when it is not there.
        settings: delays and budgets.
        on_progress: called a few times a second; what it raises stops the crawl.

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
        "settings": settings.model_dump(),
    }
    with _child() as child:
        last_words: deque[str] = deque(maxlen=REMEMBERED_LINES)
        listening = threading.Thread(target=_listen, args=(child.stderr, last_words), daemon=True)
        listening.start()
        try:
            summary = _follow(child, job, on_progress)
        finally:
            _stop(child)
            listening.join()
    if summary is None:
        reason = next((line for line in reversed(last_words) if line.strip()), "no reason given")
        raise CrawlError(f"the crawl broke off (exit {child.returncode}): {reason}; what was stored stays, start it again")
    return summary


def _child() -> "subprocess.Popen[str]":
    # Safe path: a folder named `crawler` where the user stands is not ours. A session of its own: Ctrl-C reaches only us,
    # and the child then ends in order, since its standard input does.
    package = Path(__file__).resolve().parent.parent
    path = os.pathsep.join(filter(None, (str(package), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-P", "-c", "from crawler.spider import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=os.environ | {"PYTHONPATH": path, "PYTHONUTF8": "1"},
        start_new_session=True,
    )


def _follow(
    child: "subprocess.Popen[str]", job: dict[str, object], on_progress: Callable[[Progress], None] | None
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
        elif kind == "summary":
            return _summary(value)
        elif kind == "error":
            raise (CorpusError if value["code"] == CorpusError.code else CrawlError)(value["message"])
    return None


def _summary(fields: dict[str, Any]) -> CrawlSummary:
    outcomes = {Outcome(name): number for name, number in fields["outcomes"].items()}
    return CrawlSummary(**(fields | {"outcomes": outcomes}))


def _stop(child: "subprocess.Popen[str]") -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except BrokenPipeError:
                continue
    try:
        child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        logger.warning("the crawl did not end within %.0f s and was killed", PATIENCE)
        child.kill()
        child.wait()


def _listen(stream: IO[str] | None, last_words: "deque[str]") -> None:
    for line in stream or ():
        last_words.append(line.strip())
        logger.debug("%s", line.rstrip())
