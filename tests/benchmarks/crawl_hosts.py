"""How a crawl does over a thousand hosts with one second between requests: pages a second, manners, memory.

The rate has to reach 300 pages a second or what the CPU allows, whichever is lower: that is told by how busy the cores were,
and by the same pages without delays. Ends with exit code 1 when a target is missed.
"""

import itertools
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Annotated

import psutil
import typer
from loopback import Asked, LoopbackWeb

from crawler.corpus.recording import Progress
from crawler.demo.sites import load_sites
from crawler.records import Startup
from crawler.settings import crawl_settings
from crawler.sites.crawling import crawl

DELAY = 1.0
ENOUGH_RATE = 300.0
"""Pages a second that are enough, were the CPU quicker."""
OF_LIMIT = 0.9
"""Share of the rate without delays that a crawl with delays has to reach where the CPU is the limit: the two are not measured
in the same second."""
BUSY = 0.9
"""Share of the cores' time from which they are the limit."""
CLOCKS = 0.02
"""Seconds by which a gap may seem shorter: the server sees when requests arrive, not when they are sent."""
WARM_UP = 10_000
"""Fetches until caches are full and readers have met all that pages do to them."""
MOST_GROWTH = 3.0
"""MiB of memory per 10,000 fetches after those."""
MOST_WARMING = 15.0
"""MiB that a run too short for that may grow by once all sites are open."""
WORDS_PER_PAGE = 120
FOLDERS = ("prodotti", "tecnologia", "azienda", "applicazioni", "ricerca", "progetti", "servizi")


@dataclass(frozen=True, slots=True)
class Crawled:
    """One crawl of all hosts."""

    asked: list[Asked]
    memory: list[tuple[int, float]]
    """Pages so far, and MiB of all processes of the crawl then."""
    cpu: list[tuple[int, float, float]]
    """Pages so far, and seconds that the cores of the machine were busy and idle until then."""

    @property
    def rate(self) -> float:
        """Pages a second, from the first request to the last."""
        pages = sum(one.is_page for one in self.asked)
        return pages / (self.asked[-1].at - self.asked[0].at)

    @property
    def shortest_gap(self) -> float:
        """Seconds between two requests to one host, at least."""
        times = defaultdict(list)
        for one in self.asked:
            times[one.host].append(one.at)
        return min(later - earlier for host in times.values() for earlier, later in itertools.pairwise(host))

    @property
    def busy(self) -> float:
        """Share of the cores' time that was used while pages came."""
        (_, began, idle), (_, ended, still) = self.cpu[0], self.cpu[-1]
        return (ended - began) / (ended - began + still - idle)

    @property
    def opened(self) -> int:
        """Pages until the last host was first asked for one: until then memory grows by sites, not by fetches."""
        hosts: dict[str, int] = {}
        for pages, one in enumerate(one for one in self.asked if one.is_page):
            hosts.setdefault(one.host, pages)
        return max(hosts.values())

    @property
    def is_long(self) -> bool:
        """Whether most of it comes after the warm-up."""
        return self.memory[-1][0] > 2 * WARM_UP

    @property
    def growth(self) -> float:
        """MiB of memory, as a line has it: per 10,000 fetches after the warm-up, or of a short run since all sites are open."""
        begin = WARM_UP if self.is_long else self.opened
        settled = [(pages, size) for pages, size in self.memory if pages > begin]
        slope, _ = statistics.linear_regression(*zip(*settled, strict=True))
        return slope * (10_000 if self.is_long else self.memory[-1][0] - begin)


