"""What every directory keeps to, value by value."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.directories.catalogue import directories
from crawler.directories.entries import Entry
from crawler.errors import DirectoryError
from crawler.records import Profile, Startup
from crawler.seeds import Problem, read_profiles, read_seeds
from tests.crawler.directories.samples import CASES, READ_AT, Case, document, read, read_case


def cases(which: Callable[[Case], object]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [case for case in CASES if which(case)], ids=lambda case: case.label)


every_case = cases(lambda _: True)


def taken(path: Path, entries: list[Entry]) -> tuple[list[Startup], list[tuple[Startup, Profile]], list[Problem]]:
    """What `scout crawl` and `scout import` take of the lines of entries, and what they say of them."""
    if not entries:
        return [], [], []
    path.write_text("".join(json.dumps(entry.line(), ensure_ascii=False) + "\n" for entry in entries), encoding="utf-8")
    seeds, profiles = read_seeds(path), list(read_profiles(path))
    problems = [*seeds.problems, *(item for item in profiles if isinstance(item, Problem))]
    return list(seeds.startups), [item for item in profiles if not isinstance(item, Problem)], problems


def test_every_directory_has_a_case() -> None:
    assert {case.directory.name for case in CASES} == set(directories())
    assert {directory.name for directory in directories().values()} == set(directories())
    assert all(directory.title for directory in directories().values())


@every_case
def test_each_record_becomes_its_entry_and_nothing_is_wrong(case: Case) -> None:
    assert read_case(case, case.records) == (list(case.expected), [])


@every_case
def test_both_commands_take_the_lines_and_lose_nothing_of_them(case: Case, tmp_path: Path) -> None:
    entries, _ = read_case(case, case.records)
    startups, profiles, problems = taken(tmp_path / "seeds.jsonl", entries)
    assert all(problem.kept for problem in problems)
    assert startups == [entry.startup for entry in entries if entry.startup.url]
    assert [profile for _, profile in profiles] == [profile for entry in entries if (profile := entry.profile())]
    for startup, profile in profiles:
        (entry,) = [entry for entry in entries if entry.startup.id == startup.id]
        site = entry.startup.url or entry.startup.homepage
        assert startup == replace(entry.startup, url=None, homepage=entry.startup.homepage or site)
        assert profile.imported_at == READ_AT
        assert profile.url == entry.provenance.record_url or site


@cases(lambda case: case.label != "portfolio")  # a link without words is called by its host
def test_a_record_without_a_name_is_reported_with_its_number_and_the_reason(case: Case) -> None:
    broken = [*case.records[:1], {**case.records[0], case.name: ""}, *case.records[1:]]
    entries, problems = read_case(case, broken)
    assert entries == list(case.expected)
    (problem,) = problems
    assert (problem.kept, case.name.strip().lower() in problem.reason.lower(), "missing" in problem.reason) == (
        False,
        True,
        True,
    )
    first = {"line": 3 if "JSON" not in case.label else 2, "row": 3, "record": 2}[problem.unit]
    assert problem.line == first + (2 if case.label == "yc as CSV" else 0)


@every_case
def test_the_same_record_again_is_reported(case: Case) -> None:
    entries, problems = read_case(case, [*case.records, case.records[0]])
    assert entries == list(case.expected)
    (problem,) = problems
    assert not problem.kept
    assert "which was taken" in problem.reason


@every_case
def test_markup_scripts_and_control_characters_do_not_get_into_an_entry(case: Case) -> None:
    nul = "\0" if case.label not in {"table as a sheet", "portfolio"} else ""
    hostile = {case.name: f"<b>Ac{nul}me</b><script>alert(1)</script>\x7f Co"}
    if case.text:
        hostile[case.text] = f"<p onclick=x>One{nul}.</p><style>p{{}}</style><iframe src=x></iframe><p>Two &lt;3&gt;</p>"
    (one, *_), _ = read_case(case, [{**case.records[0], **hostile}, *case.records[1:]])
    made = json.dumps(one.line())
    assert not [bad for bad in ("<b>", "script", "onclick", "alert", "iframe", "\\u0000", "\\u007f") if bad in made]
    assert "Co" in one.startup.name
    assert not case.text or "Two <3>" in one.text


@cases(lambda case: case.text)
def test_personal_data_do_not_get_into_an_entry(case: Case) -> None:
    said = "Write to jane.roe@heat.example or info@heat.example."
    (one, *_), _ = read_case(case, [{**case.records[0], case.text: said}, *case.records[1:]])
    assert "jane.roe" not in json.dumps(one.line())
    assert "info@heat.example" in one.text


@cases(lambda case: case.site)
@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "http://",
        "ftp://x.example/",
        "mailto:a@b.example",
        "http://[::1",
    ],
)
def test_an_address_that_is_none_is_reported_and_does_not_get_into_an_entry(case: Case, address: str) -> None:
    entries, problems = read_case(case, [{**case.records[0], case.site: address}, *case.records[1:]])
    assert len(problems) == 1
    assert "address" in problems[0].reason
    assert address not in [address for entry in entries for address in (entry.startup.url, entry.startup.homepage)]
    assert "javascript" not in json.dumps([entry.line() for entry in entries])
    assert len(entries) + (not problems[0].kept) == len(case.records)


@cases(lambda case: case.text and case.label != "portfolio")
def test_a_text_of_any_length_is_taken_as_far_as_a_line_may_go_and_reported(case: Case, tmp_path: Path) -> None:
    length = {"table as JSON lines": 150_000}.get(case.label, 131_000 if "CSV" in case.label else 250_000)
    long = "à" * length if case.label != "table as a sheet" else "à" * 32_000
    entries, problems = read_case(case, [{**case.records[0], case.text: long}, *case.records[1:]])
    assert len(entries) == len(case.records)
    assert bool(problems) == (len(long) > 200_000)
    assert not [problem for problem in taken(tmp_path / "seeds.jsonl", entries)[2] if not problem.kept]


@cases(lambda case: "CSV" in case.label or "has it" in case.label)
def test_a_huge_cell_is_reported_and_the_rest_is_read(case: Case) -> None:
    given = [{**case.records[0], case.name: "x" * 200_000}, *case.records[1:]]
    entries, problems = read_case(case, given)
    assert entries == list(case.expected[1:])
    assert "field limit" in problems[0].reason


@every_case
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n\n",
        b"\0" * 1000,
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4,
        b"null",
        b"{}",
        b"[]",
        b'[{"a": 1}]',
        b"[1, 2]",
        b'{"id": ',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"PK\x03\x04" + b"\0" * 100,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        b"\xff\xfea\x00\x00",
        b"<!doctype html><title>Log in</title><form>Password</form>",
        b"some words, and others\nbut no list\n",
        b'"name, url\nAcme,https://acme.example',
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_such_list_is_an_error_in_words_or_holds_nothing(case: Case, body: bytes) -> None:
    entries: list[Entry] = []
    problems: list[Problem] = []
    error = ""
    try:
        entries, problems = read(case.directory, document(body, case.url))
    except DirectoryError as raised:
        error = str(raised)
    assert not entries
    assert error or body == b"[]" or [problem for problem in problems if not problem.kept]
    assert not error or (case.url or "list") in error
    assert len(error) < 500
    assert "\n" not in error


values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.lists(st.text(max_size=8), max_size=3),
    st.dictionaries(st.sampled_from(["name", "label", "value", "htmlUrl"]), st.text(max_size=8), max_size=2),
)


@every_case
@settings(
    deadline=None,
    max_examples=25,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_whatever_a_record_holds_it_is_taken_or_reported(case: Case, tmp_path: Path, data: st.DataObject) -> None:
    changed = data.draw(st.lists(st.sampled_from(sorted(case.records[0])), unique=True, max_size=4), "fields")
    drawn = {name: data.draw(values, name) for name in changed}
    if "JSON" not in case.label and case.label != "knowledge-share":
        drawn = {name: str(value).encode("utf-8", "replace").decode() for name, value in drawn.items()}
    if case.label == "table as a sheet":
        drawn = {name: "".join(filter(str.isprintable, value)) for name, value in drawn.items()}
    given_document = case.document([{**case.records[0], **drawn}, *case.records[1:]])
    entries, problems = read(case.directory, given_document)
    bad = [problem for problem in problems if not problem.kept]
    assert len(entries) + len(bad) >= len(case.records)
    assert len(entries) <= len(case.records) + 1
    said = [problem.reason for problem in taken(tmp_path / "seeds.jsonl", entries)[2]]
    assert not [reason for reason in said if not reason.startswith(("no url", "no text"))]
