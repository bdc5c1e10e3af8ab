"""The records of a query's road: need, passage, hit, evidence, match, answer."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from crawler.records import Startup
from indexer.readings import Ambiguity, Exclusion, Missing, Requirement, Wording

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
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    """Of pages or profiles, by their ISO 639-1 codes: one that is in the language is enough."""
    classes: tuple[str, ...] = ()
    """Of industrial technologies, by their ids or names, see `indexer.classes`."""
    fetched_since: date | None = None
    """The newest page was read on that day, in UTC, or later."""
    own_site: bool | None = None
    """Whether a page of the startup's own site must be among what is searched, or must not."""


@dataclass(frozen=True, slots=True)
class Need:
    """A technology need as it was typed."""

    text: str
    limit: int = 10
    filters: Filters = field(default_factory=Filters)
    ignore_exclusions: tuple[str, ...] = ()
    """Exclusions by their `text`, in any case, that are not to count: their words are searched for like all others."""
    senses: tuple[str, ...] = ()
    """Which senses its ambiguous words are to have, as `word=sense`: stampo=stamping die, see `ambiguity`."""
    offset: int = 0
    """Matches that are left out, from the first on: those of the pages before."""
    diverse: bool = False
    """Whether startups go behind that are much like those before them, see `diversity`."""
    reranked: str | None = None
    """Which reranker put the matches before these in order, by the `key` of `Reranked`; None where there are none before."""
    as_typed: bool = False
    """Whether it is searched for as it stands: no letter is shortened, no word read as another, see `wording`."""


class Status(StrEnum):
    """What a startup's passages say of a requirement."""

    MET = "met"
    NOT_STATED = "not stated"
    CONTRADICTED = "contradicted"


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
    clause: tuple[int, int] | None = None
    """The range of the clause that carries the match; None where none does, or the encoder does not know words."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a startup says of a requirement, and where."""

    requirement: Requirement
    status: Status
    evidence: Evidence | None
    """The passage that says so, marked at its words; None where nothing is stated."""


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
    """None is strong, but some of the first ten may well be relevant."""
    NOTHING = "nothing"
    """None of the first ten is likely to be relevant: nothing in the corpus seems to meet the need."""


class Plain(StrEnum):
    """Why matches keep the order that they had before a reranker."""

    BUDGET = "budget"
    """It takes longer than it may."""
    FAILED = "failed"
    DIVERSE = "diverse"
    """The answer was asked to be diverse, which is an order of its own."""
    PAGES_BEFORE = "pages before"
    """The pages before these were not reranked either."""


@dataclass(frozen=True, slots=True)
class Reranked:
    """What a reranker did to an answer."""

    by: str
    """Its name."""
    key: str
    """It, if it put the first matches in order; empty if not."""
    plain: Plain | None = None
    """Why it did not."""


@dataclass(frozen=True, slots=True)
class Match:
    """A startup that answers a need, with its evidence, best first."""

    rank: int
    score: float
    probability: float
    """That it is relevant, 0 to 1: the same whatever else is shown, and comparable between needs and languages."""
    confidence: Confidence
    """The same as a word."""
    startup: Startup
    evidence: tuple[Evidence, ...]
    scores: dict[str, float]
    """The parts that `score` is the sum of."""
    plain_rank: int | None = None
    """The rank by score alone, where the answer was asked to be diverse, or was reranked."""
    coverage: tuple[Coverage, ...] = ()
    """What it says of each of the answer's requirements, in their order."""
    ranks: dict[str, int] = field(default_factory=dict)
    """By each of these parts alone, its rank among all startups of the snapshot; not by `excluded`, which is of few known."""
    rerank_score: float | None = None
    """The reranker's, where it looked at this match; it orders matches and is no part of `score`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The ranked matches of a need in one snapshot."""

    need: Need
    language: str
    snapshot: str
    verdict: Verdict
    matches: tuple[Match, ...]
    facets: dict[str, dict[str, int]]
    """Per field, named as filters are, and value, how many startups pass all filters on the other fields."""
    took_ms: float
    exclusions: tuple[Exclusion, ...] = ()
    """What the need excludes, in its order."""
    total: int = 0
    """The startups that pass the filters: all of them are ranked, on one page or another."""
    ambiguities: tuple[Ambiguity, ...] = ()
    """The ambiguous words of the need, in its order."""
    requirements: tuple[Requirement, ...] = ()
    """The parts of the need, in its order."""
    missing: tuple[Missing, ...] = ()
    """Where nothing fits: what none of the first matches has, in the need's order."""
    reranked: Reranked | None = None
    """None where no reranker is in use."""
    wording: Wording | None = None
    """None where the need was read as it stands."""


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
