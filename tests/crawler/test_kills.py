"""Commands that rewrite a corpus are killed at moments all over their work: given again, they end as if nobody had."""

import gzip
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawler.archive.archive import Archive
from crawler.commands import app
from crawler.corpus.corpus import Corpus
from crawler.home import Home
from tests.crawler.test_archive_commands import capture, html
from tests.crawler.test_resume import Zygote, zygote
from tests.crawler.test_warc import gz

__all__ = ["zygote"]

KILLS = 12
"""Of each command."""
PATIENCE = 60.0
SEEDS = "id,name,url\nacme,Acme,https://www.acme.it/\nbeta,Beta,https://lab.org/beta/\n"
FOOTER = "The same line stands at the foot of every page of this site."
QUERIES = {
    "pages": "SELECT startup_id, url, digest, language, settled, fetched_at FROM pages",
    "versions": "SELECT startup_id, url, digest, since FROM versions",
    "readings": "SELECT startup_id, url, outcome, digest, seen_at FROM readings",
    "visits": "SELECT startup_id, url, outcome, at FROM visits",
    "changes": "SELECT startup_id, url, change, digest FROM changes",
    "companies": "SELECT startup_id, record FROM companies",
    "startups": "SELECT id FROM startups",
    "opt_outs": "SELECT host FROM opt_outs",
    "unsettled": "SELECT startup_id FROM unsettled",
}


def warc(home: Home, name: str, site: str, number: int, date: str) -> Path:
    """An archive of seven pages of a site."""
    made = home.root / name
    pages = (
        capture(f"{site}{n}", html(f"Page {n} tells of casting {number + n}.</p><p>{FOOTER}", title=f"{n}"), date=date)
        for n in range(7)
    )
    made.write_bytes(gz(*pages))
    return made


def scout(*words: object) -> None:
    CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A corpus of two sites, and an archive of later captures of one of them."""
    home = Home(tmp_path / "begun")
    home.root.mkdir()
    monkeypatch.setenv("SCOUT_HOME", str(home.root))
    (home.root / "seeds.csv").write_text(SEEDS)
    early = "2026-05-04T10:11:12Z"
    for name, site, number in (("a.warc.gz", "https://acme.it/", 1000), ("b.warc.gz", "https://lab.org/beta/", 2000)):
        scout("import-warc", warc(home, name, site, number, early), "--seeds", home.root / "seeds.csv")
    warc(home, "later.warc.gz", "https://acme.it/", 3000, "2026-06-04T10:11:12Z")
    return home


@dataclass(frozen=True)
class State:
    rows: dict[str, list[tuple[object, ...]]]
    archived: bool
    """Whether all that pages refer to lies in the archive."""
    traces: frozenset[str]
    """Of what is told of Acme, in corpus and archive."""


def state(home: Home) -> State:
    with Corpus(home.corpus, read_only=True) as corpus:
        rows = {name: sorted(corpus.rows(query, lambda row: row), key=str) for name, query in QUERIES.items()}
        archive = Archive(home.archive)
        archived = all(page.archived and archive.read(page.archived).url == page.url for page in corpus.pages())
    held = b"".join(file.read_bytes() for file in home.root.glob("corpus.sqlite*"))
    held += b"".join(gzip.decompress(file.read_bytes()) for file in home.archive.glob("scout-*"))
    told = frozenset(
        words for n in range(7) for words in (f"casting {1000 + n}", f"casting {3000 + n}") if words.encode() in held
    )
    return State(rows, archived, told)


@pytest.mark.parametrize(
    "command",
    [
        "corpus erase --yes acme",
        "corpus erase --yes --with-profile acme.it",
        "import-warc {home}/later.warc.gz",
        "corpus reextract",
    ],
)
def test_a_command_killed_anywhere_and_given_again_ends_as_undisturbed(
    zygote: Zygote, begun: Home, tmp_path: Path, command: str
) -> None:
    def prepared(name: str) -> tuple[Home, list[str]]:
        home = Home(tmp_path / name)
        shutil.copytree(begun.root, home.root)
        return home, command.format(home=home.root).split()

    calm, words = prepared("calm")
    moments = zygote.command(words, calm.root, 0)
    undisturbed = state(calm)
    assert moments > 2 * KILLS
    assert bool(undisturbed.traces) is ("erase" not in command)
    dice = random.Random(20261123)  # noqa: S311  # it draws moments, no secrets
    step = moments / KILLS
    for number in range(KILLS):
        home, words = prepared(f"kill{number}")
        moment = 1 + int(step * number + dice.random() * step)
        assert zygote.command(words, home.root, moment) == 0, (moment, moments)
        assert zygote.command(words, home.root, 0) > 0
        ended = state(home)
        assert ended.archived, moment
        assert ended.traces == undisturbed.traces, moment
        for table, rows in undisturbed.rows.items():
            assert ended.rows[table] == rows, (table, moment)
        shutil.rmtree(home.root)
