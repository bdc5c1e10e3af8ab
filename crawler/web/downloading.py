"""One request through Scrapy's downloader: it ends as an answer or as a failure, whatever a host does."""

import asyncio
import gzip
import time
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from twisted.internet.interfaces import IResolutionReceiver
from zope.interface import implementer

from crawler.records import Outcome
from crawler.urls import canonical_url
from crawler.web.caps import HEAD, Head
from crawler.web.decoding import CapError, UndecodableError
from crawler.web.netguard import NotPublicError
from crawler.web.wishes import PageRules, page_rules

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PATIENCE = 2.0
"""Of the time for one request, what may pass until it is given up whatever the downloader does."""
UNREACHABLE: dict[type[Exception], str] = {
    CannotResolveHostError: "name not found",
    DownloadConnectionRefusedError: "connection refused",
    DownloadTimeoutError: "timed out",
    TimeoutError: "timed out",
    ResponseDataLossError: "broken off",
    DownloadFailedError: "connection failed",
    TunnelError: "the proxy refused the connection",
}

UNDECODABLE = (UndecodableError, zlib.error, gzip.BadGzipFile, EOFError)

Download = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes a request conditional: as an earlier answer gave them, empty where it did not."""

    etag: str = ""
    last_modified: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the request."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered."""

    url: str
    status: int
    headers: dict[str, str]
    """Names in lower case; of repeated headers all values, with commas between."""
    body: bytes
    """Decoded. Empty for a 304."""
    reason: str = ""
    """The words beside the status, as the host had them."""
    header_lines: tuple[tuple[str, str], ...] = ()
    """As they were received."""
    address: str | None = None
    """The IP address that answered; None where a proxy stood between."""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When the request was sent, in UTC."""
    elapsed: float = 0.0
    """Seconds until the last byte."""
    latency: float = 0.0
    """Seconds until the first byte."""

    @property
    def is_good(self) -> bool:
        """Whether the host sent what it was asked for."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def redirect(self) -> str | None:
        """Where the answer leads: canonical, or empty where that is no address; None when it is no redirect."""
        if self.status not in REDIRECTS:
            return None
        return canonical_url(self.headers.get("location", ""), self.url) or ""

    @property
    def validators(self) -> Validators:
        """What a later request for the same address may ask with."""
        return Validators(self.headers.get("etag", ""), self.headers.get("last-modified", ""))

    @property
    def rules(self) -> PageRules:
        """What the X-Robots-Tag headers say to us."""
        return page_rules((value for name, value in self.header_lines if name.lower() == "x-robots-tag"), self.at)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer."""

    outcome: Outcome
    detail: str
    status: int | None = None
    retry_in: float | None = None
    """Seconds after which it may be tried again, where the host is only left alone for a while."""


async def request_once(
    download: Download, url: str, meta: dict[str, object], seconds: float, validators: Validators | None = None
) -> Answer | Failure:
    """Send one GET request.

    Args:
        download: Scrapy's `engine.download_async`.
        url: canonical.
        meta: of the Scrapy request; `download_maxsize` is the limit in bytes of the body, as it comes and decoded.
        seconds: what the downloader has for it. It is held to them even where it forgets.
        validators: make the request conditional.
    """
    request = Request(url, headers=validators.headers if validators else {}, meta=dict(meta), dont_filter=True)
    at, began = datetime.now(UTC), time.monotonic()
    try:
        async with asyncio.timeout(PATIENCE * seconds):
            response = await download(request)
    except CapError as error:
        return Failure(Outcome.TOO_LARGE, str(error))
    except (DownloadCancelledError, IgnoreRequest):
        # The second is what Scrapy's own decompression raises.
        return Failure(Outcome.TOO_LARGE, f"more than {meta['download_maxsize']} bytes")
    except UNDECODABLE as error:
        return Failure(Outcome.BROKEN, f"cannot be decompressed: {error}")
    except NotPublicError as error:
        return Failure(Outcome.REFUSED, str(error))
    except Exception as error:  # noqa: BLE001  # whatever a host answers ends as a recorded visit
        return _failure(error)
    head = request.meta.get(HEAD)
    lines = head.lines if isinstance(head, Head) else _lines(response)
    joined: dict[str, str] = {}
    for name, value in lines:
        known = joined.get(name.lower())
        joined[name.lower()] = value if known is None else f"{known}, {value}"
    return Answer(
        url=url,
        status=response.status,
        headers=joined,
        body=b"" if response.status == HTTPStatus.NOT_MODIFIED else response.body,
        reason=head.reason if isinstance(head, Head) else "",
        header_lines=lines,
        address=None if request.meta.get("proxy") or response.ip_address is None else str(response.ip_address),
        at=at,
        elapsed=time.monotonic() - began,
        latency=float(request.meta.get("download_latency", 0.0)),
    )


async def look_up(host: str) -> None:
    """Have a host's name looked up ahead of the first request to it, by the resolver that Scrapy has set up.

    So the guard knows the address that the request will go to before its turn is told.
    """
    from twisted.internet import reactor  # noqa: PLC0415  # its import installs one, unless Scrapy has done so before

    told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    reactor.nameResolver.resolveHostName(_Told(told), host)
    await told


@implementer(IResolutionReceiver)
class _Told:
    """Waits for the end of a look-up; its addresses are the guard's business."""

    def __init__(self, told: "asyncio.Future[None]") -> None:
        self._told = told

    def resolutionBegan(self, resolutionInProgress: object) -> None:  # noqa: N802, N803  # Twisted's names
        pass

    def addressResolved(self, address: object) -> None:  # noqa: N802  # Twisted's name
        pass

    def resolutionComplete(self) -> None:  # noqa: N802  # Twisted's name
        if not self._told.done():
            self._told.set_result(None)


def _lines(response: Response) -> tuple[tuple[str, str], ...]:
    """Return the headers where the downloader did not keep them as they came."""
    found = response.headers.items()
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, values in found for value in values)


def _failure(error: Exception) -> Failure:
    for kind, words in UNREACHABLE.items():
        if isinstance(error, kind):
            return Failure(Outcome.UNREACHABLE, words)
    detail = f"{type(error).__name__}: {error}"[:200]
    lost = isinstance(error, OSError) or type(error).__module__.startswith("twisted.internet")
    return Failure(Outcome.UNREACHABLE if lost else Outcome.BROKEN, detail)
