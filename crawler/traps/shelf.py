"""Bytes laid aside in a file until they are needed again: what sites under way are known by need not be in memory."""

import errno
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Self

from crawler.errors import CorpusError

LEAST_ROOM = 1024
"""Bytes. Rooms are this many times a power of two, so that one that was given back fits others."""


class Shelf:
    """A file without a name, gone with the process; for one thread at a time.

    Raises:
        CorpusError: when the file cannot be made, read or written.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Take the corpus's folder, whose disk has room for it; without one the shelf is in memory."""
        self._folder = folder
        with self._translated():
            file = BytesIO() if folder is None else TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  # `close` closes it
        self._file: IO[bytes] = file
        self.size = 0
        """Bytes of the file, free ones too."""
        self._free: defaultdict[int, list[int]] = defaultdict(list)

    def close(self) -> None:
        """Be rid of all that lies there."""
        self._file.close()

    def __enter__(self) -> Self:
        """Return the instance itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Be rid of all that lies there."""
        self.close()

    def take_room(self, room: int) -> int:
        """Return where so many bytes may lie."""
        if self._free[room]:
            return self._free[room].pop()
        self.size += room
        return self.size - room

    def free_room(self, at: int, room: int) -> None:
        """Give others the room of what lay at a place."""
        self._free[room].append(at)

    def read(self, at: int, size: int) -> bytes:
        """Return what lies at a place."""
        with self._translated():
            self._file.seek(at)
            data = self._file.read(size)
            if len(data) < size:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return data

    def write(self, at: int, data: bytes) -> None:
        """Lay bytes at a place."""
        with self._translated():
            self._file.seek(at)
            if self._file.write(data) < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            mend = "make room on the disk and check the folder's permissions, then start again; what was stored stays"
            raise CorpusError(
                f"cannot write beside the corpus in {self._folder}: {error.strerror or error} ({mend})"
            ) from error


class Drawer:
    """One bundle of bytes on a shelf, at first empty."""

    __slots__ = ("_at", "_room", "_shelf", "_size")

    def __init__(self, shelf: Shelf) -> None:
        """Take the shelf."""
        self._shelf = shelf
        self._at = self._room = self._size = 0

    def get(self) -> bytes:
        """Return what lies in it."""
        return self._shelf.read(self._at, self._size) if self._size else b""

    def put(self, data: bytes) -> None:
        """Lay bytes in it in place of what it holds."""
        if len(data) > self._room:
            self.empty()
            self._room = LEAST_ROOM
            while self._room < len(data):
                self._room *= 2
            self._at = self._shelf.take_room(self._room)
        self._shelf.write(self._at, data)
        self._size = len(data)

    def empty(self) -> None:
        """Give its room back."""
        if self._room:
            self._shelf.free_room(self._at, self._room)
        self._at = self._room = self._size = 0
