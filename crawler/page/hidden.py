"""Text that a page does not show: by attribute, by inline style, by a rule of its own style sheets."""

import re
from collections.abc import Iterator
from functools import lru_cache

from bs4 import Tag

from crawler.page.names import names
from crawler.page.parsing import Element, attribute

SHOWN_ALWAYS = frozenset({"html", "body", "main", "article"})
STYLE = re.compile(
    r"""(?:^|;)\s*(?:
        display\s*:\s*none\b | visibility\s*:\s*(?:hidden|collapse)\b | font-size\s*:\s*0(?![.\d]*[1-9])
        | (?:text-indent|left|right|top|margin-left|margin-top)\s*:\s*-\d{4,}(?:\.\d+)?(?:px)?\b
        | clip\s*:\s*rect\(\s*(?:0|1)(?:px)?[\s,]+(?:0|1)(?:px)?[\s,]+(?:0|1)(?:px)?[\s,]+(?:0|1)(?:px)?\s*\)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
NO_SIZE = re.compile(r"(?:^|;)\s*(?:max-)?(?:width|height)\s*:\s*0(?:px)?\s*(?:;|!|$)", re.IGNORECASE)
CUT_OFF = re.compile(r"(?:^|;)\s*overflow\s*:\s*(?:hidden|clip)\b", re.IGNORECASE)
UNSEEN = frozenset(
    {
        "sr-only",
        "visually-hidden",
        "visuallyhidden",
        "screen-reader-text",
        "element-invisible",
        "assistive-text",
        "d-none",
        "hidden",
        "invisible",
    }
)
"""Classes that by convention hide what they are set on."""
SHOWN_AGAIN = re.compile(r"^(?:[\w-]+:|d-(?:sm|md|lg|xl|xxl)-(?!none))|visible")
"""Classes that show it again, on wider screens for example."""
SELECTOR = re.compile(r"^[a-z0-9]*([.#][\w-]+)$", re.IGNORECASE)
NAME = re.compile(r"[.#][\w-]+")
DISPLAY = re.compile(r"(?:^|;)\s*(?:display|visibility)\s*:\s*[\w-]", re.IGNORECASE)
LONGEST_STYLE = 1000
LONGEST_SHEET = 300_000
SHEETS = 200
"""That are remembered: the pages of a site repeat theirs."""


def hiding_names(root: Element) -> frozenset[str]:
    """Return the names, `.class` or `#id`, that the style sheets within a parsed page hide always.

    What another rule or a script of the page shows again (tabs, folds) can be opened by the reader: it is not hidden.
    """
    sheets = [_read((tag.text or "")[:LONGEST_SHEET]) for tag in root.iter("style")]
    hidden = frozenset[str]().union(*(hides for hides, _ in sheets)).difference(*(shows for _, shows in sheets))
    if not hidden:
        return frozenset()
    code = "\n".join((tag.text or "")[:LONGEST_SHEET] for tag in root.iter("script"))
    return frozenset(name for name in hidden if name[1:] not in code)


def is_hidden(tag: Tag, hiding: frozenset[str]) -> bool:
    """Tell whether a tag is not shown; `hiding` are the names that style sheets hide."""
    attrs = tag.attrs
    if not attrs or tag.name in SHOWN_ALWAYS:
        return False
    if not _is_hidden_by_attributes(tag) and not _is_hidden_by_classes(tag, hiding):
        return False
    return attrs.get("role") != "tabpanel" and not names(tag).folded


def _is_hidden_by_attributes(tag: Tag) -> bool:
    attrs = tag.attrs
    if "hidden" in attrs and attribute(tag, "hidden").lower() != "until-found":
        return True
    if "aria-hidden" in attrs and attribute(tag, "aria-hidden").lower() == "true":
        return True
    if "style" not in attrs:
        return False
    style = attribute(tag, "style")[:LONGEST_STYLE]
    return bool(STYLE.search(style) or (NO_SIZE.search(style) and CUT_OFF.search(style)))


def _is_hidden_by_classes(tag: Tag, hiding: frozenset[str]) -> bool:
    if hiding and f"#{attribute(tag, 'id')}" in hiding:
        return True
    classes = attribute(tag, "class").split()
    if hiding and any(f".{name}" in hiding for name in classes):
        return True
    return not UNSEEN.isdisjoint(classes) and not any(SHOWN_AGAIN.search(name) for name in classes)


@lru_cache(maxsize=SHEETS)
def _read(sheet: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names that a style sheet hides, and those that it shows."""
    hidden: set[str] = set()
    shown: set[str] = set()
    for selectors, body in _rules(sheet):
        hides = bool(STYLE.search(body))
        if not hides and not DISPLAY.search(body):
            continue
        for selector in selectors.split(","):
            name = SELECTOR.match(selector.strip())
            if hides and name:
                hidden.add(name[1])
            elif not hides:
                shown.update(NAME.findall(selector))
    return frozenset(hidden), frozenset(shown)


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Yield selectors and declarations of the rules that hold on every medium."""
    depth = 0
    selectors = ""
    pieces = re.split(r"([{}])", re.sub(r"/\*.*?(?:\*/|\Z)", "", sheet, flags=re.DOTALL))
    for text, mark in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        if mark == "{":
            depth += 1
            selectors = text.rpartition(";")[2] if depth == 1 else ""  # behind an @import
        elif mark == "}":
            if depth == 1 and selectors and not selectors.lstrip().startswith("@"):
                yield selectors, text
            depth = max(0, depth - 1)
            selectors = ""
