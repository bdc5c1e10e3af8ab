"""A process of its own that reads one PDF from its input: what a malicious file can spend ends with it.

Run by path, with nothing of ours imported. It writes JSON lines: title and number of pages, then a line a page, or an error.
"""

import contextlib
import io
import json
import logging
import signal
import sys
import warnings
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PdfReadError

FEWEST_ARGUMENTS = 5


class OutOfTimeError(BaseException):
    """Not an Exception: pypdf forgives those, this must get through."""


def read(body: bytes, pages: int, characters: int, page_seconds: float) -> Iterator[dict[str, Any]]:
    """Yield what the child writes. Never raises over what is in the file, but for running out of memory or stack.

    Args:
        body: the file.
        pages: how many pages are read at most.
        characters: how much text at most, over all pages.
        page_seconds: CPU time that the file's frame, and each page, may take.
    """
    try:
        with _limit(page_seconds):
            reader = PdfReader(io.BytesIO(body), strict=False)
            if reader.is_encrypted and not reader.decrypt(""):
                yield {"error": "it is encrypted"}
                return
            count = len(reader.pages)
            title = _title(reader)
    except OutOfTimeError:
        yield {"error": f"its structure takes longer than {page_seconds:.0f} s"}
        return
    except Exception as error:  # noqa: BLE001  # a broken file breaks pypdf in any way it likes
        yield {"error": _reason(error)}
        return
    yield {"title": title, "pages": count}
    left = characters
    for number in range(1, min(count, pages) + 1):
        try:
            with _limit(page_seconds):
                text = reader.pages[number - 1].extract_text()[:left]
        except OutOfTimeError:
            yield {"error": f"page {number} takes longer than {page_seconds:.0f} s"}
            return
        except Exception as error:  # noqa: BLE001
            yield {"number": number, "text": "", "problem": _reason(error)}
            continue
        left -= len(text)
        yield {"number": number, "text": text}
        if left <= 0:
            return


def _title(reader: PdfReader) -> str:
    try:
        title = reader.metadata.title if reader.metadata else None
    except Exception:  # noqa: BLE001  # its title alone is broken
        return ""
    return title if isinstance(title, str) else ""


def _reason(error: Exception) -> str:
    said = " ".join(str(error).split())[:120]
    return f"it is broken: {said}" if isinstance(error, PdfReadError) and said else f"it is broken ({type(error).__name__})"


@contextlib.contextmanager
def _limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTimeError when the block takes more CPU time; where there is no such timer, the parent's clock ends it."""
    if sys.platform == "win32" or signal.getsignal(signal.SIGPROF) is signal.SIG_DFL:
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _out_of_time(_signal: int, _frame: object) -> None:
    raise OutOfTimeError


def main() -> None:
    """Read a PDF from standard input under the limits that the arguments name: pages, characters, seconds, bytes of memory."""
    pages, characters, page_seconds, all_seconds, memory = (float(argument) for argument in sys.argv[1 : 1 + FEWEST_ARGUMENTS])
    logging.disable()
    warnings.simplefilter("ignore")
    if sys.platform != "win32":
        import resource  # noqa: PLC0415  # not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
        resource.setrlimit(resource.RLIMIT_CPU, (int(all_seconds), int(all_seconds) + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGPROF, _out_of_time)
    out = sys.stdout
    try:
        for line in read(sys.stdin.buffer.read(), int(pages), int(characters), page_seconds):
            out.write(json.dumps(line) + "\n")
    except (MemoryError, RecursionError) as error:
        out.write(json.dumps({"error": f"it is broken ({type(error).__name__})"}) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
