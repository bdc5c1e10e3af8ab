"""The service's commands: `scout search`, `scout similar`, `scout serve`, `scout demo`."""

import logging
import re
import socket
from typing import Annotated

import typer
import uvicorn
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from crawler.corpus.corpus import Corpus
from crawler.crawl_view import crawl_summary, crawling_view
from crawler.demo.sites import load_sites, seeds
from crawler.demo.web import DemoWeb
from crawler.errors import SettingsError
from crawler.home import Home
from crawler.records import Startup
from crawler.settings import crawl_settings
from crawler.sites.crawling import crawl
from indexer.build import build
from indexer.commands import as_text, embedding_bar, note
from indexer.encoders import chosen_encoder
from indexer.results import Confidence, Evidence, Filters, Match, MoreLike, Need, Similar
from indexer.searcher import check
from indexer.settings import index_settings
from search_api.app import create_app
from search_api.engine import Engine
from search_api.settings import ServiceSettings, service_settings
from search_api.wire.responses import SearchOut, SimilarAnswerOut

app = typer.Typer(no_args_is_help=True, help="Search, service and demo.")

DEMO_WEB_PORT = 8001
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What a terminal would obey instead of showing it; crawled text may hold it."""
INDENT = "   "
Limit = Annotated[int, typer.Option("--limit", help="Startups in the answer, 1 to 100.")]
Countries = Annotated[list[str] | None, typer.Option("--country", help="Code such as IT; repeat for alternatives.")]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Directory; repeat for alternatives.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="Tag; repeat for alternatives.")]
TrlMin = Annotated[int | None, typer.Option("--trl-min", min=1, max=9)]
TrlMax = Annotated[int | None, typer.Option("--trl-max", min=1, max=9)]
FoundedMin = Annotated[int | None, typer.Option("--founded-min")]
FoundedMax = Annotated[int | None, typer.Option("--founded-max")]
Ignored = Annotated[
    list[str] | None, typer.Option("--ignore-exclusion", help="An exclusion of the need that is not to count; may be repeated.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the same JSON as the API.")]
COLOURS = {Confidence.STRONG: "green", Confidence.POSSIBLE: "yellow", Confidence.WEAK: "dim"}


@app.command()
def search(  # noqa: PLR0917  # Typer's options, named on the command line
    need: Annotated[str, typer.Argument(help="What the firm is looking for, in Italian or English.")],
    limit: Limit = 10,
    country: Countries = None,
    source: Sources = None,
    tag: Tags = None,
    trl_min: TrlMin = None,
    trl_max: TrlMax = None,
    founded_min: FoundedMin = None,
    founded_max: FoundedMax = None,
    ignore_exclusion: Ignored = None,
    as_json: AsJson = False,
) -> None:
    """Answer a technology need with the nearest startups and the evidence for each."""
    filters = Filters(_codes(country), tuple(source or ()), tuple(tag or ()), trl_min, trl_max, founded_min, founded_max)
    text = need.encode("utf-8", "replace").decode()  # a terminal can hand over bytes that are no text
    wanted = Need(text, limit, filters, tuple(ignore_exclusion or ()))
    check(wanted)
    answer = Engine(Home.from_environment(), index_settings()).searcher().search(wanted)
    if as_json:
        typer.echo(SearchOut.of(answer, explain=True).model_dump_json())
        return
    console = Console(highlight=False)
    applied = [f"“{escape(_harmless(one.text))}”" for one in answer.exclusions if one.applied]
    if applied:
        console.print(f"[dim]without {', '.join(applied)} (--ignore-exclusion takes one back)[/dim]\n")
    for match in answer.matches:
        _show(console, match)
    console.print(
        f"[dim]{len(answer.matches)} startups in {answer.took_ms:.0f} ms; the answer as a whole: {answer.verdict}[/dim]"
    )


@app.command()
def similar(  # noqa: PLR0917  # Typer's options, named on the command line
    startup_id: Annotated[str, typer.Argument(metavar="ID", help="The startup, by the id that `scout search --json` shows.")],
    elsewhere: Annotated[bool, typer.Option("--elsewhere", help="Only of other countries than its own.")] = False,
    limit: Limit = 10,
    country: Countries = None,
    source: Sources = None,
    tag: Tags = None,
    trl_min: TrlMin = None,
    trl_max: TrlMax = None,
    founded_min: FoundedMin = None,
    founded_max: FoundedMax = None,
    as_json: AsJson = False,
) -> None:
    """Show the startups most like one, with what they say that is nearest."""
    filters = Filters(_codes(country), tuple(source or ()), tuple(tag or ()), trl_min, trl_max, founded_min, founded_max)
    wanted = MoreLike(startup_id, limit, filters, elsewhere)
    answer = Engine(Home.from_environment(), index_settings()).searcher().similar(wanted)
    if as_json:
        typer.echo(SimilarAnswerOut.of(answer, explain=True).model_dump_json())
        return
    console = Console(highlight=False)
    for one in answer.matches:
        _show(console, one)
    console.print(f"[dim]{len(answer.matches)} startups like {escape(_harmless(answer.startup.name))}[/dim]")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on.")] = None,
) -> None:
    """Serve the page and the API.

    Settings are read from SCOUT_API_* (host, port, names, max_body_bytes).
    """
    _serve(Home.from_environment(), service_settings(host=host, port=port))


@app.command()
def demo(
    serving: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve page and API at the end.")] = True,
    port: Annotated[int | None, typer.Option("--port", help="Port of page and API.")] = None,
    web_port: Annotated[int, typer.Option("--web-port", help="Port of the demo web; 0 takes any.")] = DEMO_WEB_PORT,
) -> None:
    """Crawl the packaged demo web on loopback, index it, and serve page and API.

    The demo's corpus and snapshots are kept apart from yours, in SCOUT_HOME/demo.
    """
    settings = service_settings(port=port)
    if serving:
        _check_free(settings)
    home = Home.from_environment().demo
    sites = load_sites()
    with DemoWeb(sites, port=web_port) as web:
        typer.echo(f"demo web: {len(sites)} sites on http://localhost:{web.port}/")
        startups = seeds(sites, web.port)
        _forget_other_addresses(home, startups)
        with crawling_view(len(startups)) as view:
            summary = crawl(startups, home.corpus, crawl_settings(loopback=True), view.show)
        typer.echo(crawl_summary(summary))
        index = index_settings()
        encoder = chosen_encoder(index, Home.from_environment().models, note)
        with embedding_bar() as show_embedding:
            report = build(home, encoder, index, on_progress=show_embedding)
        typer.echo(as_text(report))
        if serving:
            _serve(home, settings, Engine(home, index, encoder))


def _forget_other_addresses(home: Home, startups: tuple[Startup, ...]) -> None:
    """Drop the demo's corpus when it was crawled on another port, whose links lead nowhere; its vectors are used again."""
    if not home.corpus.is_file():
        return
    with Corpus(home.corpus) as corpus:
        known = {s.id: s.url for s in corpus.startups()}
    if any(known.get(s.id, s.url) != s.url for s in startups):
        for file in home.root.glob(f"{home.corpus.name}*"):
            file.unlink()


