"""Several processes open a file for the first time at once."""

import sqlite3
import threading
from pathlib import Path

import pytest

from crawler.corpus.corpus import Corpus
from crawler.web.turns import Turns
from crawler.write_ahead import write_ahead

HELD = 0.3


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A new database that another connection is writing, for a moment, before it is in WAL mode."""
    file = tmp_path / "turns.sqlite"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    other.execute("CREATE TABLE elsewhere (name)")

    def end() -> None:
        other.execute("COMMIT")
        other.close()

    threading.Timer(HELD, end).start()
    return file


def test_who_opens_a_corpus_that_another_process_is_making_waits_for_it(file: Path) -> None:
    with Corpus(file) as corpus:
        assert corpus.row("PRAGMA journal_mode") == ("wal",)


def test_so_does_who_opens_the_turns(file: Path) -> None:
    with Turns(file.parent, 1.0) as turns:
        assert turns.claim("one.example", 1.0, None, 0.0) == (0.0, 0.0)


def test_who_waits_in_vain_is_told(file: Path) -> None:
    db = sqlite3.connect(file)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        write_ahead(db, HELD / 10)
    db.close()
