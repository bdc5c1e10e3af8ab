"""Excel files, the honest and the hostile."""

import io
import re
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from crawler.directories import sheets
from crawler.directories.sheets import read_sheet
from crawler.directories.table import Table
from crawler.errors import DirectoryError
from tests.crawler.directories.samples import document, read

SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def book(*rows: Sequence[object]) -> Workbook:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    return made


def changed(body: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same file with one part changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys((*old.namelist(), part)):
            content = old.read(name) if name in old.namelist() else b""
            new.writestr(name, change(content) if name == part else content)
    return file.getvalue()


def with_rows(xml: str) -> bytes:
    plain = saved(book(["name", "url"]))
    return changed(plain, SHEET, lambda _: f"<worksheet {NS}><sheetData>{xml}</sheetData></worksheet>".encode())


def cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def as_excel_writes() -> bytes:
    """A file whose cells refer to texts in a part of their own, as Excel writes it and openpyxl does not."""
    texts = "".join(f"<si><t>{text}</t></si>" for text in ("name", "url", "Acme", "https://acme.example"))
    cells = "".join(
        f'<row r="{n}"><c r="A{n}" t="s"><v>{2 * n - 2}</v></c><c r="B{n}" t="s"><v>{2 * n - 1}</v></c></row>' for n in (1, 2)
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    named = f'<Override PartName="/{TEXTS}" ContentType="{kind}"/></Types>'.encode()
    body = changed(with_rows(cells), "[Content_Types].xml", lambda xml: xml.replace(b"</Types>", named))
    return changed(body, TEXTS, lambda _: f"<sst {NS}>{texts}</sst>".encode())


def test_texts_that_lie_in_a_part_of_their_own_are_read() -> None:
    assert read_sheet(document(as_excel_writes())).records == ((1, ("name", "url")), (2, ("Acme", "https://acme.example")))


def test_cells_of_every_kind_become_text() -> None:
    given = book(
        ["a", "b", "c", "d", "e", "f"],
        [1, 2.0, 2.5, True, date(2024, 5, 1), datetime(2024, 5, 1, 8, 30)],  # noqa: DTZ001  # Excel knows no zones
        [None] * 6,
        ["last"],
    )
    sheet = read_sheet(document(saved(given)))
    assert sheet.records == (
        (1, ("a", "b", "c", "d", "e", "f")),
        (2, ("1", "2", "2.5", "True", "2024-05-01", "2024-05-01T08:30:00")),
        (4, ("last",)),
    )
    assert sheet.problems == ()


def test_a_formula_counts_by_its_stored_value_and_one_without_is_told() -> None:
    plain = saved(
        book(["name", "url"], ["Acme", '=HYPERLINK("https://acme.example","site")'], ["Beta", "https://beta.example"])
    )
    entries, problems = read(Table("t"), document(plain))
    assert [entry.startup.name for entry in entries] == ["Beta"]
    assert [(problem.line, problem.kept) for problem in problems] == [(2, True), (2, False)]
    assert "a formula without a stored value" in problems[0].reason
    value = b'<c r="B2" t="str"><f>LOWER("HTTPS://ACME.EXAMPLE")</f><v>https://acme.example</v></c>'
    stored = changed(plain, SHEET, lambda xml: re.sub(rb'<c r="B2".*?</c>', value, xml))
    entries, problems = read(Table("t"), document(stored))
    assert [entry.startup.url for entry in entries] == ["https://acme.example", "https://beta.example"]
    assert problems == []


def test_an_error_in_a_cell_is_told_and_left_out() -> None:
    entries, problems = read(
        Table("t"), document(saved(book(["name", "url", "country"], ["Acme", "https://acme.example", "#N/A"])))
    )
    assert entries[0].startup.country is None
    assert [(problem.line, problem.reason) for problem in problems] == [(2, "a cell holds the error #N/A: left out")]


def test_the_first_sheet_that_holds_anything_is_read_and_the_others_are_named() -> None:
    given = Workbook()
    given.create_sheet("Lista").append(["name", "url"])
    given["Lista"].append(["Acme", "https://acme.example"])
    given.create_sheet("Note").append(["words"])
    entries, problems = read(Table("t"), document(saved(given)))
    assert [entry.startup.name for entry in entries] == ["Acme"]
    assert problems[0].kept
    assert "read from sheet 'Lista'; not read: 'Sheet', 'Note'" in problems[0].reason


def test_an_empty_book_is_an_error() -> None:
    with pytest.raises(DirectoryError, match="is empty"):
        read_sheet(document(saved(Workbook())))


def test_an_old_or_locked_file_is_an_error_with_the_mend() -> None:
    with pytest.raises(DirectoryError, match=r"save it as \.xlsx without a password"):
        read_sheet(document(b"\xd0\xcf\x11\xe0" + b"\0" * 1000))


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    bomb = changed(saved(book(["name"])), SHEET, lambda _: b"<row/>" * 10_000_000)
    assert len(bomb) < 1_000_000
    began = time.monotonic()
    with pytest.raises(DirectoryError, match="unpacks to 60 MB"):
        read_sheet(document(bomb))
    assert time.monotonic() - began < 1


def test_a_part_that_lies_about_its_size_is_an_error() -> None:
    body = changed(saved(book(["name"], ["x" * 5000])), SHEET, lambda xml: xml)
    start = body.index(b"PK\x01\x02")
    place = body.index(SHEET.encode(), start) - 46 + 24
    lying = body[:place] + (10).to_bytes(4, "little") + body[place + 4 :]
    with pytest.raises(DirectoryError, match="cannot be read"):
        read_sheet(document(lying))


@pytest.mark.parametrize(
    "xml",
    [
        f'<row r="1">{cell("A1", "name")}</row><row r="999999999999">{cell("A2", "x")}</row>',
        "".join(f'<row r="{n}">{cell(f"ZZZ{n}", "x")}</row>' for n in range(1, 400)),
    ],
    ids=["rows", "columns"],
)
def test_a_sheet_that_claims_to_be_endless_is_refused_in_no_time(xml: str) -> None:
    began = time.monotonic()
    with pytest.raises(DirectoryError, match="more rows or columns"):
        read_sheet(document(with_rows(xml)))
    assert time.monotonic() - began < 20


def test_what_a_sheet_says_of_its_own_size_is_not_believed() -> None:
    plain = saved(book(["name", "url"], ["Acme", "https://acme.example"]))
    boasting = changed(plain, SHEET, lambda xml: xml.replace(b'<dimension ref="A1:B2"', b'<dimension ref="A1:XFD1048576"'))
    assert boasting != plain
    shy = changed(plain, SHEET, lambda xml: xml.replace(b'<dimension ref="A1:B2"', b'<dimension ref="A1:A1"'))
    for body in (boasting, shy):
        assert read_sheet(document(body)).records == ((1, ("name", "url")), (2, ("Acme", "https://acme.example")))


@pytest.mark.parametrize(
    "part", [SHEET, "xl/workbook.xml", TEXTS, "xl/styles.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"]
)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 50,
        b"<a><b></a>",
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>',
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    ],
    ids=["empty", "zeros", "unbalanced", "entities", "outer entity"],
)
def test_a_damaged_part_is_an_error_or_does_not_matter(part: str, content: bytes) -> None:
    body = changed(as_excel_writes(), part, lambda _: content)
    error = ""
    records: tuple[tuple[int, tuple[str, ...]], ...] = ()
    try:
        records = read_sheet(document(body)).records
    except DirectoryError as raised:
        error = str(raised)
    assert "\n" not in error
    assert error or (part == "xl/styles.xml" and records[0] == (1, ("name", "url")))


def test_every_truncation_is_an_error() -> None:
    body = saved(book(["name"], ["Acme"]))
    for length in range(4, len(body) - 1, max(1, len(body) // 60)):
        with pytest.raises(DirectoryError):
            read_sheet(document(body[:length]))


def test_the_limit_on_cells_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_CELLS", 20)
    with pytest.raises(DirectoryError, match="more rows or columns"):
        read_sheet(document(saved(book(*[["a", "b", "c"]] * 10))))
