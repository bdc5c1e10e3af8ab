"""A startup, its pages and passages."""

from pydantic import AwareDatetime, Field

from crawler.records import Startup
from indexer.results import Evidence
from search_api.wire.shape import Out


class StartupOut(Out):
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


class EvidenceOut(Out):
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
    clause: tuple[int, int] | None = Field(
        default=None, description="[start, end) of the clause that carries the match, by meaning; null where none is near"
    )

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
            clause=evidence.clause,
        )


class PageOut(Out):
    """A page or profile that the snapshot holds of a startup."""

    url: str | None
    title: str
    language: str = Field(description="in which most of it is")
    fetched_at: AwareDatetime
    source: str
    passages: tuple[str, ...]


class StartupDetailOut(Out):
    """A startup with all that the snapshot holds of it."""

    startup: StartupOut
    pages: tuple[PageOut, ...]
