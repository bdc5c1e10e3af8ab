"""The crawler's commands: `scout crawl`, `scout extract`, `scout import`, `scout corpus export`."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from crawler.corpus import Corpus
from crawler.crawling import crawl
from crawler.errors import InputFileError, SeedsError
from crawler.home import Home
from crawler.metadata import Metadata
from crawler.reading import read_page
from crawler.recording import CrawlSummary, Progress
from crawler.records import Profile, Startup, join_blocks
from crawler.seeds import Problem, read_profiles, read_seeds
from crawler.settings import crawl_settings
from crawler.urls import canonical_url

app = typer.Typer(no_args_is_help=True, help="Public pages in, corpus out.")
corpus_app = typer.Typer(no_args_is_help=True, help="Look into the corpus.")
app.add_typer(corpus_app, name="corpus")

MOST_REPORTED = 50
LINES_AT_ONCE = 500
USER_ERROR = 2

Imported = tuple[Startup, Profile] | Problem
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("crawl")
def crawl_command(
    seeds: Annotated[Path, typer.Option("--seeds", help="CSV with a header or JSON lines: id, name, url and optional facts.")],
    as_json: AsJson = False,
) -> None:
    """Crawl the web sites of startups into the corpus, politely.

    Settings are read from SCOUT_CRAWL_* (contact_url, delay, max_pages, ...).
    """
    settings = crawl_settings()
    if "contact_url" not in settings.model_fields_set and not settings.loopback:
        typer.echo("scout: SCOUT_CRAWL_CONTACT_URL is not set: webmasters cannot tell who crawls", err=True)
    read = read_seeds(seeds)
    _report(read.problems, seeds)
    if not read.startups:
        raise SeedsError(f"{seeds} holds no startup that can be crawled: each line needs id, name and url")
    with crawling_bar() as show:
        summary = crawl(read.startups, Home.from_environment().corpus, settings, show)
    bad = sum(not problem.kept for problem in read.problems)
    typer.echo(json.dumps(_as_dict(summary) | {"bad_lines": bad}) if as_json else crawl_summary(summary))


@app.command()
def extract(
    files: Annotated[list[Path], typer.Argument(help="HTML files.")],
    url: Annotated[str, typer.Option(help="The address that relative links count from.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show what the crawler would store of HTML files: one JSON object a line with --json, else the text."""
    address = canonical_url(url or "http://localhost/")
    if address is None:
        raise InputFileError(f"--url must be an address such as https://www.example.com/, this is {url[:80]!r}")
    for file in files:
        try:
            body = file.read_bytes()
        except OSError as error:
            raise InputFileError(f"cannot read {file}: {error.strerror or error} (check the path)") from error
        reading = read_page(body, address, None)
        metadata, blocks = reading.extracted.metadata, reading.extracted.blocks
        text = join_blocks(blocks)
        if not as_json:
            typer.echo(f"{metadata.title}\n\n{text}\n")
            continue
        line = {
            "file": str(file),
            "url": url or None,
            "title": metadata.title,
            "language": reading.language,
            "text": text,
            "blocks": [dataclasses.asdict(block) for block in blocks],
            "record": _record(metadata),
        }
        typer.echo(json.dumps(line, ensure_ascii=False))


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="JSON lines: id, name, text and optional url, country, source, tags, ...")],
) -> None:
    """Take in profiles of startups without a crawl. Bad lines are reported, the good ones are kept."""
    startups = new = changed = unchanged = bad = reported = 0
    with Corpus(Home.from_environment().corpus) as corpus:
        known = {(profile.startup_id, profile.source) for profile in corpus.profiles()}
        for batch in _batches(read_profiles(file), LINES_AT_ONCE):
            with corpus.transaction():
                for item in batch:
                    if isinstance(item, Problem):
                        bad += not item.kept
                        reported += 1
                        if reported <= MOST_REPORTED:
                            _report([item], file)
                        continue
                    startup, profile = item
                    # Both are written whatever the first says.
                    altered = corpus.put_startup(startup) | corpus.put_profile(profile)
                    is_known = (profile.startup_id, profile.source) in known
                    startups += 1
                    new += not is_known
                    changed += altered and is_known
                    unchanged += not altered and is_known
    if reported > MOST_REPORTED:
        typer.echo(f"{file}: {reported - MOST_REPORTED} more problems", err=True)
    typer.echo(f"{startups} startups, {new} new, {changed} changed, {unchanged} unchanged, {bad} bad lines")
    if not startups:
        raise typer.Exit(USER_ERROR)


@corpus_app.command("export")
def export(as_json: AsJson = False) -> None:
    """Print the stored pages: a JSON object a line with --json, else address, language and title."""
    with Corpus(Home.from_environment().corpus, read_only=True) as corpus:
        for page in corpus.pages():
            if not as_json:
                typer.echo(f"{page.url}\t{page.language}\t{page.title}")
                continue
            line = {
                "url": page.url,
                "startup_id": page.startup_id,
                "title": page.title,
                "language": page.language,
                "text": page.text,
                "fetched_at": page.fetched_at.isoformat(),
                "digest": page.digest,
            }
            typer.echo(json.dumps(line, ensure_ascii=False))


def _report(problems: Sequence[Problem], file: Path) -> None:
    for problem in problems[:MOST_REPORTED]:
        typer.echo(f"{file}: line {problem.line}: {problem.reason}", err=True)
    if len(problems) > MOST_REPORTED:
        typer.echo(f"{file}: {len(problems) - MOST_REPORTED} more problems", err=True)


def _batches(items: Iterator[Imported], size: int) -> Iterator[list[Imported]]:
    batch: list[Imported] = []
    for item in items:
        batch.append(item)
        if len(batch) >= size:
            yield batch
            batch = []
    yield batch


@contextmanager
def crawling_bar() -> Iterator[Callable[[Progress], None] | None]:
    """Show the progress of a crawl when standard error is a terminal; yields what to pass as `on_progress`."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("sites", total=None)

        def show(now: Progress) -> None:
            words = f"sites · {now.pages} pages · {now.waiting} waiting · {now.errors} errors"
            bar.update(task, total=now.sites, completed=now.sites_done, description=words)

        yield show


def _as_dict(summary: CrawlSummary) -> dict[str, object]:
    return dataclasses.asdict(summary) | {"pages": summary.pages, "seconds": round(summary.seconds, 1)}


def crawl_summary(summary: CrawlSummary) -> str:
    """Return what a crawl did, a line per outcome."""
    lines = [
        f"{summary.sites} sites in {summary.seconds:.0f} s",
        f"{summary.pages:>8}  pages: {summary.new} new, {summary.changed} changed, {summary.unchanged} unchanged",
        *(f"{number:>8}  {outcome}" for outcome, number in summary.outcomes.items()),
    ]
    if summary.left:
        lines.append(f"{summary.left:>8}  known and not visited: over the budget of a site")
    return "\n".join(lines)


def _record(metadata: Metadata) -> dict[str, object]:
    """Return the facts that a page states of itself, without those it leaves open."""
    facts = {
        "name": metadata.name,
        "description": metadata.description,
        "canonical": metadata.canonical,
        "declared_language": metadata.declared_language,
        "noindex": metadata.noindex,
    }
    return {name: value for name, value in facts.items() if value}
