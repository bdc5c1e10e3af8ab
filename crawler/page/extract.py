"""HTML into blocks: the main text of a page under its headings, and the links it holds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin

from bs4 import Tag
from bs4.element import NavigableString

from crawler.page.boilerplate import main_tags
from crawler.page.charset import decode
from crawler.page.measures import HEADINGS, walk
from crawler.page.metadata import Metadata, clean, read_metadata
from crawler.page.parsing import Element, parse, short_text
from crawler.records import Block
from crawler.urls import LONGEST_URL, canonical_url, origin_of

LINE_TAGS = HEADINGS | frozenset(
    """
    address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption
    figure footer form frameset header hgroup hr legend li main menu nav ol p pre section summary table tbody
    tfoot thead tr ul
    """.split()  # noqa: SIM905  # reads better than 40 quoted lines
)
"""Tags that begin and end a line."""
CELLS = frozenset({"td", "th"})
ROWS_STAND_IN = frozenset({"table", "tbody", "thead", "tfoot"})
NO_FACTS = HEADINGS | {"table", "form"}
"""Tags that a table of facts does not hold."""
LONGEST_CELL = 300
CELL_BREAK = " | "
WHOLE = re.compile(r"https?://[^/]", re.IGNORECASE)
ROOTED = re.compile(r"/(?!/)")
BELOW = re.compile(r"(?!https?:(?!//))[\w./]", re.IGNORECASE)
"""What begins an address that counts from its page's folder, not from the page itself."""
LETTER = re.compile(r"[^\W_]")
LINK_SOURCES = {"a": "href", "area": "href", "frame": "src", "iframe": "src"}
MOST_LINKS = 5000
LONGEST_LINK_TEXT = 200


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another address, canonical, with the text it is shown as."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a page holds."""

    metadata: Metadata
    blocks: tuple[Block, ...]
    links: tuple[Link, ...]
    """In order of the page, each address once."""


def extract(html: bytes | str, url: str, charset: str | None = None) -> Extracted:
    """Read a page; never raises over what is in it.

    Args:
        html: the page as it came over the wire, or decoded.
        url: its canonical address, which relative links count from.
        charset: what the HTTP header says, a hint that may be wrong.
    """
    return extract_parsed(parse(html if isinstance(html, str) else decode(html, charset)), url)


def extract_parsed(root: Element, url: str) -> Extracted:
    """Read a parsed page, see `extract`; the tree stays as it is."""
    metadata = read_metadata(root, url)
    return Extracted(metadata, tuple(_blocks(main_tags(root))), _links(root, url, metadata.base))


def _links(root: Element, url: str, base: str) -> tuple[Link, ...]:
    found: dict[str, str] = {}
    folder = urljoin(base, ".")
    for tag in root.iter("link", *LINK_SOURCES):
        name, relations = tag.tag, tag.get("rel", "").lower().split()
        if name == "link":
            address = tag.get("href", "") if "alternate" in relations and "hreflang" in tag.attrib else ""
        else:
            address = tag.get(LINK_SOURCES[name], "") if "nofollow" not in relations else ""
        target = _target(address, base, folder) if address.strip() else None
        if target is None or target == url:
            continue
        text = clean(short_text(tag, LONGEST_LINK_TEXT)[:LONGEST_LINK_TEXT])
        if not found.get(target):
            found[target] = text
        if len(found) >= MOST_LINKS:
            break
    return tuple(Link(target, text) for target, text in found.items())


def _target(address: str, base: str, folder: str) -> str | None:
    """Return the canonical address of a link, remembered by what it counts from: the pages of a site repeat their links."""
    if len(address) > LONGEST_URL or not BELOW.match(address):
        return canonical_url(address, base)
    if WHOLE.match(address):
        return _remembered(address, "")
    return _remembered(address, origin_of(base) if ROOTED.match(address) else folder)


_remembered = lru_cache(maxsize=10_000)(canonical_url)


class _Writer:
    """Gathers lines under the heading they stand below."""

    def __init__(self) -> None:
        self.heading = ""
        self.made: list[Block] = []
        self._lines: list[str] = []
        self._parts: list[str] = []

    def text(self, text: str) -> None:
        self._parts.append(text)

    def line(self) -> None:
        if self._parts:
            line = clean("".join(self._parts))
            self._parts.clear()
            if LETTER.search(line):
                self._lines.append(line)

    def begin(self, heading: str) -> None:
        """Close the block under way; a heading with nothing below it is a block of its own."""
        self.line()
        if self.heading or self._lines:
            self.made.append(Block(self.heading, "\n".join(self._lines)))
        self._lines.clear()
        self.heading = heading


def _blocks(page: Tag) -> Iterator[Block]:
    writer = _Writer()
    body = next((tag for tag in walk(page) if isinstance(tag, Tag) and tag.name == "body"), page)
    # A stack in place of recursion: pages nest deeper than Python calls.
    stack: list[tuple[Tag, Iterator[object]]] = [(body, iter(body.contents))]
    while stack:
        parent, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            _leave(parent, writer)
        elif isinstance(child, Tag):
            if child.name in HEADINGS:
                writer.line()
                if heading := _verbatim(child):
                    writer.begin(heading)
            elif child.name == "table" and _is_data(child):
                _write_rows(child, writer)
            else:
                if child.name in LINE_TAGS or child.name in CELLS:
                    writer.line()
                stack.append((child, iter(child.contents)))
        elif isinstance(child, NavigableString):
            writer.text(child)
    writer.begin("")
    yield from writer.made


def _leave(tag: Tag, writer: _Writer) -> None:
    if tag.name in LINE_TAGS or tag.name in CELLS:
        writer.line()


def _verbatim(tag: Tag) -> str:
    """Return a tag's text on one line: words joined as the page joins them, parted where the page breaks lines."""
    parts: list[str] = []
    for node in walk(tag):
        if isinstance(node, Tag):
            if node.name in LINE_TAGS:
                parts.append(" ")
        else:
            parts.append(str(node))
    return clean("".join(parts))


def _is_data(table: Tag) -> bool:
    """Tell a table of facts from one that lays out the page, and from one that is no proper table."""
    tags = [table]
    for tag in tags:
        for node in tag.contents:
            if isinstance(node, Tag):
                misplaced = (node.name == "tr" and tag.name not in ROWS_STAND_IN) or (node.name in CELLS and tag.name != "tr")
                if node.name in NO_FACTS or misplaced:
                    return False
                tags.append(node)
    if max((len(_cells(tag)) for tag in tags if tag.name == "tr"), default=0) <= 1:
        return False
    return not any(tag.name in CELLS and len(_verbatim(tag)) > LONGEST_CELL for tag in tags)


def _cells(row: Tag) -> list[Tag]:
    return [child for child in row.contents if isinstance(child, Tag) and child.name in CELLS]


def _write_rows(table: Tag, writer: _Writer) -> None:
    for row in walk(table):
        if not isinstance(row, Tag) or row.name not in {"caption", "tr"}:
            continue
        writer.line()
        if row.name == "caption":
            writer.text(_verbatim(row))
            continue
        cells = [(cell.name, text) for cell in _cells(row) if (text := _verbatim(cell))]
        fact = len(cells) == 2 and cells[0][0] == "th" and cells[1][0] == "td"  # noqa: PLR2004  # a name and its value
        writer.text((": " if fact else CELL_BREAK).join(text.rstrip(": ") if fact else text for _, text in cells))
    writer.line()
