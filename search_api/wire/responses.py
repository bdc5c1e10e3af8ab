"""The answers to needs, and to the wish for more like a startup."""

from typing import Literal

from pydantic import Field

from indexer.results import Answer, Coverage, Match, Similar, SimilarAnswer
from search_api.wire.paging import token_of
from search_api.wire.reading import AmbiguityOut, ExclusionOut, MissingOut, RequirementOut, WordingOut
from search_api.wire.service import ProblemOut
from search_api.wire.shape import Out
from search_api.wire.startups import EvidenceOut, StartupOut


class CoverageOut(Out):
    """What a startup's pages say of a requirement."""

    status: Literal["met", "not stated", "contradicted"]
    evidence: EvidenceOut | None = Field(description="the passage that says so, marked where it does; null if not stated")

    @classmethod
    def of(cls, one: Coverage) -> "CoverageOut":
        """Return the wire form of `one`."""
        return cls(status=one.status.value, evidence=EvidenceOut.of(one.evidence) if one.evidence else None)


class MatchOut(Out):
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
    ranks: dict[str, int] | None = Field(
        default=None,
        exclude_if=lambda ranks: ranks is None,
        description="with explain: its rank among all startups by each part alone, 1 is best, equals share one; "
        "not by `excluded`, which is worked out for the first matches only",
    )
    plain_rank: int | None = Field(
        default=None, exclude_if=lambda rank: rank is None, description="with diverse, or reranked: the rank by score alone"
    )
    coverage: tuple[CoverageOut, ...] = Field(default=(), description="one for each of the answer's `requirements`, in order")
    rerank_score: float | None = Field(
        default=None,
        exclude_if=lambda score: score is None,
        description="with explain, where reranked: what the first matches are ordered by; no part of score",
    )

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
            ranks=match.ranks if explain else None,
            plain_rank=match.plain_rank,
            coverage=tuple(CoverageOut.of(one) for one in match.coverage),
            rerank_score=match.rerank_score if explain else None,
        )


class SearchOut(Out):
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
    read_as: WordingOut | None = Field(
        default=None, exclude_if=lambda one: one is None, description="where it was not read as it stands: what it was read as"
    )
    reranked: bool | None = Field(
        default=None,
        exclude_if=lambda done: done is None,
        description="where a reranker is in use: whether it ordered the first matches; probabilities and verdict do without it",
    )
    not_reranked: Literal["budget", "failed", "diverse", "pages before"] | None = Field(
        default=None, exclude_if=lambda why: why is None, description="why it did not"
    )

    @classmethod
    def of(cls, answer: Answer, *, explain: bool) -> "SearchOut":
        """Return the wire form of `answer`."""
        end, second = answer.need.offset + len(answer.matches), answer.reranked
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
            next=token_of(answer.need, answer.snapshot, end, second.key if second else "") if end < answer.total else None,
            read_as=WordingOut.of(answer.wording),
            reranked=bool(second.key) if second else None,
            not_reranked=second.plain.value if second and second.plain else None,
        )


class SimilarOut(Out):
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


class SimilarAnswerOut(Out):
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


class BatchOut(Out):
    """The answers to many needs, in the order of the needs: where one cannot be answered, the problem stands in its place."""

    took_ms: float
    answers: tuple[SearchOut | ProblemOut, ...]
