"""`scout extract`: what the crawler would store of files."""

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer

from crawler.errors import DocumentError, InputFileError
from crawler.page.metadata import Metadata
from crawler.page.sitewide import sites_of, without_lines
from crawler.reading import Reading, read_page
from crawler.records import Block, join_blocks
from crawler.urls import canonical_url


def extract_command(
    files: Annotated[list[Path], typer.Argument(help="HTML or PDF files.")],
    url: Annotated[str, typer.Option(help="The address that relative links count from.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what the crawler would store of HTML and PDF files: one JSON object a line with --json, else the text.

    Three files or more that lie below one folder and repeat lines are taken for pages of one site: what they repeat, its
    menus and footers, is left out.
    """
    address = canonical_url(url or "http://localhost/")
    if address is None:
        raise InputFileError(f"--url must be an address such as https://www.example.com/, this is {url[:80]!r}")
    readings: dict[Path, Reading] = {}
    failures: list[InputFileError] = []
    for file in files:
        try:
            readings[file] = _read(file, address)
        except InputFileError as error:
            failures.append(error)
    repeated = sites_of([file.resolve() for file in readings], [reading.extracted.blocks for reading in readings.values()])
    for (file, reading), lines in zip(readings.items(), repeated, strict=True):
        blocks = without_lines(reading.extracted.blocks, lines)
        metadata, text = reading.extracted.metadata, join_blocks(blocks)
        if not as_json:
            typer.echo(f"{metadata.title}\n\n{text}\n")
            continue
        line = {
            "file": str(file),
            "url": url or None,
            "title": metadata.title,
            "language": reading.language,
            "text": text,
            "blocks": [_block(block) for block in blocks],
            "record": _head(metadata) | reading.company.as_json(),
        }
        typer.echo(json.dumps(line, ensure_ascii=False))
    for failure in failures[:-1]:
        typer.echo(f"scout: {failure}", err=True)
    if failures:
        raise failures[-1]


def _read(file: Path, address: str) -> Reading:
    try:
        return read_page(file.read_bytes(), address, None)
    except OSError as error:
        raise InputFileError(f"cannot read {file}: {error.strerror or error} (check the path)") from error
    except DocumentError as error:
        raise InputFileError(f"cannot read {file}: {error}") from error


def _block(block: Block) -> dict[str, object]:
    return {name: value for name, value in dataclasses.asdict(block).items() if value or name in {"heading", "text"}}


def _head(metadata: Metadata) -> dict[str, object]:
    """Return what the head of a page states, without what it leaves open."""
    facts = {
        "description": metadata.description,
        "canonical": metadata.canonical,
        "declared_language": metadata.declared_language,
        "noindex": metadata.noindex,
    }
    return {name: value for name, value in facts.items() if value}
