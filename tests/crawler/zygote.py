"""Starts crawls in no time: imports everything once, then forks a process for each crawl. Run as a program by tests that kill.

Each line of standard input is a job with `told`, the file for what the crawl says; its process id is the answer.
"""

import json
import os
import signal
import sys
from pathlib import Path

import crawler.identity.samecompany  # noqa: F401  # loaded once, here, and not in each crawl; so are the others
from crawler.reading import read_page
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
            run(line, job["told"])
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


def run(line: str, told: str) -> None:
    """Be the crawl's process; its standard input stays open as long as it lives."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    code = 1
    try:
        receiving, sending = os.pipe()
        os.write(sending, line.encode())
        os.dup2(receiving, 0)
        os.dup2(os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
        main()
        code = 0
    finally:
        Path(f"{told}.ended").touch()
        os._exit(code)


if __name__ == "__main__":
    serve()
