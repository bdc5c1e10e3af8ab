"""The form that a directory gives its records: each record in turn, made an entry or told as a problem."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Required, TypedDict, Unpack

from crawler.directories.entries import Document, Entry, Provenance
from crawler.directories.fields import LONGEST_TEXT, Fields, shown
from crawler.directories.wording import key_of
from crawler.errors import DirectoryError
from crawler.page.privacy import without_personal_data
from crawler.records import Startup
from crawler.rows import BadLineError, Row
from crawler.seeds import LONGEST_ID, Problem
from crawler.urls import host_of

NOT_THEIR_OWN = re.compile(
    r"(?:^|\.)(?:facebook|linkedin|instagram|twitter|x|youtube|tiktok|crunchbase|medium|linktr)\.(?:com|ee)$"
    r"|^(?:apps\.apple|play\.google|docs\.google|drive\.google|sites\.google|angel)\.(?:com|co)$",
    re.IGNORECASE,
)
"""Hosts on which a startup has a page among millions: to be shown, not to be crawled as its site."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The records of a document."""

    rows: Iterable[tuple[int, Row | BadLineError]]
    unit: str
    """What the numbers of the records count: lines, rows, records."""
    problems: tuple[Problem, ...] = ()
    """What is to be told of the document as a whole."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of a directory's records."""

    fields: Mapping[str, tuple[str, ...]]
    """Each field of ours with the names that it goes by, in the spelling of `key_of`, the best first."""
    needed: frozenset[str]
    """Of ours: a list in which no record has them all is not this directory's."""
    ignored: frozenset[str] = frozenset()
    """Names of fields that are known and not read."""

    def names(self) -> dict[str, str]:
        """Return each name in use with the field of ours that it stands for."""
        return {name: ours for ours, names in self.fields.items() for name in names}

    def lacks(self, names: Iterable[str]) -> list[str]:
        """Return the needed fields that none of these names stands for, as a directory would call them."""
        there = {key_of(name) for name in names}
        return [self.fields[ours][0] for ours in sorted(self.needed) if not there & set(self.fields[ours])]


class Facts(TypedDict, total=False):
    """What a record says of its startup, see `Startup`."""

    name: Required[str]
    homepage: str | None
    country: str | None
    tags: tuple[str, ...]
    trl: int | None
    founded: int | None
    parent_organisations: tuple[str, ...]


Make = Callable[[Fields], Entry]


def read_records(document: Document, rows: Rows, shape: Shape, make: Make) -> Iterator[Entry | Problem]:
    """Yield the entry that `make` makes of each record, or what is wrong with it.

    Raises:
        DirectoryError: there are records, and none has the fields that the directory needs.
    """
    yield from rows.problems
    known = set(shape.names()) | shape.ignored
    seen: dict[str, tuple[int, dict[str, object]]] = {}
    fitting, first_misfit = 0, ""
    for number, row in rows.rows:
        if isinstance(row, BadLineError):
            yield Problem(number, str(row), unit=rows.unit)
            continue
        names = {key_of(name): name for name in row}
        fields = _fields(row, names, shape)
        lacking = shape.lacks(row)
        fitting += not lacking
        if lacking:
            first_misfit = first_misfit or f"{rows.unit} {number} has {', '.join(list(row)[:8])[:120]!r}"
            fields.warnings.append(f"{', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} missing")
        new = [name for name in names if name not in known]
        known.update(new)
        fields.warnings += [f"{shown(names[name])} is a field that is not known: ignored, here and below" for name in new]
        try:
            entry = make(fields)
            _refuse_again(entry, number, rows.unit, seen)
        except BadLineError as error:
            yield from (Problem(number, warning, kept=True, unit=rows.unit) for warning in fields.warnings)
            yield Problem(number, str(error), unit=rows.unit)
            continue
        yield from (Problem(number, warning, kept=True, unit=rows.unit) for warning in fields.warnings)
        yield entry
    if first_misfit and not fitting:
        wanted = ", ".join(shape.fields[name][0] for name in sorted(shape.needed))
        raise DirectoryError(f"{document.origin} is no such list: each record needs {wanted}; {first_misfit}")


def entry_of(
    fields: Fields,
    document: Document,
    *,
    source: str,
    prefix: str,
    record_id: str,
    text: str,
    site: str | None = None,
    record_url: str | None = None,
    **facts: Unpack[Facts],
) -> Entry:
    """Return the entry of a record.

    Args:
        fields: takes what has to be told.
        document: what the record stands in.
        source: the directory.
        prefix: of the startup's id, before the record's own.
        record_id: the record's own.
        text: what the directory says; personal data in it is left out.
        site: the startup's web site.
        record_url: the address of the record itself.
        facts: whatever else is known.

    Raises:
        BadLineError: the id is too long, or nothing is left that a command could take.
    """
    startup_id = f"{prefix}-{record_id}"
    if len(startup_id) > LONGEST_ID:
        raise BadLineError(f"id is longer than {LONGEST_ID} characters")
    own = site if site and not NOT_THEIR_OWN.search(host_of(site)) else None
    if site and not own:
        fields.warnings.append(f"{shown(site)} is a page on somebody else's site: shown, not crawled")
        facts["homepage"] = site
    kept = without_personal_data(text[:LONGEST_TEXT]).strip()
    if len(text) > LONGEST_TEXT:
        fields.warnings.append(f"{len(text)} characters in all: cut off after {LONGEST_TEXT}")
    if text and not kept:
        fields.warnings.append("what it says is nothing but personal data: left out")
    if not kept and not site and not facts.get("homepage"):
        raise BadLineError("neither an address nor a text: there is nothing to crawl and nothing to import")
    startup = Startup(id=startup_id, url=own, source=source, **facts)
    origin = Provenance(source, record_id, record_url or None, document.read_at)
    return Entry(startup, kept, origin)


def _fields(row: Row, names: Mapping[str, str], shape: Shape) -> Fields:
    """Take of each field the first of its names under which the record holds something."""
    values: dict[str, object] = {}
    labels: dict[str, str] = {}
    for ours, theirs in shape.fields.items():
        there = [names[name] for name in theirs if name in names]
        label = next((name for name in there if row[name] not in (None, "", [], {})), there[0] if there else theirs[0])
        values[ours], labels[ours] = row.get(label), label
    return Fields(values, labels=labels)


def _refuse_again(entry: Entry, number: int, unit: str, seen: dict[str, tuple[int, dict[str, object]]]) -> None:
    line = entry.line()
    before = seen.setdefault(entry.startup.id, (number, line))
    if before[0] != number or before[1] is not line:
        what = "the same record" if before[1] == line else "another record with the same id"
        raise BadLineError(f"id {shown(entry.provenance.record_id)}: {what} stands in {unit} {before[0]}, which was taken")
