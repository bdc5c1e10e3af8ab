"""What several commands say on standard error: that nobody can tell who crawls, what is wrong with a list, how far it is."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from crawler.seeds import Problem
from crawler.settings import CrawlSettings

MOST_REPORTED = 50
"""Of one kind, that are told one by one."""


def tell(text: str) -> None:
    """Say something to people."""
    typer.echo(text, err=True)


def tell_if_anonymous(settings: CrawlSettings) -> None:
    """Say that webmasters cannot tell who crawls, where nobody has set it and the web is not one of this machine's own."""
    if "contact_url" not in settings.model_fields_set and not settings.loopback:
        tell("scout: SCOUT_CRAWL_CONTACT_URL is not set: webmasters cannot tell who crawls")


def tell_problems(problems: Sequence[Problem], file: Path) -> None:
    """Say what is wrong with the lines of a file."""
    for problem in problems[:MOST_REPORTED]:
        tell(f"{file}: line {problem.line}: {problem.reason}")
    if len(problems) > MOST_REPORTED:
        tell(f"{file}: {len(problems) - MOST_REPORTED} more problems")


@contextmanager
def progress_bar(unit: str) -> Iterator[Callable[[int, int], None]]:
    """Show progress when standard error is a terminal; yields what to call with what is done and the whole."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(unit, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total, description=f"{done} of {total} {unit}")
