"""The WARC files that a user names: on their own (.warc, .warc.gz), or within a browsertrix archive (.wacz, a zip file)."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from crawler.archive.warc_writing import one_line
from crawler.errors import InputFileError

WARC_NAMES = (".warc", ".warc.gz")
LARGEST_DIRECTORY = 32 * 1024 * 1024
"""Bytes of the table of contents of a .wacz file, which is read into memory."""
ZIP_END, ZIP64_END = b"PK\x05\x06", b"PK\x06\x06"
TOLD_IN_ZIP64 = 0xFFFFFFFF
"""What stands in place of a size that does not fit: the record of ZIP64 tells it."""
TAIL = 70_000
ENCRYPTED = 0x1
DAMAGE = (BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, struct.error, zlib.error)
"""What zipfile raises over a file that is damaged or made to harm."""


@dataclass(frozen=True, slots=True)
class WarcFile:
    """A WARC file that stands open."""

    name: str
    """As told to people: of a part of a .wacz file both names."""
    stream: BinaryIO
    offset: int
    """Bytes of the file named that come before it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A part of a .wacz file that is not read."""

    name: str
    reason: str


def size_of(path: Path) -> int:
    """Return the size of a file in bytes.

    Raises:
        InputFileError: it is not there, is no file, or its name is none of an archive.
    """
    if not path.name.lower().endswith((*WARC_NAMES, ".wacz")):
        raise InputFileError(f"{path} is no archive by its name: .warc, .warc.gz or .wacz is needed")
    try:
        size = path.stat().st_size
        path.open("rb").close()
    except OSError as error:
        raise InputFileError(f"cannot read {path}: {error.strerror or error} (check the path)") from error
    return size


def open_warcs(path: Path) -> "Iterator[WarcFile | Refused]":
    """Yield the WARC files of a file that a user named, one open at a time.

    Raises:
        OSError: the file cannot be read.
    """
    if not path.name.lower().endswith(".wacz"):
        with path.open("rb") as stream:
            yield WarcFile(path.name, stream, 0)
        return
    with path.open("rb") as stream:
        if _directory_size(stream) > LARGEST_DIRECTORY:
            yield Refused(path.name, "its table of contents is too large")
            return
        try:
            packed = ZipFile(stream)
        except DAMAGE as error:
            yield Refused(path.name, f"it is no zip file that can be read: {error}")
            return
        with packed:
            for entry in packed.infolist():
                if entry.filename.lower().endswith((*WARC_NAMES, ".wacz")):
                    yield from _open_entry(path, packed, entry)


def _open_entry(path: Path, packed: ZipFile, entry: ZipInfo) -> "Iterator[WarcFile | Refused]":
    name = f"{path.name}:{one_line(entry.filename)[:200]}"
    if entry.filename.lower().endswith(".wacz"):
        yield Refused(name, "an archive within an archive: unpack it first")
    elif _leads_out(entry.filename):
        yield Refused(name, "its name leads out of the archive")
    elif entry.flag_bits & ENCRYPTED:
        yield Refused(name, "it is encrypted")
    elif entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        yield Refused(name, "it is compressed in another way than the format allows")  # zipfile unpacks those without bounds
    else:
        try:
            opened = packed.open(entry)
        except DAMAGE as error:
            yield Refused(name, f"it cannot be unpacked: {error}")
            return
        with opened:
            yield WarcFile(name, cast("BinaryIO", _Forward(opened)), entry.header_offset)


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or ":" in name or ".." in name.replace("\\", "/").split("/")


def _directory_size(stream: BinaryIO) -> int:
    """Return what a zip file says of the size of its table of contents; 0 where it says nothing."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - TAIL))
    tail = stream.read()
    stream.seek(0)
    said = 0
    end = tail.rfind(ZIP_END)
    if 0 <= end <= len(tail) - 16:
        said = struct.unpack_from("<L", tail, end + 12)[0]
    end = tail.rfind(ZIP64_END)
    if 0 <= end <= len(tail) - 48:
        said = max(said if said != TOLD_IN_ZIP64 else 0, struct.unpack_from("<Q", tail, end + 40)[0])
    return int(said)


class _Forward:
    """A part of a zip file: to go back in it would mean to unpack it again."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except DAMAGE as error:
            raise BadZipFile(str(error)) from error

    def seekable(self) -> bool:
        return False
