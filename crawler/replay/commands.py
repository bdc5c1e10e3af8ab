"""The commands on the archive: `scout corpus prove`, `scout import-warc`, `scout corpus reextract`."""

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.archive.archive import Archive
from crawler.archive.files import size_of
from crawler.corpus.corpus import Corpus
from crawler.corpus.holding import alone
from crawler.corpus.optouts import OptOuts
from crawler.corpus.readings import Readings
from crawler.errors import InputFileError, SeedsError
from crawler.home import Home
from crawler.replay.owners import Owners
from crawler.seeds import read_seeds
from crawler.settings import crawl_settings
from crawler.sites.writing import Desk
from crawler.telling import MOST_REPORTED, progress_bar, tell_problems

if TYPE_CHECKING:
    from crawler.replay.importing import Import
    from crawler.replay.proving import Proof
    from crawler.replay.reextracting import Reextraction

NOT_PROVED = 1
USER_ERROR = 2
LONGEST_SHOWN = 200

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def prove_command(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[STARTUP_ID] PASSAGE",
            help="A quotation, or the address of a page; before it, if you like, a startup's id.",
        ),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Show every stored page that holds a passage verbatim, and the archived response that proves it.

    The response is read from its WARC file, its digests are compared, and its text is extracted anew. The exit code is 1
    where no page holds the passage, or the response of one does not prove it.
    """
    from crawler.replay.proving import proof_as_dict, prove  # noqa: PLC0415  # Scrapy takes half a second that `--help` need not pay

    *before, passage = words
    if len(before) > 1 or not passage.strip():
        raise InputFileError("one passage is needed, in quotation marks, and before it at most the id of a startup")
    home = Home.from_environment()
    with Corpus(home.corpus, read_only=True) as corpus, progress_bar("pages") as show:
        (total,) = corpus.row("SELECT count(*) FROM pages") or (0,)
        startup_id = before[0] if before else None
        if startup_id is not None and corpus.startup(startup_id) is None:
            raise InputFileError(f"the corpus holds no startup {startup_id!r}: `scout corpus export` shows their ids")
        proofs = list(prove(corpus, Archive(home.archive), passage, startup_id, lambda done: show(done, max(done, total))))
    if as_json:
        typer.echo(json.dumps({"passage": passage, "proofs": [proof_as_dict(proof) for proof in proofs]}, ensure_ascii=False))
    elif proofs:
        typer.echo("\n\n".join(map(_proof_lines, proofs)))
    else:
        typer.echo("no stored page holds this passage", err=True)
    if not proofs or not all(proof.verified for proof in proofs):
        raise typer.Exit(NOT_PROVED)


def import_warc_command(
    files: Annotated[list[Path], typer.Argument(help="WARC files (.warc, .warc.gz) or browsertrix archives (.wacz).")],
    seeds: Annotated[
        Path | None, typer.Option("--seeds", help="CSV or JSON lines: id, name, url; without it the startups of the corpus.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Take archives of the web into the corpus: their pages of the sites of your startups, without a request.

    A page that the corpus knows as it was at that date or later is passed over. What is wrong with a file or a record is told.
    """
    from crawler.replay.importing import Fate, Importer  # noqa: PLC0415  # Scrapy, as above

    home = Home.from_environment()
    settings = crawl_settings()
    for file in files:
        size_of(file)  # before anything is made: a file that is not there is an error
    startups = []
    if seeds is not None:
        read = read_seeds(seeds)
        tell_problems(read.problems, seeds)
        startups = list(read.startups)
    with alone(home.corpus), Corpus(home.corpus) as corpus, Archive(home.archive, user_agent=settings.user_agent) as archive:
        with corpus.transaction():
            for startup in startups:
                corpus.put_startup(startup)
        owners = Owners(startups if seeds is not None else corpus.startups())
        if not owners:
            raise SeedsError("no startup with an address is known: name them with --seeds, each with id, name and url")
        importer = Importer(Desk(corpus, Readings(corpus), archive), owners, settings.max_page_bytes, OptOuts(corpus).covers)
        with progress_bar("bytes") as show:
            result = importer.take(files, show)
    for problem in result.problems[:MOST_REPORTED]:
        typer.echo(f"{problem.file} at byte {problem.offset}: {problem.reason}", err=True)
    if result.problem_count > MOST_REPORTED:
        typer.echo(f"{result.problem_count - MOST_REPORTED} more problems", err=True)
    typer.echo(json.dumps(_import_as_dict(result), ensure_ascii=False) if as_json else _import_lines(result))
    if result.problems and result.records == result.fates[Fate.BROKEN]:
        raise typer.Exit(USER_ERROR)


def reextract_command(*, as_json: AsJson = False) -> None:
    """Make all pages anew from the archived responses, without a request: after the extraction has got better."""
    from crawler.replay.reextracting import reextract  # noqa: PLC0415  # Scrapy, as above

    home = Home.from_environment()
    if not home.corpus.is_file():
        Corpus(home.corpus, read_only=True)
    with alone(home.corpus), Corpus(home.corpus) as corpus, Archive(home.archive) as archive, progress_bar("responses") as show:
        result = reextract(Desk(corpus, Readings(corpus), archive), show)
    for kept in result.kept[:MOST_REPORTED]:
        typer.echo(f"{kept.url} stays as it was: {kept.reason}", err=True)
    if len(result.kept) > MOST_REPORTED:
        typer.echo(f"{len(result.kept) - MOST_REPORTED} more stay as they were", err=True)
    typer.echo(json.dumps(dataclasses.asdict(result), ensure_ascii=False) if as_json else _reextract_lines(result))


def _proof_lines(proof: "Proof") -> str:
    page, archived = proof.page, proof.archived
    quotation = " ".join(page.text[proof.start : proof.end].split())
    lines = [
        f"{page.url}" + ("" if proof.current else "  (an earlier version)"),
        f"  startup   {page.startup_id}",
        f"  fetched   {page.fetched_at.isoformat()}",
        f"  page      {page.digest}",
        *([f"  PDF page  {proof.number}"] if proof.number else []),
        f"  text      {proof.start}-{proof.end}: {quotation[:LONGEST_SHOWN]}{'...' if len(quotation) > LONGEST_SHOWN else ''}",
    ]
    if page.archived:
        lines += [f"  file      {page.archived.file} at byte {page.archived.offset}", f"  payload   {page.archived.digest}"]
    if archived:
        lines.append(f"  record    {archived.record_id} of {archived.at.isoformat()}")
        if archived.source:
            lines.append(f"  source    {archived.source}")
    return "\n".join([*lines, f"  verified  {'yes' if proof.verified else f'NO: {proof.problem}'}"])


def _import_as_dict(result: "Import") -> dict[str, object]:
    return {
        "files": result.files,
        "records": result.records,
        "outcomes": {str(fate): number for fate, number in result.fates.most_common()},
        "new": result.new,
        "changed": result.changed,
        "startups": len(result.startups),
        "problems": [dataclasses.asdict(problem) for problem in result.problems],
        "problem_count": result.problem_count,
    }


def _import_lines(result: "Import") -> str:
    head = f"{result.records} records in {result.files} files: {result.new} new pages, {result.changed} changed,"
    lines = [f"{head} of {len(result.startups)} startups"]
    return "\n".join([*lines, *(f"{number:>8}  {fate}" for fate, number in result.fates.most_common())])


def _reextract_lines(result: "Reextraction") -> str:
    return (
        f"{result.responses} responses of {result.startups} startups read anew: {result.new} new pages, {result.changed}"
        f" changed, {result.unchanged} unchanged, {result.dropped} dropped; {len(result.kept)} could not be"
    )
