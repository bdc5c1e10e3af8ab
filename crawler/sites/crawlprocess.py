"""The program that a crawl's child process runs: it takes the run up where it stands, crawls, and says what it came to."""

import contextlib
import dataclasses
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from scrapy.crawler import AsyncCrawlerProcess

from crawler.childprocess import speaking
from crawler.corpus.corpus import Corpus
from crawler.corpus.holding import crawling
from crawler.corpus.recording import Progress, Tally, summary
from crawler.corpus.runs import add_seconds, done_sites, end_run, is_whole, open_run, run_key
from crawler.errors import CorpusError, CrawlError, ScoutError
from crawler.identity.samecompany import link_companies
from crawler.records import Startup
from crawler.settings import CrawlSettings
from crawler.sites.forking import spare_collector
from crawler.sites.spider import Assignment, StartupSpider, scrapy_settings
from crawler.sites.writing import Writer
from crawler.traps.shelf import Shelf
from crawler.web.netguard import Guard

LONGEST_TURN = 0.0005
"""Seconds that a thread keeps others waiting. A page goes through the hands of five; at the usual 5 ms it mostly waits."""
DYING_SECONDS = 15.0
"""How long to wait for a process that was told to end and still holds the run."""
OPERATIONAL = {"contact_url", "delay", "autothrottle", "timeout", "concurrency"}
"""Settings that do not decide which pages a crawl stores: a crawl may be taken up with others."""

Report = Callable[[str, object], None]


def main() -> None:
    """Run one crawl: the job is the first line of standard input, progress and summary are lines of standard output.

    The end of standard input stops the crawl: a crawl never outlives the process that asked for it.
    """
    say = speaking()
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    logging.basicConfig(handlers=[handler], format="%(name)s: %(message)s")

    def report(kind: str, value: object) -> None:
        say({kind: value})

    job = json.loads(sys.stdin.readline())
    spare_collector()
    sys.setswitchinterval(LONGEST_TURN)
    try:
        _crawl(job, report)
    except ScoutError as error:
        report("error", {"code": error.code, "message": str(error)})


def _crawl(job: dict[str, Any], report: Report) -> None:
    path, archive = Path(job["corpus"]), Path(job["archive"])
    settings = CrawlSettings(**job["settings"])
    startups = [_startup(fields) for fields in job["startups"]]
    choices = settings.model_dump(exclude=OPERATIONAL) | {"refresh": job["refresh"]}
    key = run_key(startups, choices)
    began = time.monotonic()
    with crawling(path), _alone(path, key), Corpus(path) as corpus, Shelf(path.parent) as shelf:
        with corpus.transaction():
            for startup in startups:
                corpus.put_startup(startup)
        run = open_run(corpus, key, sites=len(startups), refresh=job["refresh"])
        if run.resumed:
            report("resumed", {"began_at": run.began_at.isoformat(), "sites_done": run.sites_done, "waiting": run.waiting})
        done = done_sites(corpus, run.id)
        guard = Guard(loopback=settings.loopback)
        tally = Tally(sites_done=run.sites_done)
        writer = Writer(path, archive, settings.user_agent, run.id)
        left = [startup for startup in startups if startup.id not in done]
        try:
            work = Assignment(
                left, len(startups), settings, run, job["refresh"], job["rehearsal"], corpus, writer, shelf, tally, guard
            )
            failure = _run(work, lambda progress: report("progress", dataclasses.asdict(progress)))
        finally:
            writer.close()
        if failure is not None:
            raise failure
        link_companies(corpus)
        seconds = add_seconds(corpus, run.id, time.monotonic() - began)
        came_to = summary(corpus, run.id, tally, sites=len(startups), seconds=seconds, resumed=run.resumed)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is told closes our input
        report("summary", dataclasses.asdict(came_to))
        # Last of all: what nobody was told of has not finished.
        if is_whole(corpus, run.id, startups):
            end_run(corpus, run.id)


@contextlib.contextmanager
def _alone(corpus: Path, key: str) -> Iterator[None]:
    """Hold a run for this process; the lock goes with the process, however it ends."""
    lock = FileLock(corpus.with_name(f"{corpus.name}.run-{key[:16]}.lock"), timeout=DYING_SECONDS)
    try:
        lock.acquire()
    except Timeout as error:
        message = f"this very crawl is under way in another process ({lock.lock_file}): wait for it or stop it"
        raise CrawlError(message) from error
    except OSError as error:
        reason = error.strerror or error
        raise CorpusError(f"cannot write beside the corpus {corpus}: {reason} (check the folder's permissions)") from error
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            Path(lock.lock_file).unlink()
        lock.release()


def _run(work: Assignment, report: Callable[[Progress], None]) -> Exception | None:
    process = AsyncCrawlerProcess(scrapy_settings(work.settings, work.guard))
    crawler = process.create_crawler(StartupSpider)
    process.crawl(crawler, assignment=work, report=report)
    threading.Thread(target=_stop_at_end_of_input, daemon=True).start()
    process.start()
    spider = crawler.spider
    if not isinstance(spider, StartupSpider):
        return RuntimeError("Scrapy did not open the spider")
    return spider.failure


def _stop_at_end_of_input() -> None:
    while sys.stdin.readline():
        continue
    os.kill(os.getpid(), signal.SIGINT)


def _startup(fields: dict[str, Any]) -> Startup:
    lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    return Startup(**(fields | lists))
