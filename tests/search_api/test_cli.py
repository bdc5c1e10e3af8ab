"""`scout` as a program: help on every command, exit codes, one clear line for what a user can mend."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer.main
from typer.core import TyperGroup

from crawler.home import Home
from search_api.cli import app, main
from tests.search_api.conftest import answers, free_port

Scout = Callable[..., "subprocess.CompletedProcess[str]"]
CLEAN = "import sys; from search_api.cli import main; main()"


def commands(command: Any, *name: str) -> Iterator[tuple[str, ...]]:  # noqa: ANN401  # a command of click, or a group
    yield name
    for part, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, *name, part)


ALL = list(commands(typer.main.get_command(app)))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run `scout` in this process; returns exit code, standard output, standard error."""

    def call(*arguments: str) -> tuple[int, str, str]:
        try:
            main(list(arguments))
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        else:
            code = 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize("name", ALL, ids=" ".join)
def test_every_command_has_help_that_says_what_it_does(name: tuple[str, ...], run: Run) -> None:
    code, said, complaint = run(*name, "--help")
    assert (code, complaint) == (0, "")
    assert "Usage: scout" in said
    command = typer.main.get_command(app)
    for part in name:
        assert isinstance(command, TyperGroup)
        command = command.commands[part]
    assert len(command.help or "") > 20


def test_the_contracts_commands_are_there() -> None:
    assert {"demo", "crawl", "extract", "corpus export", "import", "index", "search", "eval", "serve", "status"} <= {
        " ".join(name) for name in ALL
    }


@pytest.mark.parametrize("arguments", [["serach"], ["search"], ["search", "x", "--limit", "many"], ["serve", "--prot", "1"]])
def test_a_slip_in_the_command_line_is_exit_2(arguments: list[str], run: Run) -> None:
    code, said, complaint = run(*arguments)
    assert (code, said) == (2, "")
    assert "Error" in complaint
    assert "Traceback" not in complaint


def assert_one_line(result: tuple[int, str, str], *words: str) -> None:
    code, said, complaint = result
    assert (code, said) == (2, "")
    assert len(complaint.splitlines()) == 1, complaint
    assert complaint.startswith("scout: ")
    assert all(word in complaint for word in words), complaint


def test_a_search_without_a_snapshot_names_the_commands_to_run(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCOUT_HOME", str(tmp_path / "none"))
    assert_one_line(run("search", "saldatura"), str(tmp_path / "none"), "`scout crawl` or `scout import`, then `scout index`")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("need", ["", "  ", "?!", "\x00"])
def test_an_empty_need_is_told_before_anything_is_loaded(need: str, run: Run, tmp_path: Path, monkeypatch: Any) -> None:  # noqa: ANN401  # pytest's
    monkeypatch.setenv("SCOUT_HOME", str(tmp_path / "none"))
    assert_one_line(run("search", need), "the need is empty: say in a few words")


def test_a_need_that_is_too_long_and_a_limit_out_of_bounds_are_told(run: Run) -> None:
    assert_one_line(run("search", "saldatura " * 10_000), "100000 characters: shorten it to 10000")
    assert_one_line(run("search", "saldatura", "--limit", "0"), "limit is 0: ask for 1 to 100 matches")


def test_a_taken_port_is_told(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert_one_line(run("serve", "--port", port), f"cannot listen on 127.0.0.1:{port}", "--port")
        assert_one_line(run("demo", "--port", port), f"cannot listen on 127.0.0.1:{port}", "--port")


def test_a_host_that_is_not_ours_is_told(run: Run) -> None:
    assert_one_line(run("serve", "--host", "192.0.2.1", "--port", str(free_port())), "cannot listen on 192.0.2.1", "--host")


@pytest.mark.parametrize(
    ("name", "value", "command"),
    [
        ("SCOUT_API_PORT", "eight", "serve"),
        ("SCOUT_API_NAMES", "scout.example", "serve"),
        ("SCOUT_API_HOST", "", "serve"),
        ("SCOUT_API_PORT", "0", "demo"),
        ("SCOUT_INDEX_PASSAGE_WORDS", "few", "search"),
    ],
)
def test_a_bad_setting_is_told_by_its_name(
    name: str, value: str, command: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    assert_one_line(run(command, *(["saldatura"] if command == "search" else [])), name)


def test_a_bad_option_is_told_by_its_name(run: Run) -> None:
    assert_one_line(run("serve", "--port", "0"), "--port: ")
    assert_one_line(run("demo", "--port", "70000"), "--port: ")


def test_the_program_ends_with_2_and_one_line_too(scout: Scout) -> None:
    result = scout("search", "saldatura")
    assert_one_line((result.returncode, result.stdout, result.stderr), "scout index")


def test_serve_answers_prints_no_need_and_ends_with_ctrl_c(
    demo_home: Home, environment: Callable[[Path], dict[str, str]], tmp_path: Path
) -> None:
    port = free_port()
    program = subprocess.Popen(
        [sys.executable, "-c", CLEAN, "serve", "--port", str(port)],
        env=environment(demo_home.root),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as client:
            deadline = time.monotonic() + 90
            while not answers(client):
                assert time.monotonic() < deadline, "the service did not start"
                assert program.poll() is None, program.stdout and program.stdout.read()
                time.sleep(0.2)
            need = "zirconite cladding"
            assert client.get("/api/search", params={"need": need}).json()["need"] == need
            assert client.get("/api/search", params={"need": need, "colour": "red"}).status_code == 422
            assert client.get(f"/nothing/{need}").status_code == 404
            assert client.post("/api/search", content=f'{{"need": "{need}"').status_code == 415
        program.send_signal(signal.SIGINT)
        said, _ = program.communicate(timeout=20)
    finally:
        program.kill()
        program.wait()
    assert program.returncode in {0, 130}
    assert "zirconite" not in said
    assert "Traceback" not in said
    assert f"page and API: http://127.0.0.1:{port}/" in said
