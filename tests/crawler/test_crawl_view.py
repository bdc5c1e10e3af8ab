"""A crawl is seen while it runs, by people and by programs, and says at its end what may be done next."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from crawler.commands import app
from crawler.corpus.recording import CrawlSummary, Progress
from crawler.crawl_view import crawl_summary, numbers, what_next
from crawler.records import Outcome
from tests.crawler.conftest import Reply, Web, sentence, text_page
from tests.crawler.test_corpus_commands import seeds

COLUMNS = 80
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCOUT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SCOUT_CRAWL_LOOPBACK", "true")
    monkeypatch.setenv("SCOUT_CRAWL_DELAY", "0.02")


def scout(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def test_the_numbers_stand_in_their_places_and_fit_into_80_columns() -> None:
    first = numbers(Progress(10, 0, 0, 0, 0))
    last = numbers(Progress(10_000, 9_999, 999_999, 9_999_999, 99_999, 999_999, 999.9))
    assert len(last) <= COLUMNS - 2
    for word in ("pages", "/s", "waiting", "refused", "errors"):
        assert first.index(word) == last.index(word), word


def test_progress_comes_as_json_lines_and_the_last_one_tells_the_end(web: Web, tmp_path: Path) -> None:
    sites = [web.site(f"site{n}", {"/": Reply(text_page(sentence(n)), wait=2.6)}) for n in range(2)]
    result = scout("crawl", "--seeds", seeds(tmp_path / "seeds.csv", *sites), "--json", "--json-progress")
    lines = [json.loads(line) for line in result.stderr.splitlines() if line.startswith("{")]
    assert len(lines) >= 3
    assert lines[-1].keys() == {"sites", "sites_done", "pages", "rate", "waiting", "refused", "errors", "seconds"}
    assert [lines[-1][key] for key in ("sites", "sites_done", "pages", "waiting", "errors")] == [2, 2, 2, 0, 0]
    times = [line["seconds"] for line in lines]
    assert all(later - earlier >= 0.8 for earlier, later in pairwise(times[:-1]))
    assert json.loads(result.stdout)["pages"] == 2


def test_the_live_view_makes_room_for_what_is_said_and_ctrl_c_ends_with_what_to_do(
    web: Web, tmp_path: Path, root: Path
) -> None:
    page = text_page(sentence(1), links=("/slow",))
    site = web.site("acme", {"/": page, "/slow": Reply(text_page(sentence(2)), wait=30.0)})
    file = seeds(tmp_path / "seeds.csv", site)
    above, below = pty.openpty()
    termios.tcsetwinsize(below, (24, COLUMNS))
    command = [sys.executable, "-c", "from search_api.cli import main; main()", "crawl", "--seeds", str(file)]
    environment = os.environ | {"TERM": "xterm", "PYTHONPATH": str(root)}
    environment.pop("COLUMNS", None)
    told = b""
    with subprocess.Popen(command, cwd=root, env=environment, stderr=below) as child:
        os.close(below)
        while chunk := _read(above):
            told += chunk
            if b"pages 1 " in told and "/slow" in web.asked("acme"):
                child.send_signal(signal.SIGINT)
                break
        while chunk := _read(above):
            told += chunk
    os.close(above)
    shown = told.decode()  # as a whole: what is read at once may end within a letter
    assert child.returncode == 130
    lines = CONTROL.sub("\n", COLOUR.sub("", shown)).split("\n")
    assert all(len(line) <= COLUMNS for line in lines), max(lines, key=len)
    assert any(line.strip().startswith("starting") for line in lines)
    assert any("0/1 sites" in line for line in lines)
    said = [line for line in lines if line.startswith("scout: ")]
    assert said[-2:] == [
        "scout: stopping; what is under way is ended in order",
        "scout: interrupted; what was stored stays, the same command goes on",
    ]


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux, when nobody writes any more
        return b""


@pytest.mark.parametrize(
    ("new", "changed", "unchanged", "words"),
    [
        (2, 1, 4, "`scout index` takes them in"),
        (0, 0, 4, "still stands"),
        (0, 0, 0, "`scout corpus report` tells why"),
    ],
)
def test_a_crawl_s_end_says_what_may_be_done_next(new: int, changed: int, unchanged: int, words: str) -> None:
    outcomes = {Outcome.STORED: 7, Outcome.HTTP_ERROR: 1}
    summary = CrawlSummary(3, outcomes, new=new, changed=changed, unchanged=unchanged, left=1_000_000, seconds=5.0)
    told = what_next(summary)
    assert told.startswith("next: ")
    assert words in told
    assert all(len(line) <= COLUMNS for line in (told, *crawl_summary(summary).splitlines()))
