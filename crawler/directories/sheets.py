"""Sheets of Excel files (.xlsx): the only door to openpyxl. What such a file claims of its size is not trusted."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import zip_longest
from typing import Any

from crawler.directories.entries import Document
from crawler.errors import DirectoryError
from crawler.rows import EXCEL
from crawler.seeds import Problem

MOST_UNPACKED = 200_000_000
"""Bytes of all parts of the file."""
MOST_RATIO = 100
"""Unpacked to packed bytes, for files that unpack to more than `SMALL`; sheets of text reach some 30."""
SMALL = 20_000_000
MOST_PARTS = 5_000
MOST_ROWS = 1_048_576
"""What a sheet of Excel can hold."""
MOST_CELLS = 5_000_000
LONGEST_CELL = 1_000_000
ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first sheet that holds anything."""

    records: tuple[tuple[int, tuple[str, ...]], ...]
    """Cells as text, by the number of their row."""
    problems: tuple[Problem, ...]


def read_sheet(document: Document) -> Sheet:
    """Read the first sheet of an .xlsx document that holds anything; of formulas, what Excel stored as their value.

    Raises:
        DirectoryError: it cannot be read, or would unpack to more than any list has.
    """
    if document.body.startswith(EXCEL[1]):
        raise DirectoryError(
            f"{document.origin} is an Excel file of before 2007 or has a password: save it as .xlsx without a password"
        )
    _weigh(document)
    # Loaded twice: with the values that formulas had, and with the formulas, so that a value that was never stored is noticed.
    with _opened(document, values=True) as values, _opened(document, values=False) as formulas:
        problems: list[Problem] = []
        for sheet in values.worksheets:
            written = formulas[sheet.title]
            records = tuple(_read(document, sheet, written, problems))
            if records:
                others = [other.title for other in values.worksheets if other is not sheet]
                if others:
                    names = ", ".join(repr(name[:40]) for name in others[:5])
                    problems.append(Problem(1, f"read from sheet {sheet.title!r}; not read: {names}", kept=True, unit="row"))
                return Sheet(records, tuple(problems))
    raise DirectoryError(f"{document.origin} is empty")


def _weigh(document: Document) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(document.body)) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DirectoryError(f"{document.origin} is a damaged Excel file: {error}") from error
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or unpacked > max(SMALL, MOST_RATIO * len(document.body)):
        raise DirectoryError(
            f"{document.origin} unpacks to {unpacked // 1_000_000} MB in {len(parts)} parts: no list of startups; "
            "save the sheet as CSV"
        )


def _opened(document: Document, *, values: bool) -> "closing[Any]":
    from openpyxl import load_workbook  # noqa: PLC0415  # a third of a second, which only sheets pay

    try:
        book = load_workbook(io.BytesIO(document.body), read_only=True, data_only=values, keep_links=False)
    except MemoryError:
        raise
    except Exception as error:  # whatever a damaged part leads openpyxl to
        raise _unreadable(document, error) from error
    return closing(book)


def _unreadable(document: Document, error: Exception) -> DirectoryError:
    reason = " ".join(str(error).split())[:120] or type(error).__name__
    return DirectoryError(f"{document.origin} is an Excel file that cannot be read: {reason} (save the sheet as CSV)")


def _read(document: Document, sheet: Any, written: Any, problems: list[Problem]) -> Iterator[tuple[int, tuple[str, ...]]]:  # noqa: ANN401  # openpyxl ships no types
    cells = 0
    number = 0
    for number, (row, formulas) in enumerate(_rows(document, sheet, written), start=1):
        cells += len(row) + 1
        if number > MOST_ROWS or cells > MOST_CELLS:
            raise DirectoryError(f"{document.origin} claims more rows or columns than any list has: save the sheet as CSV")
        texts = tuple(_text(value, formula, number, problems) for value, formula in zip_longest(row, formulas))
        if any(texts):
            yield number, texts


def _rows(document: Document, sheet: Any, written: Any) -> Iterator[tuple[Sequence[object], Sequence[object]]]:  # noqa: ANN401  # openpyxl ships no types
    try:
        for one in (sheet, written):
            # The size that the sheet states of itself is not trusted: rows are as wide as what they hold.
            one.reset_dimensions()
        yield from zip(*map(_values, (sheet, written)), strict=False)
    except DirectoryError:
        raise
    except Exception as error:  # whatever a damaged part leads openpyxl to
        raise _unreadable(document, error) from error


def _values(sheet: Any) -> Iterable[Sequence[object]]:  # noqa: ANN401  # openpyxl ships no types
    rows: Iterable[Sequence[object]] = sheet.iter_rows(values_only=True)
    return rows


def _text(value: object, formula: object, number: int, problems: list[Problem]) -> str:
    if value is None:
        if isinstance(formula, str) and formula.startswith("="):
            told = f"a formula without a stored value, {formula[:40]!r}: open the file in Excel and save it"
            problems.append(Problem(number, told, kept=True, unit="row"))
        return ""
    if isinstance(value, str):
        told = f"a cell holds the error {value}: left out" if value in ERRORS else ""
        if len(value) > LONGEST_CELL:
            told = f"a cell of {len(value)} characters: cut off"
        if told:
            problems.append(Problem(number, told, kept=True, unit="row"))
        return "" if value in ERRORS else value[:LONGEST_CELL]
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004  # beyond, a float is no whole number
        return str(int(value))
    return str(value)
