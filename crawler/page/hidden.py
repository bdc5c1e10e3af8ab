"""Text that a page does not show: by attribute, by inline style, by a rule of its own style sheets."""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag

from crawler.page.measures import walk
from crawler.page.metadata import attribute
from crawler.page.names import text_of_names

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
FOLDED = re.compile(
    r"accordion|collaps|toggle|faq|expand|(?:^|[-_\s])tabs?(?:[-_\s]|$)|tab-?(?:pane|content|panel)", re.IGNORECASE
)
"""Names of what a reader opens with a click: tabs and folds."""
SELECTOR = re.compile(r"^[a-z0-9]*([.#][\w-]+)$", re.IGNORECASE)
NAME = re.compile(r"[.#][\w-]+")
DISPLAY = re.compile(r"(?:^|;)\s*(?:display|visibility)\s*:\s*([\w-]+)", re.IGNORECASE)
LONGEST_STYLE = 1000
LONGEST_SHEET = 300_000


def hiding_names(soup: BeautifulSoup) -> frozenset[str]:
    """Return the names, `.class` or `#id`, that the page's own style sheets hide always.

    What another rule or a script of the page shows again (tabs, folds) can be opened by the reader: it is not hidden.
    """
    hidden: set[str] = set()
    shown: set[str] = set()
    scripts: list[str] = []
    for tag in walk(soup):
        if not isinstance(tag, Tag) or tag.name not in {"style", "script"}:
            continue
        text = tag.get_text()[:LONGEST_SHEET]
        if tag.name == "script":
            scripts.append(text)
            continue
        for selectors, body in _rules(text):
            displays = DISPLAY.findall(body)
            if not displays and not STYLE.search(body):
                continue
            hides = bool(STYLE.search(body))
            for selector in selectors.split(","):
                name = SELECTOR.match(selector.strip())
                if hides and name:
                    hidden.add(name[1])
                elif not hides:
                    shown.update(NAME.findall(selector))
    code = "\n".join(scripts)
    return frozenset(name for name in hidden - shown if name[1:] not in code)


def is_hidden(tag: Tag, hiding: frozenset[str]) -> bool:
    """Tell whether a tag is not shown; `hiding` are the names that style sheets hide."""
    if not tag.attrs or tag.name in SHOWN_ALWAYS:
        return False
    if attribute(tag, "role") == "tabpanel" or FOLDED.search(text_of_names(tag)):
        return False
    return _is_hidden_by_attributes(tag) or _is_hidden_by_classes(tag, hiding)


def _is_hidden_by_attributes(tag: Tag) -> bool:
    if tag.has_attr("hidden") and attribute(tag, "hidden").lower() != "until-found":
        return True
    if attribute(tag, "aria-hidden").lower() == "true":
        return True
    style = attribute(tag, "style")[:LONGEST_STYLE]
    return bool(STYLE.search(style) or (NO_SIZE.search(style) and CUT_OFF.search(style)))


def _is_hidden_by_classes(tag: Tag, hiding: frozenset[str]) -> bool:
    classes = attribute(tag, "class").split()
    if hiding and (f"#{attribute(tag, 'id')}" in hiding or any(f".{name}" in hiding for name in classes)):
        return True
    return not UNSEEN.isdisjoint(classes) and not any(SHOWN_AGAIN.search(name) for name in classes)


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
