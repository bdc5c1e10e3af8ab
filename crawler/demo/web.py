"""The demo web on loopback: every demo site on one port, told apart by the Host header.

A site of the packaged folder answers at `http://<slug>.localhost:<port>/` (RFC 6761 keeps these names on this computer),
and `http://localhost:<port>/` lists them all. A minority of the sites has one of the faults that the real web has, too:
`crawler.demo.traits.Wart` names them.
"""

import asyncio
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from types import TracebackType
from typing import Any, Self

import uvicorn

from crawler.demo.answers import build, not_found
from crawler.demo.rendering import Resource, address, directory
from crawler.demo.sites import DemoError, DemoSite
from crawler.demo.traits import traits

_HOST = "127.0.0.1"
_START_SECONDS = 15.0
_STOP_SECONDS = 5.0
_METHOD_NOT_ALLOWED = 405
_NOT_MODIFIED = 304
_MOST_CONNECTIONS = 1024
_MOST_REQUESTS_KEPT = 100_000

_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class DemoRequest:
    """A request that the demo web has answered."""

    at: float
    """Arrival, in seconds of the monotonic clock."""
    method: str
    host: str
    """Without the port."""
    target: str
    """Path and query."""
    status: int
    user_agent: str


class DemoWeb:
    """Serves the sites while the context lasts: `with DemoWeb(sites) as web: web.port`."""

    def __init__(self, sites: Iterable[DemoSite], port: int = 0) -> None:
        """Take the sites and the port, 0 for any free one."""
        self.port = port
        """The port served on; with 0 it is known once the context is entered."""
        self._sites = {site.slug: site for site in sites}
        self._traits = traits(self._sites.values())
        self._built: dict[str, dict[str, Resource]] = {}
        self._recovered: set[tuple[str, str]] = set()
        self._requests: deque[DemoRequest] = deque(maxlen=_MOST_REQUESTS_KEPT)
        self._lock = threading.Lock()
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Open the port and answer on it in a thread.

        Raises:
            DemoError: the port is taken, or the server does not start.
        """
        listener = self._listen()
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            self._answer,
            interface="asgi3",
            proxy_headers=False,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=_MOST_CONNECTIONS,
            backlog=256,
            timeout_keep_alive=10,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="demo-web", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                self._stop()
                listener.close()
                raise DemoError(f"the demo web did not start on port {self.port}: try again, or with another port")
            time.sleep(0.01)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the port."""
        self._stop()

    @property
    def requests(self) -> tuple[DemoRequest, ...]:
        """The requests answered so far, in their order (the last 100,000)."""
        with self._lock:
            return tuple(self._requests)

    def addresses(self) -> dict[str, tuple[str, ...]]:
        """Return the addresses of every site's pages by the startup's id: what a complete crawl stores.

        With `Wart.UPPER_CASE`, `Wart.SLASH` and `Wart.TWO_ADDRESSES` a crawl may come upon the other address of a page first.
        """
        return {
            site.id: tuple(self._base(site) + address(page, self._traits[site.slug]) for page in site.pages)
            for site in self._sites.values()
        }

    def _listen(self) -> socket.socket:
        listener = socket.socket(
            socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
        )  # asyncio wants TCP named to send at once
        try:
            if os.name == "posix":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((_HOST, self.port))
        except (OSError, OverflowError) as error:
            listener.close()
            raise DemoError(
                f"port {self.port} on {_HOST} cannot be used for the demo web ({error}): "
                "stop the program that has it, or name another port"
            ) from error
        return listener

    def _stop(self) -> None:
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(_STOP_SECONDS)

    def _base(self, site: DemoSite) -> str:
        return f"http://{site.slug}.localhost:{self.port}"

    def _bases(self) -> Iterable[tuple[DemoSite, str]]:
        return ((site, self._base(site)) for site in self._sites.values())

    async def _answer(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Answer one request (an ASGI application)."""
        del receive
        arrived = time.monotonic()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get("host", "").rsplit(":", 1)[0].rstrip(".").lower()
        method, path = scope["method"], scope["path"]
        if method in {"GET", "HEAD"}:
            resource = self._resource(host, path)
            if resource.pause:
                await asyncio.sleep(resource.pause)
        else:
            resource = Resource(b"Only GET and HEAD\n", "text/plain; charset=utf-8", status=_METHOD_NOT_ALLOWED)
        status, fields = _head(resource, headers)
        with self._lock:
            query = scope["query_string"].decode("latin-1")
            target = f"{path}?{query}" if query else path
            self._requests.append(DemoRequest(arrived, method, host, target, status, headers.get("user-agent", "")))
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send(
            {"type": "http.response.body", "body": b"" if status == _NOT_MODIFIED or method == "HEAD" else resource.body}
        )

    def _resource(self, host: str, path: str) -> Resource:
        """Return what the path of the host answers."""
        if host in {"localhost", _HOST}:
            return self._front_door(path)
        slug, _, parent = host.partition(".")
        site = self._sites.get(slug)
        if site is None or parent != "localhost":
            return directory(self._bases(), unknown=host or "?")
        if slug not in self._built:
            self._built[slug] = build(site, self._traits[slug], self._base(site), f"http://localhost:{self.port}/")
        found = self._built[slug].get(path) or not_found(site)
        if found.fails_first and (slug, path) not in self._recovered:
            self._recovered.add((slug, path))
            return Resource(b"Internal server error\n", "text/plain; charset=utf-8", status=500)
        return found

    def _front_door(self, path: str) -> Resource:
        """Return the directory of all sites, which stands on the bare host name."""
        if path == "/":
            return directory(self._bases())
        if path == "/robots.txt":
            return Resource(b"User-agent: *\nDisallow:\n", "text/plain; charset=utf-8")
        return Resource(b"Not found\n", "text/plain; charset=utf-8", status=404)


def _head(resource: Resource, headers: MutableMapping[str, str]) -> tuple[int, dict[str, str]]:
    """Return the answer's status and header fields; 304 where the client has the content (RFC 9110, section 13)."""
    fields = {"content-type": resource.content_type, "content-length": str(len(resource.body))}
    if resource.location:
        fields["location"] = resource.location
    if resource.status == _METHOD_NOT_ALLOWED:
        fields["allow"] = "GET, HEAD"
    if resource.modified is None:
        return resource.status, fields
    tag = f'"{sha256(resource.body).hexdigest()[:16]}"'
    fields |= {"etag": tag, "last-modified": format_datetime(resource.modified, usegmt=True), "cache-control": "no-cache"}
    if _is_known(resource, tag, headers):
        del fields["content-length"], fields["content-type"]
        return _NOT_MODIFIED, fields
    return resource.status, fields


def _is_known(resource: Resource, tag: str, headers: MutableMapping[str, str]) -> bool:
    """Tell whether the client's conditions say that it has this content; an entity tag goes before a date."""
    known = headers.get("if-none-match")
    if known is not None:
        return known.strip() == "*" or tag in (each.strip().removeprefix("W/") for each in known.split(","))
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return resource.modified is not None and since.tzinfo is not None and resource.modified <= since
