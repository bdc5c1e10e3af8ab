"""The archive: every response as it came, in WARC 1.1 files (ISO 28500:2017), one gzip member a record.

A record's bytes leave in one write and are never changed. A process that is killed leaves at most a torn last record; nobody
writes to its file again, and a reference to a record exists only after `sync`.
"""

import logging
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from crawler.archive.payloads import Payload, PayloadError, read_payload
from crawler.archive.warc import LENGTH, Fields, Flaw, Record, read_records
from crawler.archive.warc_output import WarcOutput, write_error
from crawler.archive.warc_writing import (
    Response,
    empty_member,
    new_record_id,
    record_bytes,
    request_block,
    response_block,
    revisit_block,
    safe_uri,
    sha256,
    warc_date,
)
from crawler.errors import ArchiveError
from crawler.records import ArchiveRef

logger = logging.getLogger(__name__)

LARGEST_FILE = 1_000_000_000
"""Bytes, as the standard's annex B advises; the record that goes beyond is the file's last."""
LARGEST_BODY = 128 * 1024 * 1024
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.warc\.gz")
NOT_MODIFIED = 304
SOURCE = "Scout-Imported-From"
"""A field of our own, as the standard allows: file and offset of the record that a response was imported from."""
LARGEST_OFFSET = 10**17
PROFILE = "http://netpreserve.org/warc/1.1/revisit/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived(Payload):
    """A response as the archive holds it: its digests have been compared. Of a revisit, with the body that it refers to."""

    url: str
    at: datetime
    """In UTC."""
    address: str | None
    record_id: str
    ref: ArchiveRef
    source: str = ""
    """File and offset of the record of another archive that it was imported from."""
    original: "Archived | None" = None
    """Of a revisit, the response that it refers to."""


