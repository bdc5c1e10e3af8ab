"""`scout directory` as a user meets it."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from crawler.directories.commands import app
from crawler.errors import DirectoryError
from crawler.seeds import Problem, read_profiles, read_seeds
from tests.crawler.conftest import Reply, Web
from tests.crawler.directories.samples import CASES, KNOWLEDGE_SHARE, REGISTRO_TABLE, YC_CSV, YC_JSON, Case


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCOUT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SCOUT_CRAWL_LOOPBACK", "true")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def scout(*arguments: object, fail: bool = False) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=fail)


def given(case: Case, path: Path) -> Path:
    path.write_bytes(case.encode(case.records))
    return path


def test_list_names_all_directories() -> None:
    names = ["yc", "knowledge-share", "registro-imprese", "table", "portfolio"]
    assert [json.loads(line)["name"] for line in scout("list", "--json").stdout.splitlines()] == names
    shown = scout("list").stdout
    assert all(name in shown for name in names)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_fetch_writes_lines_that_both_commands_take(case: Case, tmp_path: Path) -> None:
    options = {"portfolio": ["--select", "li.card", "--source", "hub.example"], "table": ["--source", "amici"]}
    result = scout(
        "fetch", case.directory.name, "--from", given(case, tmp_path / "list"), "--out", "seeds.jsonl", "--date", "2026-11-01",
        *options.get(case.directory.name, []),
    )  # fmt: skip
    with_url = sum(entry.startup.url is not None for entry in case.expected)
    with_text = sum(bool(entry.text) for entry in case.expected)
    said = f"{len(case.expected)} startups in seeds.jsonl: {with_url} to crawl, {with_text} to import, 0 bad records\n"
    assert (result.exit_code, result.stdout) == (0, said)
    lines = [json.loads(line) for line in (tmp_path / "seeds.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == [entry.startup.id for entry in case.expected]
    assert {line["read_at"] for line in lines} == {"2026-11-01T00:00:00+00:00"}
    assert len(read_seeds(tmp_path / "seeds.jsonl").startups) == with_url
    assert sum(not isinstance(item, Problem) for item in read_profiles(tmp_path / "seeds.jsonl")) == with_text


def test_bad_records_are_reported_with_line_and_reason(tmp_path: Path) -> None:
    broken = [{**REGISTRO_TABLE.records[0], "Comune": ""}, *REGISTRO_TABLE.records]
    (tmp_path / "list.csv").write_bytes(REGISTRO_TABLE.encode(broken))
    result = scout("fetch", "registro-imprese", "--from", "list.csv", "--out", "seeds.jsonl", "--json")
    assert result.stderr == "list.csv: line 2: Comune is missing\n"
    assert json.loads(result.stdout) == {
        "directory": "registro-imprese",
        "source": "list.csv",
        "out": "seeds.jsonl",
        "startups": 2,
        "with_url": 0,
        "with_text": 2,
        "bad_records": 1,
        "problems": [{"origin": "list.csv", "line": 2, "reason": "Comune is missing", "kept": False}],
    }


def test_only_the_first_problems_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    records = [{**KNOWLEDGE_SHARE.records[0], "id": n, "title": ""} for n in range(60)]
    (tmp_path / "list.json").write_bytes(KNOWLEDGE_SHARE.encode([*records, KNOWLEDGE_SHARE.records[1]]))
    result = scout("fetch", "knowledge-share", "--from", "list.json", "--out", "seeds.jsonl")
    assert result.stderr.count("title is missing") == 50
    assert "10 more problems" in result.stderr
    assert "1 startups" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere", "--out", "o"], "there is no directory 'nowhere': choose one of yc, "),
        (["registro-imprese", "--out", "o"], "give a file or an address with --from"),
        (["yc", "--from", "none.csv", "--out", "o"], r"there is no file none\.csv"),
        (["yc", "--from", ".", "--out", "o"], r"cannot read \.: Is a directory"),
        (["yc", "--from", "list", "--out", "list"], "--out list is the list itself"),
        (["yc", "--from", "list", "--out", "."], r"--out \. is no file"),
        (["yc", "--from", "list", "--out", "no/such/o"], "cannot write no/such/o: No such file or directory"),
        (["yc", "--from", "list", "--out", "o", "--select", "a"], "--select is for a portfolio"),
        (["yc", "--from", "list", "--out", "o", "--source", "a"], "--source is for table and portfolio"),
        (["yc", "--from", "list", "--out", "o", "--date", "soon"], "--date must be a day"),
        (["yc", "--from", "list", "--out", "o", "--date", "2999-01-01"], "has not come yet"),
        (["yc", "--from", "https://a.example/", "--out", "o", "--date", "2024-01-01"], "--date is for files"),
        (["knowledge-share", "--from", "list", "--out", "o"], "no such list|not JSON"),
        (["yc", "--from", "empty.json", "--out", "o"], "holds no startup"),
        (["yc", "--from", "\0", "--out", "o"], "cannot read"),
    ],
)
def test_user_errors_are_one_line_and_leave_nothing_behind(arguments: list[str], words: str, tmp_path: Path) -> None:
    given(YC_CSV, tmp_path / "list")
    (tmp_path / "empty.json").write_text("[]")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(DirectoryError, match=words) as caught:
        scout("fetch", *arguments)
    assert "\n" not in str(caught.value)
    assert sorted(tmp_path.iterdir()) == before


def test_a_fetch_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "seeds.jsonl").write_text("yesterday")
    (tmp_path / "list.json").write_text("[1]")
    with pytest.raises(DirectoryError):
        scout("fetch", "yc", "--from", "list.json", "--out", "seeds.jsonl")
    assert (tmp_path / "seeds.jsonl").read_text() == "yesterday"
    scout("fetch", "yc", "--from", given(YC_JSON, tmp_path / "list.json"), "--out", "seeds.jsonl")
    assert (tmp_path / "seeds.jsonl").read_text().count("\n") == 2


def test_a_full_disk_is_an_error_that_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("crawler.directories.commands.os.fsync", full)
    with pytest.raises(DirectoryError, match=r"cannot write seeds\.jsonl: No space left on device"):
        scout("fetch", "yc", "--from", given(YC_JSON, tmp_path / "list.json"), "--out", "seeds.jsonl")
    assert not (tmp_path / "seeds.jsonl").exists()


def test_a_list_on_the_web_is_fetched(web: Web, tmp_path: Path) -> None:
    body = YC_JSON.encode(YC_JSON.records)
    web.pages[("lists.localhost", "/robots.txt")] = Reply("", 404)
    web.pages[("lists.localhost", "/all.json")] = Reply(body, kind="application/json")
    result = scout("fetch", "yc", "--from", web.url("lists", "/all.json"), "--out", "seeds.jsonl")
    assert (result.exit_code, result.stderr) == (0, "")
    assert len(read_seeds(tmp_path / "seeds.jsonl").startups) == 2


def test_a_terminal_sees_how_far_it_is(tmp_path: Path, root: Path) -> None:
    records = [{**YC_JSON.records[0], "id": n} for n in range(3000)]
    (tmp_path / "list.json").write_bytes(YC_JSON.encode(records))
    master, slave = pty.openpty()
    code = "from crawler.directories.commands import app; app()"
    arguments = ["fetch", "yc", "--from", "list.json", "--out", "seeds.jsonl"]
    child = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=slave,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": f"{os.environ.get('PYTHONPATH', '')}{os.pathsep}{root}", "TERM": "xterm"},
    )
    os.close(slave)
    shown = b""
    try:
        while chunk := os.read(master, 65536):
            shown += chunk
    except OSError:  # the terminal's other end is closed
        pass
    os.close(master)
    assert child.wait() == 0
    assert b"startups read" in shown


def test_every_command_has_help() -> None:
    for command in (["list"], ["fetch"]):
        assert scout(*command, "--help").exit_code == 0
