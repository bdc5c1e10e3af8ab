"""Names of companies and the legal forms they end with, of Italy and of the countries it trades with most."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from crawler.gazetteer.tables import legal_forms

BEFORE_FORM = re.compile(
    r"(?:(?:(?<=\s)|(?<=^)|(?<=[\"\u201c«('\u2019]))"
    r"(?:[A-ZÀ-ÖØ-Þ0-9][\w'\u2019.&+*-]*|&|\+|e|di|del|della|dei|and|of|by|for|y|et|und|the|in|[-\u2013])[ ,]+){1,8}$"
)
"""What may be a name before a legal form: words with capitals, and what joins them."""
LOOSE_WORDS = frozenset(
    {"e", "di", "del", "della", "dei", "and", "of", "by", "for", "y", "et", "und", "the", "in", "&", "+", "-", "\u2013"}
)
"""These join words of a name and begin none."""
LEADING = frozenset(
    """
    la il lo le gli i l' the una un da con presso copyright società azienda ditta impresa noi siamo about benvenuti partner
    gruppo by e di and of for in del della dei founder ceo at sede legale operativa titolare ragione sociale © company
    """.split()  # noqa: SIM905  # reads better than 40 quoted lines
)
"""Words in capitals before a name, at the beginning of a sentence or in a heading."""
NO_NAME = re.compile(
    r"^(?:home(?:\s*page)?|index|welcome|benvenut[oi].*|chi siamo|about(?:\s+us)?|contatt[io]|contact(?:\s+us)?|servizi"
    r"|services|prodott[io]|products?|news|blog|azienda|company|logo|menu|privacy.*|cookie.*|the|il sito|untitled.*|wordpress"
    r"|official\s+(?:web)?site|sito\s+ufficiale|copyright|copy|team|careers|portfolio|soluzioni|solutions|technology|tecnologia"
    r"|login|search|sede|all|website|white|black|footer|header|brand|immagine|image|icon.*|credits?|legal|termini.*|terms.*"
    r"|information|informazioni|italia|italy|ita|eng|english|italiano|società|impresa|progetti|projects?|gallery|page"
    r"|my\s+(?:web\s?)?site|document|author|admin|name|studio|group|gruppo|srl|spa)$",
    re.IGNORECASE,
)
LONGEST_NAME = 80
FEWEST_LETTERS = 2
LOOKED_BACK = 90


@cache
def any_form() -> re.Pattern[str]:
    """Return a pattern for all legal forms, each in a group of its number."""
    owners = r"(?:\s+(?:[Uu]nipersonale|a\s+socio\s+unico|[Ss]ocietà\s+[Bb]enefit|SB)\b)?"
    return re.compile(rf"(?:(?<=\s)|(?<=,)|(?<=-)){_forms()}{owners}")


def holds_form(text: str) -> bool:
    """Tell whether a text holds a legal form."""
    return _form_behind().search(text) is not None


@cache
def _form_behind() -> re.Pattern[str]:
    """Return a pattern for a legal form with what stands before it: found quicker than by looking back."""
    return re.compile(rf"[\s,-]{_forms()}")


def _forms() -> str:
    # S.r.l.s. stands before S.r.l. in the table: the longest pattern first.
    each = "|".join(f"(?P<f{number}>{pattern})" for number, (_, _, pattern) in enumerate(legal_forms()))
    # Most words are none: their first letters say so at once.
    first = r"(?=[A-ZÖ]|s\.? ?[rpnac]|snc|plc|a\. ?s|d\. ?o|e\. ?K|sp\.|spol|inc|gmbh|soc|studio)"
    return rf"{first}(?:{each})(?![\w&])"


def key_of(name: str) -> str:
    """Return what all spellings of a name share: letters and digits, without the legal form."""
    return re.sub(r"[\W_]+", "", without_form(name).casefold())


def without_form(name: str) -> str:
    """Return a name without the legal form that it ends with."""
    match = _last_form(name)
    return name[: match.start()].rstrip(" ,-\u2013") if match else name


def form_of(name: str) -> str:
    """Return the legal form that a name ends with, as it is usually written, or an empty text."""
    match = _last_form(name)
    return _form(match) if match else ""


def form_countries(form: str) -> frozenset[str]:
    """Return the countries that have a legal form."""
    return next((countries for name, countries, _ in legal_forms() if name == form), frozenset())


def names_with_form(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield names that a legal form follows: the name with its form, the form, and where the form begins."""
    for match in any_form().finditer(text):
        start = match.start()
        before = BEFORE_FORM.search(text[max(0, start - LOOKED_BACK) : start] + ("" if text[start - 1] in " ," else " "))
        if before is None:
            continue
        words = _without_leading(before[0].split())
        # Only what stands behind the last break belongs to the name.
        breaks = [row for row, word in enumerate(words[:-1]) if word.endswith(",") or word in {"-", "\u2013"}]
        words = _without_leading(words[breaks[-1] + 1 :] if breaks else words)
        stem = " ".join(words).strip(' ,-\u2013"\u201c«(')
        if len(re.sub(r"\W", "", stem)) >= FEWEST_LETTERS and not NO_NAME.match(stem) and len(stem) <= LONGEST_NAME:
            yield f"{stem} {match[0].strip()}", _form(match), start


def _without_leading(words: list[str]) -> list[str]:
    row = 0
    while row < len(words) and (words[row].lower().strip(",") in LEADING or words[row] in LOOSE_WORDS):
        row += 1
    return words[row:]


@lru_cache(maxsize=10_000)
def _last_form(name: str) -> re.Match[str] | None:
    end = len(name.rstrip(" .,"))
    return next((match for match in any_form().finditer(name) if match.end() >= end and match.start() > 0), None)


def _form(match: re.Match[str]) -> str:
    return legal_forms()[int((match.lastgroup or "f0")[1:])][0]
