"""`scout search` in this process, on the demo's index: the API's own answer, and text that a terminal cannot obey."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from crawler.corpus.corpus import Corpus
from crawler.home import Home
from crawler.records import Block, Page, Startup
from indexer.build import build
from indexer.settings import index_settings
from tests.search_api.conftest import Run

NEED = "manutenzione predittiva di motori elettrici e pompe"


@pytest.fixture
def run(demo_home: Home, encoder: object, scout_here: Callable[[Home, object], Run]) -> Run:
    """Run `scout` on the demo's index."""
    return scout_here(demo_home, encoder)


def api(make_app: Callable[..., FastAPI], home: Home, encoder: object, **body: object) -> dict[str, Any]:
    with TestClient(make_app(home, encoder), base_url="http://127.0.0.1") as client:
        answer: dict[str, Any] = client.post("/api/search", json=body).json()
        return answer | {"took_ms": 0}


def test_json_is_the_apis_answer(run: Run, make_app: Callable[..., FastAPI], demo_home: Home, encoder: object) -> None:
    code, said, complaint = run("search", NEED, "--json")
    assert (code, complaint) == (0, "")
    assert json.loads(said) | {"took_ms": 0} == api(make_app, demo_home, encoder, need=NEED, explain=True)
    options = ("--limit", "3", "--country", "it", "--tag", "Artificial Intelligence", "--trl-min", "5", "--trl-max", "8")
    code, said, complaint = run("search", NEED, "--json", *options)
    assert (code, complaint) == (0, "")
    filters = {"country": ["IT"], "tag": ["Artificial Intelligence"], "trl_min": 5, "trl_max": 8}
    answer = json.loads(said)
    assert answer | {"took_ms": 0} == api(make_app, demo_home, encoder, need=NEED, limit=3, explain=True, filters=filters)
    assert len(answer["matches"]) == 3
    assert all(match["startup"]["country"] == "IT" and 5 <= match["startup"]["trl"] <= 8 for match in answer["matches"])


def test_people_get_names_evidence_address_and_date(run: Run, demo_home: Home) -> None:
    code, said, _ = run("search", NEED, "--limit", "2")
    assert code == 0
    with Corpus(demo_home.corpus, read_only=True) as corpus:
        names = {startup.name for startup in corpus.startups()}
    first = next(line for line in said.splitlines() if line.startswith("1. "))
    assert any(name in first for name in names)
    assert "TRL" in said
    assert f"read {datetime.now(UTC):%Y-%m-}" in said
    assert ".localhost:" in said
    assert "2 startups in " in said


def test_people_are_told_what_was_excluded(run: Run) -> None:
    need = "manutenzione di motori elettrici, no laser, esclusi i droni"
    assert run("search", need)[1].splitlines()[0].startswith("without “laser”, “droni”")
    assert run("search", need, "--ignore-exclusion", "laser")[1].splitlines()[0].startswith("without “droni”")
    assert not run("search", NEED)[1].startswith("without")


def test_every_line_of_the_evidence_is_indented_and_none_is_too_long(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = run("search", NEED, "--limit", "5")[1].rstrip().rpartition("\n\n")[0].splitlines()  # the last block is on the whole
    told = [line for line in lines if line and not re.match(r"\d\. ", line)]
    assert len(told) > 20
    headlines = [line for line in told if not line.startswith("   ")]
    assert all("http" in line or "TRL" in line for line in headlines), headlines
    assert all(len(line) <= 60 for line in told)


def test_a_need_that_nothing_meets_is_told_so_with_what_is_missing(run: Run) -> None:
    said = " ".join(run("search", "abiti da sposa per sommozzatori", "--limit", "2")[1].split())
    assert "Nothing here seems to meet the need; what is shown is only the nearest." in said
    assert "What is missing, none of the first ten has it:" in said
    assert "“sommozzatori”" in said
    assert "weak " in said
    assert "the answer as a whole: nothing" in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--country", "ZZ"), "no startup here has the country 'ZZ'"),
        (("--tag", "Artificial Inteligence"), "artificial intelligence"),
        (("--source", "nowhere"), "no startup here has the source 'nowhere'"),
        (("--trl-min", "8", "--trl-max", "2"), "trl_min 8 is above trl_max 2"),
    ],
)
def test_an_unknown_filter_value_is_one_line_and_exit_2(run: Run, options: tuple[str, ...], words: str) -> None:
    code, said, complaint = run("search", NEED, *options)
    assert (code, said) == (2, "")
    assert len(complaint.splitlines()) == 1
    assert words in complaint.lower().replace("'zz'", "'ZZ'")


def test_bytes_that_are_no_text_in_a_need_are_no_crash(run: Run) -> None:
    code, said, complaint = run("search", "saldatura \udcff", "--json")
    assert (code, complaint) == (0, "")
    assert json.loads(said)["need"] == "saldatura ?"


def test_a_terminal_is_shown_controls_and_markup_and_does_not_obey_them(
    run: Run, home_of_a_rogue: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCOUT_HOME", str(home_of_a_rogue.root))
    code, said, _ = run("search", "gears of bronze")
    assert code == 0
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "[bold red]gears[/bold red]" in said
    assert "[link=https://evil.example/]Rogue[/link]" in said


def test_people_are_shown_the_page_of_a_pdf(run: Run, tmp_path: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401  # the session's model
    home = Home(tmp_path)
    with Corpus(home.corpus) as corpus:
        corpus.put_startup(Startup("kiln", "Kiln", "https://kiln.example/"))
        block = Block("", "The crucible furnace holds two tonnes.", number=3)
        corpus.put_page(
            Page("https://kiln.example/data.pdf", "kiln", "Data", "en", (block,), datetime(2026, 11, 3, tzinfo=UTC))
        )
    build(home, encoder, index_settings())
    monkeypatch.setenv("SCOUT_HOME", str(home.root))
    assert "https://kiln.example/data.pdf#page=3 · p. 3 · en · read 2026-11-03" in run("search", "crucible furnace")[1]


@pytest.fixture
def home_of_a_rogue(tmp_path_factory: pytest.TempPathFactory, encoder: Any) -> Home:  # noqa: ANN401  # the session's model
    """A home with one startup whose name and text carry terminal controls and rich's markup."""
    home = Home(tmp_path_factory.mktemp("rogue"))
    text = "We make \x1b[31m[bold red]gears[/bold red] of bronze\x9b2J\x07 and [/] of steel."
    with Corpus(home.corpus) as corpus:
        corpus.put_startup(
            Startup("rogue", "[link=https://evil.example/]Rogue[/link]\x1b]0;pwned\x07", "https://rogue.example/")
        )
        blocks = (Block("\x1b[2JHeading", text),)
        corpus.put_page(Page("https://rogue.example/", "rogue", "\x1b[2J", "en", blocks, datetime.now(UTC)))
    build(home, encoder, index_settings())
    return home


def test_people_see_which_parts_of_the_need_a_startup_meets(run: Run) -> None:
    said = run("search", "robot per magazzini, oltre 600 gradi", "--limit", "5")[1]
    grids = [
        line for line in said.splitlines() if re.fullmatch(r" *[✓·✗] robot  [✓·✗] magazzini  [✓·✗] oltre 600 gradi.*", line)
    ]
    assert len(grids) == 5
    assert any("✓ robot" in line for line in grids)
