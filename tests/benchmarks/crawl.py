"""How many pages a second a crawl stores, beside a bare Scrapy spider over the same pages in the same run, both without delays.

The bare spider downloads and parses links; the crawl also extracts, hashes, archives and commits each page, and asks each host
for robots.txt and sitemap. Counted from the first request to the last. The bare spider keeps one core busy and the crawl all of
them, with the server beside both: so the CPU time of each, starts included, tells which ratio the cores allow. Ends with exit
code 1 when the target is missed.
"""

import os
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import psutil
import typer
from bare import bare_crawl
from loopback import Asked, LoopbackWeb, company_sites

from crawler.records import Startup
from crawler.settings import crawl_settings
from crawler.sites.crawling import crawl

TARGET = 0.8
"""Times the pages a second of the bare spider, at least."""
ENOUGH_PAGES = 1000
"""Of one site: the budget is none here, as the bare spider has none."""


@dataclass(frozen=True, slots=True)
class Cpu:
    """Seconds of CPU."""

    fetching: float = 0.0
    """Of the process that fetches and writes; all that the bare spider has."""
    reading: float = 0.0
    """Of the processes that read pages."""
    serving: float = 0.0
    """Of the web that is crawled."""


@dataclass(frozen=True, slots=True)
class Round:
    """One crawl of all sites."""

    pages: int
    """Answered with status 200, robots.txt aside."""
    requests: int
    seconds: float
    """From the first request to the last."""
    cpu: Cpu

    @property
    def rate(self) -> float:
        """Pages a second."""
        return self.pages / self.seconds


def main(
    rounds: Annotated[int, typer.Option(help="Turns of both; the medians count.")] = 3,
    sites: Annotated[int, typer.Option(help="Sites to crawl, 0 for all there are.")] = 0,
) -> None:
    """Measure a crawl beside the bare spider; target: at least 0.8 times its pages a second."""
    hosts, answer, what = company_sites()
    hosts = hosts[:sites] if sites else hosts
    bare, ours = [], []
    with LoopbackWeb(answer) as web:
        for _ in range(rounds):  # turn by turn, so that what else the machine does weighs on both
            bare.append(bare_round(web, hosts))
            ours.append(our_round(web, hosts))
    typer.echo(f"{len(hosts)} {what}")
    typer.echo(
        f"{'medians':<14}{'pages':>8}{'requests':>10}{'seconds':>9}{'pages/s':>9}   CPU ms/page: fetching, reading, serving"
    )
    for name, these in (("bare Scrapy", bare), ("scout crawl", ours)):
        one = middle(these)
        spent = "".join(f"{1000 * part / one.pages:>9.1f}" for part in (one.cpu.fetching, one.cpu.reading, one.cpu.serving))
        typer.echo(f"{name:<14}{one.pages:>8}{one.requests:>10}{one.seconds:>9.2f}{one.rate:>9.1f}   {spent}")
    cores = len(os.sched_getaffinity(0))
    typer.echo(
        f"the CPU of {cores} cores allows {allowed(middle(bare), middle(ours), cores):.2f} times the bare spider's pages/s"
    )
    ratio = statistics.median(one.rate for one in ours) / statistics.median(one.rate for one in bare)
    typer.echo(f"ratio of the medians {ratio:.2f} (target: at least {TARGET})")
    raise typer.Exit(int(ratio < TARGET))


def middle(rounds: Sequence[Round]) -> Round:
    """Return the round with the median rate."""
    return sorted(rounds, key=lambda one: one.rate)[len(rounds) // 2]


def allowed(bare: Round, ours: Round, cores: int) -> float:
    """Return the ratio of the rates where each core is busy all the time, and the bare spider alone on one."""
    spent = (ours.cpu.fetching + ours.cpu.reading + ours.cpu.serving) / ours.pages
    return min(cores / spent, ours.pages / ours.cpu.fetching) * bare.cpu.fetching / bare.pages


def bare_round(web: LoopbackWeb, hosts: Sequence[str]) -> Round:
    """Crawl with the bare spider."""
    before = cpu_of(psutil.Process(web.pid))
    done = bare_crawl(hosts, web.port, crawl_settings().concurrency)
    return round_of(web.asked(), Cpu(done.cpu, serving=cpu_of(psutil.Process(web.pid)) - before))


def our_round(web: LoopbackWeb, hosts: Sequence[str]) -> Round:
    """Crawl into a fresh corpus."""
    startups = [Startup(host, host, f"http://{host}:{web.port}/") for host in hosts]
    settings = crawl_settings(loopback=True, delay=0.0, autothrottle=False, max_pages=ENOUGH_PAGES)
    before = cpu_of(psutil.Process(web.pid))
    seen: dict[int, tuple[bool, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        crawl(startups, Path(folder) / "corpus.sqlite", settings, lambda _: look(web, seen), rehearsal=True)
    fetching, reading = (sum(spent for reads, spent in seen.values() if reads == which) for which in (False, True))
    return round_of(web.asked(), Cpu(fetching, reading, cpu_of(psutil.Process(web.pid)) - before))


def round_of(asked: Sequence[Asked], cpu: Cpu) -> Round:
    """Return what a crawl came to by what the web was asked for."""
    return Round(sum(one.is_page for one in asked), len(asked), asked[-1].at - asked[0].at, cpu)


def look(web: LoopbackWeb, seen: dict[int, tuple[bool, float]]) -> None:
    """Note of each process of the crawl whether it reads pages, and the CPU seconds that it has used."""
    for process in psutil.Process().children(recursive=True):
        if process.pid != web.pid:
            try:
                seen[process.pid] = (process.ppid() != os.getpid(), cpu_of(process))
            except psutil.NoSuchProcess:
                continue


def cpu_of(process: psutil.Process) -> float:
    """Return the CPU seconds of a process."""
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    typer.run(main)
