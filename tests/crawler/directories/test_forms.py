"""Encodings, delimiters and JSON as lists come in them."""

import json

import pytest

from crawler.directories.knowledge_share import KnowledgeShare
from crawler.directories.table import Table
from crawler.directories.yc import YCombinator
from crawler.errors import DirectoryError
from tests.crawler.directories.samples import YC_CSV, YC_JSON, document, read

ROWS = "name;url;description\nCittà;https://citta.example/;Perché no\nÉtoile;https://etoile.example/;Déjà vu\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_unicode_is_read_with_any_mark_and_delimiter(encoding: str, delimiter: str) -> None:
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    entries, problems = read(Table("t"), document(mark + ROWS.replace(";", delimiter).encode(encoding)))
    assert [(entry.startup.name, entry.text) for entry in entries] == [("Città", "Perché no"), ("Étoile", "Déjà vu")]
    assert problems == []


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_what_is_no_utf_8_is_read_as_windows_1252_and_told(encoding: str) -> None:
    entries, problems = read(Table("t"), document(ROWS.encode(encoding)))
    assert [entry.startup.name for entry in entries] == ["Città", "Étoile"]
    assert [(problem.line, problem.reason, problem.kept) for problem in problems] == [
        (2, "not in UTF-8, like 1 more lines: read as Windows-1252", True)
    ]


def test_one_odd_line_does_not_spoil_the_others() -> None:
    body = ROWS.encode() + "Società;https://societa.example/;x\n".encode("latin-1")
    entries, problems = read(Table("t"), document(body))
    assert [entry.startup.name for entry in entries] == ["Città", "Étoile", "Società"]
    assert [problem.line for problem in problems] == [4]


def test_quotes_that_are_not_closed_and_cells_too_many_cost_their_own_line() -> None:
    body = 'name,url\nA,https://a.example/\n"B,https://b.example/\nC,https://c.example/,more\nD,https://d.example/\n'
    entries, problems = read(Table("t"), document(body))
    assert [entry.startup.name for entry in entries] == ["A", "D"]
    assert [problem.line for problem in problems] == [3, 4]


def test_a_record_shorter_than_the_header_is_reported_where_a_directory_always_fills_it() -> None:
    (header, first, *_) = YC_CSV.encode([{**YC_CSV.records[0], "long_description": ""}]).decode().split("\r\n")
    entries, problems = read(YCombinator(), document(f"{header}\n{first}\n99,Cut Off"))
    assert [entry.startup.id for entry in entries] == ["yc-41"]
    assert [(problem.line, problem.reason) for problem in problems] == [(3, "2 cells, fewer than the 16 of the header")]


def test_a_column_that_nobody_knows_is_told_once_and_a_new_field_does_not_hurt() -> None:
    records = [{**record, "moonPhase": 1} for record in YC_JSON.records]
    entries, problems = read(YCombinator(), document(json.dumps(records)))
    assert entries == list(YC_JSON.expected)
    assert [(problem.line, problem.kept, problem.reason) for problem in problems] == [
        (1, True, "'moonPhase' is a field that is not known: ignored, here and below")
    ]


def test_a_column_twice_is_an_error() -> None:
    with pytest.raises(DirectoryError, match="has the column 'Name' twice"):
        read(Table("t"), document("name,url,Name\nA,https://a.example/,B\n"))


@pytest.mark.parametrize("key", ["companies", "items", "results", "data"])
def test_a_list_within_an_object_is_found(key: str) -> None:
    entries, problems = read(YCombinator(), document(json.dumps({key: list(YC_JSON.records), "page": 1})))
    assert entries == list(YC_JSON.expected)
    assert problems == []


def test_a_single_record_is_a_list_of_one() -> None:
    entries, _ = read(YCombinator(), document(json.dumps(YC_JSON.records[0])))
    assert entries == [YC_JSON.expected[0]]


def test_numbers_that_are_none_are_missing() -> None:
    body = json.dumps([{**YC_JSON.records[0], "year_founded": float("nan"), "country": float("inf")}])
    entries, problems = read(YCombinator(), document(body))
    assert entries == [YC_JSON.expected[0]]
    assert problems == []


def test_what_is_no_record_is_reported_with_its_number() -> None:
    entries, problems = read(YCombinator(), document(json.dumps([YC_JSON.records[0], "words", None, YC_JSON.records[1]])))
    assert entries == list(YC_JSON.expected)
    assert [(problem.unit, problem.line, problem.kept) for problem in problems] == [("record", 2, False), ("record", 3, False)]


def test_half_a_character_becomes_a_mark_and_the_record_stays() -> None:
    body = json.dumps([{**YC_JSON.records[0], "name": "Half \ud800 way"}])
    (entry,), _ = read(YCombinator(), document(body))
    assert entry.startup.name == "Half \ufffd way"


def test_json_that_breaks_off_or_is_not_in_utf_8_is_an_error() -> None:
    whole = json.dumps(list(YC_JSON.records)).encode()
    with pytest.raises(DirectoryError, match="breaks off"):
        read(YCombinator(), document(whole[:-20]))
    with pytest.raises(DirectoryError, match="not in UTF-8"):
        read(YCombinator(), document(whole.replace(b"Granular", b"Granul\xe0r")))
    with pytest.raises(DirectoryError, match="no such list: each record needs id, title, trl"):
        read(KnowledgeShare(), document(whole))


def test_a_record_that_lost_a_field_is_kept_and_told() -> None:
    without = {key: value for key, value in YC_JSON.records[1].items() if key != "website"}
    entries, problems = read(YCombinator(), document(json.dumps([YC_JSON.records[0], without])))
    assert [entry.startup.url for entry in entries] == ["https://granular.example", None]
    assert [(problem.line, problem.kept, problem.reason) for problem in problems] == [(2, True, "website is missing")]


def test_the_third_spelling_of_the_list_is_read() -> None:
    record = {
        "id": 7, "name": "Cupola", "slug": "cupola", "website": "https://cupola.example", "smallLogoUrl": "x",
        "oneLiner": "Melts",
        "longDescription": "Melts iron.", "teamSize": 2, "url": "https://www.ycombinator.com/companies/cupola", "batch": "W21",
        "tags": ["Steel"], "status": "Active", "industries": [], "regions": ["Germany"], "locations": ["Berlin, Germany"],
        "badges": [],
    }  # fmt: skip
    (entry,), problems = read(YCombinator(), document(json.dumps({"companies": [record], "nextPage": None})))
    assert (entry.startup.id, entry.startup.country, entry.text) == ("yc-7", "DE", "Melts\n\nMelts iron.")
    assert problems == []
