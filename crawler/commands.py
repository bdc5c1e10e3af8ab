"""The crawler's commands: `scout crawl` and `scout import`, and the places of those that have rooms of their own."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from crawler.corpus.corpus import Corpus
from crawler.corpus.recording import CrawlSummary
from crawler.corpus_commands import app as corpus_app
from crawler.crawl_view import crawl_summary, crawling_view, what_next
from crawler.directories.commands import app as directory_app
from crawler.errors import SeedsError, SettingsError
from crawler.extract_commands import extract_command
from crawler.home import Home
from crawler.records import Profile, Startup
from crawler.replay.commands import import_warc_command, prove_command, reextract_command
from crawler.seeds import Problem, read_profiles, read_seeds
from crawler.settings import crawl_settings
from crawler.sites.crawling import Resumed, crawl, shard_of
from crawler.telling import MOST_REPORTED, tell_if_anonymous, tell_problems

app = typer.Typer(no_args_is_help=True, help="Public pages in, corpus out.")
app.command("extract")(extract_command)
app.command("import-warc")(import_warc_command)
corpus_app.command("prove")(prove_command)
corpus_app.command("reextract")(reextract_command)
app.add_typer(corpus_app, name="corpus")
app.add_typer(directory_app, name="directory")

LINES_AT_ONCE = 500
USER_ERROR = 2

Imported = tuple[Startup, Profile] | Problem
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("crawl")
def crawl_command(
    seeds: Annotated[Path, typer.Option("--seeds", help="CSV with a header or JSON lines: id, name, url and optional facts.")],
    *,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask for the pages that the corpus holds, and only for what changed since.")
    ] = False,
    shards: Annotated[int, typer.Option("--shards", min=1, help="Divide the sites, by host, among so many processes.")] = 1,
    shard: Annotated[int, typer.Option("--shard", min=0, help="Crawl this part of them, from 0.")] = 0,
    as_json: AsJson = False,
    json_progress: Annotated[
        bool, typer.Option("--json-progress", help="Tell the progress on standard error, a JSON object a line, one a second.")
    ] = False,
) -> None:
    """Crawl the web sites of startups into the corpus, politely.

    A crawl that was interrupted is taken up where it stands when the same command is given again. Settings are read from
    SCOUT_CRAWL_* (contact_url, delay, max_pages, ...).

    A terminal shows how far it is: sites done, pages stored or found unchanged and how many a second, addresses that wait,
    addresses that may not be asked for or kept (refused), and errors. --json-progress tells the same numbers to a program.
    """
    if shard >= shards:
        raise SettingsError(f"--shard {shard}: of {shards} parts the last is {shards - 1}, they are counted from 0")
    settings = crawl_settings()
    tell_if_anonymous(settings)
    read = read_seeds(seeds)
    tell_problems(read.problems, seeds)
    if not read.startups:
        raise SeedsError(f"{seeds} holds no startup that can be crawled: each line needs id, name and url")
    startups = [startup for startup in read.startups if shard_of(startup, shards) == shard]
    if not startups:
        typer.echo(f"scout: no site of {seeds} belongs to part {shard} of {shards}", err=True)
        return
    home = Home.from_environment()
    with crawling_view(len(startups), json_lines=json_progress) as view:
        summary = crawl(
            startups,
            home.corpus,
            settings,
            view.show,
            refresh=refresh,
            archive=home.archive,
            on_resume=lambda resumed: view.note(_resumed_words(resumed)),
            on_stop=lambda: view.note("scout: stopping; what is under way is ended in order"),
        )
    bad = sum(not problem.kept for problem in read.problems)
    if as_json:
        typer.echo(json.dumps(_as_dict(summary) | {"bad_lines": bad}))
    else:
        typer.echo(f"{crawl_summary(summary)}\n{what_next(summary)}")


def _resumed_words(crawl: Resumed) -> str:
    words = f"the crawl begun {crawl.began_at:%Y-%m-%d %H:%M} UTC is taken up: {crawl.sites_done} sites done"
    return f"scout: {words}, {crawl.waiting} addresses waiting"


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
                            tell_problems([item], file)
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


def _batches(items: Iterator[Imported], size: int) -> Iterator[list[Imported]]:
    batch: list[Imported] = []
    for item in items:
        batch.append(item)
        if len(batch) >= size:
            yield batch
            batch = []
    yield batch


def _as_dict(summary: CrawlSummary) -> dict[str, object]:
    return dataclasses.asdict(summary) | {"pages": summary.pages, "seconds": round(summary.seconds, 1)}