def _serve(home: Home, settings: ServiceSettings, engine: Engine | None = None) -> None:
    _check_free(settings)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    application = create_app(engine or Engine(home, index_settings()), settings)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    typer.echo(f"page and API: http://{host}:{settings.port}/  (Ctrl-C ends it)")
    # No access log: an address may hold a need, and a need is the firm's secret.
    uvicorn.run(application, host=settings.host, port=settings.port, access_log=False, log_level="warning", server_header=False)


def _check_free(settings: ServiceSettings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(
                f"cannot listen on {settings.host}:{settings.port}: {error.strerror or error} (choose another --port or --host)"
            ) from error


def _codes(countries: list[str] | None) -> tuple[str, ...]:
    return tuple(code.upper() for code in countries or ())


def _show(console: Console, match: Match | Similar) -> None:
    startup = match.startup
    facts = [f"TRL {startup.trl}" if startup.trl else "", startup.country or "", startup.homepage or startup.url or ""]
    sure = f"[{COLOURS[match.confidence]}]{match.confidence}[/]  " if isinstance(match, Match) else ""
    console.print(
        f"[bold]{match.rank}. {escape(_harmless(startup.name))}[/bold]  {sure}"
        f"[dim]{match.score:.3f}  {escape(_harmless(' · '.join(filter(None, facts))))}[/dim]"
    )
    for shown in match.evidence:
        passage = shown.passage
        number = f"p. {passage.number}" if passage.number else ""
        where = [
            passage.link or f"profile in {passage.source}",
            number,
            passage.language,
            f"read {passage.fetched_at:%Y-%m-%d}",
        ]
        said = Text(_harmless(" · ".join(filter(None, where))), "dim")
        for line in (line for text in (_marked(shown), said) for line in text.wrap(console, console.width - len(INDENT))):
            console.print(Text(INDENT) + line)
    console.print()


def _harmless(text: str) -> str:
    """Return text of the same length that a terminal shows and does not obey."""
    return _CONTROLS.sub(" ", text)


def _marked(shown: Evidence) -> Text:
    text = Text(_harmless(shown.passage.text))
    for start, end in shown.marks:
        text.stylize("bold", start, end)
    return text
