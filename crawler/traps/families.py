"""Families of addresses: what an address has in common with others that a site may make without end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import dropwhile
from urllib.parse import unquote, urlsplit

from crawler.parameters import choosing, is_random
from crawler.traps.compact import Leaves

WORDS = re.compile(r"[^\W_]+")
NUMBER = re.compile(r"\d+")
YEAR = r"(19|20)\d\d"
DATE = re.compile(rf"{YEAR}([-_.]?(0?[1-9]|1[0-2])([-_.]?(0?[1-9]|[12]\d|3[01]))?)?(t\d.*)?", re.IGNORECASE)
"""A year, a month or a day, as ISO 8601 orders them; `2031`, `2031-05`, `20310514`."""
DAY_FIRST = re.compile(rf"(0?[1-9]|[12]\d|3[01])[-_.](0?[1-9]|1[0-2])[-_.]{YEAR}")
DATED = re.compile(rf"{YEAR}([-_./])(0?[1-9]|1[0-2])(\2(0?[1-9]|[12]\d|3[01]))?([t ].*)?|{DAY_FIRST.pattern}", re.IGNORECASE)
"""What is a date whatever the parameter is called: `id=2031` is none."""
DATE_NAME = re.compile(
    r"(?i)(\w+[-_])?(date|data|day|giorno|week|settimana|month|mese|year|anno|yr|mon|mo)([-_](from|to|bar|start|end))?"
    r"|m|calendar\w*|cal_\w+|ai1ec\w*"
)
AROUND_DATE = re.compile(
    r"(?i)(day|week|month|year|list|agenda|map|photo|today|giorno|settimana|mese|anno|lista|oggi|page)?|\d{1,2}"
)
"""What may follow the first part of a date in a path that shows nothing but a date."""
PAGER_NAME = re.compile(
    r"(?i)(\w+[-_])?(page|paged|pagina|pag|pg|pageno|pagenum|page_?number|seite|start|offset|from|skip|limitstart|cursor)"
)
PAGER = re.compile(r"(?i)(?P<before>.*)/(page|pagina|pag|seite)[-/]?\d+(/|\.\w{3,5})?")
COUNTED = re.compile(r"(?P<stem>.*?\D)?\d+(?P<ending>\.\w{2,5})?")
LANGUAGE_NAME = re.compile(r"(?i)(lang(uage)?|lng|locale|lingua|hl|l)")
LANGUAGE = re.compile(r"[a-z]{2}([-_][a-z]{2})?")
FRONT = re.compile(r"(index|default)(\.\w{2,5})?")
DEEP = 2
"""Segments of a path beyond which the last ones can be choices that were made one after the other."""
LONGEST_LOOP = 8
NO_LEAVES = Leaves()


class Kind(StrEnum):
    """Why an address may be one of endlessly many."""

    DATE = "dates"
    PAGER = "numbers of result pages"
    ECHO = "a folder within itself"
    FACET = "combinations of choices"
    """By words alone."""
    PARAMETER = "values of a parameter"
    """Numbers, or words with numbers in them: a page of a database, more likely than a choice."""
    RANDOM = "random numbers"
    COUNTER = "counting file names"
    FOLDER = "pages of a folder"


@dataclass(frozen=True, slots=True)
class Family:
    """Addresses that one mechanism of a site may make."""

    kind: Kind
    name: str
    """What its members share, readable."""
    wide: bool = False
    """Spans many paths, so that it takes more to give it up."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address taken apart."""

    segments: tuple[str, ...]
    """Of the path, decoded, in small letters, without empty ones."""
    pairs: tuple[tuple[str, str], ...]
    """The parameters that choose a page."""

    @classmethod
    def of(cls, url: str) -> "Address":
        """Take a canonical URL apart."""
        parts = urlsplit(url)
        pairs = (pair.partition("=") for pair in choosing(parts.query.split("&")))
        segments = [segment for segment in unquote(parts.path).casefold().split("/") if segment]
        return cls(
            tuple(segments[:-1] if segments and FRONT.fullmatch(segments[-1]) else segments),
            tuple((name.casefold(), unquote(value.replace("+", " ")).casefold()) for name, _, value in pairs),
        )

    @property
    def path(self) -> str:
        """The path, decoded, without a slash or `index.html` at its end."""
        return "/" + "/".join(self.segments)

    @property
    def folder(self) -> str:
        """The path of the folder that the address lies in."""
        return "/" + "/".join(self.segments[:-1])

    @property
    def words(self) -> frozenset[str]:
        """The words and numbers that it is written with."""
        text = " ".join((*self.segments, *(value for _, value in self.pairs)))
        return frozenset(word.lstrip("0") or word for word in WORDS.findall(text))

    def without(self, name: str) -> "Address":
        """Return the address without one of its parameters."""
        return Address(self.segments, tuple(pair for pair in self.pairs if pair[0] != name))


