"""The crawl's own HTTP in Scrapy: what is asked for passes the guard, and what comes back keeps to caps while it arrives."""

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from scrapy.exceptions import CannotResolveHostError, DownloadFailedError
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future

from crawler.web.decoding import ACCEPTED, CapError, decoded
from crawler.web.netguard import Guard, NotPublicError

MOST_HEAD_BYTES = 128 * 1024
"""Of status line and header lines, interim responses included. Browsers take 256 KiB, Twisted any number of lines."""
MOST_HEAD_LINES = 500
LONGEST_HEAD_LINE = 64 * 1024
HEAD = "scout_head"
"""The key of a request's meta under which the head of its response lies."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a response as it was received."""

    version: str
    """Such as `HTTP/1.1`."""
    status: int
    reason: str
    lines: tuple[tuple[str, str], ...]
    """Names and values in the order and spelling that the host sent, decoded as latin-1."""


class CappedHandler(HTTP11DownloadHandler):
    """Scrapy's DOWNLOAD_HANDLERS for http and https.

    A request that the guard (the setting SCOUT_GUARD) refuses, by its spelling or by what its host turns out to be, fails with
    NotPublicError. A head past the caps fails with CapError. The rest is Scrapy's: DOWNLOAD_TIMEOUT spans name, connection,
    head and body together, DOWNLOAD_MAXSIZE ends a body while it arrives. The head is left in the request's meta.
    """

    def __init__(self, crawler: Any) -> None:  # noqa: ANN401  # as Scrapy types it, its settings are untyped
        """Take the guard from Scrapy's settings."""
        super().__init__(crawler)
        self._guard: Guard = crawler.settings["SCOUT_GUARD"]
        self._pool._factory = _Factory  # noqa: SLF001  # Scrapy's own way to set it

    async def download_request(self, request: Request) -> Response:
        """Download what a request asks for."""
        if refusal := self._guard.refusal(request.url):
            raise NotPublicError(refusal)
        agent = _Agent(
            contextFactory=self._contextFactory,
            bindAddress=self._bind_address,
            pool=self._pool,
            maxsize=self._default_maxsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
        )
        try:
            with wrap_twisted_exceptions():
                return await maybe_deferred_to_future(agent.download_request(request))
        except CannotResolveHostError as error:
            pin = self._guard.pinned(urlsplit(request.url).hostname or "")
            if pin and pin.refusal:
                raise NotPublicError(pin.refusal) from error
            raise
        except DownloadFailedError as error:
            for reason in getattr(error.__cause__, "reasons", ()):
                if reason.check(CapError):
                    raise reason.value from error
            raise


class _Agent(_ScrapyAgent):
    def _cb_bodyready(self, txresponse: Any, request: Request) -> Any:  # noqa: ANN401  # Twisted's and Scrapy's inner types
        lines = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in txresponse.head_lines)
        protocol, major, minor = txresponse.version
        version = f"{protocol.decode('latin-1')}/{major}.{minor}"
        request.meta[HEAD] = Head(version, txresponse.code, txresponse.phrase.decode("latin-1"), lines)
        return super()._cb_bodyready(txresponse, request)


class _Parser(_LenientHTTPClientParser):
    MAX_LENGTH = LONGEST_HEAD_LINE
    head_count = 0
    head_bytes = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802  # Twisted's name
        self.head_count += 1
        self.head_bytes += len(line) + 1
        if self.head_count > MOST_HEAD_LINES or self.head_bytes > MOST_HEAD_BYTES:
            raise CapError(f"a head of more than {MOST_HEAD_LINES} lines or {MOST_HEAD_BYTES} bytes")
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: ARG002, N802  # Twisted's name and argument
        raise CapError(f"a header line of more than {LONGEST_HEAD_LINE} bytes")

    def statusReceived(self, status: bytes) -> None:  # noqa: N802  # Twisted's name
        super().statusReceived(status)  # type: ignore[no-untyped-call]  # Twisted has no types here
        self.response.head_lines = []

    def headerReceived(self, name: bytes, value: bytes) -> None:  # noqa: N802  # Twisted's name
        self.response.head_lines.append((name, value))
        super().headerReceived(name, value)  # type: ignore[no-untyped-call]  # Twisted has no types here


class _Protocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> Any:  # noqa: ANN401  # Twisted's inner types
        answered = super().request(request)
        # As Scrapy does it: Twisted names the class of the parser in the method that makes it.
        self._parser.__class__ = _Parser
        return answered


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: object) -> _Protocol:  # noqa: ARG002, N802  # Twisted's name and argument
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]  # Twisted has no types here


class DecodingMiddleware:
    """Takes the place of Scrapy's HttpCompressionMiddleware: undoes content codings under the caps of `decoded`."""

    def __init__(self, most_bytes: int) -> None:
        """Take the cap of responses whose request names none (`download_maxsize` in its meta)."""
        self._most_bytes = most_bytes

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:  # noqa: ANN401  # as above
        """Make the middleware as Scrapy's settings say."""
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_request(self, request: Request) -> None:
        """Ask for the codings that can be undone."""
        request.headers[b"Accept-Encoding"] = ACCEPTED

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response with its body decoded and without Content-Encoding.

        Raises:
            CapError: the body is a bomb.
            UndecodableError: it is not what its headers say.
        """
        codings = [value.decode("latin-1") for value in response.headers.getlist("Content-Encoding")]
        if not codings:
            return response
        body = decoded(response.body, codings, request.meta.get("download_maxsize", self._most_bytes))
        response = response.replace(body=body)
        del response.headers["Content-Encoding"]
        return response


def guarded_settings(guard: Guard) -> dict[str, object]:
    """Return the Scrapy settings that put guard and caps in place, for a crawl's other settings to be added to."""
    return {
        "SCOUT_GUARD": guard,
        "TWISTED_DNS_RESOLVER": "crawler.web.netguard.GuardedResolver",
        "DOWNLOAD_HANDLERS": dict.fromkeys(("data", "file", "ftp", "s3")) | dict.fromkeys(("http", "https"), CappedHandler),
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
            DecodingMiddleware: 590,
            # Which hosts are asked is judged before; nobody has given us a password.
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
        },
        "DOWNLOADER_STATS": False,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "COOKIES_ENABLED": False,
        "REDIRECT_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "RETRY_ENABLED": False,
    }
