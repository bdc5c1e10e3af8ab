"""The shapes on the wire, in and out: what HTTP clients may rely on."""

from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from crawler.records import Startup
from indexer.results import (
    MAX_LIMIT,
    MAX_NEED_CHARACTERS,
    Answer,
    Evidence,
    Exclusion,
    Filters,
    Match,
    MoreLike,
    Need,
    Similar,
    SimilarAnswer,
)

MOST_NEEDS = 100
"""Needs in one batch."""

Trl = Annotated[int, Field(ge=1, le=9)]
Year = Annotated[int, Field(ge=1800, le=2100)]


def _whole(text: str) -> str:
    """Refuse what JSON can say and Unicode cannot: models and encodings break on it."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise PydanticCustomError("half_character", "holds half a character (a lone surrogate)")
    return text


NeedText = Annotated[str, AfterValidator(_whole), Field(json_schema_extra={"minLength": 1, "maxLength": MAX_NEED_CHARACTERS})]
"""Its length is checked where the search begins, which says how to mend it."""
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT)]
Label = Annotated[str, Field(min_length=1, max_length=200)]
Ignored = Annotated[
    tuple[Label, ...],
    Field(max_length=50, description="exclusions of the need, as the answer spells them, that are not to count"),
]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class FiltersIn(_In):
    """Hard conditions; values of one field are alternatives, fields must all hold."""

    country: tuple[Label, ...] = Field(default=(), max_length=50, description="ISO 3166-1 alpha-2 codes")
    source: tuple[Label, ...] = Field(default=(), max_length=50)
    tag: tuple[Label, ...] = Field(default=(), max_length=50)
    trl_min: Trl | None = None
    trl_max: Trl | None = None
    founded_min: Year | None = None
    founded_max: Year | None = None

    def to_filters(self) -> Filters:
        """Return the same conditions as the searcher takes them."""
        return Filters(
            tuple(c.upper() for c in self.country),
            self.source,
            self.tag,
            self.trl_min,
            self.trl_max,
            self.founded_min,
            self.founded_max,
        )


class SearchIn(_In):
    """A technology need in free text, Italian or English."""

    need: NeedText
    limit: Limit = 10
    filters: FiltersIn = FiltersIn()
    explain: bool = False
    ignore_exclusions: Ignored = ()

    def to_need(self) -> Need:
        """Return the need as the searcher takes it."""
        return Need(self.need, self.limit, self.filters.to_filters(), self.ignore_exclusions)


class SearchQuery(FiltersIn):
    """The same search in a query string; repeat `country`, `source` or `tag` for alternatives."""

    need: NeedText
    limit: Limit = 10
    explain: bool = False
    ignore_exclusions: Ignored = ()

    def to_search(self) -> SearchIn:
        """Return the search as POST takes it."""
        filters = FiltersIn.model_validate(self.model_dump(include=set(FiltersIn.model_fields)))
        return SearchIn(
            need=self.need,
            limit=self.limit,
            filters=filters,
            explain=self.explain,
            ignore_exclusions=self.ignore_exclusions,
        )


class SimilarQuery(FiltersIn):
    """Which startups like a given one are wanted, in a query string."""

    limit: Limit = 10
    elsewhere: bool = Field(default=False, description="only of other countries than its own")
    explain: bool = False

    def to_wish(self, startup_id: str) -> MoreLike:
        """Return the wish as the searcher takes it."""
        return MoreLike(startup_id, self.limit, self.to_filters(), self.elsewhere)


class BatchIn(_In):
    """Many needs at once, each as `POST /api/search` takes it."""

    needs: Annotated[
        tuple[object, ...],
        Field(
            min_length=1,
            max_length=MOST_NEEDS,
            json_schema_extra={"items": {"$ref": "#/components/schemas/SearchIn"}},
        ),
    ]
    """Read one by one, so that one that is wrong leaves the others alone."""


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


class MatchOut(_Out):
    """A startup that answers the need."""

    rank: int
    score: float = Field(description="higher is nearer; comparable within one answer")
    confidence: Literal["strong", "possible", "weak"]
    startup: StartupOut
    evidence: tuple[EvidenceOut, ...]
    scores: dict[str, float] | None = Field(
        default=None, exclude_if=lambda parts: parts is None, description="with explain: the parts that score is the sum of"
    )

    @classmethod
    def of(cls, match: Match, *, explain: bool) -> "MatchOut":
        """Return the wire form of `match`."""
        return cls(
            rank=match.rank,
            score=match.score,
            confidence=match.confidence.value,
            startup=StartupOut.of(match.startup),
            evidence=tuple(EvidenceOut.of(e) for e in match.evidence),
            scores=match.scores if explain else None,
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

    @classmethod
    def of(cls, answer: Answer, *, explain: bool) -> "SearchOut":
        """Return the wire form of `answer`."""
        return cls(
            need=answer.need.text,
            language=answer.language,
            took_ms=answer.took_ms,
            snapshot=answer.snapshot,
            verdict=answer.verdict.value,
            matches=tuple(MatchOut.of(m, explain=explain) for m in answer.matches),
            facets=answer.facets,
            exclusions=tuple(ExclusionOut.of(one) for one in answer.exclusions),
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
