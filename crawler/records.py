"""The records that travel between rooms: frozen, without I/O, importing nothing of ours."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

LATEST = 32
"""Pages whose digest is known: one is made again with each change to what is known of it."""


@dataclass(frozen=True, slots=True)
class Startup:
    """A startup and the facts that filters use.

    `url` is where a crawl of its site begins; `homepage` is the address to show a person when it differs from `url`.
    """

    id: str
    name: str
    url: str | None = None
    homepage: str | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2, upper case."""
    source: str | None = None
    """The directory that names the startup, for example `yc` or `knowledge-share`."""
    tags: tuple[str, ...] = ()
    trl: int | None = None
    """Technology readiness level, 1 to 9."""
    founded: int | None = None
    parent_organisations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArchiveRef:
    """Where the response that a page was read from is kept."""

    file: str
    """Name within the archive folder."""
    offset: int
    digest: str
    """`sha256:` and the hex digest of the payload."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a page's main text under one heading; `heading` is empty above the first heading.

    Language and page number do not enter `Page.digest`.
    """

    heading: str
    text: str
    language: str = ""
    """ISO 639-1 code where it differs from the page's, else empty."""
    number: int | None = None
    """The page of a PDF, from 1."""


def join_blocks(blocks: tuple[Block, ...]) -> str:
    """Return the one text that offsets of passages count in: headings on a line of their own, blocks a blank line apart."""
    return "\n\n".join(f"{b.heading}\n{b.text}" if b.heading and b.text else b.heading or b.text for b in blocks)


@lru_cache(maxsize=LATEST)
def _digest(title: str, description: str, blocks: tuple[Block, ...]) -> str:
    content = [title, description, [[b.heading, b.text] for b in blocks]]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Page:
    """A stored page of a startup's site, as its main text."""

    url: str
    startup_id: str
    title: str
    language: str
    """ISO 639-1 code, or `und` where it could not be told."""
    blocks: tuple[Block, ...]
    fetched_at: datetime
    """In UTC."""
    description: str = ""
    archived: ArchiveRef | None = None
    """The response that the page was read from; not part of the digest."""
    digest: str = field(init=False)
    """SHA-256 (hex) of title, description and blocks: equal digests mean equal content."""

    def __post_init__(self) -> None:
        """Derive the digest from the content."""
        object.__setattr__(self, "digest", _digest(self.title, self.description, self.blocks))

    @property
    def text(self) -> str:
        """The page's main text, see `join_blocks`."""
        return join_blocks(self.blocks)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a directory says of one startup, in its own words."""

    startup_id: str
    source: str
    text: str
    language: str
    imported_at: datetime
    """In UTC."""
    url: str | None = None
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        """Derive the digest from the content."""
        content = json.dumps([self.source, self.text, self.url], ensure_ascii=False)
        object.__setattr__(self, "digest", hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest())


class Outcome(StrEnum):
    """How a visit to an address ended."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    """Fetched again, and the content is what is stored already."""
    REDIRECTED = "redirected"
    """Led to another address of the site, which has a visit of its own."""
    DUPLICATE = "duplicate"
    """Another spelling or copy of a page that is stored."""
    EMPTY = "empty"
    """Nothing to read: no main text."""
    NOT_HTML = "not-html"
    NOINDEX = "noindex"
    ROBOTS = "robots"
    """Not requested, since robots.txt forbids it (or could not be had, RFC 9309 section 2.3.1.4)."""
    OFF_SITE = "off-site"
    """Led away from the startup's own site."""
    HTTP_ERROR = "http-error"
    TOO_LARGE = "too-large"
    UNREACHABLE = "unreachable"
    """No answer: name not found, refused, timed out, broken off."""
    BROKEN = "broken"
    """An answer that cannot be decoded or parsed."""
    REFUSED = "refused"
    """Not requested, since the address is not a public one."""
    OPTED_OUT = "opted-out"
    """Not requested, since the host's owner asked not to be visited."""
    GONE = "gone"
    """A page that was stored and is no longer there."""
    PARKED = "parked"
    """A domain without a company: for sale, expired, or a host's placeholder."""
    TRAP = "trap"
    """Not requested, since addresses of its kind brought nothing new."""


@dataclass(frozen=True, slots=True)
class Visit:
    """The recorded outcome of one address in one crawl."""

    url: str
    startup_id: str
    outcome: Outcome
    at: datetime
    """In UTC."""
    status: int | None = None
    """HTTP status, where there was one."""
    detail: str = ""
