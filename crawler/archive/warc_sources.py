"""The bytes of a WARC file in order, with the places where a record can begin; here those of a file without compression."""

import re
from abc import ABC, abstractmethod
from typing import BinaryIO
from zipfile import BadZipFile

CHUNK = 64 * 1024
MOST_HEADER = 64 * 1024
"""Bytes of a record's header."""
WARC_SIGN = b"WARC/"
BLANKS = b"\r\n"
BLANK_LINES = b"\r\n\r\n"
"""What ends a record."""
ENDS = (BLANK_LINES, b"\n\n")
NOT_AT_END = "its Content-Length does not lead to the record's end"
HEADER_END = re.compile(rb"\n\r?\n")
NEXT_RECORD = re.compile(rb"\n\r?\nWARC/[01]\.\d+\r?\n")
OVERLAP = 32


class BrokenError(Exception):
    """A record that cannot be taken; `ends` where nothing behind it can be read either."""

    def __init__(self, reason: str, *, ends: bool = False) -> None:
        """Say what is wrong."""
        super().__init__(reason)
        self.ends = ends


class Source(ABC):
    """The bytes of a WARC file in order, with the places where a record can begin."""

    def __init__(self, stream: BinaryIO, head: bytes, start: int) -> None:
        """Take a stream, what has been read from it, and the offset that this began at."""
        self._stream = stream
        self._read_to = start + len(head)
        """The offset in the file of what is read from it next."""
        self._buffer = head

    @property
    @abstractmethod
    def offset(self) -> int:
        """Where in the file the present record begins."""

    @abstractmethod
    def _more(self) -> bool:
        """Fill the empty buffer with what the present record may go on with; False where it must end."""

    @abstractmethod
    def begin(self) -> bool:
        """Go to the next record, past blank lines; False at the end of the file."""

    @abstractmethod
    def find_next(self) -> bool:
        """Go from within a broken record to where the next one may begin; False at the end of the file."""

    @abstractmethod
    def skip(self, length: int) -> None:
        """Pass over a block."""

    @abstractmethod
    def check_end(self) -> None:
        """Make sure that the record ends where its length says."""

    def header(self) -> bytes:
        """Take a header with the blank line that ends it."""
        taken = bytearray()
        while self._buffer or self._more():
            from_ = max(0, len(taken) - 2)
            taken += self._buffer
            self._buffer = b""
            found = HEADER_END.search(taken, from_)
            if found or len(taken) > MOST_HEADER:
                end = found.end() if found else len(taken)
                self._buffer = bytes(taken[end:])
                if end > MOST_HEADER:
                    raise BrokenError(f"its header is longer than {MOST_HEADER} bytes")
                return bytes(taken[:end])
        raise BrokenError("cut short within its header")

    def read(self, length: int) -> bytes:
        """Take a whole block."""
        parts: list[bytes] = []
        left = length
        while left and (self._buffer or self._more()):
            parts.append(self._buffer[:left])
            self._buffer = self._buffer[left:]
            left -= len(parts[-1])
        if left:
            raise BrokenError(f"cut short: {length - left} of {length} bytes")
        return b"".join(parts)

    def _raw(self) -> bytes:
        try:
            raw = self._stream.read(CHUNK)
        except BadZipFile as error:  # the zip around it is damaged
            raise BrokenError(f"the file cannot be read further: {error}", ends=True) from error
        self._read_to += len(raw)
        return raw

    def _seek(self, offset: int) -> bool:
        """Go back to an offset, where the stream can."""
        if not self._stream.seekable():
            return False
        self._stream.seek(offset - self._read_to, 1)
        self._read_to = offset
        return True


class _PlainSource(Source):
    """A file without compression."""

    def __init__(self, stream: BinaryIO, head: bytes, start: int) -> None:
        super().__init__(stream, head, start)
        self._record = start
        self._size: int | None = None
        """Of the file, where it can be told."""
        if stream.seekable():
            at = stream.tell()
            self._size = self._read_to + stream.seek(0, 2) - at
            stream.seek(at)

    @property
    def offset(self) -> int:
        return self._record

    def _here(self) -> int:
        return self._read_to - len(self._buffer)

    def _more(self) -> bool:
        self._buffer = self._raw()
        return bool(self._buffer)

    def begin(self) -> bool:
        while self._buffer or self._more():
            self._buffer = self._buffer.lstrip(BLANKS)
            if self._buffer:
                self._record = self._here()
                while len(self._buffer) < len(WARC_SIGN) and (raw := self._raw()):
                    self._buffer += raw
                return True
        return False

    def skip(self, length: int) -> None:
        buffered = min(length, len(self._buffer))
        self._buffer = self._buffer[buffered:]
        left = length - buffered
        if left and self._size is not None:
            passed = min(left, self._size - self._read_to)
            self._seek(self._read_to + passed)
            left -= passed
        while left and (raw := self._raw()):
            self._buffer = raw[left:]
            left -= min(left, len(raw))
        if left:
            raise BrokenError(f"cut short: {length - left} of {length} bytes")

    def check_end(self) -> None:
        while len(self._buffer) < len(BLANK_LINES) and (raw := self._raw()):
            self._buffer += raw
        present = self._record
        ended = self._buffer.startswith(ENDS)
        if self.begin() and not ended and not self._buffer.startswith(WARC_SIGN):
            self._record = present
            raise BrokenError(NOT_AT_END)
        self._record = present

    def find_next(self) -> bool:
        if self._seek(self._record + len(WARC_SIGN)):
            self._buffer = b""
        while True:
            found = NEXT_RECORD.search(self._buffer)
            if found:
                self._buffer = self._buffer[found.start() :]
                return True
            raw = self._raw()
            if not raw:
                self._buffer = b""
                return False
            self._buffer = self._buffer[-OVERLAP:] + raw


def plain_source(stream: BinaryIO, head: bytes, start: int) -> Source:
    """Return the bytes of a file without compression, of which `head` has been read."""
    return _PlainSource(stream, head, start)
