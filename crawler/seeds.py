"""Lists of startups: seeds for a crawl (CSV or JSON lines), profiles for an import (JSON lines)."""

import csv
import io
import json
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import NoReturn

from crawler.errors import SeedsError
from crawler.language import detect
from crawler.records import Profile, Startup
from crawler.urls import canonical_url

LONGEST_LINE = 1_000_000
LONGEST_ID = 200
LONGEST_NAME = 500
EARLIEST_FOUNDED = 1600
OPTIONAL = frozenset({"country", "source", "tags", "trl", "founded", "parent_organisations"})
SEED_KEYS = frozenset({"id", "name", "url", "homepage"}) | OPTIONAL
PROFILE_KEYS = frozenset({"id", "name", "text", "url"}) | OPTIONAL
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
CONTROL_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
LIST_BREAK = re.compile(r"[;|]")

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one line of a file."""

    line: int
    """From 1."""
    reason: str
    kept: bool = False
    """The line was taken all the same, without what is wrong."""


@dataclass(frozen=True, slots=True)
class Seeds:
    """Startups to crawl, and what is wrong with the file they came from."""

    startups: tuple[Startup, ...]
    problems: tuple[Problem, ...]


class _BadLineError(ValueError):
    """One line cannot be used; the message is the reason."""


def read_seeds(path: Path) -> Seeds:
    """Read seeds from CSV with a header (comma or semicolon) or from JSON lines; each has `id`, `name` and `url`.

    Raises:
        SeedsError: the file as a whole cannot be used.
    """
    text = _text(path)
    problems: list[Problem] = []
    startups: dict[str, Startup] = {}
    first = text.lstrip()[:1]
    if first == "[":
        raise SeedsError(f"{path} is a JSON array: write one JSON object a line, without brackets and commas between them")
    rows = _json_rows(text) if first == "{" else _csv_rows(path, text)
    unknown = _UnknownKeys(SEED_KEYS)
    for line, row in rows:
        try:
            if isinstance(row, _BadLineError):
                raise row
            warnings = unknown.seen_in(row)
            startup = _startup(row, warnings, url=_address(row, "url"), homepage=_optional_address(row, "homepage", warnings))
            _refuse_again(startup.id, startups)
        except _BadLineError as error:
            problems.append(Problem(line, str(error)))
        else:
            startups[startup.id] = startup
            problems.extend(Problem(line, warning, kept=True) for warning in warnings)
    return Seeds(tuple(startups.values()), tuple(problems))


def read_profiles(path: Path, imported_at: datetime | None = None) -> Iterator[tuple[Startup, Profile] | Problem]:
    """Yield startup and profile of each JSON line, or what is wrong with it; a problem that is `kept` comes before its pair.

    Read as a stream: of any size. A profile's `url` becomes the startup's homepage, not a crawl target.

    Raises:
        SeedsError: the file cannot be read.
    """
    moment = imported_at or datetime.now(UTC)
    unknown = _UnknownKeys(PROFILE_KEYS)
    seen: set[tuple[str, str]] = set()
    for line, raw in _raw_lines(path):
        if raw is not None and not raw.strip():
            continue
        try:
            row = _json_object(raw)
            warnings = unknown.seen_in(row)
            startup = _startup(row, warnings, url=None, homepage=_optional_address(row, "url", warnings))
            text = CONTROL_IN_TEXT.sub(" ", _required(row, "text", LONGEST_LINE)).strip()
            source = startup.source or "import"
            _refuse_again((startup.id, source), seen)
        except _BadLineError as error:
            yield Problem(line, str(error))
            continue
        seen.add((startup.id, source))
        yield from (Problem(line, warning, kept=True) for warning in warnings)
        yield startup, Profile(startup.id, source, text, detect(text), moment, startup.homepage)


class _UnknownKeys:
    """Reports each key that nobody reads, once per file."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = set(known)

    def seen_in(self, row: Row) -> list[str]:
        new = [key for key in row if key not in self._known]
        self._known.update(new)
        return [f"{key[:80]!r} is no field that is read: ignored, here and below" for key in new]


def _refuse_again(key: object, seen: Container[object]) -> None:
    if key in seen:
        raise _BadLineError(f"id {key!r} was used above")


