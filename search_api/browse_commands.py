"""`scout browse`: classes of industrial technologies, and startups without a need."""

from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from crawler.home import Home
from indexer.browsing import Browse, Listed
from indexer.results import Filters
from indexer.settings import index_settings
from search_api.engine import Engine
from search_api.match_text import harmless
from search_api.options import AsJson, Limit, filtered
from search_api.wire.browsing import ClassesOut, ListingOut

app = typer.Typer(help="Startups without a need.")


@app.command()
@filtered("technology")
def browse(
    classes: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CLASS]...", help="Ids or names of classes; none, and no filter, lists the classes."),
    ] = None,
    *,
    limit: Limit = 10,
    offset: Annotated[int, typer.Option("--offset", min=0, help="Startups to leave out, from the first on.")] = 0,
    as_json: AsJson = False,
    filters: Filters,
) -> None:
    """List the classes of industrial technologies, or the startups of some, those that belong there most first."""
    filters = replace(filters, classes=tuple(classes or ()))
    listing = Engine(Home.from_environment(), index_settings()).searcher().browse(Browse(filters, limit, offset))
    console = Console(highlight=False)
    if not classes and filters == Filters():
        found = ClassesOut.of(listing)
        if as_json:
            typer.echo(found.model_dump_json())
            return
        for one in found.classes:
            console.print(f"[bold]{one.id:<20}[/bold] {one.startups:>5}  {escape(one.en)} [dim]· {escape(one.it)}[/dim]")
        return
    if as_json:
        typer.echo(ListingOut.of(listing).model_dump_json())
        return
    for listed in listing.startups:
        _show(console, listed)
    end = offset + len(listing.startups)
    more = f"; --offset {end} shows the next" if end < listing.total else ""
    console.print(f"[dim]{len(listing.startups)} of {listing.total} startups{more}[/dim]")


def _show(console: Console, listed: Listed) -> None:
    startup, told = listed.startup, listed.told
    facts = (told.region, startup.country, f"TRL {startup.trl}" if startup.trl else None, startup.homepage or startup.url)
    console.print(
        f"[bold]{escape(harmless(startup.name))}[/bold]  [dim]{escape(harmless(' · '.join(filter(None, facts))))}[/dim]"
    )
    classes = ", ".join(f"{one.id} {score:.1f}" for one, score in listed.classes)
    console.print(f"   [dim]{escape(harmless(' · '.join(filter(None, (startup.id, classes)))))}[/dim]")
