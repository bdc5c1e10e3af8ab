"""`scout model`: the Italian words of the packaged encoder, learned anew."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from indexer.bilingual.alignment import align
from indexer.bilingual.encoder import PACKAGED, base_digest
from indexer.bilingual.parallel import OTHERS, SOURCES, read_pairs
from indexer.bilingual.tokens import MEANT, tokens_of
from indexer.bilingual.translations import Translations, translations
from indexer.encoder import packaged_model
from indexer.errors import ArtefactError
from indexer.glossary.entries import packaged_entries

app = typer.Typer(no_args_is_help=True, help="The Italian of the packaged encoder: what it is, and how it is made.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def build(
    data: Annotated[Path, typer.Argument(help="The folder of parallel data.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write.")] = Path("translations.npz"),
    add: Annotated[list[str] | None, typer.Option("--add", help=f"Use this source too: {', '.join(OTHERS)}.")] = None,
    leave_out: Annotated[list[str] | None, typer.Option("--leave-out", help="Do without this source.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Learn the Italian words from parallel data and the packaged glossary (about a minute); the same data give the same bytes.

    The encoder reads indexer/bilingual/data/translations.npz: put the file there to use it, and index anew.
    """
    unknown = sorted({*(add or ())} - {*OTHERS}) + sorted({*(leave_out or ())} - {*SOURCES})
    if unknown:
        raise ArtefactError(f"no such source: {', '.join(unknown)} (used: {', '.join(SOURCES)}; to add: {', '.join(OTHERS)})")
    sources = [name for name in (*SOURCES, *(add or ())) if name not in (leave_out or ())]
    began = time.perf_counter()
    entries = packaged_entries()
    with _steps() as show:
        show("reading", 0, 1)
        pairs = read_pairs(data, sources, entries)
        alignment = align(pairs, lambda done, rounds: show("aligning", done, rounds))
        show("keeping the likeliest", 0, 1)
        made = translations(alignment, base_digest(packaged_model()))
    try:
        made.save(out)
    except OSError as error:
        raise ArtefactError(f"cannot write {out}: {error.strerror or error}") from error
    facts: dict[str, object] = {
        "file": str(out),
        "sources": sources,
        "glossary_entries": len(entries),
        "pairs": len(pairs),
        "words": len(made),
        "bytes": out.stat().st_size,
        "sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
        "seconds": round(time.perf_counter() - began, 1),
    }
    typer.echo(json.dumps(facts) if as_json else "\n".join(f"{name}: {_plain(value)}" for name, value in facts.items()))


@app.command()
def show(
    words: Annotated[list[str], typer.Argument(help="Italian words.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show what the encoder takes Italian words for."""
    known = Translations.load(PACKAGED)
    tokens = dict.fromkeys(token for word in words for token in tokens_of(word))
    found = {token: ((MEANT[token], 1.0),) if token in MEANT else known.meant(token) for token in tokens}
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for word, meant in found.items():
        typer.echo(f"{word}: {', '.join(f'{english} {share:.2f}' for english, share in meant) or 'not known, read as English'}")


def _plain(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)


@contextmanager
def _steps() -> Iterator[Callable[[str, int, int], None]]:
    """Show the steps of a build when standard error is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda step, done, total: bar.update(task, description=step, completed=done, total=total)
