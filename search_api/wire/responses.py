"""What HTTP clients get."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from crawler.records import Startup
from indexer.ambiguity import BETWEEN
from indexer.results import (
    Ambiguity,
    Answer,
    Coverage,
    Evidence,
    Exclusion,
    Match,
    Missing,
    Requirement,
    Similar,
    SimilarAnswer,
)
from search_api.wire.paging import token_of


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class StartupOut(_Out):
    """A startup and what is known of it."""

    id: str
    name: str
    homepage: str | None
    country: str | None
    source: str | None
    tags: tuple[str, ...]
    trl: int | None
    founded: int | None
    parent_organisations: tuple[str, ...]

    @classmethod
    def of(cls, startup: Startup) -> "StartupOut":
        """Return the wire form of `startup`."""
        return cls(
            id=startup.id,
            name=startup.name,
            homepage=startup.homepage or startup.url,
            country=startup.country,
            source=startup.source,
            tags=startup.tags,
            trl=startup.trl,
            founded=startup.founded,
            parent_organisations=startup.parent_organisations,
        )


class EvidenceOut(_Out):
    """A verbatim passage; `marks` are [start, end) ranges of `text` in Unicode code points."""

    text: str
    marks: tuple[tuple[int, int], ...]
    heading: str
    url: str | None
    title: str
    language: str = Field(description="of the passage itself, an ISO 639-1 code; `und` where it could not be told")
    fetched_at: AwareDatetime
    source: str = Field(description="`site`: the startup's own site; else the directory that says so")
    page_number: int | None = Field(description="the page of a PDF, from 1; `url` with `#page=` and it opens there")

    @classmethod
    def of(cls, evidence: Evidence) -> "EvidenceOut":
        """Return the wire form of `evidence`."""
        p = evidence.passage
        return cls(
            text=p.text,
            marks=evidence.marks,
            heading=p.heading,
            url=p.url,
            title=p.title,
            language=p.language,
            fetched_at=p.fetched_at,
            source=p.source,
            page_number=p.number,
        )


class RequirementOut(_Out):
    """A part of the need: its [start, end), in Unicode code points."""

    text: str
    kind: Literal["what", "where", "material", "process", "figure", "certification", "exclusion"]
    start: int
    end: int

    @classmethod
    def of(cls, one: Requirement) -> "RequirementOut":
        """Return the wire form of `one`."""
        return cls(text=one.text, kind=one.kind.value, start=one.start, end=one.end)


class CoverageOut(_Out):
    """What a startup's pages say of a requirement."""

    status: Literal["met", "not stated", "contradicted"]
    evidence: EvidenceOut | None = Field(description="the passage that says so, marked where it does; null if not stated")

    @classmethod
    def of(cls, one: Coverage) -> "CoverageOut":
        """Return the wire form of `one`."""
        return cls(status=one.status.value, evidence=EvidenceOut.of(one.evidence) if one.evidence else None)


class MatchOut(_Out):
    """A startup that answers the need."""

    rank: int
    score: float = Field(description="higher is nearer; comparable within one answer")
    probability: float = Field(description="that it is relevant, 0 to 1; comparable between needs and languages")
    confidence: Literal["strong", "possible", "weak"]
    startup: StartupOut
    evidence: tuple[EvidenceOut, ...]
    scores: dict[str, float] | None = Field(
        default=None, exclude_if=lambda parts: parts is None, description="with explain: the parts that score is the sum of"
    )
    plain_rank: int | None = Field(
        default=None, exclude_if=lambda rank: rank is None, description="with diverse: the rank by score alone"
    )
    coverage: tuple[CoverageOut, ...] = Field(default=(), description="one for each of the answer's `requirements`, in order")

    @classmethod
    def of(cls, match: Match, *, explain: bool) -> "MatchOut":
        """Return the wire form of `match`."""
        return cls(
            rank=match.rank,
            score=match.score,
            probability=match.probability,
            confidence=match.confidence.value,
            startup=StartupOut.of(match.startup),
            evidence=tuple(EvidenceOut.of(e) for e in match.evidence),
            scores=match.scores if explain else None,
            plain_rank=match.plain_rank,
            coverage=tuple(CoverageOut.of(one) for one in match.coverage),
        )


class ExclusionOut(_Out):
    """What the need does not want; [start, end) of the need, in Unicode code points, says so."""

    text: str
    start: int
    end: int
    applied: bool = Field(description="whether it counted: not when it was in `ignore_exclusions`")

    @classmethod
    def of(cls, exclusion: Exclusion) -> "ExclusionOut":
        """Return the wire form of `exclusion`."""
        return cls(text=exclusion.text, start=exclusion.start, end=exclusion.end, applied=exclusion.applied)


class SenseOut(_Out):
    """What an ambiguous word may mean."""

    english: str = Field(description="how it is said in English")
    meaning_it: str = Field(description="what is meant, in Italian; may be empty where the glossary is the user's own")
    meaning_en: str = Field(description="what is meant, in English; likewise")
    choice: str = Field(description="what to send in `senses` to have the word read so")


