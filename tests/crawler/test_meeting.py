"""Two commands meet on one corpus: nothing is lost, and nothing that was erased comes back."""

import errno
import gzip
import json
import os
import re
import signal
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from crawler.archive.archive import Archive
from crawler.commands import app
from crawler.corpus.corpus import Corpus
from crawler.corpus.erasing import erase
from crawler.corpus.holding import alone, crawling
from crawler.errors import CorpusError
from crawler.home import Home
from crawler.records import Startup
from crawler.settings import CrawlSettings, crawl_settings
from tests.crawler.conftest import Content, Reply, Web, sentence, text_page
from tests.crawler.test_resume import Zygote, ended, zygote

__all__ = ["zygote"]

SLOW = 0.6
STEP = 5
"""Statements and writes between two kills of an erasure: two starts that fall in different places."""
PATIENCE = 20.0


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SCOUT_HOME", str(tmp_path))
    monkeypatch.setenv("SCOUT_CRAWL_LOOPBACK", "true")
    return Home(tmp_path)


@pytest.fixture
def quick() -> CrawlSettings:
    return crawl_settings(delay=0.05, timeout=30.0, loopback=True, autothrottle=False)


def scout(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def start(zygote: Zygote, home: Home, startups: list[Startup], settings: CrawlSettings) -> int:
    (home.root / "told").unlink(missing_ok=True)
    return zygote.start(startups, home.root, settings)


def over(home: Home) -> dict[str, object]:
    """Wait for a crawl's process to end; return its summary."""
    deadline = time.monotonic() + PATIENCE
    while not (home.root / "told.ended").exists():
        assert time.monotonic() < deadline, "the crawl does not end"
        time.sleep(0.01)
    return ended(home.root)


def slow_sites(web: Web, *names: str, pages: int = 4) -> list[Startup]:
    """Sites whose pages beyond the first take their time."""
    made = []
    for number, name in enumerate(names, start=1):
        bodies: dict[str, Content] = {
            f"/p{n}": Reply(text_page(sentence(100 * number + n)), wait=SLOW) for n in range(1, pages)
        }
        bodies["/"] = text_page(sentence(100 * number), links=tuple(bodies))
        made.append(web.site(name, bodies))
    return made


def until_asked(web: Web, host: str, path: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while path not in web.asked(host):
        assert time.monotonic() < deadline, f"{host}{path} was not asked for"
        time.sleep(0.005)


def archived(home: Home) -> bytes:
    return b"".join(gzip.decompress(file.read_bytes()) for file in home.archive.glob("*.warc.gz"))


def rows(home: Home, query: str) -> list[tuple[object, ...]]:
    with Corpus(home.corpus, read_only=True) as corpus:
        return list(corpus.rows(query, lambda row: row))


def nothing_is_left_of(startup_id: str, home: Home) -> None:
    """Of the first of the slow sites."""
    for table in ("pages", "readings", "visits", "versions", "changes", "companies", "frontier"):
        assert (startup_id,) not in rows(home, f"SELECT startup_id FROM {table}"), table  # noqa: S608  # our tables
    stored = archived(home) + b"".join(file.read_bytes() for file in home.root.glob("corpus.sqlite*"))
    assert re.findall(rb"Product 10\d is", stored) == []


@pytest.mark.parametrize("words", ["acme", "acme --with-profile", "acme.localhost --with-profile"])
def test_what_is_erased_during_a_crawl_stays_erased_and_the_crawl_goes_on_with_the_others(
    web: Web, zygote: Zygote, home: Home, quick: CrawlSettings, words: str
) -> None:
    startups = slow_sites(web, "acme", "other")
    start(zygote, home, startups, quick)
    until_asked(web, "acme", "/p1")  # it is in flight
    erased = json.loads(scout("corpus", "erase", "--yes", "--json", *words.split()).stdout)
    assert (erased["startups"], erased["opted_out"], erased["traces"]) == (["acme"], ["acme.localhost"], False)
    assert erased["pages"] == 1  # whatever the crawl stores of others meanwhile
    asked = len(web.asked("acme"))
    summary = over(home)
    assert summary["sites"] == 2
    assert len(web.asked("acme")) <= asked
    assert rows(home, "SELECT DISTINCT startup_id FROM pages") == [("other",)]
    nothing_is_left_of("acme", home)
    assert bool(rows(home, "SELECT 1 FROM startups WHERE id = 'acme'")) is ("--with-profile" not in words)
    assert all(sentence(200 + n).encode() in archived(home) for n in range(4))
    # The run is over: the same command begins a new one, which leaves the erased site alone.
    assert rows(home, "SELECT count(*), count(ended_at) FROM runs") == [(1, 1)]
    web.requests.clear()
    start(zygote, home, startups, quick)
    again = over(home)
    assert (again["resumed"], web.asked("acme")) == (False, [])
    outcomes = again["outcomes"]
    assert isinstance(outcomes, dict)
    assert outcomes["opted-out"] == 1


@pytest.mark.parametrize("first", [1, 4])
def test_an_erasure_killed_again_and_again_during_a_crawl_is_ended_by_the_same_command(
    web: Web, zygote: Zygote, home: Home, quick: CrawlSettings, first: int
) -> None:
    startups = slow_sites(web, "acme", "other", pages=9)
    start(zygote, home, startups, quick)
    until_asked(web, "acme", "/p1")
    words, moment, meanwhile = ["corpus", "erase", "--yes", "acme"], first, 0
    while not zygote.command(words, home.root, moment):
        meanwhile += not (home.root / "told.ended").exists()
        moment += STEP
    assert meanwhile >= 5, "it was killed so often while the crawl went on"
    summary = over(home)
    assert summary["sites"] == 2
    nothing_is_left_of("acme", home)
    assert len(rows(home, "SELECT 1 FROM pages WHERE startup_id = 'other'")) == 9
    assert all(sentence(200 + n).encode() in archived(home) for n in range(9))


def test_a_crawl_killed_after_an_erasure_is_taken_up_and_ends(
    web: Web, zygote: Zygote, home: Home, quick: CrawlSettings
) -> None:
    startups = slow_sites(web, "acme", "other")
    child = start(zygote, home, startups, quick)
    until_asked(web, "acme", "/p1")
    scout("corpus", "erase", "acme", "--yes", "--with-profile")
    os.kill(child, signal.SIGKILL)
    start(zygote, home, startups, quick)
    summary = over(home)
    assert summary["resumed"] is True
    assert rows(home, "SELECT DISTINCT startup_id FROM pages") == [("other",)]
    assert rows(home, "SELECT count(*), count(ended_at) FROM runs") == [(1, 1)]


def test_an_archive_that_may_not_be_written_lets_nothing_be_erased(
    web: Web, zygote: Zygote, home: Home, quick: CrawlSettings
) -> None:
    start(zygote, home, slow_sites(web, "acme", pages=1), quick)
    over(home)
    (file,) = home.archive.glob("*.warc.gz")
    file.rename(file.with_suffix(".kept"))
    file.mkdir()
    refused = CliRunner().invoke(app, ["corpus", "erase", "acme", "--yes"])
    assert "cannot write the archive" in str(refused.exception)
    assert rows(home, "SELECT count(*) FROM pages") == [(1,)]
    assert rows(home, "SELECT count(*) FROM opt_outs") == [(0,)]


def test_an_erasure_that_was_broken_off_is_ended_by_the_next(
    web: Web, zygote: Zygote, home: Home, quick: CrawlSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(zygote, home, slow_sites(web, "acme", pages=2), quick)
    over(home)

    def broken(*_: object) -> int:
        raise KeyboardInterrupt

    with Corpus(home.corpus) as corpus, monkeypatch.context() as patch:
        patch.setattr(Archive, "erase", broken)
        with pytest.raises(KeyboardInterrupt):
            erase(corpus, Archive(home.archive), "acme")
    erased = json.loads(scout("corpus", "erase", "acme", "--yes", "--json").stdout)
    assert (erased["pages"], erased["opted_out"]) == (2, ["acme.localhost"])
    assert sentence(100).encode() not in archived(home)


def test_imports_and_reextractions_are_refused_beside_a_crawl_and_a_crawl_beside_them(
    web: Web, zygote: Zygote, home: Home, quick: CrawlSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.corpus.holding.PATIENCE", 0.2)
    startups = slow_sites(web, "acme")
    page = text_page(sentence(101))
    web.pages["acme.localhost", "/p1"] = [Reply(page, wait=20.0), Reply(page)]
    child = start(zygote, home, startups, quick)
    until_asked(web, "acme", "/p1")
    warc = home.root / "other.warc.gz"
    warc.write_bytes(b"")
    for command in (("corpus", "reextract"), ("import-warc", warc)):
        refused = CliRunner().invoke(app, [str(word) for word in command])
        assert isinstance(refused.exception, CorpusError)
        assert "a crawl" in str(refused.exception)
        assert "wait for its end" in str(refused.exception)
    os.kill(child, signal.SIGKILL)
    time.sleep(0.1)
    assert scout("corpus", "reextract").exit_code == 0  # the lock went with the process
    with alone(home.corpus):
        start(zygote, home, startups, quick)
        with pytest.raises(AssertionError, match="error"):
            over(home)
    told = json.loads((home.root / "told").read_text().splitlines()[-1])["error"]
    assert (told["code"], "scout import-warc or scout corpus reextract" in told["message"]) == ("corpus-unavailable", True)
    start(zygote, home, startups, quick)
    assert over(home)["resumed"] is True
    assert rows(home, "SELECT count(*) FROM pages") == [(4,)]


def test_crawls_work_side_by_side_and_nobody_else_beside_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.corpus.holding.PATIENCE", 0.1)
    corpus = tmp_path / "corpus.sqlite"
    with crawling(corpus), crawling(corpus), pytest.raises(CorpusError, match="in use"), alone(corpus):
        pass
    with alone(corpus), pytest.raises(CorpusError, match="in use"), crawling(corpus):
        pass


def test_a_folder_that_cannot_be_locked_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuses)
    with pytest.raises(CorpusError, match=r"No locks available .*on a disk of this machine"), crawling(tmp_path / "c.sqlite"):
        pass
