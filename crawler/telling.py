"""What several commands say on standard error: that nobody can tell who crawls, and what is wrong with a list."""

from collections.abc import Sequence
from pathlib import Path

import typer

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