class AmbiguityOut(_Out):
    """A word of the need with several senses, and the one it was searched for in; [start, end) in Unicode code points."""

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


class MissingOut(_Out):
    """Words of the need that none of its first ten matches has; [start, end) of the need, in Unicode code points."""

    text: str
    start: int
    end: int

    @classmethod
    def of(cls, missing: Missing) -> "MissingOut":
        """Return the wire form of `missing`."""
        return cls(text=missing.text, start=missing.start, end=missing.end)


class SearchOut(_Out):
    """The answer to a need."""

    need: str
    language: str
    took_ms: float
    snapshot: str
    verdict: Literal["fits", "unsure", "nothing"]
    matches: tuple[MatchOut, ...]
    facets: dict[str, dict[str, int]]
    exclusions: tuple[ExclusionOut, ...] = ()
    senses: tuple[AmbiguityOut, ...] = Field(default=(), description="the ambiguous words of the need, in its order")
    requirements: tuple[RequirementOut, ...] = Field(default=(), description="the parts of the need, in its order")
    missing: tuple[MissingOut, ...] = Field(default=(), description="unless it fits: what none of the first ten matches has")
    total: int = Field(default=0, description="startups that pass the filters: all are ranked, on one page or another")
    next: str | None = Field(
        default=None, description="the next page: send it as `page`, with the same search; null at the end"
    )

    @classmethod
    def of(cls, answer: Answer, *, explain: bool) -> "SearchOut":
        """Return the wire form of `answer`."""
        end = answer.need.offset + len(answer.matches)
        return cls(
            need=answer.need.text,
            language=answer.language,
            took_ms=answer.took_ms,
            snapshot=answer.snapshot,
            verdict=answer.verdict.value,
            matches=tuple(MatchOut.of(m, explain=explain) for m in answer.matches),
            facets=answer.facets,
            exclusions=tuple(ExclusionOut.of(one) for one in answer.exclusions),
            senses=tuple(AmbiguityOut.of(one) for one in answer.ambiguities),
            requirements=tuple(RequirementOut.of(one) for one in answer.requirements),
            missing=tuple(MissingOut.of(one) for one in answer.missing),
            total=answer.total,
            next=token_of(answer.need, answer.snapshot, end) if end < answer.total else None,
        )


class SimilarOut(_Out):
    """A startup like the given one; it has no confidence, which is measured for needs alone."""

    rank: int
    score: float = Field(description="higher is nearer; comparable within one answer")
    startup: StartupOut
    evidence: tuple[EvidenceOut, ...]
    scores: dict[str, float] | None = Field(
        default=None, exclude_if=lambda parts: parts is None, description="with explain: the parts that score is the sum of"
    )

    @classmethod
    def of(cls, similar: Similar, *, explain: bool) -> "SimilarOut":
        """Return the wire form of `similar`."""
        return cls(
            rank=similar.rank,
            score=similar.score,
            startup=StartupOut.of(similar.startup),
            evidence=tuple(EvidenceOut.of(e) for e in similar.evidence),
            scores=similar.scores if explain else None,
        )


class SimilarAnswerOut(_Out):
    """The startups most like a given one."""

    startup: StartupOut
    took_ms: float
    snapshot: str
    matches: tuple[SimilarOut, ...]
    facets: dict[str, dict[str, int]]

    @classmethod
    def of(cls, answer: SimilarAnswer, *, explain: bool) -> "SimilarAnswerOut":
        """Return the wire form of `answer`."""
        return cls(
            startup=StartupOut.of(answer.startup),
            took_ms=answer.took_ms,
            snapshot=answer.snapshot,
            matches=tuple(SimilarOut.of(m, explain=explain) for m in answer.matches),
            facets=answer.facets,
        )


class PageOut(_Out):
    """A page or profile that the snapshot holds of a startup."""

    url: str | None
    title: str
    language: str = Field(description="in which most of it is")
    fetched_at: AwareDatetime
    source: str
    passages: tuple[str, ...]


class StartupDetailOut(_Out):
    """A startup with all that the snapshot holds of it."""

    startup: StartupOut
    pages: tuple[PageOut, ...]


class StatusOut(_Out):
    """What the service answers from."""

    version: str
    snapshot: str
    built_at: AwareDatetime
    model: str
    dimension: int
    startups: int
    passages: int
    languages: dict[str, int] = Field(description="passages per language")
    oldest_page: AwareDatetime | None
    newest_page: AwareDatetime | None


class HealthOut(_Out):
    """Whether the service is well."""

    status: str


class ProblemOut(_Out):
    """An error, as application/problem+json (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str


class BatchOut(_Out):
    """The answers to many needs, in the order of the needs: where one cannot be answered, the problem stands in its place."""

    took_ms: float
    answers: tuple[SearchOut | ProblemOut, ...]