# Files into rows ------------------------------------------------------------------------------------------------------


def _unreadable(path: Path, error: OSError) -> NoReturn:
    if isinstance(error, FileNotFoundError):
        raise SeedsError(f"there is no file {path}: check the path") from error
    raise SeedsError(f"cannot read {path}: {error.strerror or error} (check that it is a file and its permissions)") from error


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        _unreadable(path, error)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SeedsError(f"{path} is in UTF-16: save it as UTF-8")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SeedsError(f"{path} is not in UTF-8 (line {line}): save it as UTF-8 (in Excel: 'CSV UTF-8')") from error
    if not text.strip():
        raise SeedsError(f"{path} is empty: write a header with id,name,url and a line per startup")
    return text


def _raw_lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Yield number and bytes of each line; None in place of a line that is too long to be one."""
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                if number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                too_long = len(line) > LONGEST_LINE and not line.endswith(b"\n")
                rest = line
                while too_long and rest and not rest.endswith(b"\n"):
                    rest = file.readline(LONGEST_LINE)
                yield number, None if too_long else line
    except OSError as error:
        _unreadable(path, error)


def _json_rows(text: str) -> Iterator[tuple[int, Row | _BadLineError]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, _json_object(line if len(line) <= LONGEST_LINE else None)
        except _BadLineError as error:
            yield number, error


def _json_object(line: str | bytes | None) -> dict[str, object]:
    if line is None:
        raise _BadLineError(f"longer than {LONGEST_LINE} bytes")
    try:
        made = json.loads(line.decode("utf-8") if isinstance(line, bytes) else line, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise _BadLineError("not in UTF-8") from error
    except RecursionError as error:
        raise _BadLineError("nested too deeply") from error
    except ValueError as error:
        raise _BadLineError(f"not JSON: {error}") from error
    if not isinstance(made, dict):
        raise _BadLineError(f"a JSON object was expected, this is a {type(made).__name__}")
    return made


def _no_number(name: str) -> NoReturn:
    message = f"{name} is no JSON number"
    raise ValueError(message)


class _Records:
    """The records of a CSV text, which can be read on from any physical line."""

    def __init__(self, text: str) -> None:
        # Lines end where CSV ends them, not at U+2028 and the like.
        self._lines = list(io.StringIO(text, newline=""))
        self._next = 0
        self._beyond_end = False
        first = next(line for line in self._lines if line.strip())
        self._delimiter = max(",;\t", key=first.count)

    def _feed(self) -> Iterator[str]:
        while self._next < len(self._lines):
            self._next += 1
            yield self._lines[self._next - 1]
        self._beyond_end = True

    def __iter__(self) -> Iterator[tuple[int, list[str] | _BadLineError]]:
        """Yield each record with the number of its first line, or why it is none.

        A quote that is not closed costs its own line only: it is closed at the end of the file, in the midst of the text of
        a later line, or after more than a field may hold.
        """
        reader = csv.reader(self._feed(), delimiter=self._delimiter)
        while self._next < len(self._lines):
            start = self._next
            try:
                cells = next(reader)
                if self._beyond_end:
                    raise csv.Error("a quote is opened and not closed")  # noqa: TRY301  # met as the reader's own errors are
                if self._next > start + 1:
                    list(csv.reader(self._lines[start : self._next], delimiter=self._delimiter, strict=True))
            except csv.Error as error:
                yield start + 1, _BadLineError(f"not CSV: {error}")
                self._next, self._beyond_end = start + 1, False
                reader = csv.reader(self._feed(), delimiter=self._delimiter)
            else:
                yield start + 1, cells


def _csv_rows(path: Path, text: str) -> Iterator[tuple[int, Row | _BadLineError]]:
    records = iter(_Records(text))
    _, first = next((number, cells) for number, cells in records if isinstance(cells, _BadLineError) or any(cells))
    if isinstance(first, _BadLineError):
        raise SeedsError(f"{path} has no header that can be read: begin with a line id,name,url") from first
    header = [name.strip().lower() for name in first]
    missing = [name for name in ("id", "name", "url") if name not in header]
    if missing:
        raise SeedsError(
            f"{path} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}: "
            f"its header has {', '.join(header)[:200]!r}; id, name and url are needed"
        )
    return _csv_body(records, header)


def _csv_body(
    records: Iterator[tuple[int, list[str] | _BadLineError]], header: list[str]
) -> Iterator[tuple[int, Row | _BadLineError]]:
    for number, cells in records:
        if isinstance(cells, _BadLineError):
            yield number, cells
        elif not any(cell.strip() for cell in cells):
            continue
        elif len(cells) < len(header) and any(name in header[len(cells) :] for name in ("id", "name", "url")):
            yield number, _BadLineError(f"{len(cells)} cells where the header has {len(header)}")
        elif any(cells[len(header) :]):
            yield number, _BadLineError(f"{len(cells)} cells where the header has {len(header)}: quote cells that hold commas")
        else:
            yield number, {name: cell.strip() for name, cell in zip(header, cells, strict=False) if name and cell.strip()}


# Rows into records ----------------------------------------------------------------------------------------------------


def _startup(row: Row, warnings: list[str], *, url: str | None, homepage: str | None) -> Startup:
    return Startup(
        id=_line(_required(row, "id", LONGEST_ID), "id"),
        name=_line(_required(row, "name", LONGEST_NAME), "name"),
        url=url,
        homepage=homepage,
        country=_country(row, warnings),
        source=_short(row, "source"),
        tags=_list(row, "tags"),
        trl=_number(row, "trl", 1, 9),
        founded=_number(row, "founded", EARLIEST_FOUNDED, datetime.now(UTC).year + 1),
        parent_organisations=_list(row, "parent_organisations"),
    )


def _string(value: object, key: str) -> str:
    if not isinstance(value, str):
        raise _BadLineError(f"{key} must be text, this is a {type(value).__name__}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise _BadLineError(f"{key} holds half a character (a lone surrogate)") from error
    return value.strip()


def _required(row: Row, key: str, longest: int) -> str:
    text = _string(row[key], key) if row.get(key) is not None else ""
    if not text:
        raise _BadLineError(f"{key} is missing")
    if len(text) > longest:
        raise _BadLineError(f"{key} is longer than {longest} characters")
    return text


def _line(text: str, key: str) -> str:
    if CONTROL.search(text):
        raise _BadLineError(f"{key} holds control characters")
    return text


def _short(row: Row, key: str) -> str | None:
    value = row.get(key)
    return (_line(_string(value, key), key)[:LONGEST_NAME] or None) if value is not None else None


def _list(row: Row, key: str) -> tuple[str, ...]:
    value = row.get(key)
    if value is None:
        return ()
    parts = LIST_BREAK.split(value) if isinstance(value, str) else value
    if not isinstance(parts, list):
        raise _BadLineError(f"{key} must be a list of texts, this is a {type(value).__name__}")
    texts = (_line(_string(part, key), key) for part in chain(parts))
    return tuple(dict.fromkeys(text for text in texts if text))


def _number(row: Row, key: str, least: int, most: int) -> int | None:
    value = row.get(key)
    if value is None or value == "":
        return None
    reason = f"{key} must be a whole number from {least} to {most}, this is {str(value)[:40]!r}"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _BadLineError(reason)
    try:
        number = float(value)
    except (ValueError, OverflowError) as error:
        raise _BadLineError(reason) from error
    if not least <= number <= most or not number.is_integer():
        raise _BadLineError(reason)
    return int(number)


def _country(row: Row, warnings: list[str]) -> str | None:
    country = _short(row, "country")
    if country is None or re.fullmatch(r"[A-Za-z]{2}", country):
        return country and country.upper()
    warnings.append(f"country must be two letters such as IT, this is {country[:40]!r}: left open")
    return None


def _address(row: Row, key: str) -> str:
    text = _required(row, key, LONGEST_LINE)
    if re.search(r"\s|[\x00-\x1f]", text) or canonical_url(text) is None:
        raise _BadLineError(f"{key} must be an address such as https://www.example.com/, this is {text[:80]!r}")
    return text


def _optional_address(row: Row, key: str, warnings: list[str]) -> str | None:
    if row.get(key) in {None, ""} if isinstance(row.get(key), str | None) else False:
        return None
    try:
        return _address(row, key)
    except _BadLineError as error:
        warnings.append(f"{error}: left open")
        return None
