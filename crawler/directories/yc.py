"""Y Combinator's companies: its public list as JSON (three spellings are about), and the CSV form of the same."""

from collections.abc import Iterator

from crawler.directories.entries import Document, Entry
from crawler.directories.fields import Fields
from crawler.directories.forms import csv_list, is_json, json_list
from crawler.directories.shapes import Shape, entry_of, read_records
from crawler.seeds import Problem

# Founders are persons: their names stay out.
NOT_READ = frozenset({
    "num_founders", "founders_names", "team_size", "cb_url", "linkedin_url", "slug", "former_names",
    "small_logo_thumb_url", "small_logo_url", "industry", "subindustry", "launched_at", "tags_highlighted", "top_company",
    "is_hiring", "nonprofit", "stage", "app_video_public", "demo_day_video_public", "app_answers", "question_answers",
    "api", "badges", "object_id", "highlight_result",
})  # fmt: skip
SHAPE = Shape(
    fields={
        "id": ("company_id", "id"),
        "name": ("company_name", "name"),
        "short": ("short_description", "one_liner"),
        "long": ("long_description",),
        "batch": ("batch",),
        "status": ("status",),
        "tags": ("tags",),
        "industries": ("industries",),
        "town": ("location", "all_locations"),
        "towns": ("locations",),
        "country": ("country",),
        "regions": ("regions",),
        "founded": ("year_founded",),
        "site": ("website",),
        "record_url": ("url",),
    },
    needed=frozenset({"id", "name", "site"}),
    ignored=NOT_READ,
)
LETTERS = 2
"""Of a country's code; in an office's address two letters are a state of the USA."""


class YCombinator:
    """The companies that Y Combinator has invested in."""

    name = "yc"
    title = "Y Combinator: its public list as JSON, or as CSV"
    start: str | None = "https://yc-oss.github.io/api/companies/all.json"

    def entries(self, document: Document) -> Iterator[Entry | Problem]:
        """Yield the entry of each company, see `Directory`."""
        rows = json_list(document, of="website") if is_json(document) else csv_list(document, SHAPE)
        yield from read_records(document, rows, SHAPE, lambda fields: self._entry(fields, document))

    def more(self, document: Document) -> tuple[str, ...]:
        """Return no address: the list is in one part."""
        del document
        return ()

    def _entry(self, fields: Fields, document: Document) -> Entry:
        record_id, name = fields.needed("id"), fields.needed("name")
        batch, status, tags = fields.line("batch"), fields.line("status"), fields.lines("tags")
        town = fields.line("town") or "; ".join(fields.lines("towns"))
        said = [text for text in (fields.text("short"), fields.text("long")) if text]
        if not said:
            facts = (f"Y Combinator {batch}".strip(), status, town, ", ".join(tags), ", ".join(fields.lines("industries")))
            said = [". ".join((name, *filter(None, facts)))]
        return entry_of(
            fields,
            document,
            source=self.name,
            prefix=self.name,
            record_id=record_id,
            text="\n\n".join(said),
            name=name,
            site=fields.address("site"),
            record_url=fields.address("record_url"),
            country=fields.country("country") or _country(fields, town),
            tags=tags if status in {"", "Active"} else (*tags, status.lower()),
            founded=fields.year("founded"),
        )


def _country(fields: Fields, town: str) -> str | None:
    """Return the country of the first office: the JSON forms name it as a region, or at the end of the office's address."""
    regions = [Fields({"country": region}).country("country") for region in fields.lines("regions")]
    place = town.partition(";")[0].rpartition(",")[2].strip()
    return next(filter(None, regions), None) or (
        Fields({"country": place}).country("country") if len(place) > LETTERS else None
    )
