"""Files of lists into rows: CSV and JSON lines, each with the number of its line, or the reason why it is none."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

from crawler.errors import SeedsError


class BadLineError(ValueError):
    """One line cannot be used; the message is the reason."""


LONGEST_LINE = 1_000_000
EXCEL = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of Excel begin: the newer ones are zip archives, the older ones compound files."""

Row = Mapping[str, object]
Rows = Iterator[tuple[int, Row | BadLineError]]
"""Rows with the number that each has in its file, from 1, or the reason why it is none."""


def _unreadable(path: Path, error: OSError) -> NoReturn:
    if isinstance(error, FileNotFoundError):
        raise SeedsError(f"there is no file {path}: check the path") from error
    raise SeedsError(f"cannot read {path}: {error.strerror or error} (check that it is a file and its permissions)") from error


def text_of(path: Path) -> str:
    """Return the whole text of a file.

    Raises:
        SeedsError: it cannot be read, is empty, or is not in UTF-8.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        _unreadable(path, error)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SeedsError(f"{path} is in UTF-16: save it as UTF-8")
    if raw.startswith(EXCEL):
        raise SeedsError(f"{path} is an Excel file: `scout directory fetch table --from {path} --out seeds.jsonl` reads it")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SeedsError(f"{path} is not in UTF-8 (line {line}): save it as UTF-8 (in Excel: 'CSV UTF-8')") from error
    if not text.strip():
        raise SeedsError(f"{path} is empty: write a header with id,name,url and a line per startup")
    return text


def raw_lines(path: Path) -> Iterator[tuple[int, bytes | None]]:
    """Yield number and bytes of each line; None in place of a line that is too long to be one.

    Raises:
        SeedsError: the file cannot be read.
    """
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


def json_rows(text: str) -> Rows:
    """Yield number and object of each line that is not blank, or why it is none."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, json_object(line if len(line) <= LONGEST_LINE else None)
        except BadLineError as error:
            yield number, error


def json_object(line: str | bytes | None) -> dict[str, object]:
    """Return the JSON object of a line; None stands for a line that was too long to be read.

    Raises:
        BadLineError: it is none.
    """
    if line is None:
        raise BadLineError(f"longer than {LONGEST_LINE} bytes")
    try:
        made = json.loads(line.decode("utf-8") if isinstance(line, bytes) else line, parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise BadLineError("not in UTF-8") from error
    except RecursionError as error:
        raise BadLineError("nested too deeply") from error
    except ValueError as error:
        raise BadLineError(f"not JSON: {error}") from error
    if not isinstance(made, dict):
        raise BadLineError(f"a JSON object was expected, this is a {type(made).__name__}")
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
        self._delimiter = max(",;\t|", key=first.count)

    def _feed(self) -> Iterator[str]:
        while self._next < len(self._lines):
            self._next += 1
            yield self._lines[self._next - 1]
        self._beyond_end = True

    def __iter__(self) -> Iterator[tuple[int, list[str] | BadLineError]]:
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
                yield start + 1, BadLineError(f"not CSV: {error}")
                self._next, self._beyond_end = start + 1, False
                reader = csv.reader(self._feed(), delimiter=self._delimiter)
            else:
                yield start + 1, cells


def csv_records(text: str) -> Iterator[tuple[int, list[str] | BadLineError]]:
    """Yield the cells of each CSV record, the header too, with the number of its first line, or why it is none.

    Commas, semicolons, tabs or bars are told by the first line that is not blank.
    """
    return iter(_Records(text)) if text.strip() else iter(())


def csv_rows(path: Path, text: str) -> Rows:
    """Yield line number and cells by column of each record below the header, or why it is none; `path` is for the errors.

    Raises:
        SeedsError: the header lacks a needed column.
    """
    records = csv_records(text)
    cells_of_lines = (cells for _, cells in records if isinstance(cells, BadLineError) or any(cells))
    first = next(cells_of_lines, BadLineError("no line holds anything"))
    if isinstance(first, BadLineError):
        raise SeedsError(f"{path} has no header that can be read: begin with a line id,name,url") from first
    header = [name.strip().lower() for name in first]
    missing = [name for name in ("id", "name", "url") if name not in header]
    if missing:
        raise SeedsError(
            f"{path} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}: "
            f"its header has {', '.join(header)[:200]!r}; id, name and url are needed"
        )
    return _csv_body(records, header)


def _csv_body(records: Iterator[tuple[int, list[str] | BadLineError]], header: list[str]) -> Rows:
    for number, cells in records:
        if isinstance(cells, BadLineError):
            yield number, cells
        elif not any(cell.strip() for cell in cells):
            continue
        elif len(cells) < len(header) and any(name in header[len(cells) :] for name in ("id", "name", "url")):
            yield number, BadLineError(f"{len(cells)} cells where the header has {len(header)}")
        elif any(cells[len(header) :]):
            yield number, BadLineError(f"{len(cells)} cells where the header has {len(header)}: quote cells that hold commas")
        else:
            yield number, {name: cell.strip() for name, cell in zip(header, cells, strict=False) if name and cell.strip()}
