"""A decoded page parsed, once: lxml's tree, which is quick to search, and of what it shows the tags of Beautiful Soup.

Beautiful Soup's own builder takes lxml's parse apart into events and puts it together again, which takes as long as all that
is done with the tree; and half of the tags are scripts, styles and menus folded away, of which no tag is needed.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, TypeAlias

from bs4 import Tag
from bs4.element import NavigableString
from lxml import etree

from crawler.page.measures import UNBROKEN

Element: TypeAlias = Any
"""An element of lxml's tree."""

NEVER_TEXT = frozenset(
    """
    script style template noscript noframes svg canvas video audio object embed iframe map
    input select textarea button progress meter datalist head rt rp
    """.split()  # noqa: SIM905  # reads better than 25 quoted lines
)
"""Tags that hold no main text: what a browser runs, draws or asks for, and the small readings above Japanese words."""
NO_WORDS = frozenset({"script", "style", "template", "rt", "rp"})
"""Tags whose text is never a part of the text around them."""
HEAD = re.compile(
    r"(?:\s+|<!--.*?-->|<[!?][^>]*>|</?(?:html|head|meta|link|base)\b[^>]*>"
    r"|<(?P<tag>script|style|title|noscript|template)\b.*?</(?P=tag)\s*>)*",
    re.IGNORECASE | re.DOTALL,
)
"""What stands before a page's body."""
BODY = re.compile(r"<(?:body|frameset)", re.IGNORECASE)
WHITE = " \t\r\n"
MOST_TAGS = 20_000
"""Of a page; what comes after is not read. Pages of 2,000 sites have 10,000 at most, traps a hundredfold."""
DEEPEST = 500
"""Levels of a page's tree; what is nested deeper stands side by side there, as browsers have it."""
BLANK = NavigableString(" ")
"""Stands for all white space between tags, which is half of a page's texts."""
MARK = re.compile(r"<[^/]")
ATTRIBUTE = r"""(?>[\s/]*+(?:=[^\s/>=]*+|[^\s/>=]++)(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+)"""
CROWDED = re.compile(rf"(<[a-zA-Z][^\s/>]*+{ATTRIBUTE}{{500}}+){ATTRIBUTE}++")
"""A tag with more attributes than anybody writes: libxml2 takes hours over 400,000."""
CONTROL = bytes({*range(0x20), 0x7F} - {*b"\t\n\f\r"})
NO_CHARACTERS = ("\ufffe".encode(), "\uffff".encode())
"""What no text shows, in UTF-8, and over which lxml stumbles in names; so are `CONTROL`."""


class _Events:
    """Makes the tree of a page by events: libxml2 sends them to any depth, and gives up a tree of its own at 256 levels."""

    def __init__(self) -> None:
        self._tree = etree.TreeBuilder()
        self._open: list[str] = []
        self.data = self._tree.data
        self.close = self._tree.close

    def start(self, name: str, attributes: dict[str, str]) -> None:
        try:
            self._tree.start(name, attributes)
        except ValueError:  # a name that is none for lxml
            name = "span"
            self._tree.start(name, {})
        self._open.append(name)
        if len(self._open) > DEEPEST:
            self._tree.end(name)

    def end(self, _: str) -> None:
        name = self._open.pop()
        if len(self._open) < DEEPEST:
            self._tree.end(name)


def parse(markup: str) -> Element:
    """Return the root element of a decoded page, an empty one where there is none; never raises over what is in it."""
    page = _readable(markup).encode()
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    root = _fed(parser, page)
    if any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.feed_error_log):
        by_events = _fed(etree.HTMLParser(encoding="utf-8", target=_Events()), page)
        root = root if by_events is None else by_events
    return etree.Element("html") if root is None else root


def _fed(parser: etree.HTMLParser, page: bytes) -> Element | None:
    try:
        parser.feed(page)
        return parser.close()
    except etree.LxmlError:
        return None


def texts(element: Element) -> Iterator[str]:
    """Yield the texts within an element, without those of scripts and styles."""
    waiting = [element]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
            continue
        if one.tail and one is not element:
            waiting.append(one.tail)
        if one.tag not in NO_WORDS:
            waiting.extend(reversed(one))
            if one.text:
                waiting.append(one.text)


def short_text(element: Element, longest: int) -> str:
    """Return the beginning of an element's text, some `longest` characters; texts parted by spaces."""
    if not len(element):
        return (element.text or "").strip()
    parts: list[str] = []
    length = 0
    for text in texts(element):
        if bare := text.strip():
            parts.append(bare)
            length += len(bare) + 1
            if length > longest:
                break
    return " ".join(parts)


def shown_tags(root: Element, hidden: Callable[[Tag], bool]) -> Tag:
    """Return what a page shows as Beautiful Soup's tags, under one tag for the whole.

    The tags have name, attributes and contents, and no links to each other: walk them with `measures.walk`. Of hidden tags, and
    of those that never hold text, nothing is left but a line break where they would break the line.
    """
    page = Tag(name="[document]")
    html: Tag = _Shown(root)
    waiting = [(root, html)]
    while waiting:
        element, tag = waiting.pop()
        contents = tag.contents
        if text := element.text:
            contents.append(NavigableString(text) if text.strip(WHITE) else BLANK)
        for child in element:
            name = child.tag
            made = _Shown(child) if name not in NEVER_TEXT else None
            if made is None or (made.attrs and name != "br" and hidden(made)):
                if name not in UNBROKEN:
                    contents.append(Tag(name="br"))
            else:
                contents.append(made)
                waiting.append((child, made))
            if text := child.tail:
                contents.append(NavigableString(text) if text.strip(WHITE) else BLANK)
    page.contents.append(html)
    return page


def attribute(tag: Tag, name: str) -> str:
    """Return an attribute's value; empty where there is none."""
    return str(tag.attrs.get(name, ""))


class _Shown(Tag):
    """A tag that sets of its own what is read of it; Beautiful Soup's sets a dozen attributes more."""

    def __init__(self, element: Element) -> None:
        self.name = element.tag
        self.attrs = dict(element.items())
        self.contents = []


def _readable(markup: str) -> str:
    """Return what of a page is parsed: no half characters, not more than `MOST_TAGS` tags.

    A page without a body tag gets one where its head ends: libxml2 knows no HTML5 and would keep a `main` in the head.
    """
    page = markup.encode("utf-8", "replace").translate(None, CONTROL)
    for none in NO_CHARACTERS:
        page = page.replace(none, b"")
    whole = page.decode("utf-8")
    whole = CROWDED.sub(r"\1", whole)
    if not BODY.search(whole):
        head = HEAD.match(whole)
        at = head.end() if head else 0
        whole = f"{whole[:at]}<body>{whole[at:]}"
    if whole.count("<") > MOST_TAGS:
        end = next(islice(MARK.finditer(whole), MOST_TAGS, None), None)
        return whole[: end.start()] if end else whole
    return whole
