"""A page as its own makers describe it: visible lines, footer and all, and what JSON-LD, microdata, RDFa and meta tags say."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree

from crawler.page.parsing import Element, parse

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
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\u200b-\u200f]")
ALL_TEXT = etree.XPath("string()", smart_strings=False)
"""Within an element: the same as joining its `itertext`, a hundred times as quick where thousands of elements hold none."""
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


def read_markup(page: str | Element) -> Markup:
    """Read a page, decoded or parsed; never raises over what is in it."""
    root = parse(page) if isinstance(page, str) else page
    titles = [tag for tag in root.iter("title") if not any(up.tag == "svg" for up in tag.iterancestors())]
    meta: dict[str, str] = {}
    for tag in root.iter("meta"):
        for key in ("name", "property", "itemprop"):
            if tag.get(key):
                meta.setdefault(str(tag.get(key)).strip().lower(), tidy(tag.get("content") or ""))
    return Markup(
        title=tidy("".join(titles[0].itertext())) if titles else "",
        language=(root.get("lang") or root.get("xml:lang") or "").strip().lower()[:2],
        meta=meta,
        lines=tuple(_lines(root)),
        headings=tuple(tidy("".join(tag.itertext())[:LONGEST_LINE]) for tag in root.iter("h1", "h2")),
        items=(*_json_ld(root), *_microdata(root)),
        links=tuple(CONTROL.sub("", tag.get("href")).strip() for tag in root.iter("a") if tag.get("href")),
        logos=tuple(_logos(root)),
    )


def tidy(text: str) -> str:
    """Return `text` on one line, without control characters."""
    return " ".join(CONTROL.sub("", text).split())


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


def _lines(root: Element) -> Iterator[Line]:
    """Yield the lines of a page: what stands between the tags that begin or end one."""
    parts: list[str] = []
    written = 0
    footer: Element | None = None
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, one in walk:
        name = one.tag
        begins = event == "start"
        if begins and (name in SILENT or (name != "body" and _is_hidden(one))):
            walk.skip_subtree()  # its end, with the text behind it, comes next
            continue
        if name in LINE_TAGS or one is root:
            if parts and (line := tidy("".join(parts)[:LONGEST_LINE])):
                yield Line(line, footer is not None)
                written += len(line)
                if written > MOST_TEXT:
                    return
            parts.clear()
        if begins:
            footer = one if footer is None and _is_footer(one) else footer
            parts.append(one.text or "")
        else:
            footer = None if one is footer else footer
            parts.append(one.tail or "")


def _is_hidden(one: Element) -> bool:
    return one.get("hidden") is not None or bool((style := one.get("style")) and HIDDEN.search(style))


def _is_footer(one: Element) -> bool:
    if one.tag == "footer" or one.get("role") == "contentinfo":
        return True
    return one.tag not in {"body", "html", "a"} and _says_footer(one.get("id", ""), one.get("class", ""))


@lru_cache(maxsize=10_000)
def _says_footer(key: str, classes: str) -> bool:
    return bool(FOOTER.search(f"{key} {classes}"))


def _logos(root: Element) -> Iterator[tuple[str, str]]:
    for tag in root.iter("img"):
        said = " ".join(tag.get(key) or "" for key in ("class", "id", "alt", "src"))
        up = tag.getparent()
        around = f"{up.get('class') or ''} {up.get('id') or ''}" if up is not None else ""
        if "logo" in said.lower() or "logo" in around.lower() or "brand" in around.lower():
            yield CONTROL.sub("", tag.get("src", "")).strip(), tidy(tag.get("alt") or "")


def _json_ld(root: Element) -> Iterator[Item]:
    count = 0
    for tag in root.iter("script"):
        if "ld+json" not in (tag.get("type") or "").lower():
            continue
        for value in parse_json_ld(CONTROL.sub("", tag.text or "")):
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


def _microdata(root: Element) -> Iterator[Item]:
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
            value = tidy((value if value is not None else ALL_TEXT(tag))[:LONGEST_LINE])
        for name in (tag.get("itemprop") or tag.get("property") or "").split():
            known = holder.get(name)
            holder[name] = value if known is None else [*known, value] if isinstance(known, list) else [known, value]
    for tag, item in made.items():
        if not tag.get("itemprop") and not tag.get("property"):
            yield item
