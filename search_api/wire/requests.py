"""What HTTP clients send."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from indexer.results import MAX_LIMIT, MAX_NEED_CHARACTERS, Filters, MoreLike, Need

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