def main(
    hosts: Annotated[int, typer.Option(help="Simulated hosts.")] = 1000,
    fetches: Annotated[int, typer.Option(help="Pages in all; 50,000 for the full proof of flat memory.")] = 5000,
) -> None:
    """Crawl simulated hosts at one second's delay; targets: the rate, no request too early, memory that does not grow."""
    names = [f"h{number:04}.localhost" for number in range(1, hosts + 1)]
    each = max(2, fetches // hosts)
    with LoopbackWeb(partial(page, each)) as web:
        polite = crawled(web, names, DELAY)
        quick = crawled(web, names, 0.0)
    cores = psutil.cpu_count()
    typer.echo(f"{hosts} hosts of {each} pages; at most {polite.memory[-1][1]:.0f} MiB")
    head = f"{'pages':>8}{'requests':>10}{'pages/s':>9}{'requests/s':>12}{'shortest gap, s':>17}{'cores busy':>12}"
    typer.echo(f"{'':<22}{head}")
    for name, one in ((f"{DELAY:.0f} s between requests", polite), ("no delay: the CPU", quick)):
        pages, seconds = sum(asked.is_page for asked in one.asked), one.asked[-1].at - one.asked[0].at
        counts = f"{pages:>8}{len(one.asked):>10}{one.rate:>9.1f}{len(one.asked) / seconds:>12.1f}{one.shortest_gap:>17.3f}"
        typer.echo(f"{name:<22}{counts}{f'{cores * one.busy:.1f} of {cores}':>12}")
    limited = polite.busy >= BUSY
    wanted = min(ENOUGH_RATE, hosts / DELAY) if not limited else min(ENOUGH_RATE, OF_LIMIT * quick.rate, hosts / DELAY)
    limit = "the CPU is the limit" if limited else "the CPU is not the limit"
    typer.echo(f"pages/s {polite.rate:.1f} (target: at least {wanted:.1f}; {limit})")
    typer.echo(f"shortest gap {polite.shortest_gap:.3f} s (target: at least {DELAY - CLOCKS:.2f})")
    what, most = ("per 10,000 fetches", MOST_GROWTH) if polite.is_long else ("while caches fill", MOST_WARMING)
    typer.echo(f"memory {polite.growth:+.1f} MiB {what} (target: at most {most:.0f})")
    missed = polite.rate < wanted or polite.shortest_gap < DELAY - CLOCKS or polite.growth > most
    raise typer.Exit(int(missed))


def crawled(web: LoopbackWeb, names: Sequence[str], delay: float) -> Crawled:
    """Crawl all hosts into a fresh corpus."""
    startups = [Startup(name, name, f"http://{name}:{web.port}/") for name in names]
    settings = crawl_settings(loopback=True, delay=delay, autothrottle=False)
    memory: list[tuple[int, float]] = []
    cpu: list[tuple[int, float, float]] = []
    looked = 0.0

    def look(progress: Progress) -> None:
        nonlocal looked
        if progress.pages and (not cpu or progress.pages > cpu[-1][0]) and time.monotonic() - looked > 1.0:
            looked = time.monotonic()
            memory.append((progress.pages, size_of_crawl(web)))
            times = psutil.cpu_times()
            cpu.append((progress.pages, sum(times) - times.idle - times.iowait, times.idle + times.iowait))

    with tempfile.TemporaryDirectory() as folder:
        crawl(startups, Path(folder) / "corpus.sqlite", settings, look, rehearsal=True)
    return Crawled(web.asked(), memory, cpu)


def size_of_crawl(web: LoopbackWeb) -> float:
    """Return the MiB that the crawl's processes wrote for themselves; whose a file's pages are depends on other processes."""
    size = 0
    for process in psutil.Process().children(recursive=True):
        if process.pid != web.pid:
            try:
                size += sum(area.private_dirty for area in process.memory_maps())
            except psutil.NoSuchProcess:
                continue
    return size / 2**20


def page(pages: int, host: str, path: str) -> bytes | None:
    """Return a page of a simulated host: words of its own, and links to all pages of the host."""
    paths = paths_of(pages)
    if path not in paths:
        return None
    dice = random.Random(f"{host}{path}")  # noqa: S311  # it makes texts
    words = vocabulary()
    sentences = (" ".join(dice.choices(words, k=15)) for _ in range(WORDS_PER_PAGE // 15))
    text = "".join(f"<p>{sentence.capitalize()}.</p>" for sentence in sentences)
    links = "".join(f'<li><a href="{other}">{other.strip("/").replace("-", " ")}</a></li>' for other in paths)
    title = f"{dice.choice(words)} {dice.choice(words)}"
    body = f"<nav><ul>{links}</ul></nav><main><h1>{title}</h1>{text}</main>"
    return f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>".encode()


@cache
def paths_of(pages: int) -> tuple[str, ...]:
    """Return the addresses that each host has."""
    dice = random.Random(1)  # noqa: S311
    words = vocabulary()
    made = dict.fromkeys(["/"])
    while len(made) < pages:
        made[f"/{dice.choice(FOLDERS)}/{dice.choice(words)}-{dice.choice(words)}".lower()] = None
    return tuple(made)


@cache
def vocabulary() -> tuple[str, ...]:
    """Return words that the demo web uses, plain ones."""
    texts = (section.text for site in load_sites() for one in site.pages for section in one.sections)
    words = {word.strip(".,;:()").lower() for text in texts for word in text.split()}
    return tuple(sorted(word for word in words if word.isascii() and word.isalpha() and len(word) > 3))


if __name__ == "__main__":
    typer.run(main)
