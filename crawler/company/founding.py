"""The year in which a company was founded, told from the other years of a page."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

ANY_YEAR = re.compile(r"(?:1(?<!\d1)[89]|2(?<!\d2)0)\d\d(?!\d)")
YEAR = r"(?P<year>1[89]\d\d|20\d\d)(?!\d|[-\u2013/]\d)"
MONTH = (
    r"(?:\d{1,2}°?\s+)?(?:gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
    r"|january|february|march|april|may|june|july|august|september|october|november|december)"
)
IN = (
    r"(?:(?:già\s+)?"
    r"(?:nel(?:l['\u2019]\s?anno|l['\u2019])?|nell['\u2019]\s?anno|dal(?:l['\u2019]\s?anno)?|in|since|im jahr|im|en)\s+)"
    rf"(?:(?:lontano|year|the year|ormai lontano|corso del|{MONTH})\s+(?:del\s+|of\s+)?)?"
)
SINCE = r"(?:since|dal|depuis|seit)"
WE = (
    r"(?:\bazienda|\bsocietà|\bimpresa|\bditta|\bstartup|\bstart-up|\bspin-?off|\bstudio|\bcompany|\bfirm|\bbusiness|\bgruppo|\bgroup"
    r"|\bteam|\bprogetto|\bwe\b|\bnoi\b|\bunternehmen)"
)
FOUNDED = (
    r"(?:fondat[aoie]|costituit[aoie]|nat[aoie]|nasc(?:e|iamo)|nacque|è\s+nat[ao]|istituit[ao]|avviat[ao]|founded|established"
    r"|incorporated|set\s+up|started|born|sorge|sort[ao]|sorse|prende\s+vita|fond(?:ò|arono|ano)|avvi(?:a|ò|ano)|apr(?:e|ì|ono)"
    r"|viene\s+(?:fondata|costituita)|opens?|opened|launched|came\s+into|formed|created|gegründet|fondée?|créée?"
    r"|inizi(?:a|ò)\s+(?:la\s+(?:sua|propria)|l['\u2019])\s?attività|begins?|began)"
)
LABEL = (
    r"(?:anno\s+di\s+(?:fondazione|nascita|costituzione)|year\s+(?:founded|established|of\s+(?:foundation|establishment))|founded"
    r"|established|fondazione|gründung(?:sjahr)?)"
)
STORY = r"(?:percorso|storia|avventura|attività|viaggio|story|journey|history)"


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE | re.MULTILINE) for pattern in patterns)


STRONG = _compiled(
    rf"\b{FOUNDED}\b(?P<between>[^.;:!?\n]{{0,60}}?)\b{IN}{YEAR}",
    rf"\b(?:founded|established|incorporated|fondat[ao]|costituit[ao])\s*[:,]?\s*\(?{YEAR}",
    rf"\b{LABEL}\s*[:\n\u2013-]\s*{YEAR}",
    rf"{YEAR}\s*\n\s*{LABEL}\b",
    rf"\best(?:d|\.)\.?\s*(?:in\s+)?{YEAR}",
    rf"{YEAR}\s+gegründet",
    rf"\b{STORY}\s+(?:è\s+)?(?:inizia(?:t[oa])?|cominci(?:a|ata)|nasce|parte|began|begins|started|starts)\s+{IN}{YEAR}",
)
INVERTED = re.compile(rf"\b{IN}{YEAR}\s*,?\s*(?P<rest>[^.;!?\n]{{0,80}})", re.IGNORECASE)
"""Nel 1984 nasce l'azienda."""
INVERTED_FOUNDED = re.compile(rf"\b{FOUNDED}\b|\bfond(?:a|ano|ò|arono)\b|\bfound(?:ed)?\b", re.IGNORECASE)
ALONE, AT_THE_END, SAID_OF_US, ACTIVE, WE_DO, WE_BY_NAME = _compiled(
    rf"^\W*{SINCE}\s+{YEAR}\W*$",
    rf"\b{SINCE}\s+{YEAR}\W*$",
    rf"{WE}[^.;!?\n]{{0,60}}?\b{SINCE}\s+{YEAR}",
    r"\b(?:attiv[aoi]|oper(?:a|iamo|ante|anti|ativ[aoi])|lavoriamo|present[ei]|active|operating|in\s+business|serving|working)\b"
    rf"[^.;!?\n]{{0,50}}?\b{SINCE}\s+{YEAR}",
    rf"^\W*(?:fin\s+|sin\s+)?(?:dal|since)\s+{YEAR}\s*,?\s+(?:al\s+(?:vostro\s+)?servizio|(?:ci\s+)?\w{{3,}}iamo\b|siamo|we\s"
    r"|(?:la\s+)?nostr[ao]\s|our\s)",
    rf"(?:^|[.!?]\s)\W*(?:dal|since)\s+{YEAR}\s*,?\s+(?:la\s+|l['\u2019])?(?P<rest>[^.;!?\n]{{0,60}})",
)
IN_BRACKETS = re.compile(rf"\((?:dal|since)\s+{YEAR}\)", re.IGNORECASE)
NOT_THE_COMPANY = re.compile(
    r"collaborazion|partnership|divisione|division|reparto|filiale|branch|figli|laurea|graduat|marchio|prodotto|product\b|linea"
    r"|persona|ing\.|dott\.|sede\b|stabiliment|software|progetto di ricerca|research project|festival|premio|award|università"
    r"|university|born on|nat[oa] a\b.*\bil\b|standard|norma|protocoll|webinar|corso",
    re.IGNORECASE,
)
SHORT = 90
SHORTEST_NAME = 3
ENOUGH = 2.0
REMEMBERED = 500
"""Patterns of names: the pages of a site repeat theirs, and few speak of a founding at all."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """How a page speaks of its company, and the votes for years."""

    called: tuple[str, ...]
    """The company's names, as patterns."""
    of_others: bool
    votes: dict[int, float]

    @property
    def ours(self) -> re.Pattern[str]:
        """The company, by name or as "we"."""
        return self.named if self.of_others else _calling("|".join([WE, *self.called]))

    @property
    def named(self) -> re.Pattern[str]:
        """The company by its name."""
        return _calling(rf"(?:{'|'.join(self.called)})(?!\w)" if self.called else r"(?!)")

    def vote(self, match: re.Match[str], weight: float) -> None:
        year = int(match["year"])
        if year <= datetime.now(UTC).year:
            self.votes[year] = max(self.votes[year], weight)

    def strong(self, text: str) -> None:
        """Read what says founded."""
        for pattern in STRONG:
            for match in pattern.finditer(text):
                sentence = _sentence(text, match)
                about_us = bool(self.ours.search(sentence))
                of_another = NOT_THE_COMPANY.search(match.groupdict().get("between") or "") or (
                    NOT_THE_COMPANY.search(sentence[: max(0, sentence.find(match[0]))]) and not self.named.search(sentence)
                )
                if not of_another and (about_us or not self.of_others):
                    self.vote(match, 3.0 if about_us else 2.0)
        for match in INVERTED.finditer(text):
            rest = match["rest"]
            founded = INVERTED_FOUNDED.search(rest)
            if founded and self.ours.search(rest) and not NOT_THE_COMPANY.search(rest[: founded.end() + 40]):
                self.vote(match, 2.6)

    def heads(self, heads: Iterable[str]) -> None:
        """Read "since" in titles, where it is said of the company."""
        for head in heads:
            for pattern, weight in ((ALONE, 2.2), (AT_THE_END, 2.2), (SAID_OF_US, 2.2), (ACTIVE, 2.2), (IN_BRACKETS, 2.4)):
                for match in pattern.finditer(head):
                    self.vote(match, weight)

    def since(self, text: str) -> None:
        """Read "since" in prose, where it may be said of anything."""
        for pattern, plain, about in ((ALONE, 2.1, 2.1), (WE_DO, 2.1, 2.1), (SAID_OF_US, 1.2, 2.0), (ACTIVE, 1.2, 2.0)):
            for match in pattern.finditer(text):
                sentence = _sentence(text, match)
                about_us = bool(self.ours.search(sentence))
                if not NOT_THE_COMPANY.search(sentence) and (about_us or len(sentence) <= SHORT):
                    self.vote(match, about if about_us else plain)
        for match in WE_BY_NAME.finditer(text):
            if self.named.match(match["rest"]) and not NOT_THE_COMPANY.search(_sentence(text, match)):
                self.vote(match, 2.3)


