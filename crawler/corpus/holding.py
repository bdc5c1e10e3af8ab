"""Which commands may work on a corpus at the same time: any number of crawls, or one that reads and writes all of it.

The locks are the operating system's (`flock`) and go with the process, however it ends. They hold on one machine.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.errors import CorpusError

PATIENCE = 3.0
"""Seconds to wait for a process that is about to end."""
ERASING_PATIENCE = 120.0
POLL = 0.05


@contextmanager
def crawling(corpus: Path) -> Iterator[None]:
    """Work on a corpus beside other crawls.

    Raises:
        CorpusError: an import or a re-extraction is at work on it.
    """
    refusal = "scout import-warc or scout corpus reextract is at work on it in another process"
    with _held(corpus, "use", PATIENCE, refusal, shared=True):
        yield


@contextmanager
def alone(corpus: Path) -> Iterator[None]:
    """Work on all sites of a corpus, with no crawl, import or re-extraction beside.

    Raises:
        CorpusError: one is at work on it.
    """
    refusal = "a crawl, scout import-warc or scout corpus reextract is at work on it in another process"
    with _held(corpus, "use", PATIENCE, refusal):
        yield


@contextmanager
def erasing(corpus: Path) -> Iterator[None]:
    """Erase, one process at a time; crawls and imports may go on, they see to it that nothing comes back.

    Raises:
        CorpusError: another process has been erasing for minutes.
    """
    with _held(corpus, "erase", ERASING_PATIENCE, "another process is erasing"):
        yield


@contextmanager
def _held(corpus: Path, name: str, patience: float, refusal: str, *, shared: bool = False) -> Iterator[None]:
    path = corpus.with_name(f"{corpus.name}.{name}.lock")
    try:
        corpus.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        reason = error.strerror or error
        raise CorpusError(f"cannot write beside the corpus {corpus}: {reason} (check the folder's permissions)") from error
    try:
        until = time.monotonic() + patience
        while not _taken(file, shared=shared):
            if time.monotonic() >= until:
                raise CorpusError(f"the corpus {corpus} is in use: {refusal}; wait for its end or stop it, then try again")
            time.sleep(POLL)
        yield
    finally:
        os.close(file)


def _taken(file: int, *, shared: bool) -> bool:
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        reason = error.strerror or error
        raise CorpusError(
            f"the folder of the corpus cannot be locked: {reason} (a network drive? put SCOUT_HOME on a disk of this machine)"
        ) from error
    return True
