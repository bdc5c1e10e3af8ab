"""The records of a why: where a startup stands, what lost it, and changes of the need that bring it into the list."""

from dataclasses import dataclass
from enum import StrEnum

from crawler.records import Startup
from indexer.readings import Wording
from indexer.results import Need


class Standing(StrEnum):
    """How a startup stands in the list of a need."""

    LISTED = "listed"
    FILTERED = "filtered"
    """Filters leave it out."""
    OUTRANKED = "outranked"
    """It passes, and others are nearer."""


class StepKind(StrEnum):
    """What a step of a change does to a need."""

    FILTER = "filter"
    """A filter takes in what the startup has, or is left out where that is not known."""
    EXCLUSION = "exclusion"
    """An exclusion is ignored."""
    SENSE = "sense"
    """An ambiguous word is taken in another sense."""
    LEFT_OUT = "left out"
    """Words of the need are left out."""
    ADDED = "added"
    """A word that the startup says is added."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A filter that leaves the startup out."""

    field: str
    own: tuple[str, ...]
    """What the startup has of it; empty where that is not known."""
    need: Need
    """The need with this filter as it would have to be."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of the score, beside that of the last match in the list."""

    part: str
    own: float
    last: float


@dataclass(frozen=True, slots=True)
class Other:
    """Another startup, and its rank in the list; None where filters leave it out."""

    startup: Startup
    rank: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a change."""

    kind: StepKind
    what: str
    """The filter's field, the exclusion, the sense as `word=sense`, or the words."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the need that brings the startup into the list: the search was run to see that."""

    steps: tuple[Step, ...]
    size: int
    """How many filters, exclusions, senses and words are changed."""
    need: Need
    """The changed need."""
    rank: int
    """The rank that the startup reaches by it."""


@dataclass(frozen=True, slots=True)
class Why:
    """Where a startup stands in the list of a need, which has `need.limit` matches, and why."""

    need: Need
    snapshot: str
    startup: Startup
    standing: Standing
    rank: int | None
    """Among those that pass the filters; None where it does not."""
    rank_of_all: int
    """Among all startups of the snapshot."""
    total: int
    """The startups that pass the filters."""
    named: bool
    """Whether the need has the startup's name in it."""
    same_company: tuple[Other, ...]
    """What else is held for the same company."""
    filters: tuple[Lost, ...]
    last: Other | None
    """The last match in the list; None where nothing passes, or it is the startup itself."""
    parts: tuple[Difference, ...]
    """The startup beside that match, what it loses most by first."""
    lacks: tuple[str, ...]
    """Words and phrases of the need that it says in neither language."""
    changes: tuple[Change, ...]
    """The smallest first."""
    tried: int
    """Changes that were tried."""
    complete: bool
    """Whether all changes as small as those found were tried, or all there are; else they were too many, or too slow.

    Of words that may be added, those that tell the startup best are all that count.
    """
    took_ms: float
    wording: Wording | None = None
    """None where the need was read as it stands; else `lacks` and the words of steps are words of this."""
