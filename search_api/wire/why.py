"""Why a startup is not in the list of a need, on the wire."""

from typing import Annotated, Literal

from pydantic import Field

from indexer.results import Need
from indexer.why.reasons import Change, Difference, Lost, Other, Step, Why
from search_api.wire.reading import WordingOut
from search_api.wire.requests import FiltersIn, NeedIn
from search_api.wire.shape import Out
from search_api.wire.startups import StartupOut


class WhyIn(NeedIn):
    """A need with its conditions, and the startup that is missed in the first `limit` matches."""

    startup_id: Annotated[str, Field(min_length=1, max_length=2000)]


class LostOut(Out):
    """A filter that leaves the startup out."""

    field: str
    own: tuple[str, ...] = Field(description="what the startup has of it; empty where that is not known")
    filters: FiltersIn = Field(description="all filters, with this one as it would have to be")

    @classmethod
    def of(cls, lost: Lost) -> "LostOut":
        """Return the wire form of `lost`."""
        return cls(field=lost.field, own=lost.own, filters=FiltersIn.of(lost.need.filters))


class DifferenceOut(Out):
    """A part of the score, beside that of the last match in the list."""

    part: str
    own: float
    last: float
    difference: float = Field(description="below zero where the startup loses by it")

    @classmethod
    def of(cls, one: Difference) -> "DifferenceOut":
        """Return the wire form of `one`."""
        return cls(part=one.part, own=one.own, last=one.last, difference=one.own - one.last)


class OtherOut(Out):
    """Another startup, and its rank; null where filters leave it out."""

    startup: StartupOut
    rank: int | None

    @classmethod
    def of(cls, other: Other) -> "OtherOut":
        """Return the wire form of `other`."""
        return cls(startup=StartupOut.of(other.startup), rank=other.rank)


class StepOut(Out):
    """A part of a change."""

    kind: Literal["filter", "exclusion", "sense", "left out", "added"]
    what: str = Field(description="the filter's field, the exclusion to ignore, the sense as `word=sense`, or the words")

    @classmethod
    def of(cls, step: Step) -> "StepOut":
        """Return the wire form of `step`."""
        return cls(kind=step.kind.value, what=step.what)


class ChangeOut(Out):
    """A change of the need that brings the startup into the list: the search was run to see that."""

    steps: tuple[StepOut, ...]
    size: int = Field(description="how many filters, exclusions, senses and words are changed")
    rank: int = Field(description="the rank that the startup reaches by it")
    search: NeedIn = Field(description="the changed need: send it to /api/search as it stands")

    @classmethod
    def of(cls, change: Change, snapshot: str) -> "ChangeOut":
        """Return the wire form of `change`, of a snapshot."""
        steps = tuple(StepOut.of(step) for step in change.steps)
        return cls(steps=steps, size=change.size, rank=change.rank, search=_sent(change.need, snapshot))


class WhyOut(Out):
    """Where a startup stands in the list of a need, and why."""

    need: str
    took_ms: float
    snapshot: str
    startup: StartupOut
    standing: Literal["listed", "filtered", "outranked"]
    rank: int | None = Field(description="among those that pass the filters; null where it does not")
    rank_of_all: int = Field(description="among all startups of the snapshot")
    total: int = Field(description="startups that pass the filters")
    named: bool = Field(description="whether the need has its name in it")
    same_company: tuple[OtherOut, ...] = Field(description="what else is held for the same company")
    filters: tuple[LostOut, ...] = Field(description="those that leave it out")
    last: OtherOut | None = Field(
        description="the last match in the list; null where it is the startup itself, or there is none"
    )
    parts: tuple[DifferenceOut, ...] = Field(description="the startup's score beside that of the last match, worst loss first")
    lacks: tuple[str, ...] = Field(description="words and phrases of the need that it says in neither language")
    changes: tuple[ChangeOut, ...] = Field(
        description="what brings it into the list, the smallest first; empty where nothing did"
    )
    tried: int = Field(description="changes that were tried")
    complete: bool = Field(description="whether all were tried that are as small as those found, or all there are")
    read_as: WordingOut | None = Field(
        default=None,
        exclude_if=lambda one: one is None,
        description="where it was not read as it stands: what it was read as; words are words of this",
    )

    @classmethod
    def of(cls, why: Why) -> "WhyOut":
        """Return the wire form of `why`."""
        return cls(
            need=why.need.text,
            took_ms=why.took_ms,
            snapshot=why.snapshot,
            startup=StartupOut.of(why.startup),
            standing=why.standing.value,
            rank=why.rank,
            rank_of_all=why.rank_of_all,
            total=why.total,
            named=why.named,
            same_company=tuple(OtherOut.of(other) for other in why.same_company),
            filters=tuple(LostOut.of(one) for one in why.filters),
            last=OtherOut.of(why.last) if why.last else None,
            parts=tuple(DifferenceOut.of(part) for part in why.parts),
            lacks=why.lacks,
            changes=tuple(ChangeOut.of(change, why.snapshot) for change in why.changes),
            tried=why.tried,
            complete=why.complete,
            read_as=WordingOut.of(why.wording),
        )


def _sent(need: Need, snapshot: str) -> NeedIn:
    """Return a need as clients send it; a thing that it excludes may be longer than what is let in."""
    return NeedIn.model_construct(
        need=need.text,
        limit=need.limit,
        filters=FiltersIn.of(need.filters),
        ignore_exclusions=need.ignore_exclusions,
        senses=need.senses,
        snapshot=snapshot,
        as_typed=need.as_typed,
    )
