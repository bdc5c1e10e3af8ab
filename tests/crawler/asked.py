"""What became of URLs that were asked for in a process of their own, before an internet of their own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from tests.crawler.hostile import Hostile
from tests.crawler.internet import Internet

TIMEOUT = 1.5
MOST_BYTES = 2_000_000


@dataclass(frozen=True)
class Asked:
    """How all of it ended."""

    ends: dict[str, dict[str, Any]]
    """By URL."""
    grown: int
    """KiB that the process grew by."""
    looked_up: list[str]
    connected: list[tuple[str, int]]


def ask(internet: Internet, server: Hostile, names: dict[str, list[list[str]]], urls: list[str], **job: object) -> Asked:
    """Ask for URLs through Scrapy, all at once save those with the fragment `alone`.

    Args:
        internet: an empty one.
        server: stands behind every address.
        names: the addresses of each name, one list per look-up; the last stays.
        urls: each once.
        job: what `asking.py` takes besides.
    """
    environment = os.environ | internet.lay(server.port, names)
    done = subprocess.run(
        [sys.executable, "-m", "tests.crawler.internet.asking"],
        input=json.dumps({"urls": urls, "loopback": False, "timeout": TIMEOUT, "most_bytes": MOST_BYTES} | job) + "\n",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    looked_up = [str(name) for (name,) in internet.noted("asked")]
    connected = [(str(address), int(str(port))) for address, port in internet.noted("connected")]
    return Asked({end["url"]: end for end in told["ends"]}, told["grown_kib"], looked_up, connected)
