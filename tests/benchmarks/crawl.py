"""How many pages a second a crawl stores, beside a bare Scrapy spider over the same pages in the same run, both without delays.

The bare spider downloads and parses links; the crawl also extracts, hashes, archives and commits each page, and asks each host
for robots.txt and sitemap. Ends with exit code 1 when the target is missed.
"""

import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import psutil  # type: ignore[import-untyped]  # it ships no types
import typer
from bare import bare_crawl
from loopback import LoopbackWeb, company_sites

from crawler.records import Startup
from crawler.settings import crawl_settings
from crawler.sites.crawling import crawl

TARGET = 0.8
"""Times the pages a second of the bare spider, at least."""
ENOUGH_PAGES = 1000
"""Of one site: the budget is none here, as the bare spider has none."""


@dataclass(frozen=True, slots=True)
class Round:
    """One crawl of all sites."""

    pages: int
    """Answered with status 200, robots.txt aside."""
    requests: int
    seconds: float
    cpu: float

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
    typer.echo(f"{'medians':<14}{'pages':>8}{'requests':>10}{'seconds':>9}{'pages/s':>9}{'CPU ms/page':>13}")
    for name, these in (("bare Scrapy", bare), ("scout crawl", ours)):
        one = sorted(these, key=lambda one: one.rate)[len(these) // 2]
        cpu = 1000 * one.cpu / one.pages
        typer.echo(f"{name:<14}{one.pages:>8}{one.requests:>10}{one.seconds:>9.2f}{one.rate:>9.1f}{cpu:>13.1f}")
    ratio = statistics.median(one.rate for one in ours) / statistics.median(one.rate for one in bare)
    typer.echo(f"ratio of the medians {ratio:.2f} (target: at least {TARGET})")
    raise typer.Exit(int(ratio < TARGET))


def bare_round(web: LoopbackWeb, hosts: Sequence[str]) -> Round:
    """Crawl with the bare spider."""
    done = bare_crawl(hosts, web.port, crawl_settings().concurrency)
    asked = web.asked()
    return Round(sum(one.is_page for one in asked), len(asked), done.seconds, done.cpu)


def our_round(web: LoopbackWeb, hosts: Sequence[str]) -> Round:
    """Crawl into a fresh corpus."""
    startups = [Startup(host, host, f"http://{host}:{web.port}/") for host in hosts]
    settings = crawl_settings(loopback=True, delay=0.0, autothrottle=False, max_pages=ENOUGH_PAGES)
    cpu: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corpus.sqlite"
        summary = crawl(startups, path, settings, lambda _: cpu.update(cpu_of_crawl(web)), rehearsal=True)
    asked = web.asked()
    return Round(sum(one.is_page for one in asked), len(asked), summary.seconds, sum(cpu.values()))


def cpu_of_crawl(web: LoopbackWeb) -> dict[int, float]:
    """Return the CPU seconds of each process that the crawl runs in."""
    used = {}
    for process in psutil.Process().children(recursive=True):
        if process.pid != web.pid:
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            used[process.pid] = times.user + times.system
    return used


if __name__ == "__main__":
    typer.run(main)
