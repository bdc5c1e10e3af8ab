"""Lists of startups: seeds for a crawl (CSV or JSON lines), profiles for an import (JSON lines).

One file may serve both. A crawl takes the lines with an address (`url`), an import those with `text`; a line with both is
taken by both, and a line that has only what the other needs is passed over and counted, and is no bad line.
"""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from crawler.errors import SeedsError
from crawler.page.language import detect
from crawler.page.privacy import without_personal_data
from crawler.records import Profile, Startup
from crawler.rows import LONGEST_LINE, BadLineError, Row, csv_rows, json_object, json_rows, raw_lines, text_of
from crawler.urls import canonical_url

LONGEST_ID = 200
LONGEST_NAME = 500
EARLIEST_FOUNDED = 1600
OPTIONAL = frozenset({"country", "source", "tags", "trl", "founded", "parent_organisations"})
PROVENANCE = frozenset({"record_id", "record_url", "read_at"})
"""Where a line comes from, as `scout directory fetch` writes it: the record within `source`, and when it was read."""
KEYS = frozenset({"id", "name", "url", "homepage", "text"}) | OPTIONAL | PROVENANCE
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
CONTROL_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
LIST_BREAK = re.compile(r"[;|]")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one line of a file."""

    line: int
    """From 1."""
    reason: str
    kept: bool = False
    """The line was taken all the same, without what is wrong; or is not wrong, and was left to another command."""
    unit: str = "line"
    """What `line` counts, where a file has no lines: records, rows of a sheet, links of a page."""


@dataclass(frozen=True, slots=True)
class Seeds:
    """Startups to crawl, and what is wrong with the file they came from."""

    startups: tuple[Startup, ...]
    problems: tuple[Problem, ...]


def read_seeds(path: Path) -> Seeds:
    """Read seeds from CSV with a header (comma, semicolon, tab or bar) or from JSON lines; each has `id`, `name` and `url`.

    A line with `text` and no `url` is passed over: it is a profile for an import.

    Raises:
        SeedsError: the file as a whole cannot be used.
    """
    text = text_of(path)
    problems: list[Problem] = []
    startups: dict[str, Startup] = {}
    first = text.lstrip()[:1]
    if first == "[":
        raise SeedsError(f"{path} is a JSON array: write one JSON object a line, without brackets and commas between them")
    rows = json_rows(text) if first == "{" else csv_rows(path, text)
    unknown = _UnknownKeys(KEYS)
    passed_over: list[int] = []
    for line, row in rows:
        try:
            if isinstance(row, BadLineError):
                raise row
            if not row.get("url") and row.get("text"):
                passed_over.append(line)
                continue
            warnings = unknown.seen_in(row)
            startup = _startup(row, warnings, url=_address(row, "url"), homepage=_optional_address(row, "homepage", warnings))
            _refuse_again(startup.id, startups)
        except BadLineError as error:
            problems.append(Problem(line, str(error)))
        else:
            startups[startup.id] = startup
            problems.extend(Problem(line, warning, kept=True) for warning in warnings)
    problems.extend(_passed_over(passed_over, "no url", "crawled", "scout import"))
    return Seeds(tuple(startups.values()), tuple(problems))


def read_profiles(path: Path, imported_at: datetime | None = None) -> Iterator[tuple[Startup, Profile] | Problem]:
    """Yield startup and profile of each JSON line, or what is wrong with it; a problem that is `kept` comes before its pair.

    Read as a stream: of any size. `homepage`, or else `url`, becomes the startup's homepage, not a crawl target. The profile
    has the address of the directory's record and the date it was read, where the line states them; else the homepage and now.
    A line with `url` and no `text` is passed over: it is a seed for a crawl. Personal data in a text is left out.

    Raises:
        SeedsError: the file cannot be read.
    """
    moment = imported_at or datetime.now(UTC)
    unknown = _UnknownKeys(KEYS)
    seen: set[tuple[str, str]] = set()
    passed_over: list[int] = []
    for line, raw in raw_lines(path):
        if raw is not None and not raw.strip():
            continue
        try:
            row = json_object(raw)
            if not row.get("text") and row.get("url"):
                passed_over.append(line)
                continue
            warnings = unknown.seen_in(row)
            homepage = _optional_address(row, "homepage", warnings) or _optional_address(row, "url", warnings)
            startup = _startup(row, warnings, url=None, homepage=homepage)
            record_url = _optional_address(row, "record_url", warnings)
            read_at = _moment(row, moment, warnings)
            text = _text(row)
            source = startup.source or "import"
            _refuse_again((startup.id, source), seen)
        except BadLineError as error:
            yield Problem(line, str(error))
            continue
        seen.add((startup.id, source))
        yield from (Problem(line, warning, kept=True) for warning in warnings)
        yield startup, Profile(startup.id, source, text, detect(text), read_at, record_url or startup.homepage)
    yield from _passed_over(passed_over, "no text", "imported", "scout crawl")


def _text(row: Row) -> str:
    text = without_personal_data(CONTROL_IN_TEXT.sub(" ", _required(row, "text", LONGEST_LINE)).strip()).strip()
    if not text:
        raise BadLineError("text holds nothing but personal data and control characters")
    return text


def _passed_over(lines: list[int], lacking: str, done: str, command: str) -> Iterator[Problem]:
    if lines:
        more = f", like {len(lines) - 1} more lines" if len(lines) > 1 else ""
        yield Problem(lines[0], f"{lacking}: not {done}{more}; `{command}` takes such lines", kept=True)


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
        raise BadLineError(f"id {key!r} was used above")


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
        raise BadLineError(f"{key} must be text, this is a {type(value).__name__}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise BadLineError(f"{key} holds half a character (a lone surrogate)") from error
    return value.strip()


def _required(row: Row, key: str, longest: int) -> str:
    text = _string(row[key], key) if row.get(key) is not None else ""
    if not text:
        raise BadLineError(f"{key} is missing")
    if len(text) > longest:
        raise BadLineError(f"{key} is longer than {longest} characters")
    return text


def _line(text: str, key: str) -> str:
    if CONTROL.search(text):
        raise BadLineError(f"{key} holds control characters")
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
        raise BadLineError(f"{key} must be a list of texts, this is a {type(value).__name__}")
    texts = (_line(_string(part, key), key) for part in chain(parts))
    return tuple(dict.fromkeys(text for text in texts if text))


def _number(row: Row, key: str, least: int, most: int) -> int | None:
    value = row.get(key)
    if value is None or value == "":
        return None
    reason = f"{key} must be a whole number from {least} to {most}, this is {str(value)[:40]!r}"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise BadLineError(reason)
    try:
        number = float(value)
    except (ValueError, OverflowError) as error:
        raise BadLineError(reason) from error
    if not least <= number <= most or not number.is_integer():
        raise BadLineError(reason)
    return int(number)


def _country(row: Row, warnings: list[str]) -> str | None:
    country = _short(row, "country")
    if country is None or re.fullmatch(r"[A-Za-z]{2}", country):
        return country and country.upper()
    warnings.append(f"country must be two letters such as IT, this is {country[:40]!r}: left open")
    return None


def _moment(row: Row, now: datetime, warnings: list[str]) -> datetime:
    text = _short(row, "read_at")
    if text is None:
        return now
    try:
        read = datetime.fromisoformat(text)
        moment = (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment > now:
        warnings.append(f"read_at must be a moment in the past such as 2026-11-23T08:00:00+00:00, this is {text[:40]!r}: now")
        return now
    return moment


def _address(row: Row, key: str) -> str:
    text = _required(row, key, LONGEST_LINE)
    if re.search(r"\s|[\x00-\x1f]", text) or canonical_url(text) is None:
        raise BadLineError(f"{key} must be an address such as https://www.example.com/, this is {text[:80]!r}")
    return text


def _optional_address(row: Row, key: str, warnings: list[str]) -> str | None:
    if row.get(key) in {None, ""} if isinstance(row.get(key), str | None) else False:
        return None
    try:
        return _address(row, key)
    except BadLineError as error:
        warnings.append(f"{error}: left open")
        return None
