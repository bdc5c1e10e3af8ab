"""Content codings (gzip, deflate, br, zstd) undone piece by piece, so that a bomb is stopped while it unfolds."""

import sys
import zlib
from collections.abc import Callable, Iterable, Iterator

import brotli
from scrapy.exceptions import IgnoreRequest

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"
MOST_CODINGS = 2
"""Codings around one body, at most: servers that compress twice exist, others build towers."""
MOST_RATIO = 100
"""Bytes that a compressed byte may become, once there are more than RATIO_FROM. Web pages reach some 20."""
RATIO_FROM = 1024 * 1024
MOST_MEMBERS = 1000
"""Compressed streams in a row, of which gzip and zstd let a body consist."""
LARGEST_WINDOW = 23
"""Bits: 8 MiB, the most that zstd may ask of a client on the web (RFC 9659)."""
TAKEN = 16 * 1024
"""Compressed bytes fed at a time."""
PIECE = 64 * 1024
"""Bytes unfolded at a time, and so the most by which a bomb passes a cap before it is stopped."""
FOREIGN = frozenset({"compress", "x-compress", "bzip2", "x-bzip2", "lzma", "xz", "sdch", "dcb", "dcz", "exi", "aes128gcm"})
"""Codings that we never ask for. Any other unknown value is no coding: servers put `utf-8` and the like there."""

Pieces = Iterator[tuple[bytes, int]]
"""Unfolded bytes, and how many compressed ones have been read by then."""


class CapError(IgnoreRequest):
    """A response goes past a cap on its size; the message says which. Scrapy puts such a response aside, without a trace."""


class UndecodableError(ValueError):
    """A body cannot be decompressed."""


def decoded(body: bytes, codings: Iterable[str], most_bytes: int) -> bytes:
    """Return a body without its content codings.

    A body that ends too early is returned as far as it goes, as browsers show it.

    Args:
        body: as it came over the wire.
        codings: the values of Content-Encoding, in the order in which they were applied.
        most_bytes: the most that the body, or any step on the way to it, may be.

    Raises:
        CapError: it is larger, grows more than MOST_RATIO times, or has too many codings or streams.
        UndecodableError: it is not in the coding it claims, or in one that we never asked for.
    """
    named = [name.strip().lower() for value in codings for name in value.split(",")]
    if strange := next((name for name in named if name in FOREIGN), None):
        raise UndecodableError(f"the content coding {strange} was not asked for")
    steps = [UNFOLD[name] for name in named if name in UNFOLD]
    if len(steps) > MOST_CODINGS:
        raise CapError(f"more than {MOST_CODINGS} content codings")
    for unfold in reversed(steps):
        if body:
            body = _unfolded(unfold(body), most_bytes)
    return body


def _unfolded(pieces: Pieces, most_bytes: int) -> bytes:
    """Join what a decoder yields, for as long as it keeps to the caps.

    Raises:
        CapError: it does not.
        UndecodableError: the decoder met what it cannot read.
    """
    made = bytearray()
    try:
        for piece, taken in pieces:
            made += piece
            if len(made) > most_bytes:
                raise CapError(f"more than {most_bytes} bytes decompressed")
            if len(made) > max(RATIO_FROM, MOST_RATIO * taken):
                raise CapError(f"grows more than {MOST_RATIO} times when decompressed")
    except (zlib.error, brotli.error, zstd.ZstdError) as error:
        raise UndecodableError(str(error)) from error
    return bytes(made)


def _gzip(body: bytes) -> Pieces:
    return _members(body, _zlib_member(zlib.MAX_WBITS | 16), lambda rest: rest[:2] == b"\x1f\x8b")


def _deflate(body: bytes) -> Pieces:
    # The standard means zlib's wrapping; some servers send the bare stream.
    wrapped = len(body) > 1 and body[0] & 0x0F == zlib.DEFLATED and (body[0] << 8 | body[1]) % 31 == 0
    return _members(body, _zlib_member(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS), lambda _: False)


def _zstd(body: bytes) -> Pieces:
    def member(body: memoryview, start: int) -> Iterator[tuple[bytes, int]]:
        decoder = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: LARGEST_WINDOW})
        taken = start
        while not decoder.eof and (taken < len(body) or not decoder.needs_input):
            fed = body[taken : taken + TAKEN] if decoder.needs_input else b""
            taken += len(fed)
            piece = decoder.decompress(fed, PIECE)
            yield piece, taken - len(decoder.unused_data)

    return _members(body, member, lambda rest: rest[:4] == b"\x28\xb5\x2f\xfd" or rest[1:4] == b"\x2a\x4d\x18")


def _brotli(body: bytes) -> Pieces:
    decoder = brotli.Decompressor()
    taken = 0
    while not decoder.is_finished():
        fed = body[taken : taken + TAKEN] if decoder.can_accept_more_data() else b""
        taken += len(fed)
        piece = decoder.process(fed, output_buffer_limit=PIECE)
        yield piece, taken
        if not piece and taken == len(body):
            return


def _zlib_member(bits: int) -> Callable[[memoryview, int], Pieces]:
    def member(body: memoryview, start: int) -> Pieces:
        decoder = zlib.decompressobj(bits)
        taken = start
        piece = b""
        while not decoder.eof and (taken < len(body) or decoder.unconsumed_tail or len(piece) == PIECE):
            fed: bytes | memoryview = decoder.unconsumed_tail
            if not fed and len(piece) < PIECE:
                fed = body[taken : taken + TAKEN]
                taken += len(fed)
            piece = decoder.decompress(fed, PIECE)
            yield piece, taken - len(decoder.unused_data)

    return member


def _members(body: bytes, member: Callable[[memoryview, int], Pieces], goes_on: Callable[[bytes], bool]) -> Pieces:
    """Yield what the streams in a row hold; what comes after them and is none is left out."""
    view = memoryview(body)
    taken = 0
    for _ in range(MOST_MEMBERS):
        for piece, taken in member(view, taken):  # noqa: B020  # the next stream begins where this one ends
            yield piece, taken
        if not goes_on(bytes(view[taken : taken + 4])):
            return
    raise CapError(f"more than {MOST_MEMBERS} compressed streams in a row")


UNFOLD: dict[str, Callable[[bytes], Pieces]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
