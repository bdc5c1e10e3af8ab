"""How a crawl is seen: the live view, the same numbers as JSON lines, and what is said at its end."""

import dataclasses
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.text import Text

from crawler.corpus.recording import CrawlSummary, Progress
from crawler.telling import tell

LINE_SECONDS = 0.9
"""Between two JSON lines: one a second, of numbers that come four times a second."""


@dataclass(frozen=True, slots=True)
class View:
    """Where a crawl is shown."""

    show: Callable[[Progress], None] | None
    """What to pass as `on_progress`."""
    note: Callable[[str], None]
    """Shows a line that stays."""


class _CrawlBar(Bar):
    """Sites and time on one line, the numbers below, each in its place: they do not jump, and fit into 80 columns."""

    numbers = "starting"

    def get_renderables(self) -> Iterator[RenderableType]:
        """Yield the two lines."""
        yield self.make_tasks_table(self.tasks)
        yield Text(f"  {self.numbers}", no_wrap=True, overflow="ellipsis")


@contextmanager
def crawling_view(sites: int, *, json_lines: bool = False) -> Iterator[View]:
    """Show a crawl on standard error: as JSON lines, else, where that is a terminal, as a live view."""
    console = Console(stderr=True)
    if json_lines:
        with _lines() as show:
            yield View(show, tell)
        return
    if not console.is_terminal:
        yield View(None, tell)
        return
    columns = (SpinnerColumn(), MofNCompleteColumn(), TextColumn("sites"), BarColumn(None), TimeElapsedColumn())
    with _CrawlBar(*columns, console=console, transient=True, expand=True) as bar:
        task = bar.add_task("sites", total=sites)

        def show_numbers(now: Progress) -> None:
            bar.numbers = numbers(now)
            bar.update(task, total=now.sites, completed=now.sites_done)

        yield View(show_numbers, lambda text: console.print(text, markup=False, highlight=False))


def numbers(now: Progress) -> str:
    """Return what the live view says below the bar."""
    return (
        f"pages {now.pages:<8,} {now.rate:>5.1f}/s   waiting {now.waiting:<9,} refused {now.refused:<7,} errors {now.errors:,}"
    )


def progress_line(now: Progress, seconds: float) -> str:
    """Return the same as a line of JSON; `seconds` since the view began."""
    return json.dumps(dataclasses.asdict(now) | {"seconds": round(seconds, 1)})


@contextmanager
def _lines() -> Iterator[Callable[[Progress], None]]:
    began = time.monotonic()
    last: Progress | None = None
    told_at = float("-inf")

    def show(now: Progress) -> None:
        nonlocal last, told_at
        last = now
        if time.monotonic() - told_at >= LINE_SECONDS:
            told_at, last = time.monotonic(), None
            tell(progress_line(now, told_at - began))

    try:
        yield show
    finally:
        if last is not None:
            tell(progress_line(last, time.monotonic() - began))  # how it ended


def crawl_summary(summary: CrawlSummary) -> str:
    """Return what a crawl did, a line per outcome."""
    lines = [
        f"{summary.sites} sites in {summary.seconds:.0f} s",
        f"{summary.pages:>8}  pages: {summary.new} new, {summary.changed} changed, {summary.unchanged} unchanged",
        *([f"{summary.vanished:>8}  vanished"] if summary.vanished else []),
        "visits:",
        *(f"{number:>8}  {outcome}" for outcome, number in summary.outcomes.items()),
    ]
    if summary.left:
        lines.append(f"{summary.left:>8}  known and not visited: over the budget of a site")
    return "\n".join(lines)


def what_next(summary: CrawlSummary) -> str:
    """Return what may be done after a crawl."""
    if not summary.pages:
        return "next: no page was stored; `scout corpus report` tells why, site by site"
    if not (summary.new or summary.changed or summary.vanished):
        return "next: nothing changed: an index made of it before still stands"
    return "next: `scout index` takes them in; `scout corpus report` tells of each site"
