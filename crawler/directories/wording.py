"""Texts of directories made readable: markup out of fields, no control characters, one spelling of a key."""

import html
import re
import unicodedata
from functools import lru_cache

from lxml import etree

TAGS = (
    "a|abbr|article|b|big|blockquote|body|br|button|center|code|dd|div|dl|dt|em|embed|figure|font|form|h[1-6]|head|hr|html|i"
    "|iframe|img|input|ins|label|li|link|mark|meta|noscript|object|ol|p|pre|s|script|section|small|span|strong|style|sub|sup"
    "|svg|table|tbody|td|template|textarea|tfoot|th|thead|title|tr|u|ul|video"
)
TAG = re.compile(rf"</?(?:{TAGS})\b", re.IGNORECASE)
"""What makes a text HTML: a tag that HTML knows; in `a <b 3` nothing does but the tag `b`, which is then taken out."""
SILENT = frozenset({"head", "iframe", "noscript", "object", "script", "style", "svg", "template", "textarea"})
LINES = frozenset({
        "article", "blockquote", "br", "center", "dd", "div", "dl", "dt", "figure", "form", "h1", "h2", "h3", "h4",
        "h5", "h6", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul",
})  # fmt: skip
BREAKING = re.compile(r"<(?:p|br|li|div|h[1-6]|tr)\b", re.IGNORECASE)
BEFORE = dict.fromkeys(LINES, "\n") | {"li": "\n- ", "p": "\n\n", "td": " ", "th": " "}
AFTER = dict.fromkeys(LINES - {"br", "hr", "li"}, "\n")
ANY_TAG = re.compile(r"<[^<>]*>")
ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,31}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
SPACES = re.compile(r"[^\S\n]+")
HARD = re.compile(r"[<&]|  ")
EMPTY_LINES = re.compile(r"\n{3,}")
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
NO_WORD = re.compile(r"[\W_]+")


def readable(text: str) -> str:
    """Return a text without markup and control characters; its lines and paragraphs stay."""
    if text.isprintable() and not HARD.search(text):
        return text.strip()
    text = SURROGATE.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")
    text = CONTROL.sub(" ", text)
    if TAG.search(text):
        text = CONTROL.sub(" ", _without_tags(text))
    else:
        text = CONTROL.sub(" ", ENTITY.sub(lambda found: SURROGATE.sub("\ufffd", html.unescape(found[0])), text))
    lines = (SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def one_line(text: str) -> str:
    """Return a text like `readable`, on one line."""
    return " ".join(readable(text).split())


@lru_cache(maxsize=10_000)
def key_of(name: str) -> str:
    """Return the one spelling of a column's or field's name: lower case, without accents, words joined by `_`."""
    plain = unicodedata.normalize("NFKD", CAMEL.sub(" ", name))
    return NO_WORD.sub("_", "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()).strip("_")


def _without_tags(text: str) -> str:
    # Where nothing in the markup makes lines, those of the text are meant.
    keep_lines = BREAKING.search(text) is None
    # Parsed in place of scanned with the standard library's parser, which takes minutes for 200,000 unclosed quotes.
    parser = etree.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(f"<div>{text}</div>", parser)
    if any(entry.level >= etree.ErrorLevels.FATAL for entry in parser.error_log):
        # Nested too deeply to be anybody's text: libxml2 drops what lies within, so the tags are cut out as they stand.
        return ANY_TAG.sub(" ", text)
    parts: list[str] = []
    silent = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if event == "start":
            silent += tag in SILENT
            said = (BEFORE.get(tag, ""), element.text or "")
        else:
            silent -= tag in SILENT
            said = (AFTER.get(tag, ""), "")
            tail = element.tail or ""
        if not silent:
            parts.append(said[0])
            parts.append(said[1] if keep_lines else said[1].replace("\n", " "))
            if event == "end":
                parts.append(tail if keep_lines else tail.replace("\n", " "))
    return "".join(parts)
