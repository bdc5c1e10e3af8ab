"""Small real web sites on loopback: a host's pages are what a test says they are, and every request is noted."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crawler.corpus.corpus import Corpus
from crawler.corpus.recording import CrawlSummary
from crawler.records import Outcome, Page, Startup, Visit
from crawler.settings import CrawlSettings, crawl_settings
from crawler.sites.crawling import crawl


@dataclass(frozen=True)
class Reply:
    """What a host answers."""

    body: bytes | str = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    chunks: int = 1
    """How many times the body is sent."""
    announced: int | None = None
    """Content-Length, where it is not the truth."""
    wait: float = 0.0
    """Seconds before the answer."""


Content = Reply | list[Reply] | str
"""What a site holds at a path: a reply, replies one after the other, or the text of an HTML page."""


@dataclass(frozen=True)
class Request:
    at: float
    host: str
    path: str
    headers: dict[str, str]


class Web:
    """A server that answers for every host of a name below localhost; `pages` maps host and path to replies."""

    def __init__(self) -> None:
        self.pages: dict[tuple[str, str], Reply | list[Reply]] = {}
        self.requests: list[Request] = []
        self.answer = self.plain_answer
        """What is done with each request; a test may put something else here."""
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                web.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is http.server's
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """Hold the tongue: crawlers hang up on answers that are too large."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def plain_answer(self, handler: BaseHTTPRequestHandler) -> None:
        host = (handler.headers["Host"] or "").partition(":")[0]
        self.requests.append(Request(time.monotonic(), host, handler.path, dict(handler.headers)))
        try:
            reply = self.pages[host, handler.path]
        except KeyError:
            reply = Reply("<h1>Not found</h1>", 404)
        if isinstance(reply, list):
            reply = reply.pop(0) if len(reply) > 1 else reply[0]
        time.sleep(reply.wait)
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        length = len(body) * reply.chunks if reply.announced is None else reply.announced
        handler.send_response(reply.status)
        for name, value in ({"Content-Type": reply.kind, "Content-Length": str(length)} | reply.headers).items():
            handler.send_header(name, value)
        handler.end_headers()
        for _ in range(reply.chunks):
            handler.wfile.write(body)
        if length != len(body) * reply.chunks:
            handler.close_connection = True

    def url(self, host: str, path: str = "/") -> str:
        return f"http://{host}.localhost:{self.port}{path}"

    def site(self, host: str, pages: Mapping[str, Content]) -> Startup:
        """Serve pages at `host`.localhost and return the startup whose site they are; {web} in a text is the site's root."""
        root = self.url(host, "")
        for path, page in pages.items():
            reply = Reply(page.replace("{web}", root)) if isinstance(page, str) else page
            self.pages[(f"{host}.localhost", path)] = reply
        return Startup(host, host.title(), self.url(host))

    def asked(self, host: str) -> list[str]:
        return [request.path for request in self.requests if request.host == f"{host}.localhost"]


@dataclass(frozen=True)
class Crawled:
    summary: CrawlSummary
    pages: dict[str, Page]
    """By path."""
    visits: dict[str, Visit]
    """By path; of several the last."""
    all_visits: list[Visit]

    def outcome(self, path: str) -> Outcome:
        return self.visits[path].outcome


@pytest.fixture
def web() -> Iterator[Web]:
    served = Web()
    yield served
    served.server.shutdown()
    served.server.server_close()


@pytest.fixture
def settings() -> CrawlSettings:
    return crawl_settings(delay=0.02, timeout=3.0, loopback=True)


@pytest.fixture
def go(tmp_path: Path, settings: CrawlSettings) -> Callable[..., Crawled]:
    """Crawl startups and return what the corpus then says."""

    def run(*startups: Startup, **changes: object) -> Crawled:
        summary = crawl(startups, tmp_path / "corpus.sqlite", settings.model_copy(update=changes))
        with Corpus(tmp_path / "corpus.sqlite", read_only=True) as corpus:
            pages, visits = list(corpus.pages()), list(corpus.visits())
        return Crawled(summary, {path(p.url): p for p in pages}, {path(v.url): v for v in visits}, visits)

    return run


def path(url: str) -> str:
    return "/" + url.partition("://")[2].partition("/")[2]


def text_page(text: str, *, title: str = "Page", head: str = "", links: tuple[str, ...] = ()) -> str:
    """A page with one sentence under one heading, and links."""
    anchors = "".join(f'<p>See <a href="{link}">{link}</a></p>' for link in links)
    return f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1><p>{text}</p>{anchors}</body></html>"


def sentence(number: int) -> str:
    """A sentence of its own for each number: pages that say the same again are held for a trap."""
    letters = str.maketrans("0123456789abcdef", "bcdfghklmnprstvz")
    drawn = hashlib.sha256(str(number).encode()).hexdigest().translate(letters)
    return f"Product {number} is made of {' and '.join(drawn[at : at + 6] for at in range(0, 60, 6))}."
