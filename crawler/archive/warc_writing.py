"""WARC 1.1 records as bytes: one gzip member each, by warcio."""

import hashlib
import re
import uuid
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO
from typing import Protocol
from urllib.parse import quote, urlsplit, urlunsplit

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archive.warc import Fields

LEVEL = 2
"""Of gzip; 6, the usual, takes twice as long for 10 % less."""
CONTENT_TYPES = {
    "warcinfo": "application/warc-fields",
    "request": "application/http;msgtype=request",
    "response": "application/http;msgtype=response",
    "revisit": "application/http;msgtype=response",
}
ENCODED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers that speak of the body as it was sent; it is kept decoded."""
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")
UNSAFE_IN_URL = re.compile(r"[^\x21-\x7e]")


class Response(Protocol):
    """What a host answered, with its body decoded."""

    @property
    def url(self) -> str:
        """Its address."""

    @property
    def at(self) -> datetime:
        """When it was asked for, in UTC."""

    @property
    def status(self) -> int:
        """HTTP status."""

    @property
    def reason(self) -> str:
        """HTTP reason phrase."""

    @property
    def header_lines(self) -> tuple[tuple[str, str], ...]:
        """Names and values as received, in order."""

    @property
    def body(self) -> bytes:
        """After content and transfer decoding."""

    @property
    def address(self) -> str | None:
        """IP address of the host."""


def record_bytes(kind: str, record_id: str, fields: Iterable[tuple[str, str]], block: bytes) -> bytes:
    """Return a record as one gzip member, with length, type and block digest."""
    named = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", record_id),
        *((name, one_line(value)) for name, value in fields),
        ("WARC-Block-Digest", sha256(block)),
    ]
    headers = StatusAndHeaders("", named, protocol="WARC/1.1")
    out = BytesIO()
    of = "response" if kind == "revisit" else kind  # of a revisit warcio would leave the block out
    record = ArcWarcRecord("warc", of, headers, BytesIO(block), None, CONTENT_TYPES[kind], len(block))
    WARCWriter(out, gzip=False, warc_version="1.1").write_record(record)
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return compressor.compress(out.getbuffer()) + compressor.flush()


def response_block(response: Response) -> bytes:
    """Return status line, headers and body."""
    return _head(response, len(response.body)) + response.body


def revisit_block(response: Response) -> bytes:
    """Return status line and headers alone."""
    return _head(response, None)


def request_block(url: str, header_lines: Fields) -> bytes:
    """Return a request for an address with the headers that were sent."""
    parts = urlsplit(safe_uri(url))
    target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    named = [(name, value) for name, value in header_lines if name.lower() != "host"]
    return _lines(f"GET {target} HTTP/1.1", [("Host", parts.netloc), *named])


def _head(response: Response, length: int | None) -> bytes:
    """Return status line and headers; those that speak of the body as sent are renamed, and `length` is that of the body."""
    named: list[tuple[str, str]] = []
    for name, value in response.header_lines:
        known = name.strip().lower()
        right = known == "content-length" and value.strip() == str(length)
        named.append((f"X-Archive-Orig-{name.strip()}" if known in ENCODED and not right else name, value))
    if length is not None and not any(name.strip().lower() == "content-length" for name, _ in named):
        named.append(("Content-Length", str(length)))
    return _lines(f"HTTP/1.1 {response.status:03} {one_line(response.reason)}".rstrip(), named)


def _lines(first: str, named: Iterable[tuple[str, str]]) -> bytes:
    lines = (f"{one_line(name).replace(':', '')}: {one_line(value)}" for name, value in named)
    return "\r\n".join([first, *lines, "", ""]).encode("latin-1", "replace")


def empty_member(length: int) -> bytes:
    """Return a gzip member of a given length (21 bytes or more) that holds nothing: the filler is its comment (RFC 1952)."""
    head = b"\x1f\x8b\x08\x10" + bytes(6)
    tail = b"\0" + b"\x03\0" + bytes(8)
    return head + b"erased".ljust(length, b" ")[: length - len(head) - len(tail)] + tail


def new_record_id() -> str:
    """Return an identifier that no record has."""
    return f"<urn:uuid:{uuid.uuid4()}>"


def warc_date(moment: datetime) -> str:
    """Return a date as WARC 1.1 has it: UTC, with the fractions of a second that are known."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def sha256(data: bytes) -> str:
    """Return a digest as records and references name it: `sha256:` and hex."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def one_line(text: str) -> str:
    """Return a text without control characters, so that it cannot begin a header of its own."""
    return UNPRINTABLE.sub(" ", text).strip()


def safe_uri(url: str) -> str:
    """Return an address without blanks and letters beyond ASCII."""
    return UNSAFE_IN_URL.sub(lambda match: quote(match[0], errors="replace"), url)
