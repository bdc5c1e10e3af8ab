"""WARC files read with suspicion: each record, or what is wrong with it, whatever the file says of itself.

warcio writes our archive; it is not what reads strangers' files, since it takes lines, records and decompressed blocks of any
size, passes over a gzip member that is cut short, and stops at the first record whose length lies.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO
from zipfile import BadZipFile

from crawler.archive.warc_members import open_source
from crawler.archive.warc_sources import WARC_SIGN, BrokenError, Source

MOST_BLOCK = 32 * 1024 * 1024
"""Bytes of a block that is read into memory."""
LENGTH = re.compile(r"[0-9]{1,18}")

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A whole record of a WARC file."""

    offset: int
    """Where it begins in the file: with gzip, where the member that holds it begins."""
    fields: Fields
    """Its named fields, in order."""
    block: bytes = b""
    """Empty where the record was not wanted."""

    @property
    def kind(self) -> str:
        """The record's type: response, request, revisit, warcinfo, ..."""
        return self.field("WARC-Type").lower()

    @property
    def url(self) -> str:
        """The address that the record is about; early wget puts it between angle brackets."""
        return self.field("WARC-Target-URI").removeprefix("<").removesuffix(">")

    @property
    def at(self) -> datetime | None:
        """The record's date in UTC, or None where it has none that can be read."""
        try:
            moment = datetime.fromisoformat(self.field("WARC-Date"))
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            return None

    def field(self, name: str) -> str:
        """Return the first value of a named field, empty where there is none."""
        return next((value for key, value in self.fields if key.lower() == name.lower()), "")


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a record, or with the rest of a file."""

    offset: int
    reason: str


def read_records(
    stream: BinaryIO,
    wanted: Callable[[Record], bool] = lambda _: True,
    *,
    start: int = 0,
    most_block: int = MOST_BLOCK,
) -> Iterator[Record | Flaw]:
    """Yield the records of a WARC file, plain or gzipped, in order, and a flaw in place of each that is not whole.

    What is behind a flawed record is found again where a record begins: at the next gzip member, or a blank line and `WARC/1`.

    Args:
        stream: at `start`; where it cannot seek, less is found behind a flaw.
        wanted: called with each record's fields; the block of a record that is not wanted is passed over.
        start: where in the file the stream stands.
        most_block: bytes of a wanted block; a larger one is a flaw.
    """
    try:
        source = open_source(stream, start)
    except BadZipFile as error:
        yield Flaw(start, f"the file cannot be read: {error}")
        return
    while True:
        offset: int | None = None
        try:
            if not source.begin():
                return
            offset = source.offset
            yield _read_one(source, offset, wanted, most_block)
        except BrokenError as error:
            yield Flaw(source.offset if offset is None else offset, str(error))
            if error.ends:
                return
            try:
                if not source.find_next():
                    return
            except BrokenError as last:
                yield Flaw(source.offset, str(last))
                return


def parse_fields(head: bytes, encoding: str) -> Fields:
    """Return names and values of the lines below the first of a header; a line that begins with a blank goes on the last."""
    made: list[list[str]] = []
    for line in head.decode(encoding, "replace").replace("\r\n", "\n").split("\n")[1:]:
        name, colon, value = line.partition(":")
        if line[:1] in {" ", "\t"} and made:
            made[-1].append(line.strip())
        elif colon and name.strip():
            made.append([name.strip(), value.strip()])
    return tuple((name, " ".join(values)) for name, *values in made)


def _read_one(source: Source, offset: int, wanted: Callable[[Record], bool], most_block: int) -> Record:
    head = source.header()
    if not head.startswith(WARC_SIGN):
        raise BrokenError(f"no WARC record begins here, but {head[:20]!r}")
    record = Record(offset, parse_fields(head, "utf-8"))
    said = record.field("Content-Length")
    if not LENGTH.fullmatch(said):
        raise BrokenError(f"its Content-Length is {said[:20]!r}")
    length = int(said)
    if not wanted(record):
        source.skip(length)
        source.check_end()
        return record
    if length > most_block:
        source.skip(length)
        source.check_end()
        raise BrokenError(f"its block has {length} bytes: more than {most_block} are not read")
    block = source.read(length)
    source.check_end()
    return Record(offset, record.fields, block)