class Archive:
    """The WARC files of one folder. Each instance writes files of its own; any number may write and read at once.

    Raises:
        ArchiveError: from every method, when the folder cannot be written or read; a record that was not written whole is cut
            off its file again.
    """

    def __init__(self, folder: Path, *, user_agent: str = "", largest_file: int = LARGEST_FILE) -> None:
        """Take the folder, made with the first record; `user_agent` is noted in each file."""
        self.folder = folder
        self._lock = threading.Lock()
        self._output = WarcOutput(folder, user_agent, largest_file)

    def write(self, response: Response, *, request_lines: Fields = (), source: str = "") -> ArchiveRef:
        """Keep a response.

        The record has been handed to the operating system when this returns; it is safe from a loss of power after `sync`.

        Args:
            response: with its body decoded.
            request_lines: headers of the request as they were sent; where given, the request is kept beside it.
            source: file and offset of the record of another archive that it comes from.
        """
        if len(response.body) > LARGEST_BODY:
            raise ArchiveError(f"{response.url} has {len(response.body)} bytes, more than the archive keeps of one response")
        digest = sha256(response.body)
        fields = [("WARC-Payload-Digest", digest)]
        if source:
            fields.append((SOURCE, source))
        with self._lock:
            self._output.make_room()
            record_id = new_record_id()
            data = record_bytes("response", record_id, self._fields(response, fields), response_block(response))
            if request_lines:
                beside = self._fields(response, [("WARC-Concurrent-To", record_id), ("WARC-Payload-Digest", sha256(b""))])
                data += record_bytes("request", new_record_id(), beside, request_block(response.url, request_lines))
            return ArchiveRef(self._output.name, self._output.append(data), digest)

    def revisit(self, response: Response, refers_to: ArchiveRef, refers_to_at: datetime) -> ArchiveRef:
        """Keep the fact that a response brought nothing new: not modified (304), or the same bytes as `refers_to`.

        Args:
            response: its body is not kept.
            refers_to: the response whose content still stands, or a revisit of it.
            refers_to_at: when that one was fetched.
        """
        original, place = self._original(refers_to)
        profile = "server-not-modified" if response.status == NOT_MODIFIED else "identical-payload-digest"
        fields = [
            ("WARC-Profile", PROFILE + profile),
            ("WARC-Payload-Digest", refers_to.digest),
            ("WARC-Refers-To-Target-URI", safe_uri(original.url if original else response.url)),
            ("WARC-Refers-To-Date", warc_date((original and original.at) or refers_to_at)),
            ("WARC-Refers-To-Filename", place[0]),
            ("WARC-Refers-To-File-Offset", str(place[1])),
        ]
        if original:
            fields.append(("WARC-Refers-To", original.field("WARC-Record-ID")))
        if response.status != NOT_MODIFIED:
            fields.append(("WARC-Truncated", "length"))
        with self._lock:
            self._output.make_room()
            data = record_bytes("revisit", new_record_id(), self._fields(response, fields), revisit_block(response))
            return ArchiveRef(self._output.name, self._output.append(data), refers_to.digest)

    def sync(self) -> None:
        """Wait until all that was written is on the disk. A corpus refers to a record only after this."""
        with self._lock:
            self._output.sync()

    def close(self) -> None:
        """Sync and end the file; a later record begins a new one."""
        with self._lock:
            self._output.close()

    def __enter__(self) -> Self:
        """Return the archive itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        """End the file."""
        self.close()

    def read(self, ref: ArchiveRef) -> Archived:
        """Return the response that a reference points to, its digests compared.

        Raises:
            ArchiveError: the record is not there, not whole, or not what was referred to.
        """
        record = self._record_at(ref)
        if record.kind != "revisit":
            return _archived(ref, record, None)
        place = _place(record)
        original = self._record_at(ArchiveRef(*place, ref.digest)) if place else None
        if place is None or original is None or original.kind == "revisit":
            raise ArchiveError(f"{ref.file} holds a revisit at byte {ref.offset} that names no response")
        return _archived(ref, record, _archived(ArchiveRef(*place, ref.digest), original, None))

    def find(self, ref: ArchiveRef) -> Archived | None:
        """Return the response that a reference points to, see `read`; None where it is lost, which the log tells."""
        try:
            return self.read(ref)
        except ArchiveError as error:
            logger.warning("an archived response is lost: %s", error)
            return None

    def holds(self, ref: ArchiveRef) -> bool:
        """Tell whether what a reference points to is there, whole, and what was referred to."""
        return self.find(ref) is not None

    def may_be_written(self) -> None:
        """Raise where a file of the folder may not be overwritten: asked before anything is erased."""
        for path in self._files():
            try:
                path.open("r+b").close()
            except OSError as error:
                raise write_error(self.folder, error) from error

    def erase(self, holds: Callable[[str], bool], on_progress: Callable[[int, int], None] = lambda *_: None) -> int:
        """Overwrite all records on addresses that `holds` tells of, in all files; return how many.

        Other records stay where they are. `on_progress` is told (files read, files in all).
        """
        erased, files = 0, self._files()
        for number, path in enumerate(files, start=1):
            try:
                with path.open("r+b") as stream:
                    for start, end in _places(stream, holds):
                        stream.seek(start)
                        stream.write(empty_member(end - start))
                        erased += 1
                    stream.flush()
                    os.fsync(stream.fileno())
            except OSError as error:
                raise write_error(self.folder, error) from error
            on_progress(number, len(files))
        return erased

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("scout-*.warc.gz"))

    def _record_at(self, ref: ArchiveRef, *, whole: bool = True) -> Record:
        """Return the record at a place; without its block where it need not be `whole`."""
        if not FILE_NAME.fullmatch(ref.file) or not 0 <= ref.offset <= LARGEST_OFFSET:
            raise ArchiveError(f"{ref.file[:80]!r} at byte {ref.offset} is no place in an archive")
        path = self.folder / ref.file
        try:
            with path.open("rb") as stream:
                stream.seek(ref.offset)
                found = next(read_records(stream, lambda _: whole, start=ref.offset, most_block=2 * LARGEST_BODY), None)
        except OSError as error:
            reason = error.strerror or error
            raise ArchiveError(f"cannot read the archive file {path}: {reason} (restore it from a copy)") from error
        if isinstance(found, Record) and found.offset == ref.offset:
            return found
        reason = found.reason if isinstance(found, Flaw) else "it was erased" if found else "the file ends before it"
        raise ArchiveError(f"{path} holds no whole record at byte {ref.offset}: {reason} (restore it from a copy)")

    def _original(self, ref: ArchiveRef) -> tuple[Record | None, tuple[str, int]]:
        """Return the response that a reference or the revisit behind it stands for, and its place; None where it is gone."""
        place = (ref.file, ref.offset)
        try:
            record = self._record_at(ref, whole=False)
            if record.kind == "revisit":
                place = _place(record) or place
                record = self._record_at(ArchiveRef(*place, ref.digest), whole=False)
        except ArchiveError as error:
            logger.warning("a revisit refers to what is not there: %s", error)
            return None, place
        return record, place

    def _fields(self, response: Response, fields: Fields | list[tuple[str, str]]) -> Fields:
        """Return the fields that all records of a response have, and those given."""
        address = (("WARC-IP-Address", response.address),) if response.address else ()
        common = (("WARC-Target-URI", safe_uri(response.url)), ("WARC-Date", warc_date(response.at)))
        return (*common, *address, ("WARC-Warcinfo-ID", self._output.info_id), *fields)


def _archived(ref: ArchiveRef, record: Record, original: Archived | None) -> Archived:
    """Return what a record holds, its digests compared; of a revisit with the body of the `original`."""
    if record.kind not in {"response", "revisit"} or record.at is None:
        raise ArchiveError(f"{ref.file} holds no response at byte {ref.offset}: the corpus and the archive do not fit")
    _check(record.block, record.field("WARC-Block-Digest"), ref)
    try:
        payload = read_payload(record.block, LARGEST_BODY) if record.block else Payload(NOT_MODIFIED, "", (), b"")
    except PayloadError as error:
        raise ArchiveError(f"{ref.file} holds no response at byte {ref.offset}: {error}") from error
    body = original.body if original else payload.body
    _check(body, ref.digest, ref)
    return Archived(
        url=record.url,
        at=record.at,
        status=payload.status,
        reason=payload.reason,
        header_lines=payload.header_lines,
        body=body,
        address=record.field("WARC-IP-Address") or None,
        record_id=record.field("WARC-Record-ID"),
        ref=ref,
        source=record.field(SOURCE),
        original=original,
    )


def _places(stream: BinaryIO, holds: Callable[[str], bool]) -> list[tuple[int, int]]:
    """Return where in a file the records begin and end whose addresses `holds` tells of."""
    size = stream.seek(0, 2)  # a crawl may be adding to the file
    stream.seek(0)
    found = [item for item in read_records(stream, lambda _: False) if item.offset < size]
    ends = [*(item.offset for item in found[1:]), size]
    return [
        (item.offset, end)
        for item, end in zip(found, ends, strict=True)
        if isinstance(item, Record) and item.url and holds(item.url)
    ]


def _place(record: Record) -> tuple[str, int] | None:
    """Return file and offset of the response that a revisit refers to."""
    file, offset = record.field("WARC-Refers-To-Filename"), record.field("WARC-Refers-To-File-Offset")
    return (file, int(offset)) if FILE_NAME.fullmatch(file) and LENGTH.fullmatch(offset) else None


def _check(data: bytes, digest: str, ref: ArchiveRef) -> None:
    if digest != sha256(data):
        raise ArchiveError(f"{ref.file} was altered: what lies at byte {ref.offset} has another digest than was noted of it")