def founding_year(
    lines: Iterable[str], heads: Iterable[str], names: Iterable[str], *, of_others: bool = False
) -> tuple[int, float] | None:
    """Return the year in which a company was founded and how much speaks for it, or None.

    Args:
        lines: the page's text.
        heads: title, description and headings, where a bare "since 1978" is said of the company.
        names: what the company is called.
        of_others: the page is an article: only what is said of the company by its name counts.
    """
    called = tuple(re.escape(name) for name in names if len(name) >= SHORTEST_NAME)
    reader = _Reader(called, of_others, defaultdict(float))
    text = "\n".join(_around_years(list(lines)))
    reader.strong(text)
    if not of_others:
        reader.heads(heads)
        reader.since(text)
    best = max(reader.votes.values(), default=0.0)
    return (min(year for year, weight in reader.votes.items() if weight == best), best) if best >= ENOUGH else None


@lru_cache(maxsize=REMEMBERED)
def _calling(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _around_years(lines: list[str]) -> Iterator[str]:
    """Yield the lines that hold a year, and those beside them."""
    with_year = [ANY_YEAR.search(line) is not None for line in lines]
    for position, line in enumerate(lines):
        if any(with_year[max(0, position - 1) : position + 2]):
            yield line


def _sentence(text: str, match: re.Match[str]) -> str:
    start, end = match.span()
    begin = max(text.rfind("\n", 0, start), text.rfind(". ", 0, start), start - 250) + 1
    stops = [stop for stop in (text.find("\n", end), text.find(". ", end)) if stop >= 0]
    return text[begin : min([*stops, end + 200])]
