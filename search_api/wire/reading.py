"""How a need was read: its parts, what it excludes, its ambiguous words, and what no match has of it."""

from typing import Literal

from pydantic import Field

from indexer.ambiguity import BETWEEN
from indexer.readings import Ambiguity, Exclusion, Missing, Requirement, Wording
from search_api.wire.shape import Out


class RequirementOut(Out):
    """A part of the need: [start, end) of it, or of `read_as.text` where that is there, in Unicode code points."""

    text: str
    kind: Literal["what", "where", "material", "process", "figure", "certification", "exclusion"]
    start: int
    end: int

    @classmethod
    def of(cls, one: Requirement) -> "RequirementOut":
        """Return the wire form of `one`."""
        return cls(text=one.text, kind=one.kind.value, start=one.start, end=one.end)


class RespeltOut(Out):
    """A word that nobody knows, and what it was read as."""

    text: str
    read_as: str


class WordingOut(Out):
    """What a need was read as that is a letter, or has misspelt words."""

    text: str = Field(description="what was searched for; the places of requirements and the like are places in it")
    respelt: tuple[RespeltOut, ...]
    shortened: bool = Field(description="whether sentences of a letter were left out that do not say what is looked for")

    @classmethod
    def of(cls, one: Wording | None) -> "WordingOut | None":
        """Return the wire form of `one`."""
        if one is None:
            return None
        respelt = tuple(RespeltOut(text=word.text, read_as=word.read_as) for word in one.respelt)
        return cls(text=one.text, respelt=respelt, shortened=one.shortened)


class ExclusionOut(Out):
    """What the need does not want.

    What says so is [start, end) of the need, or of `read_as.text` where that is there, in Unicode code points.
    """

    text: str
    start: int
    end: int
    applied: bool = Field(description="whether it counted: not when it was in `ignore_exclusions`")

    @classmethod
    def of(cls, exclusion: Exclusion) -> "ExclusionOut":
        """Return the wire form of `exclusion`."""
        return cls(text=exclusion.text, start=exclusion.start, end=exclusion.end, applied=exclusion.applied)


class SenseOut(Out):
    """What an ambiguous word may mean."""

    english: str = Field(description="how it is said in English")
    meaning_it: str = Field(description="what is meant, in Italian; may be empty where the glossary is the user's own")
    meaning_en: str = Field(description="what is meant, in English; likewise")
    choice: str = Field(description="what to send in `senses` to have the word read so")


class AmbiguityOut(Out):
    """A word of the need with several senses, and the one it was searched for in.

    It is [start, end) of the need, or of `read_as.text` where that is there, in Unicode code points.
    """

    text: str
    start: int
    end: int
    taken: SenseOut
    others: tuple[SenseOut, ...]
    chosen: bool = Field(description="whether the request said so; else it is the likeliest")

    @classmethod
    def of(cls, one: Ambiguity) -> "AmbiguityOut":
        """Return the wire form of `one`."""
        senses = [
            SenseOut(
                english=sense.english,
                meaning_it=sense.meaning_it,
                meaning_en=sense.meaning_en,
                choice=f"{one.text}{BETWEEN}{sense.english}",
            )
            for sense in (one.taken, *(sense for sense in one.senses if sense != one.taken))
        ]
        return cls(text=one.text, start=one.start, end=one.end, taken=senses[0], others=tuple(senses[1:]), chosen=one.chosen)


class MissingOut(Out):
    """Words of the need that none of its first ten matches has.

    They are [start, end) of the need, or of `read_as.text` where that is there, in Unicode code points.
    """

    text: str
    start: int
    end: int

    @classmethod
    def of(cls, missing: Missing) -> "MissingOut":
        """Return the wire form of `missing`."""
        return cls(text=missing.text, start=missing.start, end=missing.end)
