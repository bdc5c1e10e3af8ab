"""The bytes of a gzipped WARC file: its members, and the way from a damaged one to the next that begins with a record."""

import zlib
from typing import BinaryIO

from crawler.archive.warc_sources import (
    BLANK_LINES,
    BLANKS,
    CHUNK,
    ENDS,
    NOT_AT_END,
    WARC_SIGN,
    BrokenError,
    Source,
    plain_source,
)

MOST_DISCARDED = 512 * 1024 * 1024
"""Bytes that may come out of a gzip member unread, where they are more than `BOMB_RATIO` times what went in."""
BOMB_RATIO = 100
MOST_TRIED = 1000
"""Places that look like a gzip member and are none, after which the search for the next record ends."""
TRIAL = 2048
"""Bytes of a gzip member that tell whether it begins with a record."""
GZIP_MAGIC = b"\x1f\x8b\x08"


class _GzipSource(Source):
    """A file of gzip members. One record each is the custom; records may share a member, and one may go over several."""

    def __init__(self, stream: BinaryIO, head: bytes, start: int) -> None:
        super().__init__(stream, b"", start)
        self._pending = head
        """Read from the file and not yet given to a decompressor."""
        self._read_to = start + len(head)
        self._member = start
        self._inflate: zlib._Decompress | None = None
        self._fresh = False
        """A member has been opened that begins with a record: the buffer holds its first bytes."""
        self._damage = ""

    @property
    def offset(self) -> int:
        return self._member

    def _fill(self) -> bool:
        """Fill the empty buffer from the present member; False at its end."""
        while self._inflate is not None:
            data = self._inflate.unconsumed_tail or self._pending or self._raw()
            self._pending = b""
            if not data:
                self._inflate = None
                self._damage = "cut short: the file ends within a gzip member"
                break
            try:
                self._buffer = self._inflate.decompress(data, CHUNK)
            except zlib.error as error:
                self._inflate = None
                self._damage = f"its gzip data is damaged ({error})"
                break
            if self._inflate.eof:
                self._pending = self._inflate.unused_data
                self._inflate = None
            if self._buffer:
                return True
        return False

    def _open(self) -> bool:
        """Open the next member; False at the end of the file."""
        self._pending = self._pending.lstrip(b"\0")
        while len(self._pending) < len(GZIP_MAGIC) and (raw := self._raw()):
            self._pending = (self._pending + raw).lstrip(b"\0")
        if not self._pending:
            return False
        self._member = self._read_to - len(self._pending)
        if not self._pending.startswith(GZIP_MAGIC):
            self._damage = "what follows is no gzip member"
            raise BrokenError(self._damage)
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        return True

    def _opened_to_sign(self) -> bool:
        """Open the next member and fill the buffer with as much as tells whether a record begins there."""
        self._buffer = b""
        if not self._open():
            return False
        first = b""
        while len(first) < len(WARC_SIGN) and self._fill():
            first += self._buffer
        self._buffer = first
        return True

    def _more(self) -> bool:
        if self._fill():
            return True
        if self._damage or self._fresh or not self._opened_to_sign():
            return False
        self._fresh = self._buffer.startswith(WARC_SIGN)
        return bool(self._buffer) and not self._fresh

    def header(self) -> bytes:
        self._fresh = False
        return super().header()

    def read(self, length: int) -> bytes:
        try:
            return super().read(length)
        except BrokenError as error:
            raise BrokenError(self._damage or str(error)) from error

    def begin(self) -> bool:
        blanks = 0
        while not self._fresh:
            blanks += len(self._buffer)
            self._buffer = self._buffer.lstrip(BLANKS)
            blanks -= len(self._buffer)
            self._refuse_bomb(blanks)
            if len(self._buffer) >= len(WARC_SIGN):
                return True
            first = self._buffer
            if self._fill():
                self._buffer = first + self._buffer
                continue
            if self._damage:
                raise BrokenError(self._damage)
            if first:
                return True
            if not self._opened_to_sign():
                return False
            self._fresh = self._buffer.startswith(WARC_SIGN)
        return True

    def skip(self, length: int) -> None:
        left = length
        while left and (self._buffer or self._more()):
            passed = min(left, len(self._buffer))
            self._buffer = self._buffer[passed:]
            left -= passed
            self._refuse_bomb(length - left)
        if left:
            raise BrokenError(self._damage or f"cut short: {length - left} of {length} bytes")

    def _refuse_bomb(self, discarded: int) -> None:
        taken = self._read_to - self._member
        if discarded > max(MOST_DISCARDED, BOMB_RATIO * taken):
            raise BrokenError(f"a gzip bomb: over {MOST_DISCARDED} bytes out of {taken}; what follows is not read", ends=True)

    def check_end(self) -> None:
        present = self._member
        while len(self._buffer) < len(BLANK_LINES):
            rest = self._buffer
            if not self._fill():
                break
            self._buffer = rest + self._buffer
        ended = self._buffer.startswith(ENDS)
        try:
            whole = not self.begin() or ended or self._member != present or self._buffer.startswith(WARC_SIGN)
        except BrokenError:
            whole = self._member != present  # what follows is broken: its own matter
        if not whole:
            raise BrokenError(self._damage or NOT_AT_END)

    def find_next(self) -> bool:
        if self._fresh:
            return True
        self._buffer = b""
        discarded = 0
        while self._fill():
            discarded += len(self._buffer)
            self._buffer = b""
            self._refuse_bomb(discarded)
        if not self._damage:
            return True
        self._damage = ""
        return self._hunt()

    def _hunt(self) -> bool:
        """Find the next member that begins with a record, behind one that is damaged."""
        window = b"" if self._seek(self._member + 1) else self._pending
        self._inflate, self._pending = None, b""
        tried = 0
        while True:
            raw = self._raw()
            window += raw
            at = window.find(GZIP_MAGIC)
            while at >= 0 and (len(window) - at >= TRIAL or not raw):
                if _opens_a_record(window[at : at + TRIAL]):
                    self._pending = window[at:]
                    return True
                tried += 1
                if tried > MOST_TRIED:
                    raise BrokenError("no further record is found", ends=True)
                at = window.find(GZIP_MAGIC, at + 1)
            if not raw:
                return False
            window = window[at:] if at >= 0 else window[1 - len(GZIP_MAGIC) :]


def _opens_a_record(member: bytes) -> bool:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(member, len(WARC_SIGN)) == WARC_SIGN
    except zlib.error:
        return False


def open_source(stream: BinaryIO, start: int) -> Source:
    """Return the bytes of a WARC file whose stream stands at `start`."""
    head = stream.read(len(GZIP_MAGIC))
    return (_GzipSource if head == GZIP_MAGIC else plain_source)(stream, head, start)
