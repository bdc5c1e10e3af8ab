"""The one hand that writes during a crawl: a thread of its own that turns steps of many sites into few transactions.

A step is all that one visit leads to: archive record, page, visit, and the site's next address. Steps that come while the disk
is busy share the next transaction. A site asks for its next address while its last step goes to the disk, and takes its next
step when that is there. So a crash undoes no step that another on the disk follows from, and each site repeats what it had in
flight and the step before: two requests at most.

A crawl ends when its largest site does, which is asked one request at a time: so the steps of sites with more to do go first.
"""

import asyncio
import itertools
import logging
import queue
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from crawler.archive.archive import Archive
from crawler.corpus.corpus import Corpus
from crawler.corpus.readings import Readings
from crawler.corpus.runs import is_open, may_begin
from crawler.errors import CrawlError, ScoutError

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

STEPS_PER_COMMIT = 5.0
"""Times as long as the last one took to commit, a transaction takes in steps: sites wait for its end before their next."""
FIRST, LAST = sys.maxsize, -sys.maxsize
"""Addresses left, of a step before and of what comes after those of all sites."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a step writes on."""

    corpus: Corpus
    readings: Readings
    archive: Archive


Step = Callable[[Desk], Result]
Kept = Future[None]
"""Ends when a step is on the disk, or with the reason why it will never be."""
Job = tuple[Step[Any], "Future[tuple[Any, Kept]]"]
Queued = tuple[int, int, Job | None]
"""Negated addresses left, number of the job, and the job; None ends the writer."""


class Writer:
    """Runs steps in order, each whole or not at all."""

    def __init__(self, corpus_path: Path, archive: Path, user_agent: str, run: int) -> None:
        """Take the corpus, the archive's folder, who crawls, and the crawl that visits and changes are noted under."""
        self._paths = (corpus_path, archive)
        self._user_agent = user_agent
        self._run = run
        self._jobs: queue.PriorityQueue[Queued] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._commit_seconds = 0.0
        self._broken: ScoutError | None = None
        self._ended = False
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    async def do(self, step: Step[Result]) -> Result:
        """Run a step and return what it returns, once it is on the disk.

        Raises:
            CorpusError: the corpus cannot be written; nothing of the step is kept, and no later step will be.
            ArchiveError: likewise of the archive.
        """
        result, kept = await self.run(step)
        await asyncio.wrap_future(kept)
        return result

    async def run(self, step: Step[Result], left: int = 0) -> tuple[Result, Kept]:
        """Run a step of a site with so many addresses left, and return what it returns before it is on the disk.

        Raises what `do` raises, or `Kept` does.
        """
        done: Future[tuple[Result, Kept]] = Future()
        self._put(left, (step, done))
        return await asyncio.wrap_future(done)

    def post(self, step: Step[object]) -> None:
        """Have a step run some time soon; its failure shows in the next `do`."""
        self._put(FIRST, (step, Future()))

    def close(self) -> None:
        """Run what is left and close corpus and archive."""
        self._put(LAST, None)
        self._thread.join()

    def of(self, startup_id: str, left: Callable[[], int]) -> "SiteWriter":
        """Return what writes on one startup's site, of which so many addresses are `left`."""
        return SiteWriter(self, self._run, startup_id, left)

    def _put(self, left: int, job: Job | None) -> None:
        self._jobs.put((-left, next(self._numbers), job))

    def _work(self) -> None:
        corpus_path, folder = self._paths
        try:
            with Corpus(corpus_path) as corpus, Archive(folder, user_agent=self._user_agent) as archive:
                corpus.run = self._run
                desk = Desk(corpus, Readings(corpus), archive)
                while job := self._next_job():
                    self._run_together(job, desk)
        except Exception as error:  # noqa: BLE001  # who waits for a step is to be told, whatever it was
            self._refuse(_told(error))

    def _refuse(self, error: ScoutError) -> None:
        """Answer all steps with the reason why corpus or archive could not be opened (or, at the very end, closed)."""
        while job := self._next_job():
            _settle(job[1], None, error)

    def _next_job(self, *, wait: bool = True) -> Job | None:
        """Return the job that is to be run next; None at the end, or where none is there and it is not waited for."""
        if self._ended:
            return None
        try:
            _, _, job = self._jobs.get(block=wait)
        except queue.Empty:
            return None
        self._ended = job is None
        return job

    def _run_together(self, first: Job, desk: Desk) -> None:
        kept = Kept()
        kept.set_running_or_notify_cancel()  # of all who wait for it none can call it off
        jobs = [first]
        if self._broken is None:
            try:
                self._run_in_one(jobs, desk, kept)
            except Exception as error:  # noqa: BLE001  # whatever it is, those who wait are told
                self._broken = _told(error)
        if self._broken is None:
            kept.set_result(None)
            return
        kept.set_exception(self._broken)
        for _, done in jobs:
            if not done.done():
                _settle(done, None, self._broken)

    def _run_in_one(self, jobs: list[Job], desk: Desk, kept: Kept) -> None:
        """Run the first of `jobs` and those that wait in one transaction, for as long as its end is worth."""
        began = time.monotonic()
        with desk.corpus.transaction():
            for job in jobs:
                _run(job, desk, kept)
                if time.monotonic() - began < STEPS_PER_COMMIT * self._commit_seconds and (more := self._next_job(wait=False)):
                    jobs.append(more)
            ended = time.monotonic()
            desk.archive.sync()  # a reference is never on the disk before what it refers to
        self._commit_seconds = time.monotonic() - ended


