"""Starts crawls in no time: imports everything once, then forks a process for each crawl. Run as a program by tests that kill.

Each line of standard input is a job with `told`, the file for what the crawl says; its process id is the answer. A job with a
`command` is run as `scout` runs it, kills itself at a `moment` (a statement of SQL, a write to the archive), and tells how many
there are if it gets to its end.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import crawler.identity.samecompany  # noqa: F401  # loaded once, here, and not in each crawl; so are the others
from crawler.archive import archive
from crawler.archive.warc_output import WarcOutput
from crawler.archive.warc_writing import empty_member
from crawler.commands import app
from crawler.corpus.database import Database
from crawler.reading import read_page
from crawler.replay import importing
from crawler.sites.crawlprocess import main


def serve() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    read_page(b"<p>The language model is loaded before the first fork, not after each.</p>", "http://a.localhost/", None)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if child == 0:
            run(line, job)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def run(line: str, job: dict[str, Any]) -> None:
    """Be the crawl's process; its standard input stays open as long as it lives."""
    told = job["told"]
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    code = 1
    try:
        receiving, sending = os.pipe()
        os.write(sending, line.encode())
        os.dup2(receiving, 0)
        os.dup2(os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
        if "command" in job:
            os.environ["SCOUT_HOME"] = job["home"]
            command(job["command"], job["moment"])
        else:
            main()
        code = 0
    finally:
        Path(f"{told}.ended").touch()
        os._exit(code)


def command(words: list[str], moment: int) -> None:
    """Run a command up to a moment."""
    passed = 0

    def passes(*_: object) -> None:
        nonlocal passed
        passed += 1
        if passed == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    prepare, append = Database._prepare, WarcOutput.append

    def watched(self: Database, *, read_only: bool) -> None:
        prepare(self, read_only=read_only)
        self._db.set_trace_callback(passes)

    def appended(self: WarcOutput, data: bytes) -> int:
        passes()
        return append(self, data)

    def emptied(size: int) -> bytes:
        passes()
        return empty_member(size)

    mock.patch.object(Database, "_prepare", watched).start()
    mock.patch.object(WarcOutput, "append", appended).start()
    mock.patch.object(archive, "empty_member", emptied).start()
    importing.BATCH = 3
    app(words, standalone_mode=False)
    sys.stdin.close()
    os.write(1, f"{passed}\n".encode())


if __name__ == "__main__":
    serve()
