"""`scout`: all commands under one name."""

import sys

import click
import typer

from crawler.commands import app as crawler_app
from crawler.errors import ScoutError
from indexer.commands import app as indexer_app
from indexer.model_commands import app as model_app
from search_api.browse_commands import app as browse_app
from search_api.commands import app as service_app
from search_api.search_commands import app as search_app

USER_ERROR = 2
INTERRUPTED = 130

app = typer.Typer(
    name="scout",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Finds the startups that meet a technology need, with the sentences that prove it.",
)
for part in (crawler_app, indexer_app, search_app, browse_app, service_app):
    app.add_typer(part)
app.add_typer(model_app, name="model")


def main(arguments: list[str] | None = None) -> None:
    """Run `scout`; an error that a user can mend is one line on standard error and exit code 2."""
    try:
        app(args=arguments, prog_name="scout")
    except ScoutError as error:
        click.echo(f"scout: {error}", err=True)
        sys.exit(USER_ERROR)
    except SystemExit as end:
        if end.code == INTERRUPTED:  # by Ctrl-C, of which Typer says nothing
            click.echo("scout: interrupted; what was stored stays, the same command goes on", err=True)
        raise