class ErasedError(Exception):
    """The site, or its startup, was erased while it was crawled: nothing more is written of it."""


class SiteWriter:
    """Runs the steps of one site as long as nobody erases it: `scout corpus erase` may be given at any moment.

    The question and the step share a transaction, so that nothing is written after the erasure, in the archive neither.
    """

    def __init__(self, writer: Writer, run: int, startup_id: str, left: Callable[[], int]) -> None:
        """Take the writer, whose site it is in which crawl, and what tells how many of its addresses are left."""
        self._writer = writer
        self._site = (run, startup_id)
        self._left = left
        self._begun = False
        self._kept: Kept | None = None

    async def do(self, step: Step[Result]) -> Result:
        """Run a step once all before it is on the disk, and return what it returns; that it is kept is told by `settled`.

        Raises:
            ErasedError: the site was erased; the step was not run.
            CorpusError, ArchiveError: this step or the one before it cannot be written, see `Writer.do`.
        """
        await self.settled()
        may_write = is_open if self._begun else may_begin

        def guarded(desk: Desk) -> Result:
            if not may_write(desk.corpus, *self._site):
                raise ErasedError
            return step(desk)

        result, self._kept = await self._writer.run(guarded, self._left())
        self._begun = True
        return result

    async def settled(self) -> None:
        """Wait until the last step is on the disk, where others can read it; raises where it cannot be written."""
        kept, self._kept = self._kept, None
        if kept is not None and kept.done():
            kept.result()
        elif kept is not None:
            await asyncio.wrap_future(kept)


def _run(job: Job, desk: Desk, kept: Kept) -> None:
    """Run a step and answer it with what it returned, or with the error of its site's that it is."""
    step, done = job
    try:
        with desk.corpus.part():
            result = step(desk)
    except ScoutError:
        raise
    except Exception as error:  # noqa: BLE001  # the error of one site's step, raised where it waits
        _settle(done, None, error)
    else:
        _settle(done, (result, kept), None)


def _told(error: Exception) -> ScoutError:
    """Return the error that a crawl ends with."""
    if isinstance(error, ScoutError):
        return error
    logger.error("the writer broke off", exc_info=error)
    return CrawlError(f"nothing can be written any more: {type(error).__name__}: {error} (start it again)")


def _settle(done: "Future[Any]", result: object, failure: BaseException | None) -> None:
    if not done.set_running_or_notify_cancel():
        return
    if failure is None:
        done.set_result(result)
    else:
        done.set_exception(failure)
