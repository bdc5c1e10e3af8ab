"""Startups without a need: those of a class, or all that pass filters."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crawler.records import Startup
from indexer.bounds import check_page
from indexer.classes.assigning import Member
from indexer.classes.scheme import TechnologyClass
from indexer.facets import Facets
from indexer.facts import Told, tell
from indexer.results import Filters
from indexer.snapshot import Snapshot
from indexer.words import fold


@dataclass(frozen=True, slots=True)
class Browse:
    """A wish to see startups: which, how many, and from which place on."""

    filters: Filters = field(default_factory=Filters)
    limit: int = 10
    offset: int = 0
    name: str = ""
    """What names are to hold, in any case and with or without accents."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A startup, where it is, and the classes that it belongs to, that where it belongs most first."""

    startup: Startup
    told: Told
    classes: tuple[tuple[TechnologyClass, float], ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """The startups of one snapshot that pass filters."""

    snapshot: str
    total: int
    """How many pass, and have the name."""
    startups: tuple[Listed, ...]
    """Those that were asked for: of the classes that filters name, those that belong there most first; else by name, where
    a name is asked for those first that begin with it."""
    facets: dict[str, dict[str, int]]
    """As those of an `Answer`."""
    classes: tuple[TechnologyClass, ...]
    """All of the snapshot, in the order of their table: the names to the ids of the facet `class`."""


class Catalogue:
    """What a snapshot tells of its startups apart from any need."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Read what is told of each startup."""
        self._snapshot = snapshot
        self._classes = {one.id: one for one in snapshot.classified.classes}
        self._members: dict[str, list[Member]] = {}
        for member in snapshot.classified.members:
            self._members.setdefault(member.startup_id, []).append(member)
        classes = {key: [member.class_id for member in members] for key, members in self._members.items()}
        self.told = tell([s.id for s in snapshot.startups], snapshot.passages, dict(snapshot.regions), classes)
        """Per startup, in order."""

    @property
    def names(self) -> Mapping[str, str]:
        """The ids of the classes by their names, in both languages."""
        return {name: one.id for one in self._classes.values() for name in (one.english, one.italian)}

    def listing(self, wanted: Browse, facets: Facets) -> Listing:
        """Return the startups that are wanted; the order is the same every time.

        Raises:
            NeedError: `limit` or `offset` is out of bounds.
            FilterError: a filter names a value that no startup has.
        """
        check_page(wanted.limit, wanted.offset, "startups")
        masks = facets.masks(wanted.filters)
        ids = {name.casefold(): key for name, key in self.names.items()}
        asked = {ids.get(name.casefold(), name.casefold()) for name in wanted.filters.classes}
        startups = self._snapshot.startups
        sought = fold(wanted.name).strip()
        passing = [int(row) for row in facets.both(masks.values()).nonzero()[0]]
        places = {row: fold(startups[row].name).find(sought) if sought else 0 for row in passing}
        rows = [row for row in passing if places[row] >= 0]
        rows.sort(
            key=lambda row: (
                -self._belongs(startups[row].id, asked),
                places[row] > 0,
                startups[row].name.casefold(),
                startups[row].id,
            )
        )
        return Listing(
            self._snapshot.manifest.id,
            len(rows),
            tuple(self._listed(row) for row in rows[wanted.offset : wanted.offset + wanted.limit]),
            facets.counts(masks),
            self._snapshot.classified.classes,
        )

    def _belongs(self, startup_id: str, asked: set[str]) -> float:
        return max((m.score for m in self._members.get(startup_id, ()) if m.class_id.casefold() in asked), default=0.0)

    def _listed(self, row: int) -> Listed:
        startup = self._snapshot.startups[row]
        members = self._members.get(startup.id, ())
        return Listed(startup, self.told[row], tuple((self._classes[m.class_id], m.score) for m in members))
