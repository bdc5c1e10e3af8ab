"""The one root of our errors. Every error has a stable code, and its message names the thing and the mend."""

from typing import ClassVar


class ScoutError(Exception):
    """Root of every error that this project raises on purpose.

    `code` is stable and meant for machines; `str(error)` is one line for people. `status` is the HTTP status that the
    service answers with when the error reaches it.
    """

    code: ClassVar[str] = "scout-error"
    status: ClassVar[int] = 500


class SeedsError(ScoutError):
    """A seeds or profiles file that cannot be read as a whole."""

    code = "bad-seeds"
    status = 422


class CorpusError(ScoutError):
    """The corpus cannot be opened, read or written."""

    code = "corpus-unavailable"
    status = 503


class SettingsError(ScoutError):
    """A setting (environment variable or option) has a value that cannot be used."""

    code = "bad-setting"
    status = 500


class CrawlError(ScoutError):
    """The crawl as a whole could not run; a page that fails is a recorded Visit, not an error."""

    code = "crawl-failed"
    status = 500


class InputFileError(ScoutError):
    """A file named on the command line cannot be read."""

    code = "bad-input-file"
    status = 422


class DirectoryError(ScoutError):
    """A public directory cannot be had, or what was had is no such list."""

    code = "bad-directory"
    status = 422


class ArchiveError(ScoutError):
    """The archive cannot be written, or what it holds is not what was referred to."""

    code = "archive-unavailable"
    status = 503


class DocumentError(ScoutError):
    """A document (PDF) that cannot be read: encrypted, broken, or made to exhaust its reader."""

    code = "bad-document"
    status = 422
