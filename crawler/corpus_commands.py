"""The commands that look into the corpus and mend it: export, report, opt-out, erase, same, undo."""

import dataclasses
import json
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from crawler.archive.archive import Archive
from crawler.corpus.companies import Companies, SameCompany
from crawler.corpus.corpus import Corpus
from crawler.corpus.erasing import erase
from crawler.corpus.optouts import OptOuts, bare_host
from crawler.corpus.readings import Readings
from crawler.corpus.reporting import SiteReport, site_reports
from crawler.errors import InputFileError
from crawler.home import Home
from crawler.identity.identity import moved, parking_host
from crawler.identity.samecompany import link_companies
from crawler.sites.settling import settle_marked
from crawler.sites.writing import Desk
from crawler.telling import progress_bar

app = typer.Typer(no_args_is_help=True, help="Look into the corpus, and mend it.")
opt_out_app = typer.Typer(no_args_is_help=True, help="Hosts that are never visited.")
app.add_typer(opt_out_app, name="opt-out")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("export")
def export(
    *,
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="DATE", help="As the corpus stood then: 2026-11-23 (its end, UTC) or a moment.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Print the stored pages: a JSON object a line with --json, else address, language and title."""
    moment = _moment(as_of) if as_of else None
    with Corpus(Home.from_environment().corpus, read_only=True) as corpus:
        for page in corpus.pages(as_of=moment):
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


@app.command("report")
def report(*, as_json: AsJson = False) -> None:
    """Show each site: pages, languages, how visits of the last crawl ended and why, when it was last seen.

    With --json a JSON object a line.
    """
    console = Console()
    table = Table("site", "pages", "languages", "last seen", "delay", "visits of the last crawl", box=None, pad_edge=False)
    with Corpus(Home.from_environment().corpus, read_only=True) as corpus:
        for site in site_reports(corpus):
            moved = _moved(site)
            if as_json:
                facts = dataclasses.asdict(site) | {"moved": moved or None}
                typer.echo(json.dumps(facts, ensure_ascii=False, default=_iso))
            else:
                table.add_row(*map(_plain, _row(site, moved)))
    if not as_json:
        console.print(table, markup=False)


@opt_out_app.command("add")
def opt_out_add(
    host: Annotated[str, typer.Argument(help="A host such as example.com, or an address on it.")],
    reason: Annotated[str, typer.Option("--reason", help="Who asked, and when.")] = "",
) -> None:
    """Never visit a host again, nor any host below it. What was read on it stays: see `scout corpus erase`."""
    with Corpus(Home.from_environment().corpus) as corpus:
        name = _host(host)
        new = OptOuts(corpus).add(name, reason)
    typer.echo(f"{name} is never visited again" if new else f"{name} was on the list")


@opt_out_app.command("remove")
def opt_out_remove(
    host: Annotated[str, typer.Argument(help="A host on the list, or a part of one as it stands there.")],
) -> None:
    """Allow visits to a host again."""
    with Corpus(Home.from_environment().corpus) as corpus:
        name = host.removeprefix("http://").removeprefix("https://")
        if not OptOuts(corpus).remove(name) and not OptOuts(corpus).remove(name := _host(host)):
            raise InputFileError(f"{name} is not on the list: see `scout corpus opt-out list`")
    typer.echo(f"{name} may be visited again")


@opt_out_app.command("list")
def opt_out_list(*, as_json: AsJson = False) -> None:
    """Print the hosts that are never visited, one a line."""
    with Corpus(Home.from_environment().corpus, read_only=True) as corpus:
        for one in OptOuts(corpus).all():
            facts = dataclasses.asdict(one)
            line = f"{one.host}\t{one.at:%Y-%m-%d}\t{one.reason}"
            typer.echo(json.dumps(facts, ensure_ascii=False, default=_iso) if as_json else line)


@app.command("erase")
def erase_command(
    what: Annotated[str, typer.Argument(metavar="HOST_OR_ID", help="A startup's id, or a host.")],
    *,
    with_profile: Annotated[
        bool, typer.Option("--with-profile", help="Forget the startup itself, too, and what directories say of it.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Forget all that was read of a startup or on a host: pages, earlier versions, visits, archived responses.

    Its site is put on the opt-out list. Crawls may be under way: what they have in flight of it is dropped.
    """
    home = Home.from_environment()
    with Corpus(home.corpus) as corpus:
        if corpus.startup(what) is None and "." not in bare_host(what):
            raise InputFileError(f"{what[:80]!r} is neither a startup of the corpus nor a host (see scout corpus report)")
        if not yes:
            typer.confirm(f"Erase all that was read of {what}? It cannot be undone", abort=True, err=True)
        archive = Archive(home.archive)
        with progress_bar("files of the archive") as show:
            erased = erase(corpus, archive, what, profiles=with_profile, on_progress=show)
        settle_marked(Desk(corpus, Readings(corpus), archive))
    snapshots = sorted(folder.name for folder in home.snapshots.glob("*") if folder.is_dir())
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(erased) | {"snapshots": snapshots}, ensure_ascii=False))
        return
    typer.echo(f"{erased.pages} pages, {erased.profiles} profiles and {erased.records} archived responses erased")
    for place in erased.opted_out:
        typer.echo(f"{place} is never visited again")
    for address in erased.shared:
        typer.echo(f"{address} is not on the opt-out list, since another startup's site lies there: take it out of your seeds")
    if erased.traces:
        typer.echo(f"another process reads the corpus: {home.corpus}-wal may hold traces until you give this command again")
    if snapshots:
        names = " ".join(snapshots)
        typer.echo(f"snapshots in {home.snapshots} were made before and may hold it: run `scout index`, then delete {names}")


@app.command("same")
def same(
    first: Annotated[str, typer.Argument(metavar="[ID", help="A startup.")] = "",
    second: Annotated[str, typer.Argument(metavar="ID]", help="The startup that is the same company.")] = "",
    *,
    find: Annotated[bool, typer.Option("--find", help="Look for more, comparing the pages of all sites.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="How you know, when you name two.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the startups that are held for one company, and why; or say that two of them are."""
    home = Home.from_environment()
    if second or find:
        with Corpus(home.corpus) as corpus:
            if find:
                typer.echo(f"{link_companies(corpus, mirrors=True)} new", err=True)
            if second:
                for key in (first, second):
                    if corpus.startup(key) is None:
                        raise InputFileError(f"the corpus has no startup {key[:80]!r}: see `scout corpus report`")
                Companies(corpus).link(first, second, "stated", reason)
    with Corpus(home.corpus, read_only=True) as corpus:
        for link in Companies(corpus).links(None if second else first or None):
            typer.echo(json.dumps(dataclasses.asdict(link), ensure_ascii=False, default=_iso) if as_json else _words(link))


@app.command("undo")
def undo(link: Annotated[int, typer.Argument(help="The number that `scout corpus same` shows.")]) -> None:
    """Take back that two startups are one company; it is not found again."""
    with Corpus(Home.from_environment().corpus) as corpus:
        if not Companies(corpus).undo(link):
            raise InputFileError(f"no link {link} is in force: see `scout corpus same`")
    typer.echo(f"{link} is taken back")


def _moment(text: str) -> datetime:
    try:
        if len(text) <= len("2026-11-23"):
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC) + timedelta(days=1, seconds=-1)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        forms = "a date such as 2026-11-23 or a moment such as 2026-11-23T14:30Z"
        raise InputFileError(f"--as-of must be {forms}, not {text[:40]!r}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _host(text: str) -> str:
    name = bare_host(text)
    if not name:
        raise InputFileError(f"{text[:80]!r} is no host: write it as example.com")
    return name


def _iso(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _words(link: SameCompany) -> str:
    return f"{link.id}\t{link.startup_id}\t{link.same_as}\t{link.reason}\t{link.detail}"


def _moved(site: SiteReport) -> str:
    """Return what to tell of a site that went to another domain, or whose domain is for sale; empty for others."""
    if not site.led_to:
        return ""
    if parking_host(site.led_to):
        return f"parked: leads to {bare_host(site.led_to)}, where domains are sold or parked"
    move = moved(site.url or "", site.led_to)
    return f"moved: {move.detail}" if move else ""


def _row(site: SiteReport, moved: str) -> tuple[str, ...]:
    endings = []
    for ending in site.outcomes:
        why = next((reason for reason in ending.reasons if reason != "status 200"), "")
        endings.append(f"{ending.visits} {ending.outcome}{f' ({why[:60]})' if why else ''}")
    endings += [moved] if moved else []
    endings += ["opted out"] if site.opted_out else [] if site.finished else ["not finished"]
    return (
        site.startup_id,
        str(site.pages),
        " ".join(site.languages),
        f"{site.last_seen:%Y-%m-%d}" if site.last_seen else "never",
        f"{site.delay:.1f} s" if site.delay else "",
        ", ".join(endings),
    )


def _plain(text: str) -> str:
    """Return text that a terminal shows and does not obey."""
    return "".join(character if character.isprintable() else " " for character in text)