def loops(url: str) -> bool:
    """Tell whether the path repeats a stretch three times in a row, as relative links make it; numbers alone may.

    Nutch's default filter refuses the like.
    """
    segments = [segment for segment in urlsplit(url).path.split("/") if segment]
    for size in range(1, min(LONGEST_LOOP, len(segments) // 3) + 1):
        for at in range(len(segments) - 3 * size + 1):
            stretch = segments[at : at + size]
            if stretch == segments[at + size : at + 2 * size] == segments[at + 2 * size : at + 3 * size] and not all(
                map(NUMBER.fullmatch, stretch)
            ):
                return True
    return False


def families(address: Address, leaves: Leaves | None = None) -> frozenset[Family]:
    """Return the families of an address.

    Args:
        address: the address.
        leaves: the ends of the paths that were fetched.
    """
    return frozenset({*_of_path(address, leaves or NO_LEAVES), *_of_query(address)})


def _of_query(address: Address) -> Iterator[Family]:
    names = sorted({name for name, _ in address.pairs})
    numbered = any(map(str.isdigit, "".join(value for name, value in address.pairs if not PAGER_NAME.fullmatch(name))))
    for name, value in address.pairs:
        others = "&".join(other for other in names if other != name)
        lying = f"{address.path}?{others}".rstrip("?")
        if DATED.fullmatch(value) or (DATE_NAME.fullmatch(name) and NUMBER.fullmatch(value)):
            yield Family(Kind.DATE, address.path)
        elif PAGER_NAME.fullmatch(name) and NUMBER.fullmatch(value):
            yield Family(Kind.PAGER, lying)
        elif is_random(value):
            yield Family(Kind.RANDOM, f"?{name}", wide=True)
        elif not LANGUAGE_NAME.fullmatch(name):
            kind = Kind.PARAMETER if numbered else Kind.FACET
            yield Family(kind, f"{address.path}?{name}")
            yield Family(kind, f"?{name}", wide=True)
            yield Family(Kind.PARAMETER, f"{address.path}?")
            if kind is Kind.FACET:
                yield Family(kind, f"{address.path}?")


def _of_path(address: Address, leaves: Leaves) -> Iterator[Family]:
    segments = address.segments
    if not segments:
        return
    if made := _numbered(address):
        yield made
        return
    if len(segments) > DEEP and all(leaves.stand_below(segments[0], segment) for segment in segments[1:]):
        yield Family(Kind.FACET, "/" + segments[0])
    if _echoes(segments, leaves):
        yield Family(Kind.ECHO, "/", wide=True)
    if address.pairs:
        return
    if counted := COUNTED.fullmatch(segments[-1]):
        yield Family(Kind.COUNTER, f"{address.folder.rstrip('/')}/{counted['stem'] or ''}#")
        return
    for depth in range(1, len(segments)):
        yield Family(Kind.FOLDER, "/" + "/".join(segments[:depth]))
    if len(segments) == 1:
        yield Family(Kind.FOLDER, "/", wide=True)


def _numbered(address: Address) -> Family | None:
    """Return the family of a path that ends in a date, in the number of a result page, or holds a random number."""
    segments = address.segments
    dated = next((at for at, segment in enumerate(segments) if DATE.fullmatch(segment) or DAY_FIRST.fullmatch(segment)), None)
    if dated is not None and all(AROUND_DATE.fullmatch(segment) for segment in segments[dated + 1 :]):
        before = list(dropwhile(AROUND_DATE.fullmatch, reversed(segments[:dated])))
        return Family(Kind.DATE, "/" + "/".join(reversed(before)))
    if pager := PAGER.fullmatch(address.path):
        return Family(Kind.PAGER, pager["before"] or "/")
    drawn = next((at for at, segment in enumerate(segments) if is_random(segment)), None)
    return None if drawn is None else Family(Kind.RANDOM, "/" + "/".join(segments[:drawn]))


def _echoes(segments: tuple[str, ...], leaves: Leaves) -> bool:
    """Tell whether a path may come of a relative link that counts from the wrong folder.

    It names a folder twice, or ends as another page's path does; the same page in two languages does not count.
    """
    spelt = [segment for segment in segments if not NUMBER.fullmatch(segment)]
    if len(set(spelt)) < len(spelt):
        return True
    return len(segments) > 1 and segments[-1] in leaves and not any(LANGUAGE.fullmatch(segment) for segment in segments[:2])
