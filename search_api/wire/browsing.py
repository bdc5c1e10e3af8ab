"""What HTTP clients get that browse: classes of technologies, and startups without a need."""

from datetime import date

from pydantic import Field

from indexer.browsing import Listed, Listing
from indexer.classes.scheme import TechnologyClass
from search_api.wire.shape import Out
from search_api.wire.startups import StartupOut


class NamesOut(Out):
    """A class of technologies, by its id and its names."""

    id: str
    en: str
    it: str


class ClassOut(NamesOut):
    """A class of technologies, and how many startups belong to it."""

    about_en: str
    about_it: str
    startups: int

    @classmethod
    def of(cls, one: TechnologyClass, startups: int) -> "ClassOut":
        """Return the wire form of `one`."""
        return cls(
            id=one.id,
            en=one.english,
            it=one.italian,
            about_en=one.about_english,
            about_it=one.about_italian,
            startups=startups,
        )


class ClassesOut(Out):
    """The classes of a snapshot, in the order of their table."""

    snapshot: str
    classes: tuple[ClassOut, ...]

    @classmethod
    def of(cls, listing: Listing) -> "ClassesOut":
        """Return the classes, counted over the startups that pass the filters of `listing`."""
        counts = listing.facets["class"]
        return cls(snapshot=listing.snapshot, classes=tuple(ClassOut.of(one, counts.get(one.id, 0)) for one in listing.classes))


class MemberOut(NamesOut):
    """A class that a startup belongs to."""

    score: float = Field(
        description="how much it belongs there, comparable between classes; assigned by the model, not by people"
    )


class ListedOut(Out):
    """A startup, and what filters and classes know of it."""

    startup: StartupOut
    region: str | None
    languages: tuple[str, ...]
    fetched: date | None = Field(description="the day, in UTC, when its newest page was read")
    own_site: bool
    classes: tuple[MemberOut, ...] = Field(description="that where it belongs most first")

    @classmethod
    def of(cls, listed: Listed) -> "ListedOut":
        """Return the wire form of `listed`."""
        return cls(
            startup=StartupOut.of(listed.startup),
            region=listed.told.region,
            languages=listed.told.languages,
            fetched=listed.told.fetched,
            own_site=listed.told.own_site,
            classes=tuple(MemberOut(id=one.id, en=one.english, it=one.italian, score=score) for one, score in listed.classes),
        )


class ListingOut(Out):
    """Startups without a need, see `GET /api/startups`."""

    snapshot: str
    total: int = Field(description="startups that pass the filters")
    startups: tuple[ListedOut, ...]
    facets: dict[str, dict[str, int]]

    @classmethod
    def of(cls, listing: Listing) -> "ListingOut":
        """Return the wire form of `listing`."""
        return cls(
            snapshot=listing.snapshot,
            total=listing.total,
            startups=tuple(ListedOut.of(one) for one in listing.startups),
            facets=listing.facets,
        )
