"""One record of a directory, its values read as what they ought to be: what does not fit is told, not dropped."""

import ast
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache

from crawler.directories.wording import one_line, readable
from crawler.gazetteer.tables import country_code
from crawler.rows import BadLineError
from crawler.seeds import EARLIEST_FOUNDED, LONGEST_NAME
from crawler.urls import canonical_url, host_of

LONGEST_TEXT = 200_000
"""Characters; what a directory says beyond is cut off, and told."""
LONGEST_TAG = 200
MOST_TAGS = 100
LONGEST_LITERAL = 20_000
SHOWN = 60
"""Characters of a value in a message."""


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
                f"{self.label(name)} is missing" if given in (None, "") else f"{self.label(name)} is {shown(given)}: no text"
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
                f"{self.label(name)} must be a whole number from {least} to {most}, this is {shown(value)}: left open"
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
        self.warnings.append(f"{self.label(name)} must be a date such as 31/12/2024, this is {shown(text)}: left open")
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
                f"{self.label(name)} must be an address such as https://www.example.com/, this is {shown(text)}: left open"
            )
        elif len(parts) > 1:
            self.warnings.append(f"{self.label(name)} holds more than an address, {shown(text)}: the first was taken")
        return url

    def country(self, name: str) -> str | None:
        """Return a country's ISO 3166-1 code, from the code or from its name in English or Italian."""
        text = self.line(name)
        if not text:
            return None
        code = _country(text)
        if not code:
            self.warnings.append(f"{self.label(name)} is no country that is known, {shown(text)}: left open")
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
            self.warnings.append(f"{self.label(name)} is {shown(value)} where a list was expected: left out")
            return ()
        found: dict[str, None] = {}
        for item in items:
            text = item.get(within) if isinstance(item, Mapping) else item
            line = one_line(text) if isinstance(text, str) else ""
            if line and len(line) <= LONGEST_TAG and len(found) < MOST_TAGS:
                found[line] = None
            elif line not in found and not (isinstance(text, str) and not line):
                self.warnings.append(f"{self.label(name)} holds {shown(item)}: left out")
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
        self.warnings.append(f"{self.label(name)} is {shown(text)}, no list that can be read: left out")
        return []

    def _string(self, name: str) -> str:
        value = self.values.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        if value is not None:
            self.warnings.append(f"{self.label(name)} is {shown(value)} where a text was expected: left out")
        return ""

    def _fitting(self, name: str, text: str, longest: int) -> str:
        if len(text) > longest:
            self.warnings.append(f"{self.label(name)} has {len(text)} characters: cut off after {longest}")
        return text[:longest].rstrip()


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


def shown(value: object) -> str:
    """Return a value as messages show it."""
    told = repr(value) if isinstance(value, str | int | float | bool) else f"a {type(value).__name__}"
    return told if len(told) <= SHOWN else f"{told[:SHOWN]}..."


@cache
def _country(text: str) -> str:
    if re.fullmatch(r"[A-Za-z]{2}", text):
        return "GB" if text.upper() == "UK" else text.upper()
    return country_code(text)
