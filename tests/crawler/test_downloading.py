"""One request through the real downloader, in a process of its own: Twisted's reactor runs once per process."""

import gzip
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from socket import create_server, socket
from typing import Any

import pytest

from tests.crawler.conftest import Reply, Web

SCRIPT = """
import asyncio, dataclasses, json, socket, sys, time
socket.getaddrinfo = lambda name, *rest: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 0))]
from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess
from crawler.web.caps import guarded_settings
from crawler.web.downloading import Failure, Validators, look_up, request_once
from crawler.web.netguard import Guard

guard = Guard(loopback=True)
job = json.loads(sys.argv[1])

class Asking(Spider):
    name = "asking"

    async def start(self):
        told = []
        for url, validators in job["asked"]:
            meta = {"download_maxsize": 100_000, "proxy": None}
            made = Validators(*validators) if validators else None
            answer = await request_once(self.crawler.engine.download_async, url, meta, job["seconds"], made)
            told.append(dataclasses.asdict(answer) | {"body": getattr(answer, "body", b"").decode("latin-1"),
                "at": str(getattr(answer, "at", "")), "kind": type(answer).__name__})
        await look_up("somewhere.test")
        told.append({"address": guard.address_of("somewhere.test")})
        print(json.dumps(told))
        return
        yield

settings = guarded_settings(guard) | {"DOWNLOAD_TIMEOUT": job["seconds"], "LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False}
process = AsyncCrawlerProcess(settings)
process.crawl(Asking)
process.start()
"""


def ask(*asked: tuple[str, tuple[str, str] | None], seconds: float = 5.0) -> list[dict[str, Any]]:
    job = json.dumps({"asked": asked, "seconds": seconds})
    command = [sys.executable, "-c", SCRIPT, job]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True, timeout=60)
    told: list[dict[str, Any]] = json.loads(done.stdout)
    return told


@pytest.fixture
def dripping() -> Any:  # noqa: ANN401  # a generator of a port
    """A host that sends a byte of its body now and then, for ever."""
    server = create_server(("127.0.0.1", 0))

    def drip(connection: socket) -> None:
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n")
            try:
                while True:
                    connection.sendall(b"x")
                    time.sleep(0.05)
            except OSError:
                return

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=drip, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    server.close()


def test_an_answer_holds_what_the_host_said(web: Web, dripping: int) -> None:
    packed = Reply(gzip.compress(b"<p>packed"), headers={"Content-Encoding": "gzip", "ETag": '"1"', "x-ODD-name": "a"})
    web.site("h", {"/packed": packed, "/same": Reply("", 304), "/moved": Reply("", 302, headers={"Location": "/there"})})
    web.site("h", {"/broken": Reply(b"no gzip", headers={"Content-Encoding": "gzip"}), "/large": Reply(b"x" * 200_000)})
    bomb = Reply(gzip.compress(b" " * 5_000_000), headers={"Content-Encoding": "gzip"})
    web.site("h", {"/bomb": bomb})
    asked: list[tuple[str, tuple[str, str] | None]] = [
        (web.url("h", "/packed"), None),
        (web.url("h", "/same"), ('"1"', "a date")),
    ]
    asked += [(web.url("h", path), None) for path in ("/moved", "/broken", "/large", "/bomb")]
    asked += [("http://10.0.0.1/", None), ("http://127.0.0.1:9/", None), (f"http://127.0.0.1:{dripping}/", None)]
    packed_, same, moved, broken, large, bombed, private, refused, dripped, names = ask(*asked, seconds=1.0)

    assert (packed_["kind"], packed_["status"], packed_["body"]) == ("Answer", 200, "<p>packed")
    assert (packed_["reason"], packed_["address"]) == ("OK", "127.0.0.1")
    received = [tuple(line) for line in packed_["header_lines"]]
    assert received[-3:] == [("Content-Encoding", "gzip"), ("ETag", '"1"'), ("x-ODD-name", "a")]
    assert packed_["headers"]["x-odd-name"] == "a"
    assert 0.0 < packed_["latency"] <= packed_["elapsed"] < 1.0

    assert (same["status"], same["body"], same["reason"]) == (304, "", "Not Modified")
    conditional = next(request.headers for request in web.requests if request.path == "/same")
    assert (conditional["If-None-Match"], conditional["If-Modified-Since"]) == ('"1"', "a date")
    assert (moved["status"], moved["headers"]["location"]) == (302, "/there")

    ends = [(one["kind"], one["outcome"], one["detail"]) for one in (broken, large, bombed, private, refused, dripped)]
    assert [(kind, outcome) for kind, outcome, _ in ends] == [
        ("Failure", outcome) for outcome in ("broken", "too-large", "too-large", "refused", "unreachable", "unreachable")
    ]
    assert ends[-2:] == [("Failure", "unreachable", "connection refused"), ("Failure", "unreachable", "timed out")]
    assert "private" in ends[3][2]
    assert names["address"] == "93.184.216.34"
