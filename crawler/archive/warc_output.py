"""The WARC file that one process writes: whole records at its end, or none."""

import os
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from crawler.archive.warc_writing import new_record_id, one_line, record_bytes, warc_date
from crawler.errors import ArchiveError


class WarcOutput:
    """A series of WARC files in one folder, one open at a time; each begins with a warcinfo record.

    Raises:
        ArchiveError: from every method, when the folder cannot be written.
    """

    def __init__(self, folder: Path, user_agent: str, largest_file: int) -> None:
        """Take the folder, made with the first file, what is noted of the crawler in each, and when the next is begun."""
        self.name = ""
        """Of the file that stands open."""
        self.info_id = ""
        """Of the warcinfo record that it begins with."""
        self._folder = folder
        self._user_agent = user_agent
        self._largest_file = largest_file
        self._file: int | None = None
        self._size = 0
        self._serial = 0
        self._synced = True

    def make_room(self) -> None:
        """Open a file where none is, or where the present one is full."""
        if self._file is not None and self._size < self._largest_file:
            return
        self.close()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            while self._file is None:
                self._serial += 1
                self.name = f"scout-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}-{self._serial:05}.warc.gz"
                try:
                    self._file = os.open(self._folder / self.name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o644)
                except FileExistsError:  # of another machine with a process of that number
                    continue
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise write_error(self._folder, error) from error
        self._size = 0
        self.info_id = new_record_id()
        try:
            self.append(self._info())
        except ArchiveError:
            self._end()
            (self._folder / self.name).unlink(missing_ok=True)
            raise

    def append(self, data: bytes) -> int:
        """Write whole records at the end of the file and return where they begin; all of them, or none."""
        if self._file is None:
            raise ArchiveError(f"the archive {self._folder} has no open file")
        offset = self._size
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            try:
                os.ftruncate(self._file, offset)
            except OSError:
                self._size = self._largest_file  # the torn record stays its last: the next one begins another file
            raise write_error(self._folder, error) from error
        self._size += len(data)
        self._synced = False
        return offset

    def sync(self) -> None:
        """Wait until all that was written is on the disk."""
        if self._file is None or self._synced:
            return
        try:
            os.fsync(self._file)
        except OSError as error:
            self._end()  # what of it is on the disk cannot be told any more
            raise write_error(self._folder, error) from error
        self._synced = True

    def close(self) -> None:
        """Sync and end the file; a later record begins a new one."""
        try:
            self.sync()
        finally:
            self._end()

    def _info(self) -> bytes:
        lines = {
            "software": f"startup-scout/{version('startup-scout')} warcio/{version('warcio')}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "http-header-user-agent": self._user_agent,
            "robots": "RFC 9309",
        }
        block = "".join(f"{name}: {one_line(value)}\r\n" for name, value in lines.items() if value).encode()
        named = [("WARC-Date", warc_date(datetime.now(UTC))), ("WARC-Filename", self.name)]
        return record_bytes("warcinfo", self.info_id, named, block)

    def _end(self) -> None:
        file, self._file, self._synced = self._file, None, True
        if file is not None:
            os.close(file)


def write_error(folder: Path, error: OSError) -> ArchiveError:
    """Return what is said when a folder of WARC files cannot be written."""
    reason = error.strerror or str(error)
    return ArchiveError(f"cannot write the archive {folder}: {reason} (check the disk and the folder's permissions)")
