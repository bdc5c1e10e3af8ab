"""The service's commands: `scout serve`, `scout demo`."""

import logging
import socket
from typing import Annotated

import typer
import uvicorn

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
from indexer.cross_encoders import chosen_second_look
from indexer.encoders import chosen_encoder
from indexer.settings import index_settings, rerank_settings
from search_api.app import create_app
from search_api.engine import Engine
from search_api.settings import ServiceSettings, service_settings

app = typer.Typer(no_args_is_help=True, help="Service and demo.")

DEMO_WEB_PORT = 8001


@app.command()
def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on.")] = None,
) -> None:
    """Serve the page and the API.

    Settings are read from SCOUT_API_* (host, port, names, max_body_bytes).
    """
    settings = service_settings(host=host, port=port)
    second_look = chosen_second_look(rerank_settings())
    _serve(settings, Engine(Home.from_environment(), index_settings(), second_look=second_look))


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
        second_look = chosen_second_look(rerank_settings())
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
            _serve(settings, Engine(home, index, encoder, second_look))


def _forget_other_addresses(home: Home, startups: tuple[Startup, ...]) -> None:
    """Drop the demo's corpus when it was crawled on another port, whose links lead nowhere; its vectors are used again."""
    if not home.corpus.is_file():
        return
    with Corpus(home.corpus) as corpus:
        known = {s.id: s.url for s in corpus.startups()}
    if any(known.get(s.id, s.url) != s.url for s in startups):
        for file in home.root.glob(f"{home.corpus.name}*"):
            file.unlink()


def _serve(settings: ServiceSettings, engine: Engine) -> None:
    _check_free(settings)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    application = create_app(engine, settings)
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
