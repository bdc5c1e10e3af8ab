"""HTML into blocks: the main text of a page under its headings, and the links it holds."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector
from bs4.element import CData, NavigableString

from crawler.boilerplate import remove_boilerplate, walk
from crawler.metadata import Metadata, attribute, clean, read_metadata
from crawler.records import Block
from crawler.urls import canonical_url

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
LINE_TAGS = HEADINGS | frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "frameset",
        "header",
        "hgroup",
        "hr",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    }
)
"""Tags that begin and end a line."""
CELLS = frozenset({"td", "th"})
NO_FACTS = HEADINGS | {"table", "form"}
"""Tags that a table of facts does not hold."""
LONGEST_CELL = 300
CELL_BREAK = " | "
LINK_SOURCES = {"a": "href", "area": "href", "frame": "src", "iframe": "src"}
MOST_LINKS = 5000
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
WESTERN = frozenset({"iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii", "windows-1252", "cp1252"})
"""Charsets that browsers all read as windows-1252 (WHATWG Encoding Standard)."""


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
    markup = html if isinstance(html, str) else decode(html, charset)
    soup = BeautifulSoup(markup.replace("\0", "").encode("utf-8", "replace").decode("utf-8"), "lxml")
    metadata = read_metadata(soup, url)
    links = _links(soup, url, metadata.base)
    remove_boilerplate(soup)
    return Extracted(metadata, tuple(_blocks(soup)), links)


def decode(html: bytes, charset: str | None = None) -> str:
    """Decode a page: its byte order mark, else UTF-8 where the bytes are, else the declared charset, else windows-1252.

    A page of mostly UTF-8 with stray bytes keeps its letters: the strays are read as windows-1252.
    """
    for bom, encoding in BOMS:
        if html.startswith(bom):
            return html[len(bom) :].decode(encoding, "replace")
    try:
        return html.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = EncodingDetector.find_declared_encoding(html, is_html=True, search_entire_document=False)
    for name in (declared, charset):
        # UTF-16 without a mark cannot have shown its own declaration; UTF-8 has just failed.
        known = _codec(name)
        if known and not known.startswith("utf"):
            try:
                return html.decode("cp1252" if known in WESTERN else known)
            except (UnicodeDecodeError, LookupError):
                continue
    mixed = html.decode("utf-8", _STRAY_BYTES)
    wide = sum(1 for character in mixed if ord(character) > 0xFF)  # noqa: PLR2004  # beyond what a stray byte turns into
    strays = html.decode("utf-8", "replace").count("\ufffd")
    letters = sum(1 for character in mixed if not character.isascii()) - strays
    return mixed if max(letters, wide) > strays else html.decode("cp1252", _WESTERN_GAPS)


def _codec(name: str | None) -> str | None:
    try:
        return codecs.lookup(name.strip(" \"'")).name if name else None
    except (LookupError, ValueError):
        return None


def _stray_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


def _western_gaps(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return " " * (error.end - error.start), error.end


_STRAY_BYTES = "startup-scout-stray-bytes"
_WESTERN_GAPS = "startup-scout-western-gaps"
codecs.register_error(_STRAY_BYTES, _stray_bytes)
codecs.register_error(_WESTERN_GAPS, _western_gaps)


def _links(soup: BeautifulSoup, url: str, base: str) -> tuple[Link, ...]:
    found: dict[str, str] = {}
    for tag in soup.find_all([*LINK_SOURCES, "link"]):
        if tag.name == "link":
            other_language = "alternate" in attribute(tag, "rel").lower().split() and tag.has_attr("hreflang")
            address = attribute(tag, "href") if other_language else ""
        else:
            followed = "nofollow" not in attribute(tag, "rel").lower().split()
            address = attribute(tag, LINK_SOURCES[tag.name]) if followed else ""
        target = canonical_url(address, base) if address.strip() else None
        if target is None or target == url:
            continue
        text = clean(tag.get_text(" ")[:200])
        if not found.get(target):
            found[target] = text
        if len(found) >= MOST_LINKS:
            break
    return tuple(Link(target, text) for target, text in found.items())


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
            if any(character.isalnum() for character in line):
                self._lines.append(line)

    def begin(self, heading: str) -> None:
        """Close the block under way; a heading with nothing below it is a block of its own."""
        self.line()
        if self.heading or self._lines:
            self.made.append(Block(self.heading, "\n".join(self._lines)))
        self._lines.clear()
        self.heading = heading


def _blocks(soup: BeautifulSoup) -> Iterator[Block]:
    writer = _Writer()
    body = soup.find("body") or soup
    # A stack in place of recursion: pages nest deeper than Python calls.
    stack: list[tuple[Tag, Iterator[object]]] = [(body, iter(body.contents))]
    while stack:
        parent, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            _leave(parent, writer)
        elif isinstance(child, Tag):
            if child.name in HEADINGS and (heading := _verbatim(child)):
                writer.begin(heading)
            elif child.name == "table" and _is_data(child):
                _write_rows(child, writer)
            else:
                if child.name in LINE_TAGS:
                    writer.line()
                stack.append((child, iter(child.contents)))
        elif type(child) in {NavigableString, CData}:
            writer.text(str(child))
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
        elif type(node) in {NavigableString, CData}:
            parts.append(str(node))
    return clean("".join(parts))


def _is_data(table: Tag) -> bool:
    """Tell a table of facts from one that lays out the page."""
    if any(isinstance(node, Tag) and node.name in NO_FACTS for node in walk(table)):
        return False
    tags = [node for node in walk(table) if isinstance(node, Tag)]
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
