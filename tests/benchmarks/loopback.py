"""A web on loopback in a process of its own, and what it was asked for. No script."""

import asyncio
import multiprocessing
import re
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

from corpora import SHARED

from crawler.demo.answers import build
from crawler.demo.sites import load_sites
from crawler.demo.traits import traits

ROBOTS = b"User-agent: *\nDisallow:\n"
HOST = re.compile(rb"\r\nhost:\s*([^:\r]+)", re.IGNORECASE)
QUEUE = 2048
"""Connections that may wait to be taken up."""

Answer = Callable[[str, str], bytes | None]
"""Host and path to the page that is there, or None; picklable."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    at: float
    """By `time.monotonic`, which all processes share."""
    host: str
    path: str
    found: bool

    @property
    def is_page(self) -> bool:
        """Whether a page was answered."""
        return self.found and self.path != "/robots.txt"


class LoopbackWeb:
    """Serves `*.localhost` while the context lasts. Every robots.txt allows everything; there are no sitemaps."""

    def __init__(self, answer: Answer) -> None:
        """Take what each host answers."""
        self.port = 0
        """Known once the context is entered."""
        self._ours, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(target=_serve, args=(answer, theirs), daemon=True)

    def __enter__(self) -> Self:
        """Open the port."""
        self._process.start()
        self.port = self._ours.recv()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the port."""
        self._process.terminate()
        self._process.join()

    @property
    def pid(self) -> int:
        """The process that serves."""
        return self._process.pid or 0

    def asked(self) -> list[Asked]:
        """Return the requests since the last call, in their order."""
        self._ours.send(None)
        return [Asked(*fields) for fields in self._ours.recv()]


class _Connection(asyncio.Protocol):
    def __init__(self, answer: Answer, log: list[tuple[float, str, str, bool]]) -> None:
        self._answer = answer
        self._log = log
        self._unread = b""
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += data
        while b"\r\n\r\n" in self._unread:
            head, _, self._unread = self._unread.partition(b"\r\n\r\n")
            named = HOST.search(head)
            host, path = (named[1] if named else b"").decode("latin-1"), head.split(b" ", 2)[1].decode("latin-1")
            robots = path == "/robots.txt"
            page = ROBOTS if robots else self._answer(host, path)
            self._log.append((time.monotonic(), host, path, page is not None))
            body = b"<h1>Not found</h1>" if page is None else page
            status, kind = ("404 Not Found" if page is None else "200 OK"), ("text/plain" if robots else "text/html")
            fields = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
            self._transport.write(fields.encode() + body)


def _serve(answer: Answer, pipe: Connection) -> None:
    asyncio.run(_served(answer, pipe))


async def _served(answer: Answer, pipe: Connection) -> None:
    log: list[tuple[float, str, str, bool]] = []

    def tell() -> None:
        pipe.recv()
        pipe.send(log)
        log.clear()

    loop = asyncio.get_running_loop()
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio wants TCP named to send at once
    listener.bind(("127.0.0.1", 0))
    server = await loop.create_server(lambda: _Connection(answer, log), sock=listener, backlog=QUEUE)
    loop.add_reader(pipe.fileno(), tell)
    pipe.send(listener.getsockname()[1])
    await server.serve_forever()


def company_sites() -> tuple[tuple[str, ...], Answer, str]:
    """Return hosts, what they answer and what they are: the real sites of ../shared where they are, else those of the demo web.

    Links to the site's own address are made relative, so that the crawl stays on loopback.
    """
    real = SHARED / "web" / "dev"
    pages = _real_pages(real) if real.is_dir() else _demo_pages()
    hosts = tuple(sorted({host for host, _ in pages}))
    return hosts, partial(_page, pages), "real sites of ../shared" if real.is_dir() else "sites of the demo web"


def _page(pages: Mapping[tuple[str, str], bytes], host: str, path: str) -> bytes | None:
    return pages.get((host, path))


def _real_pages(root: Path) -> dict[tuple[str, str], bytes]:
    pages: dict[tuple[str, str], bytes] = {}
    for folder in sorted(root.iterdir()):
        host = f"{folder.name.removeprefix('www.').replace('.', '-').lower()}.localhost"
        own = re.compile(rb"https?://(?:www\.)?" + re.escape(folder.name.removeprefix("www.")).encode() + rb"(?=[/\"'\s<])/?")
        for file in sorted(folder.rglob("*.htm*")):
            body = own.sub(b"/", file.read_bytes())
            path = f"/{file.relative_to(folder).as_posix()}"
            pages[host, path] = body
            if file.stem == "index":
                pages[host, path.removesuffix(file.name)] = body
            pages.setdefault((host, path.removesuffix(file.suffix)), body)
    return {(host, path): body for (host, path), body in pages.items() if (host, "/") in pages}


def _demo_pages() -> dict[tuple[str, str], bytes]:
    sites = load_sites()
    styles = traits(sites)
    found = {}
    for site in sites:
        for path, resource in build(site, styles[site.slug], "", "http://localhost/").items():
            if resource.content_type.startswith("text/html") and resource.status == 200:
                found[f"{site.slug}.localhost", path] = resource.body
        home = next(path for host, path in found if host == f"{site.slug}.localhost")
        found.setdefault((f"{site.slug}.localhost", "/"), found[f"{site.slug}.localhost", home])
    return found
