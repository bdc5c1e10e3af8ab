"""The forms that lists come in: CSV in any usual encoding, JSON and JSON lines, sheets of Excel."""

import json
from collections.abc import Iterable, Iterator, Sequence

from crawler.directories.entries import Document
from crawler.directories.shapes import Rows, Shape
from crawler.directories.sheets import read_sheet
from crawler.directories.wording import key_of
from crawler.errors import DirectoryError
from crawler.rows import EXCEL, BadLineError, Row, csv_records, json_rows
from crawler.seeds import Problem

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
BINARY_SAMPLE = 100_000
CONTROL = bytes(range(9))
FEW = 10
"""Control characters that a text may hold by accident, beside two in a hundred."""
LIST_KEYS = ("companies", "items", "results", "startups", "data", "records", "hits")
"""Where an API puts its list when it answers with an object."""


def text_of(document: Document) -> tuple[str, tuple[Problem, ...]]:
    """Return the text of a document, and what is to be told of its encoding.

    Lines that are not in UTF-8 are read as Windows-1252, what Excel writes in western Europe.

    Raises:
        DirectoryError: it is empty, or no text.
    """
    body = document.body
    if body.startswith(UTF_16):
        return _utf_16(document), ()
    body = body.removeprefix(b"\xef\xbb\xbf")
    if not body.strip():
        raise DirectoryError(f"{document.origin} is empty")
    start = body[:BINARY_SAMPLE]
    if body.startswith(EXCEL) or len(start) - len(start.translate(None, CONTROL)) > FEW + len(start) // 50:
        raise DirectoryError(f"{document.origin} is no text: this list comes as CSV or JSON (some also as .xlsx)")
    try:
        return body.decode(), ()
    except UnicodeDecodeError:
        pass
    lines = body.split(b"\n")
    odd: list[int] = []
    texts: list[str] = []
    for number, line in enumerate(lines, start=1):
        try:
            texts.append(line.decode())
        except UnicodeDecodeError:
            odd.append(number)
            texts.append(line.decode("cp1252", "replace"))
    more = f", like {len(odd) - 1} more lines" if len(odd) > 1 else ""
    return "\n".join(texts), (Problem(odd[0], f"not in UTF-8{more}: read as Windows-1252", kept=True),)


def _utf_16(document: Document) -> str:
    try:
        return document.body.decode("utf-16")
    except UnicodeDecodeError as error:
        raise DirectoryError(f"{document.origin} begins as UTF-16 and goes on as something else: save it as UTF-8") from error


def csv_list(document: Document, shape: Shape, *, ragged: bool = False) -> Rows:
    """Return the records of a CSV document; `ragged` takes records that are shorter than the header.

    Raises:
        DirectoryError: it is no text, or its header lacks what the directory needs.
    """
    text, problems = text_of(document)
    return Rows(_below_header(document, csv_records(text), shape, ragged=ragged), "line", problems)


def sheet_list(document: Document, shape: Shape) -> Rows:
    """Return the records of an Excel document (.xlsx).

    Raises:
        DirectoryError: it cannot be read, or its header lacks what the directory needs.
    """
    sheet = read_sheet(document)
    return Rows(_below_header(document, sheet.records, shape, ragged=True), "row", sheet.problems)


def is_sheet(document: Document) -> bool:
    """Tell whether a document is an Excel file."""
    return document.body.startswith(EXCEL)


def is_json(document: Document) -> bool:
    """Tell whether a document looks like JSON."""
    start = document.body[:1000].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"")
    return start.removeprefix(UTF_16[0]).removeprefix(UTF_16[1]).lstrip().startswith((b"{", b"["))


def json_list(document: Document, of: str = "") -> Rows:
    """Return the records of a JSON document: an array, an object that holds one, a single record, or an object a line.

    Args:
        document: what to read.
        of: a field that tells a single record from an object that holds a list.

    Raises:
        DirectoryError: it is no JSON.
    """
    text = _json_text(document)
    try:
        value = json.loads(text, parse_constant=lambda _: None)
    except RecursionError as error:
        raise DirectoryError(f"{document.origin} is no list: its JSON is nested too deeply") from error
    except ValueError as error:
        if text.lstrip().startswith("{") and "\n" in text.strip():
            return Rows(json_rows(text), "line")
        raise DirectoryError(f"{document.origin} is not JSON, or breaks off: {str(error)[:120]}") from error
    if isinstance(value, dict):
        listed = next((value[key] for key in LIST_KEYS if isinstance(value.get(key), list)), None)
        value = [value] if listed is None or (of and of in value) else listed
    if not isinstance(value, list):
        raise DirectoryError(f"{document.origin} is no list: its JSON is a {type(value).__name__}")
    return Rows(enumerate(map(_record, value), start=1), "record")


def _json_text(document: Document) -> str:
    if document.body.startswith(UTF_16):
        return _utf_16(document)
    try:
        return document.body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DirectoryError(
            f"{document.origin} is not in UTF-8, as JSON must be (byte {error.start}): save it as UTF-8"
        ) from error


def _record(value: object) -> Row | BadLineError:
    return value if isinstance(value, dict) else BadLineError(f"a JSON object was expected, this is a {type(value).__name__}")


def _below_header(
    document: Document, records: Iterable[tuple[int, Sequence[str] | BadLineError]], shape: Shape, *, ragged: bool
) -> Iterator[tuple[int, Row | BadLineError]]:
    rest = iter(records)
    first = next((cells for _, cells in rest if isinstance(cells, BadLineError) or any(cell.strip() for cell in cells)), None)
    if first is None or isinstance(first, BadLineError):
        raise DirectoryError(f"{document.origin} has no header that can be read{f': {first}' if first else ''}")
    header = [cell.strip() for cell in first]
    if lacking := shape.lacks(header):
        raise DirectoryError(
            f"{document.origin} is no such list: it lacks the column{'s' if len(lacking) > 1 else ''} {', '.join(lacking)}; "
            f"its header has {', '.join(header)[:200]!r}"
        )
    keys = [key_of(cell) for cell in header]
    twice = [cell for number, cell in enumerate(header) if keys[number] in shape.names() and keys[number] in keys[:number]]
    if twice:
        raise DirectoryError(f"{document.origin} has the column {twice[0]!r} twice: rename one")
    return _rows(rest, header, ragged=ragged)


def _rows(
    records: Iterator[tuple[int, Sequence[str] | BadLineError]], header: Sequence[str], *, ragged: bool
) -> Iterator[tuple[int, Row | BadLineError]]:
    for number, cells in records:
        if isinstance(cells, BadLineError):
            yield number, cells
        elif not any(cell.strip() for cell in cells):
            continue
        elif any(cell.strip() for cell in cells[len(header) :]) or (len(cells) < len(header) and not ragged):
            more = "more" if len(cells) > len(header) else "fewer"
            yield number, BadLineError(f"{len(cells)} cells, {more} than the {len(header)} of the header")
        else:
            filled = [*cells, *[""] * (len(header) - len(cells))]
            yield number, {name: cell for name, cell in zip(header, filled, strict=False) if name}
