"""The demo's sites as data: read from the packaged TOML files, validated, and turned into seeds for the crawler."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from crawler.errors import ScoutError
from crawler.records import Startup

Language = Literal["en", "it"]
Source = Literal["KnowledgeShare", "Y Combinator"]
Wanted = Literal["Consulting", "Grant partner", "Industrial partner", "Internationalization", "Investment funds"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

_DIRECTORY_CODES: dict[Source, str] = {"KnowledgeShare": "knowledge-share", "Y Combinator": "yc"}
_HOST_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class DemoError(ScoutError):
    """The demo web cannot be read or served."""

    code: ClassVar[str] = "demo-failed"
    status: ClassVar[int] = 500


def _without_repeats(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values in their order, each once, whatever its case."""
    first: dict[str, str] = {}
    for value in values:
        first.setdefault(value.casefold(), value)
    return tuple(first.values())


@dataclass(frozen=True, slots=True)
class DemoSection:
    """A heading with what stands under it; the first of `rows` is the table's header."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    heading: Text
    text: Annotated[str, StringConstraints(strip_whitespace=True)] = ""
    items: tuple[Text, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a section without content and a ragged table."""
        if not (self.text or self.items or self.rows):
            message = f"section {self.heading!r} is empty: give it text, items or rows"
            raise ValueError(message)
        if self.rows and (len(self.rows) == 1 or len({len(row) for row in self.rows}) > 1):
            message = f"section {self.heading!r}: rows need a header, at least one row more, and one length"
            raise ValueError(message)

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The text's paragraphs, each on one line."""
        return tuple(" ".join(part.split()) for part in re.split(r"\n\s*\n", self.text) if part.strip())


@dataclass(frozen=True, slots=True)
class DemoPage:
    """A page of a site; `language` is set where it differs from the site's."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    path: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*\.html$")]
    title: Text
    description: Text
    sections: Annotated[tuple[DemoSection, ...], Field(min_length=1)]
    language: Language | None = None

    @property
    def stem(self) -> str:
        """The path without its ending."""
        return self.path.removesuffix(".html")


@dataclass(frozen=True, slots=True)
class DemoSite:
    """A startup's small site with its facts; `slug` is the first label of the host name."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    slug: str
    id: Text
    name: Text
    language: Language
    source: Source
    data_date: Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    """Year and month of the directory's data."""
    pages: Annotated[tuple[DemoPage, ...], Field(min_length=1, max_length=4)]
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    homepage: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")] | None = None
    location: Text | None = None
    founded: Annotated[int, Field(ge=1800, le=2100)] | None = None
    trl: Annotated[int, Field(ge=1, le=9)] | None = None
    parent_organisations: tuple[Text, ...] = ()
    tags: Annotated[tuple[Text, ...], AfterValidator(_without_repeats)] = ()
    looking_for: tuple[Wanted, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a slug that is no host label, a first page other than index.html, and repeated paths or titles."""
        if not _HOST_LABEL.fullmatch(self.slug):
            message = f"{self.slug!r} is no host label: name the file with a-z, 0-9 and inner hyphens, 63 at most"
            raise ValueError(message)
        if self.pages[0].path != "index.html":
            message = f"the first page is {self.pages[0].path}: put index.html first"
            raise ValueError(message)
        for what, values in (("path", [p.path for p in self.pages]), ("title", [p.title for p in self.pages])):
            value, count = Counter(values).most_common(1)[0]
            if count > 1:
                message = f"{count} pages have the {what} {value!r}: make it unique in the site"
                raise ValueError(message)

    def language_of(self, page: DemoPage) -> Language:
        """Return the language that the page is written in."""
        return page.language or self.language


_SITE = TypeAdapter(DemoSite)


def load_sites(folder: Path | Traversable | None = None) -> tuple[DemoSite, ...]:
    """Read every `<slug>.toml` of the folder, the packaged one unless named, in the order of the slugs.

    Raises:
        DemoError: no site there, or a file that cannot be used; the message names the file and the key.
    """
    place = files("crawler.demo") / "sites" if folder is None else folder
    try:
        found = sorted((file for file in place.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
        sites = tuple(_read(file.name, file.read_bytes()) for file in found)
    except OSError as error:
        raise DemoError(f"the demo's sites cannot be read ({error}): install the package again") from error
    if not sites:
        raise DemoError(f"no demo site in {place}: it needs files named <slug>.toml")
    owners: dict[str, str] = {}
    for site in sites:
        if site.id in owners:
            raise DemoError(f"{site.slug}.toml: id {site.id!r} is taken by {owners[site.id]}.toml: give each site its own")
        owners[site.id] = site.slug
    return sites


def seeds(sites: Iterable[DemoSite], port: int) -> tuple[Startup, ...]:
    """Return one startup per site, whose crawl begins at `http://<slug>.localhost:<port>/`."""
    return tuple(
        Startup(
            id=site.id,
            name=site.name,
            url=f"http://{site.slug}.localhost:{port}/",
            homepage=site.homepage,
            country=site.country,
            source=_DIRECTORY_CODES[site.source],
            tags=site.tags,
            trl=site.trl,
            founded=site.founded,
            parent_organisations=site.parent_organisations,
        )
        for site in sites
    )


def _read(name: str, content: bytes) -> DemoSite:
    """Return the site of one file."""
    try:
        table = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DemoError(f"{name}: not TOML in UTF-8: {error}") from error
    try:
        return _SITE.validate_python({**table, "slug": name.removesuffix(".toml")})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise DemoError(f"{name}: {key + ': ' if key else ''}{first['msg']}") from error
