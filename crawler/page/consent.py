"""Cookie notices: those of the usual tools by their names, others by what they say and where they lie."""

import re
from itertools import islice

from bs4 import Tag

from crawler.page.measures import Measure, above, short_text
from crawler.page.names import Names, text_of_names
from crawler.page.parsing import attribute

WORDS = re.compile(
    r"(questo sito|il sito|noi|we|this (web)?site|our (web)?site|by (continuing|using)|diese (web)?site|ce site)"
    r".{0,120}\bcookies?\b",
    re.IGNORECASE | re.DOTALL,
)
CHOICES = re.compile(
    r"\b(accett[ao]|accettare|rifiut[ao]|ok|accept|agree|allow|decline|reject|got it|consenti|ho capito|chiudi|acconsent\w+|"
    r"maggiori informazioni|learn more|read more|preferenze|preferences|akzeptieren|accepter)\b",
    re.IGNORECASE,
)
PLACEHOLDER = re.compile(
    r"\b(accett\w+|consen[st]\w+|accept|allow|enable|akzeptier\w+)\b.{0,60}\bcookies?\b"
    r".{0,60}\b(visualizz\w+|veder\w|guardare|view|see|show|watch|display|anzeigen|sehen)\b",
    re.IGNORECASE | re.DOTALL,
)
"""Stands where a map or a film would be, had the reader agreed."""
LAID_OVER = re.compile(r"banner|bar\b|popup|modal|overlay|notice|alert|toast")
NOTICE_TAGS = frozenset({"div", "section", "aside", "p", "dialog"})
LONGEST = 1500
MOST_TAGS = 60
MOST_PARENTS = 50


def is_consent(tag: Tag, named: Names, own: Measure) -> bool:
    """Tell whether a tag is a notice on cookies and not a text about them; `named` is what its names say."""
    if not own.main and (named.consent_tool or (named.consent and own.text <= LONGEST)):
        return True
    if not own.cookies or tag.name not in NOTICE_TAGS or own.text + own.line > LONGEST // 2 or own.tags > MOST_TAGS:
        return False
    text = short_text(tag, LONGEST // 2)
    if PLACEHOLDER.search(text):
        return not own.headings
    return bool(WORDS.search(text)) and _is_laid_over(tag, own, text)


def _is_laid_over(tag: Tag, own: Measure, text: str) -> bool:
    if "position" in attribute(tag, "style") or LAID_OVER.search(text_of_names(tag)):
        return True
    near = (one.tag.name for one in islice(above(own), MOST_PARENTS))
    return bool(CHOICES.search(text)) and not any(name in {"main", "article"} for name in near)
