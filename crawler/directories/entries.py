"""What directories have in common: the document they read, the entry they make of a record, the protocol they keep."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crawler.page.language import detect
from crawler.records import Profile, Startup
from crawler.seeds import Problem


@dataclass(frozen=True, slots=True)
class Document:
    """A directory's file or page as it was received."""

    body: bytes
    origin: str
    """The path or address it is from."""
    read_at: datetime
    """In UTC."""
    url: str = ""
    """The address that relative links count from; empty where none is known."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which record of which directory says so."""

    source: str
    record_id: str
    """What the directory knows its record by, or a key made of what the record says where it has none."""
    record_url: str | None
    """The address of the record itself, where the directory gives one."""
    read_at: datetime
    """In UTC."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record of a directory."""

    startup: Startup
    text: str
    """What the directory says of the startup; empty where it says nothing but name and address."""
    provenance: Provenance

    def profile(self) -> Profile | None:
        """Return what the directory says as a profile; None where it says nothing."""
        if not self.text:
            return None
        origin = self.provenance
        url = origin.record_url or self.startup.homepage or self.startup.url
        return Profile(self.startup.id, origin.source, self.text, detect(self.text), origin.read_at, url)

    def line(self) -> dict[str, object]:
        """Return the entry in the form that `scout crawl --seeds` and `scout import` read, without what it leaves open."""
        startup, origin = self.startup, self.provenance
        fields: dict[str, object] = {
            "id": startup.id,
            "name": startup.name,
            "url": startup.url,
            "homepage": startup.homepage,
            "country": startup.country,
            "source": origin.source,
            "tags": list(startup.tags),
            "trl": startup.trl,
            "founded": startup.founded,
            "parent_organisations": list(startup.parent_organisations),
            "record_id": origin.record_id,
            "record_url": origin.record_url,
            "read_at": origin.read_at.isoformat(timespec="seconds"),
            "text": self.text,
        }
        return {name: value for name, value in fields.items() if value not in (None, "", [])}


class Directory(Protocol):
    """A public list of startups."""

    @property
    def name(self) -> str:
        """What the command line and the corpus call it."""

    @property
    def title(self) -> str:
        """Whose list it is and in which form it is read, for people."""

    @property
    def start(self) -> str | None:
        """The address where the list is public; None where a file or address has to be given."""

    def entries(self, document: Document) -> Iterator[Entry | Problem]:
        """Yield the entry of each record, or what is wrong with it; a problem that is `kept` comes before its entry.

        No record is passed over in silence.

        Raises:
            DirectoryError: the document is no such list, or cannot be read as a whole.
        """

    def more(self, document: Document) -> tuple[str, ...]:
        """Return the addresses where the list goes on, for lists that come in parts."""
