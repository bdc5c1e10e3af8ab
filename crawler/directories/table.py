"""A list of one's own: CSV, JSON lines, JSON or an Excel sheet with a header, in English or Italian."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import PurePath
from urllib.parse import urlsplit

from crawler.directories.entries import Document, Entry
from crawler.directories.fields import Fields
from crawler.directories.forms import csv_list, is_json, is_sheet, json_list, sheet_list
from crawler.directories.shapes import Shape, entry_of, read_records
from crawler.directories.wording import key_of, one_line
from crawler.seeds import Problem
from crawler.urls import bare_host_of

SHAPE = Shape(
    fields={
        "name": (
            "name",
            "nome",
            "company_name",
            "company",
            "startup",
            "ragione_sociale",
            "denominazione",
            "azienda",
            "societa",
        ),
        "id": ("id", "record_id", "codice"),
        "site": ("url", "website", "site", "web_site", "sito", "sito_web", "sito_internet", "web", "link"),
        "homepage": ("homepage",),
        "text": ("text", "description", "descrizione", "testo", "about", "attivita", "profile", "profilo", "abstract"),
        "country": ("country", "paese", "nazione", "stato", "country_code"),
        "tags": ("tags", "tag", "categories", "categorie", "keywords", "parole_chiave", "settore", "sector"),
        "trl": ("trl",),
        "founded": ("founded", "year_founded", "founding_year", "anno", "anno_di_fondazione", "fondazione", "anno_fondazione"),
        "parents": ("parent_organisations", "parent_organizations", "owners", "universita", "ente_di_ricerca"),
        "record_url": ("record_url",),
        "source": ("source", "fonte"),
    },
    needed=frozenset({"name"}),
    ignored=frozenset({"read_at"}),
)
LONGEST_KEY = 100


class Table:
    """A list of startups that somebody keeps."""

    name = "table"
    title = "A list of your own: CSV, JSON lines, JSON or .xlsx with at least a column for the name"
    start: str | None = None

    def __init__(self, source: str = "") -> None:
        """Take what to call the list; by default it goes by the name of its file."""
        self._source = source

    def entries(self, document: Document) -> Iterator[Entry | Problem]:
        """Yield the entry of each row, see `Directory`."""
        if is_sheet(document):
            rows = sheet_list(document, SHAPE)
        elif is_json(document):
            rows = json_list(document, of="name")
        else:
            rows = csv_list(document, SHAPE, ragged=True)
        source = self._source or list_name(document)
        yield from read_records(document, rows, SHAPE, lambda fields: self._entry(fields, document, source))

    def more(self, document: Document) -> tuple[str, ...]:
        """Return no address: the list is in one part."""
        del document
        return ()

    def _entry(self, fields: Fields, document: Document, default_source: str) -> Entry:
        name, site, text = fields.needed("name"), fields.address("site"), fields.text("text")
        homepage = fields.address("homepage")
        source = self._source or fields.line("source") or default_source
        return entry_of(
            fields,
            document,
            source=source,
            prefix=slug(source),
            record_id=fields.line("id", LONGEST_KEY) or record_key(name, site or homepage),
            text=text,
            name=name,
            site=site,
            homepage=homepage,
            record_url=fields.address("record_url"),
            country=fields.country("country"),
            tags=fields.lines("tags"),
            trl=fields.number("trl", 1, 9),
            founded=fields.year("founded"),
            parent_organisations=fields.lines("parents"),
        )


def list_name(document: Document) -> str:
    """Return what a list goes by where nobody named it: its host, or its file's name without the ending."""
    return bare_host_of(document.url) or one_line(PurePath(document.origin).stem)[:LONGEST_KEY] or "table"


def slug(text: str) -> str:
    """Return a text as a part of an id: letters and digits of ASCII with hyphens between."""
    return (
        re.sub(r"[^a-z0-9]+", "-", key_of(text)).strip("-")[:60]
        or hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
    )


def record_key(name: str, site: str | None) -> str:
    """Return a key for a record that has none: its site's host and path, or else its name."""
    if not site:
        return slug(name)
    return slug(f"{bare_host_of(site)}{urlsplit(site).path}")
