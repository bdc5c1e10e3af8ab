"""HTTP responses as archives hold them: status, headers, and the body without its chunks and its compression."""

import re
from dataclasses import dataclass

from crawler.archive.warc import Fields, parse_fields
from crawler.archive.warc_sources import HEADER_END, MOST_HEADER

STATUS_LINE = re.compile(r"HTTP/\d(?:\.\d)?\s+(\d{3})\b\s*(.*)")
CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[^\r\n]{0,200}\r?\n")
CHUNK_END = re.compile(rb"\r?\n")
MARKUP_SIGNS = (b"<", b"%PDF", b"\xef\xbb\xbf")
"""What begins a body that its archive has decompressed already, whatever its headers say."""


class PayloadError(Exception):
    """A response that cannot be taken apart; says why."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A response as it was sent, and its body decoded."""

    status: int
    reason: str
    header_lines: Fields
    body: bytes

    def header(self, name: str) -> str:
        """Return the values of a header (name in lower case), with commas between; empty where there is none."""
        return ", ".join(value for key, value in self.header_lines if key.lower() == name)


def read_payload(block: bytes, most_bytes: int, *, cut: bool = False) -> Payload:
    """Take a record's block apart.

    Args:
        block: status line, headers, blank line, body.
        most_bytes: of the body, decoded.
        cut: the archive says that the body is cut short, so that the end of a chunk may be missing.

    Raises:
        PayloadError: no HTTP response, or its body cannot be decoded or is larger than `most_bytes`.
    """
    end = HEADER_END.search(block, 0, MOST_HEADER)
    if end is None:
        raise PayloadError("its HTTP header does not end")
    head = block[: end.end()]
    status = STATUS_LINE.match(head.split(b"\n", 1)[0].decode("latin-1").strip())
    if status is None:
        raise PayloadError("it holds no HTTP response")
    lines = parse_fields(head, "latin-1")
    made = Payload(int(status[1]), status[2], lines, b"")
    body = block[end.end() :]
    if "chunked" in made.header("transfer-encoding").lower():
        body = _without_chunks(body, cut=cut)
    if codings := made.header("content-encoding"):
        body = _decompressed(body, codings, most_bytes)
    if len(body) > most_bytes:
        raise PayloadError(f"its body has more than {most_bytes} bytes")
    return Payload(made.status, made.reason, lines, body)


def _without_chunks(body: bytes, *, cut: bool) -> bytes:
    parts: list[bytes] = []
    at = 0
    while True:
        size = CHUNK_SIZE.match(body, at)
        if size is None:
            if at == 0:
                return body  # many archives keep the header and drop the chunks
            if cut:
                return b"".join(parts)
            raise PayloadError("its chunks are broken")
        length = int(size[1], 16)
        if not length:
            return b"".join(parts)
        parts.append(body[size.end() : size.end() + length])
        end = CHUNK_END.match(body, size.end() + length)
        if end is None:
            if cut:
                return b"".join(parts)
            raise PayloadError("its chunks are broken")
        at = end.end()


def _decompressed(body: bytes, codings: str, most_bytes: int) -> bytes:
    from crawler.web.decoding import CapError, UndecodableError, decoded  # noqa: PLC0415  # Scrapy, which our archive does without

    try:
        return decoded(body, [codings], most_bytes)
    except CapError as error:
        raise PayloadError(f"its body is too large: {error}") from error
    except UndecodableError as error:
        if body.lstrip()[:4].startswith(MARKUP_SIGNS):
            return body
        raise PayloadError(f"its body cannot be decompressed: {error}") from error
