"""How a need was read: what it wants and does not want, what its words mean, what it was taken for."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What a need does not want; its place is one in the need, or in the `wording` of the answer where there is one."""

    text: str
    """The thing: cromo esavalente."""
    start: int
    """The first character of what says so: of "senza"."""
    end: int
    """The character after its last one."""
    applied: bool = True
    """Whether it counted; not where the need says to ignore it."""


@dataclass(frozen=True, slots=True)
class Sense:
    """One of the things that an ambiguous word may mean."""

    english: str
    """Its first English form, which names it in a choice: stamping die."""
    meaning_it: str
    """What is meant, in Italian, as the glossary says it: attrezzo per tranciare lamiera."""
    meaning_en: str


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """A word or phrase of a need that has several senses, said by different English words.

    `text` is `[start:end]` of the need, or of the answer's `wording` where there is one.
    """

    text: str
    start: int
    end: int
    taken: Sense
    """What it was searched for as."""
    senses: tuple[Sense, ...]
    """All of them, in the glossary's order."""
    chosen: bool
    """Whether the need says so; else it is the likeliest."""


class Kind(StrEnum):
    """What a part of a need says."""

    WHAT = "what"
    """What is looked for, or what it is to do."""
    WHERE = "where"
    """For whom, on what or in which place it is to work."""
    MATERIAL = "material"
    PROCESS = "process"
    FIGURE = "figure"
    """A quantity with its unit."""
    CERTIFICATION = "certification"
    EXCLUSION = "exclusion"


@dataclass(frozen=True, slots=True)
class Requirement:
    """A part of a need: `text` is `[start:end]` of the need, or of the answer's `wording` where there is one."""

    text: str
    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Missing:
    """Words of a need that none of the first matches has, as they stand there, or in the `wording` where there is one."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Respelt:
    """A word of a need that nobody knows, and what it is read as."""

    text: str
    read_as: str


@dataclass(frozen=True, slots=True)
class Wording:
    """What a need is read as, see `wording`."""

    text: str
    """What is searched for; places in the need that an answer tells are places in this."""
    respelt: tuple[Respelt, ...] = ()
    shortened: bool = False
    """Whether sentences of a letter were left out that do not say what is looked for."""
