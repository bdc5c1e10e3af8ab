"""Matches and their evidence for the terminal."""

import re

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from indexer.ambiguity import BETWEEN
from indexer.readings import Ambiguity
from indexer.results import Confidence, Evidence, Match, Reranked, Similar
from search_api import grid_text

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What a terminal would obey instead of showing it; crawled text may hold it."""
INDENT = "   "
COLOURS = {Confidence.STRONG: "green", Confidence.POSSIBLE: "yellow", Confidence.WEAK: "dim"}


def show(console: Console, match: Match | Similar) -> None:
    """Print a match, or a startup like another, with its evidence."""
    startup = match.startup
    facts = [f"TRL {startup.trl}" if startup.trl else "", startup.country or "", startup.homepage or startup.url or ""]
    sure = f"[{COLOURS[match.confidence]}]{match.confidence} {match.probability:.0%}[/]  " if isinstance(match, Match) else ""
    plain = f"  (by score {match.plain_rank}.)" if isinstance(match, Match) and match.plain_rank else ""
    console.print(
        f"[bold]{match.rank}. {escape(harmless(startup.name))}[/bold]  {sure}"
        f"[dim]{match.score:.3f}  {escape(harmless(' · '.join(filter(None, facts))))}{plain}[/dim]"
    )
    if isinstance(match, Match) and match.coverage:
        grid = grid_text.line(match)
        grid.plain = harmless(grid.plain)
        for line in grid.wrap(console, console.width - len(INDENT)):
            console.print(Text(INDENT) + line)
    for shown in match.evidence:
        passage = shown.passage
        number = f"p. {passage.number}" if passage.number else ""
        where = [
            passage.link or f"profile in {passage.source}",
            number,
            passage.language,
            f"read {passage.fetched_at:%Y-%m-%d}",
        ]
        said = Text(harmless(" · ".join(filter(None, where))), "dim")
        for line in (line for text in (_marked(shown), said) for line in text.wrap(console, console.width - len(INDENT))):
            console.print(Text(INDENT) + line)
    console.print()


def read_as(ambiguity: Ambiguity) -> Text:
    """Return which sense of an ambiguous word was taken, and how to take another."""
    others = [one.english for one in ambiguity.senses if one != ambiguity.taken]
    switch = f'--sense "{ambiguity.text}{BETWEEN}{others[0]}"'
    said = f"“{ambiguity.text}” read as {ambiguity.taken.english}, not as {' or '.join(others)} ({switch} switches)"
    return Text(harmless(said), "dim")


def reranked(second: Reranked) -> str:
    """Return what a reranker did to an answer."""
    return harmless(f"not reranked by {second.by}: {second.plain}" if second.plain else f"reranked by {second.by}")


def harmless(text: str) -> str:
    """Return text of the same length that a terminal shows and does not obey."""
    return CONTROLS.sub(" ", text)


def _marked(shown: Evidence) -> Text:
    text = Text(harmless(shown.passage.text))
    if shown.clause is not None:
        text.stylize("underline", *shown.clause)
    for start, end in shown.marks:
        text.stylize("bold", start, end)
    return text
