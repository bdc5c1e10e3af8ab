"""The form that a directory gives its records, and the reading of one record: what does not fit is told, not dropped."""

import ast
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache

from crawler.directories.entries import Document, Entry, Provenance
from crawler.directories.wording import key_of, one_line, readable
from crawler.errors import DirectoryError
from crawler.gazetteer.tables import country_code
from crawler.page.privacy import without_personal_data
from crawler.records import Startup
from crawler.rows import BadLineError, Row
from crawler.seeds import EARLIEST_FOUNDED, LONGEST_ID, LONGEST_NAME, Problem
from crawler.urls import canonical_url, host_of

LONGEST_TEXT = 200_000
"""Characters; what a directory says beyond is cut off, and told."""
LONGEST_TAG = 200
MOST_TAGS = 100
LONGEST_LITERAL = 20_000
SHOWN = 60
"""Characters of a value in a message."""
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


@dataclass(slots=True)
class Fields:
    """One record: its values by our names for them, and what had to be left out of it."""

    values: Mapping[str, object]
    warnings: list[str] = field(default_factory=list)
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the record itself calls a field, for messages."""

    def within(self, name: str, value: object) -> "Fields":
        """Return a value that lies within a field as a record of its own, whose warnings are this one's."""
        return Fields({name: value}, self.warnings, self.labels)

    def label(self, name: str) -> str:
        """Return what the record calls a field."""
        return one_line(self.labels.get(name, name))

    def text(self, name: str, longest: int = LONGEST_TEXT) -> str:
        """Return a text with its paragraphs and without markup; empty where there is none."""
        return self._fitting(name, readable(self._string(name)), longest)

    def line(self, name: str, longest: int = LONGEST_NAME) -> str:
        """Return a text on one line; empty where there is none."""
        return self._fitting(name, one_line(self._string(name)), longest)

    def needed(self, name: str, longest: int = LONGEST_NAME) -> str:
        """Return a text on one line.

        Raises:
            BadLineError: there is none.
        """
        line = self.line(name, longest)
        if not line:
            given = self.values.get(name)
            raise BadLineError(
                f"{self.label(name)} is missing" if given in (None, "") else f"{self.label(name)} is {_shown(given)}: no text"
            )
        return line

    def number(self, name: str, least: int, most: int) -> int | None:
        """Return a whole number within bounds; None where there is none."""
        value = self.values.get(name)
        if value in (None, ""):
            return None
        number = None
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            try:
                number = float(value)
            except (ValueError, OverflowError):
                number = decimal(value) if isinstance(value, str) else None
        if number is None or not math.isfinite(number) or not number.is_integer() or not least <= number <= most:
            self.warnings.append(
                f"{self.label(name)} must be a whole number from {least} to {most}, this is {_shown(value)}: left open"
            )
            return None
        return int(number)

    def year(self, name: str) -> int | None:
        """Return a year in which a company can have been founded."""
        return self.number(name, EARLIEST_FOUNDED, datetime.now(UTC).year + 1)

    def day(self, name: str) -> date | None:
        """Return a date written the Italian way or in ISO 8601."""
        text = self.line(name)
        if not text:
            return None
        found = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T].*)?", text)
        iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?", text)
        try:
            if found:
                return date(int(found[3]), int(found[2]), int(found[1]))
            if iso:
                return date(int(iso[1]), int(iso[2]), int(iso[3]))
        except ValueError:
            pass
        self.warnings.append(f"{self.label(name)} must be a date such as 31/12/2024, this is {_shown(text)}: left open")
        return None

    def address(self, name: str) -> str | None:
        """Return a web address, made complete where its scheme is left out; of several the first."""
        text = self.line(name)
        parts = [part for part in re.split(r"[\s,;|]+", text) if part]
        if not parts or parts == ["-"]:
            return None
        url = complete_address(parts[0])
        if url is None:
            self.warnings.append(
                f"{self.label(name)} must be an address such as https://www.example.com/, this is {_shown(text)}: left open"
            )
        elif len(parts) > 1:
            self.warnings.append(f"{self.label(name)} holds more than an address, {_shown(text)}: the first was taken")
        return url

    def country(self, name: str) -> str | None:
        """Return a country's ISO 3166-1 code, from the code or from its name in English or Italian."""
        text = self.line(name)
        if not text:
            return None
        code = _country(text)
        if not code:
            self.warnings.append(f"{self.label(name)} is no country that is known, {_shown(text)}: left open")
        return code or None

    def lines(self, name: str, within: str = "name") -> tuple[str, ...]:
        """Return a list of texts.

        Given as a list of texts or of objects that hold one (`within`), as a list that was written into a cell
        (`['a', 'b']`), or as texts with semicolons or bars between them.
        """
        value = self.values.get(name)
        if value in (None, "", []):
            return ()
        items = self._listed(name, value) if isinstance(value, str) else value
        if not isinstance(items, Sequence) or isinstance(items, str):
            self.warnings.append(f"{self.label(name)} is {_shown(value)} where a list was expected: left out")
            return ()
        found: dict[str, None] = {}
        for item in items:
            text = item.get(within) if isinstance(item, Mapping) else item
            line = one_line(text) if isinstance(text, str) else ""
            if line and len(line) <= LONGEST_TAG and len(found) < MOST_TAGS:
                found[line] = None
            elif line not in found and not (isinstance(text, str) and not line):
                self.warnings.append(f"{self.label(name)} holds {_shown(item)}: left out")
        return tuple(found)

    def _listed(self, name: str, text: str) -> object:
        if not text.lstrip().startswith("["):
            return re.split(r"[;|]", text)
        if len(text) <= LONGEST_LITERAL:
            for read in (json.loads, ast.literal_eval):
                try:
                    return read(text.strip())
                except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                    continue
        self.warnings.append(f"{self.label(name)} is {_shown(text)}, no list that can be read: left out")
        return []

    def _string(self, name: str) -> str:
        value = self.values.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        if value is not None:
            self.warnings.append(f"{self.label(name)} is {_shown(value)} where a text was expected: left out")
        return ""

    def _fitting(self, name: str, text: str, longest: int) -> str:
        if len(text) > longest:
            self.warnings.append(f"{self.label(name)} has {len(text)} characters: cut off after {longest}")
        return text[:longest].rstrip()


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
        fields.warnings += [f"{_shown(names[name])} is a field that is not known: ignored, here and below" for name in new]
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
    fields: Fields, document: Document, *, source: str, prefix: str, record_id: str, text: str, **facts: object
) -> Entry:
    """Return the entry of a record.

    Args:
        fields: takes what has to be told.
        document: what the record stands in.
        source: the directory.
        prefix: of the startup's id, before the record's own.
        record_id: the record's own.
        text: what the directory says; personal data in it is left out.
        facts: `name` and whatever else of Startup is known; `site` is its web site, `record_url` the record's address.

    Raises:
        BadLineError: the id is too long, or nothing is left that a command could take.
    """
    startup_id = f"{prefix}-{record_id}"
    if len(startup_id) > LONGEST_ID:
        raise BadLineError(f"id is longer than {LONGEST_ID} characters")
    site, record_url = facts.pop("site", None), facts.pop("record_url", None)
    own = site if isinstance(site, str) and not NOT_THEIR_OWN.search(host_of(site)) else None
    if site and not own:
        fields.warnings.append(f"{_shown(site)} is a page on somebody else's site: shown, not crawled")
        facts["homepage"] = site
    kept = without_personal_data(text[:LONGEST_TEXT]).strip()
    if len(text) > LONGEST_TEXT:
        fields.warnings.append(f"{len(text)} characters in all: cut off after {LONGEST_TEXT}")
    if text and not kept:
        fields.warnings.append("what it says is nothing but personal data: left out")
    if not kept and not site and not facts.get("homepage"):
        raise BadLineError("neither an address nor a text: there is nothing to crawl and nothing to import")
    startup = Startup(id=startup_id, url=own, source=source, **facts)  # type: ignore[arg-type]  # each caller names fields of Startup
    origin = Provenance(source, record_id, str(record_url) if record_url else None, document.read_at)
    return Entry(startup, kept, origin)


