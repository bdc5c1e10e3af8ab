"""What is asked on the command line: `scout search`, `scout why`, `scout similar`."""

from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from crawler.home import Home
from indexer.cross_encoders import chosen_second_look
from indexer.readings import Wording
from indexer.results import Filters, MoreLike, Need, Verdict
from indexer.searcher import check
from indexer.settings import index_settings, rerank_settings
from search_api import match_text, why_text
from search_api.engine import Engine
from search_api.options import AsJson, Limit, filtered
from search_api.wire.responses import SearchOut, SimilarAnswerOut
from search_api.wire.why import WhyOut

app = typer.Typer(help="Search.")

Ignored = Annotated[
    list[str] | None, typer.Option("--ignore-exclusion", help="An exclusion of the need that is not to count; may be repeated.")
]
Senses = Annotated[
    list[str] | None,
    typer.Option("--sense", help="What an ambiguous word means, such as “stampo=stamping die”; may be repeated."),
]
AsTyped = Annotated[
    bool, typer.Option("--as-typed", help="Searches for the need as it stands: no letter is shortened, no slip mended.")
]


@app.command()
@filtered()
def search(
    need: Annotated[str, typer.Argument(help="What the firm is looking for, in Italian or English.")],
    *,
    limit: Limit = 10,
    ignore_exclusion: Ignored = None,
    sense: Senses = None,
    offset: Annotated[int, typer.Option("--offset", help="Matches to leave out, from the first on.")] = 0,
    diverse: Annotated[bool, typer.Option("--diverse", help="Puts behind what is much like a startup before it.")] = False,
    as_typed: AsTyped = False,
    filters: Filters,
    as_json: AsJson = False,
) -> None:
    """Answer a technology need with the nearest startups and the evidence for each."""
    typed = _need(need, limit, filters, ignore_exclusion, sense)
    wanted = replace(typed, offset=offset, diverse=diverse, as_typed=as_typed)
    check(wanted)
    second_look = chosen_second_look(rerank_settings())
    answer = Engine(Home.from_environment(), index_settings(), second_look=second_look).searcher().search(wanted)
    if as_json:
        typer.echo(SearchOut.of(answer, explain=True).model_dump_json())
        return
    console = Console(highlight=False)
    _show_wording(console, answer.wording)
    applied = [f"“{escape(match_text.harmless(one.text))}”" for one in answer.exclusions if one.applied]
    if applied:
        console.print(f"[dim]without {', '.join(applied)} (--ignore-exclusion takes one back)[/dim]\n")
    for ambiguity in answer.ambiguities:
        console.print(match_text.read_as(ambiguity), end="\n\n")
    for match in answer.matches:
        match_text.show(console, match)
    if answer.verdict is Verdict.NOTHING:
        console.print("Nothing here seems to meet the need; what is shown is only the nearest.")
    if answer.missing:
        words = ", ".join(f"“{escape(match_text.harmless(one.text))}”" for one in answer.missing)
        console.print(f"What is missing, none of the first ten has it: {words}")
    end = offset + len(answer.matches)
    more = f"; {answer.total} in all, --offset {end} shows the next" if end < answer.total else ""
    second = f"; {escape(match_text.reranked(answer.reranked))}" if answer.reranked else ""
    told = f"{len(answer.matches)} startups in {answer.took_ms:.0f} ms; the answer as a whole: {answer.verdict}{second}{more}"
    console.print(f"[dim]{told}[/dim]")


@app.command()
@filtered()
def why(
    startup_id: Annotated[str, typer.Argument(metavar="ID", help="The startup, by the id that `scout search --json` shows.")],
    need: Annotated[str, typer.Argument(help="What the firm is looking for, in Italian or English.")],
    *,
    limit: Limit = 10,
    ignore_exclusion: Ignored = None,
    sense: Senses = None,
    as_typed: AsTyped = False,
    filters: Filters,
    as_json: AsJson = False,
) -> None:
    """Say why a startup is not in the list of a need, and the smallest changes of the need that bring it there."""
    wanted = replace(_need(need, limit, filters, ignore_exclusion, sense), as_typed=as_typed)
    check(wanted)
    answer = Engine(Home.from_environment(), index_settings()).searcher().why(wanted, startup_id)
    if as_json:
        typer.echo(WhyOut.of(answer).model_dump_json())
        return
    _show_wording(Console(highlight=False), answer.wording)
    for line in why_text.lines(answer):
        typer.echo(match_text.harmless(line))


@app.command()
@filtered()
def similar(
    startup_id: Annotated[str, typer.Argument(metavar="ID", help="The startup, by the id that `scout search --json` shows.")],
    *,
    elsewhere: Annotated[bool, typer.Option("--elsewhere", help="Only of other countries than its own.")] = False,
    limit: Limit = 10,
    filters: Filters,
    as_json: AsJson = False,
) -> None:
    """Show the startups most like one, with what they say that is nearest."""
    wanted = MoreLike(startup_id, limit, filters, elsewhere)
    answer = Engine(Home.from_environment(), index_settings()).searcher().similar(wanted)
    if as_json:
        typer.echo(SimilarAnswerOut.of(answer, explain=True).model_dump_json())
        return
    console = Console(highlight=False)
    for one in answer.matches:
        match_text.show(console, one)
    console.print(f"[dim]{len(answer.matches)} startups like {escape(match_text.harmless(answer.startup.name))}[/dim]")


def _show_wording(console: Console, wording: Wording | None) -> None:
    if wording:
        text = escape(match_text.harmless(" ".join(wording.text.split())))
        console.print(f"[dim]read as “{text}” (--as-typed takes it as it stands)[/dim]\n")


def _need(typed: str, limit: int, filters: Filters, ignored: list[str] | None, senses: list[str] | None) -> Need:
    text = typed.encode("utf-8", "replace").decode()  # a terminal can hand over bytes that are no text
    return Need(text, limit, filters, ignore_exclusions=tuple(ignored or ()), senses=tuple(senses or ()))
