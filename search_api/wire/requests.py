"""What HTTP clients send."""

import re
from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from indexer.browsing import Browse
from indexer.results import MAX_LIMIT, MAX_NEED_CHARACTERS, Filters, MoreLike, Need
from indexer.why.widening import WORDS
from search_api.wire.paging import FARTHEST, LONGEST, PageError, Place, place_of

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MOST_NEEDS = 100
"""Needs in one batch."""

Trl = Annotated[int, Field(ge=1, le=9)]
Year = Annotated[int, Field(ge=1800, le=2100)]


def _day(sent: object) -> object:
    """Refuse what is no day: pydantic would take numbers for seconds since 1970."""
    if isinstance(sent, date) or (isinstance(sent, str) and DAY.fullmatch(sent)):
        return sent
    raise PydanticCustomError("no_day", "must be a day such as 2026-10-31")


Day = Annotated[date, BeforeValidator(_day)]


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

Senses = Annotated[
    tuple[Label, ...],
    Field(max_length=50, description="senses that ambiguous words are to have, as `choice` in an answer's `senses` has them"),
]
AnswersFrom = Annotated[
    Label | None, Field(description="the snapshot that is to answer, by its id; the one before the current one still does")
]
Offset = Annotated[int, Field(ge=0, le=FARTHEST, description="matches to leave out, from the first on")]
Token = Annotated[str | None, Field(max_length=LONGEST, description="`next` of an answer: the same search goes on there")]
Diverse = Annotated[
    bool,
    Field(description="puts startups behind that are much like those before them; `plain_rank` is the rank by score alone"),
]
AsTyped = Annotated[
    bool, Field(description="searches for the need as it stands: no letter is cut to what it asks, no slip is mended")
]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)


class FiltersIn(_In):
    """Hard conditions; values of one field are alternatives, fields must all hold."""

    country: tuple[Label, ...] = Field(default=(), max_length=50, description="ISO 3166-1 alpha-2 codes")
    source: tuple[Label, ...] = Field(default=(), max_length=50)
    tag: tuple[Label, ...] = Field(default=(), max_length=50)
    trl_min: Trl | None = None
    trl_max: Trl | None = None
    founded_min: Year | None = None
    founded_max: Year | None = None
    region: tuple[Label, ...] = Field(default=(), max_length=50, description="of Italy, or states elsewhere, where it is known")
    language: tuple[Label, ...] = Field(default=(), max_length=50, description="ISO 639-1 codes of pages or profiles")
    class_: tuple[Label, ...] = Field(
        default=(), max_length=50, alias="class", description="ids or names of `GET /api/classes`"
    )
    fetched_since: Day | None = Field(
        default=None, description="the newest page or profile was read on that day (UTC) or later"
    )
    own_site: bool | None = Field(
        default=None, description="whether a page of the startup's own site is among what is searched"
    )

    @classmethod
    def of(cls, filters: Filters) -> "FiltersIn":
        """Return conditions of the searcher as they are sent; what a snapshot holds may be longer than what is let in."""
        names = [field.alias or name for name, field in cls.model_fields.items()]
        return cls.model_construct(**{name: getattr(filters, WORDS.get(name, name)) for name in names})

    def to_filters(self) -> Filters:
        """Return the same conditions as the searcher takes them."""
        return Filters(
            countries=tuple(code.upper() for code in self.country),
            sources=self.source,
            tags=self.tag,
            trl_min=self.trl_min,
            trl_max=self.trl_max,
            founded_min=self.founded_min,
            founded_max=self.founded_max,
            regions=self.region,
            languages=tuple(code.lower() for code in self.language),
            classes=self.class_,
            fetched_since=self.fetched_since,
            own_site=self.own_site,
        )


class NeedIn(_In):
    """A technology need in free text, Italian or English, with its conditions."""

    need: NeedText
    limit: Limit = 10
    filters: FiltersIn = FiltersIn()
    ignore_exclusions: Ignored = ()
    senses: Senses = ()
    snapshot: AnswersFrom = None
    as_typed: AsTyped = False

    def to_need(self) -> Need:
        """Return the need as the searcher takes it."""
        filters = self.filters.to_filters()
        return Need(self.need, self.limit, filters, self.ignore_exclusions, self.senses, as_typed=self.as_typed)


class SearchIn(NeedIn):
    """A search: a need, and which part of the answer is wanted in which form."""

    explain: bool = False
    offset: Offset = 0
    page: Token = None
    diverse: Diverse = False

    def place(self) -> Place:
        """Return where the answer begins, by its token or by what is asked for.

        Raises:
            PageError: the token is that of another search, or there is more than the token.
        """
        if self.page is None:
            return Place(self.snapshot, self.offset)
        if self.offset or self.snapshot is not None:
            raise PageError("`page` says which snapshot and offset are wanted: leave out `snapshot` and `offset`")
        return place_of(self.page, self._unplaced())

    def to_need(self) -> Need:
        """Return the need as the searcher takes it.

        Raises:
            PageError: see `place`.
        """
        place = self.place()
        return replace(self._unplaced(), offset=place.offset, reranked=place.reranked)

    def _unplaced(self) -> Need:
        return replace(super().to_need(), diverse=self.diverse)


class SearchQuery(FiltersIn):
    """The same search in a query string; repeat a field that holds several values for alternatives."""

    need: NeedText
    limit: Limit = 10
    explain: bool = False
    ignore_exclusions: Ignored = ()
    senses: Senses = ()
    snapshot: AnswersFrom = None
    offset: Offset = 0
    page: Token = None
    diverse: Diverse = False
    as_typed: AsTyped = False

    def to_search(self) -> SearchIn:
        """Return the search as POST takes it."""
        filters = set(FiltersIn.model_fields)
        return SearchIn(filters=FiltersIn.model_validate(self.model_dump(include=filters)), **self.model_dump(exclude=filters))


class SimilarQuery(FiltersIn):
    """Which startups like a given one are wanted, in a query string."""

    limit: Limit = 10
    elsewhere: bool = Field(default=False, description="only of other countries than its own")
    explain: bool = False

    def to_wish(self, startup_id: str) -> MoreLike:
        """Return the wish as the searcher takes it."""
        return MoreLike(startup_id, self.limit, self.to_filters(), self.elsewhere)


class BrowseQuery(FiltersIn):
    """Which startups are wanted without a need, in a query string."""

    limit: Limit = 10
    offset: Offset = 0
    name: Label | None = Field(default=None, description="what their names are to hold; the facets count by the filters alone")

    def to_wish(self) -> Browse:
        """Return the wish as the searcher takes it."""
        return Browse(self.to_filters(), self.limit, self.offset, self.name or "")


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
