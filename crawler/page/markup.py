"""A page as its own makers describe it: visible lines, footer and all, and what JSON-LD, microdata, RDFa and meta tags say."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree, html  # type: ignore[import-untyped]  # lxml ships no types

LINE_TAGS = frozenset(
    """
    address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table td tfoot th thead tr ul
    """.split()  # noqa: SIM905  # reads better than 40 quoted lines
)
SILENT = frozenset({"head", "script", "style", "template", "noscript", "svg", "select", "textarea", "object", "iframe"})
FOOTER = re.compile(r"(?:^|[\s_-])(?:footer|colophon|copyright|copy|credits|legal|imprint|contentinfo)", re.IGNORECASE)
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
MOST_TEXT = 400_000
LONGEST_LINE = 2_000
MOST_ITEMS = 300
DEEPEST = 200
SPACE = re.compile(r"\s+")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\u200b-\u200f]")
CDATA = re.compile(r"^\s*(?://\s*)?(?:<!\[CDATA\[|<!--)|(?://\s*)?(?:\]\]>|-->)\s*$")
RAW_BREAK = re.compile(r"[\x00-\x1f]+")
LOOSE_COMMA = re.compile(r",\s*([}\]])")

Item = Mapping[str, Any]
"""One thing as schema.org describes it: `@type` and properties, each a text, an Item or a list of these."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text as a reader sees it."""

    text: str
    footer: bool


@dataclass(frozen=True, slots=True)
class Markup:
    """What a page holds beside its main text, and all of its text."""

    title: str
    language: str
    meta: Mapping[str, str]
    """By `name` or `property` in lower case, the first of each."""
    lines: tuple[Line, ...]
    headings: tuple[str, ...]
    items: tuple[Item, ...]
    links: tuple[str, ...]
    """Addresses of links as written."""
    logos: tuple[tuple[str, str], ...]
    """Source and alternative text of images that say they are a logo."""


def read_markup(markup: str) -> Markup:
    """Read a decoded page; never raises over what is in it."""
    root = _parsed(markup)
    if root is None:
        return Markup("", "", {}, (), (), (), (), ())
    titles = [tag for tag in root.iter("title") if not any(up.tag == "svg" for up in tag.iterancestors())]
    meta: dict[str, str] = {}
    for tag in root.iter("meta"):
        for key in ("name", "property", "itemprop"):
            if tag.get(key):
                meta.setdefault(str(tag.get(key)).strip().lower(), tidy(tag.get("content") or ""))
    return Markup(
        title=tidy(titles[0].text_content()) if titles else "",
        language=(root.get("lang") or root.get("xml:lang") or "").strip().lower()[:2],
        meta=meta,
        lines=tuple(_lines(root)),
        headings=tuple(tidy(tag.text_content()[:LONGEST_LINE]) for tag in root.iter("h1", "h2")),
        items=(*_json_ld(root), *_microdata(root)),
        links=tuple(str(tag.get("href")).strip() for tag in root.iter("a") if tag.get("href")),
        logos=tuple(_logos(root)),
    )


def tidy(text: str) -> str:
    """Return `text` on one line, without control characters."""
    return SPACE.sub(" ", CONTROL.sub("", text)).strip()


def typed(items: tuple[Item, ...], names: frozenset[str]) -> Iterator[Item]:
    """Yield the items of the given schema.org types (lower case, without the address of the schema), nested ones too."""
    stack: list[tuple[Any, int]] = [(item, 0) for item in reversed(items)]
    seen = 0
    while stack and seen < MOST_ITEMS * 10:
        node, depth = stack.pop()
        seen += 1
        if isinstance(node, Mapping):
            if names & types_of(node):
                yield node
            if depth < DEEPEST:
                stack += [(value, depth + 1) for value in reversed(list(node.values()))]
        elif isinstance(node, list) and depth < DEEPEST:
            stack += [(value, depth + 1) for value in reversed(node)]


def types_of(item: Item) -> set[str]:
    """Return the types of an item in lower case, without the address of the schema."""
    declared = item.get("@type")
    words = declared if isinstance(declared, list) else [declared]
    return {re.split(r"[/#:]", word)[-1].lower() for word in words if isinstance(word, str)}


def text_of(value: Any, *keys: str) -> str:  # noqa: ANN401  # whatever JSON holds
    """Return the first text in a value: itself, an item's `keys` (else its name or value), or a list's first."""
    for _ in range(DEEPEST):
        if isinstance(value, str):
            return tidy(value[:LONGEST_LINE])
        if isinstance(value, bool):
            return ""
        if isinstance(value, int | float):
            return str(value)
        if isinstance(value, list):
            value = value[0] if value else ""
        elif isinstance(value, Mapping):
            value = next((value[key] for key in (*keys, "name", "@value", "url", "@id") if value.get(key)), "")
        else:
            return ""
    return ""


def texts_of(value: Any) -> tuple[str, ...]:  # noqa: ANN401  # whatever JSON holds
    """Return all texts of a value that may be one or a list."""
    many = value if isinstance(value, list) else [value]
    return tuple(text for one in many[:MOST_ITEMS] if (text := text_of(one)))


