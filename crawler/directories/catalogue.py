"""All directories, and the gathering of one: its documents read, its entries and problems in order."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crawler.directories.entries import Directory, Document, Entry
from crawler.directories.knowledge_share import KnowledgeShare
from crawler.directories.portfolio import Portfolio
from crawler.directories.registro_imprese import RegistroImprese
from crawler.directories.table import Table
from crawler.directories.yc import YCombinator
from crawler.errors import DirectoryError
from crawler.seeds import Problem
from crawler.urls import canonical_url, host_of

LARGEST_FILE = 200_000_000
MOST_PARTS = 5_000
MOST_LOST = 5
"""Parts in a row that cannot be had, after which the rest is not asked for."""

Open = Callable[[str], Document]


@dataclass(frozen=True, slots=True)
class Found:
    """What one part of a list gave."""

    item: Entry | Problem
    origin: str


def directories(selector: str = "", source: str = "") -> dict[str, Directory]:
    """Return all directories by name.

    Args:
        selector: CSS, for a portfolio.
        source: what to call a list that has no name of its own (`table`, `portfolio`).
    """
    every: tuple[Directory, ...] = (
        YCombinator(),
        KnowledgeShare(),
        RegistroImprese(),
        Table(source),
        Portfolio(selector, source),
    )
    return {directory.name: directory for directory in every}


def read_document(path: Path, read_at: datetime | None = None) -> Document:
    """Return a file as a document.

    Raises:
        DirectoryError: it cannot be read, or is larger than any list.
    """
    try:
        if (size := path.stat().st_size) > LARGEST_FILE:
            raise DirectoryError(
                f"{path} has {size // 1_000_000} MB, more than a list of startups (at most {LARGEST_FILE // 1_000_000})"
            )
        body = path.read_bytes()
    except FileNotFoundError as error:
        raise DirectoryError(
            f"there is no file {path}: check the path, or give an address that begins with https://"
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DirectoryError(f"cannot read {path}: {reason} (check that it is a file and its permissions)") from error
    return Document(body, os.fsencode(path).decode("utf-8", "replace"), read_at or datetime.now(UTC))


def gather(directory: Directory, first: Document, opened: Open | None = None) -> Iterator[Found]:
    """Yield what a list and its further parts give, each id once; a part that cannot be had is a problem.

    Args:
        directory: whose list it is.
        first: the list, or its first part.
        opened: fetches a further part by its address; None where the list is a file, whose parts are not fetched.

    Raises:
        DirectoryError: the first part is no such list, or several parts in a row cannot be had.
    """
    taken: dict[str, str] = {}
    known, addresses = {first.url}, deque[str]()
    further = yield from _part(directory, first, taken)
    lost = 0
    while True:
        new = [url for url in dict.fromkeys(further) if canonical_url(url) and url not in known]
        known.update(new)
        if opened is None and new:
            told = f"the list goes on at {len(new)} addresses, such as {new[0][:200]!r}: fetch it from its address"
            yield Found(Problem(1, told), first.origin)
        elsewhere = [url for url in new if host_of(url) != host_of(first.url)]
        for url in elsewhere if opened else ():
            yield Found(Problem(1, f"the list goes on at another host, {url[:200]!r}: not followed"), first.origin)
        addresses.extend(url for url in new if url not in elsewhere)
        if opened is None or not addresses:
            return
        if len(known) > MOST_PARTS:
            raise DirectoryError(f"{first.origin} has more than {MOST_PARTS} parts: no list of startups")
        url = addresses.popleft()
        further = ()
        try:
            further = yield from _part(directory, opened(url), taken)
            lost = 0
        except DirectoryError as error:
            lost += 1
            if lost >= MOST_LOST:
                raise
            yield Found(Problem(1, str(error)), url)


def _part(directory: Directory, document: Document, taken: dict[str, str]) -> Generator[Found, None, tuple[str, ...]]:
    """Yield what a part gives and return where the list goes on."""
    for item in directory.entries(document):
        if isinstance(item, Entry) and taken.setdefault(item.startup.id, document.origin) != document.origin:
            told = f"id {item.provenance.record_id[:60]!r} stands in {taken[item.startup.id]} already, which was taken"
            yield Found(Problem(1, told), document.origin)
            continue
        yield Found(item, document.origin)
    return directory.more(document)