def complete_address(text: str) -> str | None:
    """Return a web address as it stands, with a scheme where it has none; None where it is no address of a public site."""
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text) or re.match(r"[\w.-]+:\d+(?:/|$)", text):
        # A server that speaks HTTPS only redirects to it; one that does not speak it gives no hint.
        text = f"http://{text.removeprefix('//')}"
    canonical = canonical_url(text)
    return text if canonical and "." in host_of(canonical) and "@" not in text.partition("?")[0] else None


def decimal(text: str) -> float | None:
    """Return a number that is written the Italian way (`1.234,5`) or with a point (`1234.5`); None where it is none."""
    text = text.strip().replace(" ", "")
    if re.fullmatch(r"-?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?", text):
        return float(text.replace(".", "").replace(",", "."))
    return float(text) if re.fullmatch(r"-?\d+\.\d+", text) else None


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
        raise BadLineError(f"id {_shown(entry.provenance.record_id)}: {what} stands in {unit} {before[0]}, which was taken")


@cache
def _country(text: str) -> str:
    if re.fullmatch(r"[A-Za-z]{2}", text):
        return "GB" if text.upper() == "UK" else text.upper()
    return country_code(text)


def _shown(value: object) -> str:
    shown = repr(value) if isinstance(value, str | int | float | bool) else f"a {type(value).__name__}"
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}..."
