"""How much a tag holds: text, links, prose, headings; counted for all tags of a page in one walk."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bs4 import Tag
from bs4.element import NavigableString, PageElement

INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big br cite code del dfn em font i ins kbd label mark q s samp small span strike
    strong sub sup time tt u var wbr
    """.split()  # noqa: SIM905  # reads better than 35 quoted lines
)
"""Tags that stand within a line of text."""
UNBROKEN = INLINE | {
    *("script", "style", "template", "noscript", "svg", "meta", "link", "input", "select", "button", "textarea", "rt", "rp")
}
"""Tags that break no line, shown or not."""
LIST_TAGS = frozenset({"ul", "ol", "menu"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
MAIN = frozenset({"main", "article", "h1"})
LEAST_PROSE = 60
"""Characters of a text that is more than a label."""
LINKED_PROSE = 0.5
"""The share of its text from which a paragraph is a link with words about it."""


@dataclass(slots=True)
class Measure:
    """Counts over all that a tag holds. Texts are counted in characters, white space collapsed."""

    tag: Tag
    above: "Measure | None"
    """Of the tag that holds it. Tags do not know theirs: so they are freed without the garbage collector, which costs much."""
    text: int = 0
    linked: int = 0
    """Text in links."""
    prose: int = 0
    """Text in paragraphs of some length that are not mostly links."""
    paragraphs: int = 0
    links: int = 0
    """Links with text."""
    tags: int = 0
    main: int = 0
    """Tags of `MAIN`."""
    h1: int = 0
    h2: int = 0
    headings: int = 0
    line: int = 0
    """Text of the tag's own line: outside of blocks within it."""
    linked_line: int = 0
    cookies: int = 0
    """Texts that speak of cookies."""


Measures = Mapping[int, Measure]
"""By the `id()` of a tag."""


def walk(tag: Tag) -> Iterator[PageElement]:
    """Yield all that is left within a tag, in order of the page.

    To be used in place of Beautiful Soup's own searches once contents were set anew.
    """
    waiting = list(reversed(tag.contents))
    while waiting:
        element = waiting.pop()
        yield element
        if isinstance(element, Tag):
            waiting.extend(reversed(element.contents))


def keep(root: Tag, wanted: Callable[[Tag], bool]) -> None:
    """Remove tags that are not wanted from the outside in; what was taken out is not looked at."""
    waiting: list[Tag] = [root]
    while waiting:
        tag = waiting.pop()
        dropped: set[int] = set()
        for child in tag.contents:
            if isinstance(child, Tag) and child.name != "br":
                if wanted(child):
                    waiting.append(child)
                else:
                    dropped.add(id(child))
        if dropped:
            keep_children(tag, lambda child, dropped=dropped: id(child) not in dropped)  # type: ignore[misc]


def keep_children(tag: Tag, wanted: Callable[[PageElement], bool]) -> None:
    """Remove children that are not wanted; a line break stays where a box stood, so that words on its sides are not joined.

    Contents are set anew: `extract` searches the siblings each time, which takes minutes on hostile pages.
    """
    kept: list[PageElement] = []
    for child in tag.contents:
        if wanted(child):
            kept.append(child)
        elif isinstance(child, Tag) and child.name not in UNBROKEN:
            kept.append(Tag(name="br"))
    tag.contents = kept


def short_text(tag: Tag, longest: int) -> str:
    """Return the beginning of a tag's text, some `longest` characters; texts parted by spaces."""
    parts: list[str] = []
    length = 0
    for node in walk(tag):
        if type(node) is NavigableString and (text := node.strip()):
            parts.append(text)
            length += len(text) + 1
            if length > longest:
                break
    return " ".join(parts)


def measure(root: Tag) -> dict[int, Measure]:
    """Measure a tag and all tags within it."""
    order = [Measure(root, None)]
    for own in order:
        for child in own.tag.contents:
            if isinstance(child, Tag):
                order.append(Measure(child, own))
            elif isinstance(child, str) and (text := " ".join(child.split())):
                own.line += len(text)
                own.cookies += "ookie" in text
    for own in reversed(order):
        tag = own.tag
        inline = tag.name in INLINE
        _finish(tag, own, inline=inline)
        if own.above is not None:
            _add(own.above, tag, own, inline=inline)
    return {id(own.tag): own for own in order}


def above(own: Measure) -> Iterator[Measure]:
    """Yield the measures of the tags that a tag lies in, from the inside out."""
    one = own.above
    while one is not None:
        yield one
        one = one.above


def _finish(tag: Tag, own: Measure, *, inline: bool) -> None:
    if not inline:
        own.text += own.line
    if tag.name == "a":
        own.linked_line = own.line
        own.linked = own.text
        own.links += own.line + own.text > 0
        own.prose = own.paragraphs = 0
    if not inline:
        own.linked += own.linked_line
        if own.line >= LEAST_PROSE and own.linked_line < LINKED_PROSE * own.line:
            own.prose += own.line
            own.paragraphs += 1


def _add(parent: Measure, tag: Tag, own: Measure, *, inline: bool) -> None:
    parent.tags += own.tags + 1
    if inline:
        parent.line += own.line
        parent.linked_line += own.linked_line
    if own.text or own.line:
        parent.text += own.text
        parent.linked += own.linked
        parent.prose += own.prose
        parent.paragraphs += own.paragraphs
        parent.links += own.links
        parent.cookies += own.cookies
    parent.main += own.main + (tag.name in MAIN)
    if own.headings or tag.name in HEADINGS:
        parent.h1 += own.h1 + (tag.name == "h1")
        parent.h2 += own.h2 + (tag.name == "h2")
        parent.headings += own.headings + (tag.name in HEADINGS)
