"""KnowledgeShare's spin-offs and startups of Italian research: records of its JSON API, with HTML in their fields."""

from collections.abc import Iterator, Mapping
from itertools import chain
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from crawler.directories.entries import Document, Entry
from crawler.directories.fields import Fields
from crawler.directories.forms import json_list
from crawler.directories.shapes import Rows, Shape, entry_of, read_records
from crawler.directories.wording import one_line
from crawler.rows import BadLineError, Row
from crawler.seeds import Problem

SAID = (
    "payoff",
    "abstract",
    "description",
    "enabling_technologies",
    "main_applications",
    "competitive_advantages",
    "competitive_scenario",
    "target_customers",
    "revenue_model",
    "business_traction",
)
"""The fields that describe a startup, in the order in which its page shows them."""
NOT_READ = frozenset({
    "funding_stage_description", "initiative", "options", "preview_image", "cover_image", "logo", "page_path",
    "detail_url",
})  # fmt: skip
SHAPE = Shape(
    fields={
        "id": ("id",),
        "name": ("title",),
        **{name: (name,) for name in SAID},
        "categories": ("categories",),
        "tags": ("tags",),
        "trl": ("trl",),
        "owners": ("owners",),
        "looking_for": ("looking_for",),
        "stage": ("funding_stage",),
        "status": ("status",),
        "site": ("website",),
        "meta": ("meta",),
        "html_url": ("html_url",),
    },
    needed=frozenset({"id", "name", "trl"}),
    ignored=NOT_READ,
)


class KnowledgeShare:
    """The startups that Italian universities and research bodies show on knowledge-share.eu."""

    name = "knowledge-share"
    title = "KnowledgeShare: records of its JSON API"
    start: str | None = "https://www.knowledge-share.eu/api/pages/?type=startups.StartUpPage&locale=en&limit=20&offset=0"

    def entries(self, document: Document) -> Iterator[Entry | Problem]:
        """Yield the entry of each startup, see `Directory`; pointers to records (`more`) are no records."""
        rows = json_list(document, of="title")
        records = Rows(((number, row) for number, row in rows.rows if not _pointer(row)), rows.unit, rows.problems)
        yield from read_records(document, records, SHAPE, lambda fields: self._entry(fields, document))

    def more(self, document: Document) -> tuple[str, ...]:
        """Return the addresses of the records that a part of the list points to, and of its next part."""
        pointers = [pointer for _, row in json_list(document, of="title").rows if (pointer := _pointer(row))]
        if not pointers:
            return ()
        return (*(urljoin(document.url, pointer) for pointer in pointers), *_next_part(document.url, len(pointers)))

    def _entry(self, fields: Fields, document: Document) -> Entry:
        said = [text for name in SAID if (text := fields.text(name))]
        wants = fields.lines("looking_for", "label")
        if stage := _label(fields, "stage"):
            said.append(f"Funding stage: {stage}")
        if wants:
            said.append(f"Looking for: {', '.join(wants)}")
        meta = fields.values.get("meta")
        address = meta.get("htmlUrl") or meta.get("html_url") if isinstance(meta, Mapping) else fields.values.get("html_url")
        where = fields.within("record_url", address)
        return entry_of(
            fields,
            document,
            source=self.name,
            prefix="ks",
            record_id=fields.needed("id"),
            text="\n\n".join(said),
            name=fields.needed("name"),
            site=fields.address("site"),
            record_url=where.address("record_url"),
            country="IT",
            tags=tuple(dict.fromkeys(chain(fields.lines("categories"), fields.lines("tags")))),
            trl=_level(fields),
            parent_organisations=fields.lines("owners"),
        )


def _label(fields: Fields, name: str) -> str:
    value = fields.values.get(name)
    label = value.get("label") if isinstance(value, Mapping) else value
    return fields.within(name, label).line(name)


def _level(fields: Fields) -> int | None:
    value = fields.values.get("trl")
    inner = fields.within("trl", value.get("value") if isinstance(value, Mapping) else value)
    return inner.number("trl", 1, 9)


def _pointer(row: Row | BadLineError) -> str:
    """Return the address of a record that a list only names; empty where the row is a record itself."""
    if isinstance(row, BadLineError) or "description" in row or "owners" in row:
        return ""
    meta = row.get("meta")
    address = meta.get("detailUrl") or meta.get("detail_url") if isinstance(meta, Mapping) else None
    return one_line(address) if isinstance(address, str) else ""


def _next_part(url: str, found: int) -> tuple[str, ...]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    try:
        limit, offset = int(query["limit"]), int(query["offset"])
    except (KeyError, ValueError):
        return ()
    if found < limit:
        return ()
    return (urlunsplit(parts._replace(query=urlencode(query | {"offset": str(offset + limit)}))),)
