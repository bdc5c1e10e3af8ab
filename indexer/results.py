"""The records of a query's road: need, passage, hit, evidence, match, answer."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crawler.records import Startup

MAX_NEED_CHARACTERS = 10_000
"""A longer need is refused; a page of prose has some 3,000."""
OWN_SITE = "site"
"""The `source` of a passage from the startup's own site."""
MAX_LIMIT = 100
"""Matches in one answer, at most."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Hard conditions on startups. Values of one field are alternatives; fields must all hold.

    A startup whose fact is unknown does not pass a filter on that fact.
    """

    countries: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    trl_min: int | None = None
    trl_max: int | None = None
    founded_min: int | None = None
    founded_max: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """A technology need as it was typed."""

    text: str
    limit: int = 10
    filters: Filters = field(default_factory=Filters)
    ignore_exclusions: tuple[str, ...] = ()
    """Exclusions by their `text`, in any case, that are not to count: their words are searched for like all others."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What a need does not want."""

    text: str
    """The thing: cromo esavalente."""
    start: int
    """The first character in the need of what says so: of "senza"."""
    end: int
    """The character after its last one."""
    applied: bool = True
    """Whether it counted; not where the need says to ignore it."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A verbatim slice of a page or profile: `text` is `source_text[start:end]`, within one block."""

    startup_id: str
    url: str | None
    """The page's address; None for a profile without one."""
    title: str
    heading: str
    text: str
    start: int
    """Offset in characters into the page's (or profile's) text."""
    end: int
    language: str
    """Of its own text, as far as that tells; else of its block, else of its page."""
    fetched_at: datetime
    """When the page was read, or the profile imported; in UTC."""
    source: str
    """`site` for a page of the startup's own site, else the name of the directory."""
    number: int | None = None
    """The page of a PDF that it stands on, from 1."""

    @property
    def link(self) -> str | None:
        """The address that opens where the passage stands: in a PDF, on its page (RFC 8118)."""
        return f"{self.url}#page={self.number}" if self.url and self.number else self.url


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage shown for a match; `marks` are the (start, end) character ranges of its text that meet the need."""

    passage: Passage
    marks: tuple[tuple[int, int], ...]


class Confidence(StrEnum):
    """How far a match deserves trust."""

    STRONG = "strong"
    POSSIBLE = "possible"
    WEAK = "weak"


class Verdict(StrEnum):
    """What the answer as a whole is worth."""

    FITS = "fits"
    """At least one match is strong."""
    UNSURE = "unsure"
    """Possible matches, none strong."""
    NOTHING = "nothing"
    """No match is better than weak: nothing in the corpus seems to meet the need."""


@dataclass(frozen=True, slots=True)
class Match:
    """A startup that answers a need, with its evidence, best first."""

    rank: int
    score: float
    confidence: Confidence
    startup: Startup
    evidence: tuple[Evidence, ...]
    scores: dict[str, float]
    """The parts that `score` is the sum of."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The ranked matches of a need in one snapshot."""

    need: Need
    language: str
    snapshot: str
    verdict: Verdict
    matches: tuple[Match, ...]
    facets: dict[str, dict[str, int]]
    """Per field (country, source, tag, trl, founded) and value, how many startups pass all filters on the other fields."""
    took_ms: float
    exclusions: tuple[Exclusion, ...] = ()
    """What the need excludes, in its order."""


@dataclass(frozen=True, slots=True)
class MoreLike:
    """A wish for startups like one that is known."""

    startup_id: str
    limit: int = 10
    filters: Filters = field(default_factory=Filters)
    elsewhere: bool = False
    """Only of other countries than its own."""


@dataclass(frozen=True, slots=True)
class Similar:
    """A startup like the given one; the evidence is what it says that is nearest, best first.

    It has no confidence: how likely a startup meets a need was measured, how alike two are was not.
    """

    rank: int
    score: float
    startup: Startup
    evidence: tuple[Evidence, ...]
    scores: dict[str, float]
    """The parts that `score` is the sum of."""


@dataclass(frozen=True, slots=True)
class SimilarAnswer:
    """The startups of one snapshot that are most like a given one."""

    startup: Startup
    snapshot: str
    matches: tuple[Similar, ...]
    facets: dict[str, dict[str, int]]
    """As those of an `Answer`; the given startup is not counted."""
    took_ms: float
