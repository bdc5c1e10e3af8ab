"""The commands of directories: `scout directory list`, `scout directory fetch`."""

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from datetime import time as clock
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from crawler.directories.catalogue import Found, directories, gather, read_document
from crawler.directories.door import Door
from crawler.directories.entries import Directory, Entry
from crawler.directories.wording import one_line
from crawler.errors import DirectoryError
from crawler.home import Home
from crawler.seeds import Problem
from crawler.settings import crawl_settings
from crawler.telling import MOST_REPORTED, tell_if_anonymous

app = typer.Typer(no_args_is_help=True, help="Public lists of startups.")

EVERY = 100
"""Records between two moves of the progress bar."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(slots=True)
class Summary:
    """What a fetch came to."""

    directory: str
    source: str
    out: str
    startups: int = 0
    with_url: int = 0
    """Those that `scout crawl --seeds` takes."""
    with_text: int = 0
    """Those that `scout import` takes."""
    bad_records: int = 0
    problems: list[dict[str, object]] = field(default_factory=list)


@app.command("list")
def list_command(as_json: AsJson = False) -> None:
    """List the directories that can be fetched."""
    for directory in directories().values():
        if as_json:
            typer.echo(json.dumps({"name": directory.name, "title": directory.title, "start": directory.start}))
        else:
            typer.echo(f"{directory.name:<18}{directory.title}" + (f"\n{'':<18}{directory.start}" if directory.start else ""))


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="One of `scout directory list`.")],
    *,
    out: Annotated[Path, typer.Option("--out", help="JSON lines, for `scout crawl --seeds` and `scout import` alike.")],
    source: Annotated[str, typer.Option("--from", metavar="FILE_OR_URL", help="Where the list is, unless it is public.")] = "",
    select: Annotated[str, typer.Option(help="portfolio: the CSS selector of the links, or of what holds them.")] = "",
    called: Annotated[str, typer.Option("--source", help="table, portfolio: what the list is called.")] = "",
    of_day: Annotated[str, typer.Option("--date", help="The day that a file's list is of, such as 2024-05-01.")] = "",
    as_json: AsJson = False,
) -> None:
    """Turn a public directory into seeds and profiles.

    Records that do not fit are reported with their line and the reason. A list on the web is fetched as politely as a page.
    """
    directory = _directory(name, select, one_line(called))
    where = source or directory.start
    if not where:
        raise DirectoryError(f"{name} has no public address that is known: give a file or an address with --from")
    read_at = _moment(of_day)
    with _reading_bar() as show, _opened(directory, where, read_at) as found:
        summary = _write(found, Summary(name, where, str(out)), out, Path(where), show)
    if as_json:
        typer.echo(json.dumps(asdict(summary), ensure_ascii=False))
        return
    more = len(summary.problems) - MOST_REPORTED
    if more > 0:
        typer.echo(f"{where}: {more} more problems", err=True)
    typer.echo(
        f"{summary.startups} startups in {out}: {summary.with_url} to crawl, {summary.with_text} to import, "
        f"{summary.bad_records} bad records"
    )


def _directory(name: str, select: str, called: str) -> Directory:
    known = directories(select, called)
    if name not in known:
        raise DirectoryError(f"there is no directory {name[:80]!r}: choose one of {', '.join(known)}")
    if select and name != "portfolio":
        raise DirectoryError(f"--select is for a portfolio page: {name} has no links to choose from")
    if called and name not in {"portfolio", "table"}:
        raise DirectoryError(f"--source is for table and portfolio: {name} is called by its own name")
    return known[name]


def _moment(of_day: str) -> datetime | None:
    if not of_day:
        return None
    try:
        moment = datetime.combine(date.fromisoformat(of_day), clock(), UTC)
    except ValueError as error:
        raise DirectoryError(f"--date must be a day such as 2024-05-01, this is {of_day[:40]!r}") from error
    if moment > datetime.now(UTC):
        raise DirectoryError(f"--date {of_day} has not come yet: give the day that the list is of")
    return moment


@contextmanager
def _opened(directory: Directory, where: str, read_at: datetime | None) -> Iterator[Iterator[Found]]:
    if not where.lower().startswith(("http://", "https://")):
        yield gather(directory, read_document(Path(where).expanduser(), read_at))
        return
    if read_at is not None:
        raise DirectoryError("--date is for files: what is fetched is of today")
    settings = crawl_settings()
    tell_if_anonymous(settings)
    with Door(settings, Home.from_environment().corpus) as door:
        yield gather(directory, door.get(where), door.get)


def _write(found: Iterator[Found], summary: Summary, out: Path, source: Path, show: Callable[[int], None] | None) -> Summary:
    """Write entries to `out`, which is replaced only when all are there, and report problems as they come.

    Raises:
        DirectoryError: `out` cannot be written, or there is nothing to write.
    """
    if out.exists() and (not out.is_file() or (source.exists() and out.samefile(source))):
        what = "the list itself" if out.is_file() else "no file"
        raise DirectoryError(f"--out {out} is {what}: name another file")
    try:
        # Beside the target, so that the last step is a rename: a fetch that breaks off leaves what was there.
        handle, aside = tempfile.mkstemp(prefix=f".{out.name[:100]}.", dir=out.parent)
    except OSError as error:
        raise _not_written(out, error) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            _write_lines(found, summary, file, show)
            file.flush()
            os.fsync(file.fileno())
        if not summary.startups:
            raise DirectoryError(f"{summary.source} holds no startup that can be used: see the {summary.bad_records} problems")
        umask = os.umask(0)
        os.umask(umask)
        Path(aside).chmod(0o666 & ~umask)
        Path(aside).replace(out)
    except OSError as error:
        raise _not_written(out, error) from error
    finally:
        with contextlib.suppress(OSError):
            Path(aside).unlink(missing_ok=True)
    return summary


def _write_lines(found: Iterator[Found], summary: Summary, file: TextIO, show: Callable[[int], None] | None) -> None:
    for number, one in enumerate(found, start=1):
        if show is not None and number % EVERY == 0:
            show(summary.startups)
        if isinstance(one.item, Entry):
            summary.startups += 1
            summary.with_url += one.item.startup.url is not None
            summary.with_text += bool(one.item.text)
            file.write(json.dumps(one.item.line(), ensure_ascii=False) + "\n")
        else:
            _report(one.item, one.origin, summary)


def _report(problem: Problem, origin: str, summary: Summary) -> None:
    summary.bad_records += not problem.kept
    told = {"origin": origin, problem.unit: problem.line, "reason": problem.reason, "kept": problem.kept}
    summary.problems.append(told)
    if len(summary.problems) <= MOST_REPORTED:
        typer.echo(f"{origin}: {problem.unit} {problem.line}: {problem.reason}", err=True)


def _not_written(out: Path, error: OSError) -> DirectoryError:
    return DirectoryError(f"cannot write {out}: {error.strerror or error} (check the folder, its permissions and the disk)")


@contextmanager
def _reading_bar() -> Iterator[Callable[[int], None] | None]:
    """Show how many startups were read when standard error is a terminal; yields what to call with their number."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.completed:.0f} {task.description}"), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("startups read", total=None)
        yield lambda startups: bar.update(task, completed=startups)