def parse_json_ld(text: str) -> list[Any]:
    """Read the JSON of a script tag, forgiving what pages get wrong: comments, line breaks, commas too many, two in a row."""
    bare = CDATA.sub("", text).strip().rstrip(";")
    for candidate in (bare, LOOSE_COMMA.sub(r"\1", RAW_BREAK.sub(" ", bare))):
        found: list[Any] = []
        rest = candidate
        decoder = json.JSONDecoder(strict=False)
        try:
            while rest and len(found) < MOST_ITEMS:
                value, end = decoder.raw_decode(rest)
                found.append(value)
                rest = rest[end:].lstrip(" \t\r\n,;")
        except (ValueError, RecursionError):
            if not found:
                continue
        return found
    return []


def _parsed(markup: str) -> Any:  # noqa: ANN401  # lxml's elements
    # As bytes: lxml refuses texts that declare an encoding. Half characters have no bytes.
    encoded = CONTROL.sub("", markup).encode("utf-8", "replace")
    parser = html.HTMLParser(encoding="utf-8", huge_tree=False, remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        return html.document_fromstring(encoded, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


class _LineReader:
    """Gathers a page's lines by events: pages nest deeper than Python calls."""

    def __init__(self) -> None:
        self.written = 0
        self._parts: list[str] = []
        self._skipped = 0
        self._footers: list[Any] = []

    def start(self, tag: Any, name: str) -> Line | None:  # noqa: ANN401  # lxml's elements
        if self._skipped or name in SILENT or (name != "body" and _is_hidden(tag)):
            self._skipped += 1
            return None
        made = self.line() if name in LINE_TAGS else None
        if _is_footer(tag, name):
            self._footers.append(tag)
        self._parts.append(tag.text or "")
        return made

    def end(self, tag: Any, name: str) -> Line | None:  # noqa: ANN401  # lxml's elements
        made = None
        if self._skipped:
            self._skipped -= 1
        else:
            made = self.line() if name in LINE_TAGS else None
            if self._footers and self._footers[-1] is tag:
                self._footers.pop()
        if not self._skipped:
            self._parts.append(tag.tail or "")
        return made

    def line(self) -> Line | None:
        text = tidy("".join(self._parts)[:LONGEST_LINE])
        self._parts.clear()
        self.written += len(text)
        return Line(text, bool(self._footers)) if text else None


def _lines(root: Any) -> Iterator[Line]:  # noqa: ANN401  # lxml's elements
    reader = _LineReader()
    for event, tag in etree.iterwalk(root, events=("start", "end")):
        name = tag.tag if isinstance(tag.tag, str) else ""
        made = reader.start(tag, name) if event == "start" else reader.end(tag, name)
        if made:
            yield made
        if reader.written > MOST_TEXT:
            return
    if made := reader.line():
        yield made


def _is_hidden(tag: Any) -> bool:  # noqa: ANN401  # lxml's elements
    return tag.get("hidden") is not None or bool(HIDDEN.search(tag.get("style") or ""))


def _is_footer(tag: Any, name: str) -> bool:  # noqa: ANN401  # lxml's elements
    if name == "footer" or tag.get("role") == "contentinfo":
        return True
    return name not in {"body", "html", "a"} and bool(FOOTER.search(f"{tag.get('id') or ''} {tag.get('class') or ''}"))


def _logos(root: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401  # lxml's elements
    for tag in root.iter("img"):
        said = " ".join(tag.get(key) or "" for key in ("class", "id", "alt", "src"))
        up = tag.getparent()
        around = f"{up.get('class') or ''} {up.get('id') or ''}" if up is not None else ""
        if "logo" in said.lower() or "logo" in around.lower() or "brand" in around.lower():
            yield (tag.get("src") or "").strip(), tidy(tag.get("alt") or "")


def _json_ld(root: Any) -> Iterator[Item]:  # noqa: ANN401  # lxml's elements
    count = 0
    for tag in root.iter("script"):
        if "ld+json" not in (tag.get("type") or "").lower():
            continue
        for value in parse_json_ld(tag.text or ""):
            for item in _flat(value):
                yield item
                count += 1
                if count >= MOST_ITEMS:
                    return


def _flat(value: Any) -> Iterator[Item]:  # noqa: ANN401  # whatever JSON holds
    many = value if isinstance(value, list) else [value]
    for one in many:
        if isinstance(one, Mapping):
            graph = one.get("@graph")
            if isinstance(graph, list):
                yield from (part for part in graph if isinstance(part, Mapping))
            elif isinstance(graph, Mapping):
                yield graph
            if len(one) > 1 or graph is None:
                yield {key: part for key, part in one.items() if key != "@graph"}


def _microdata(root: Any) -> Iterator[Item]:  # noqa: ANN401  # lxml's elements
    """Yield the items of microdata and of RDFa Lite, which say the same with other attributes."""
    made: dict[Any, dict[str, Any]] = {}
    for count, tag in enumerate(root.xpath("//*[@itemscope or @typeof]")):
        if count >= MOST_ITEMS:
            break
        made[tag] = {"@type": (tag.get("itemtype") or tag.get("typeof") or "").split()}
    for tag in root.xpath("//*[@itemprop or @property]") if made else ():
        own = made.get(tag)
        holder = next((made[up] for up in tag.iterancestors() if up in made), None)
        if holder is None:
            continue
        value: Any = own
        if value is None:
            value = next((tag.get(key) for key in ("content", "datetime", "href", "src") if tag.get(key)), None)
            value = tidy((value if value is not None else tag.text_content())[:LONGEST_LINE])
        for name in (tag.get("itemprop") or tag.get("property") or "").split():
            known = holder.get(name)
            holder[name] = value if known is None else [*known, value] if isinstance(known, list) else [known, value]
    for tag, item in made.items():
        if not tag.get("itemprop") and not tag.get("property"):
            yield item
