"""The glossary's files: read, checked, joined with the user's own."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from indexer.errors import GlossaryError

HEADER = ("italian", "english", "sense_it", "sense_en")
FIELDS_NEEDED = 2
SEPARATOR = "|"
LONGEST_FORM = 120
"""Characters of one form; longer ones are sentences that went astray."""
MOST_FORMS = 40
"""Of one cell."""
LARGEST = 5_000_000
"""Bytes of a glossary file that are read."""
READABLE = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One sense: the Italian and the English forms that say it, the usual ones first."""

    field: str
    """The file that it stands in, such as "casting"."""
    italian: tuple[str, ...]
    english: tuple[str, ...]
    sense_it: str = ""
    """What is meant, in Italian, where a form has several senses."""
    sense_en: str = ""

    def forms(self, language: str) -> tuple[str, ...]:
        """Return the forms in "it" or "en"."""
        return self.italian if language == "it" else self.english


@lru_cache(maxsize=1)
def packaged_entries() -> tuple[Entry, ...]:
    """Return the entries of all packaged fields, in the order of the files' names."""
    return tuple(entry for path in sorted(Path(__file__).parent.glob("*.tsv")) for entry in read_entries(path))


def read_entries(path: Path) -> tuple[Entry, ...]:
    """Read a glossary file: tab-separated columns `italian, english, sense_it, sense_en`, forms separated by `|`.

    The last two columns may be left out; empty lines and lines that begin with # are passed over.

    Raises:
        GlossaryError: the file cannot be read or a line is not of that form; the message names the line.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise GlossaryError(f"the glossary {path} is larger than {LARGEST // 1_000_000} MB: give a smaller one")
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise GlossaryError(f"cannot read the glossary {path}: {error} (it must be a UTF-8 text file)") from error
    header = tuple(name.strip().lower() for name in lines[0].split("\t"))
    if header not in (HEADER, HEADER[:FIELDS_NEEDED]):
        raise GlossaryError(f"{path}, line 1: expected the tab-separated header {', '.join(HEADER)}, found {lines[0][:120]!r}")
    found = tuple(_entries(path, lines))
    if not found:
        raise GlossaryError(f"the glossary {path} has no entries")
    return found


def digest_of(entries: Iterable[Entry]) -> str:
    """Return the SHA-256 (hex) of a glossary's entries, in their order."""
    return hashlib.sha256("\n".join(map(repr, entries)).encode("utf-8", "surrogatepass")).hexdigest()


def _entries(path: Path, lines: list[str]) -> Iterator[Entry]:
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [" ".join(cell.split()) for cell in line.split("\t")]
        if not FIELDS_NEEDED <= len(cells) <= len(HEADER):
            raise GlossaryError(f"{path}, line {number}: expected 2 to 4 tab-separated columns, found {len(cells)}")
        cells += [""] * (len(HEADER) - len(cells))
        italian, english = (_forms(path, number, cell) for cell in cells[:FIELDS_NEEDED])
        yield Entry(path.stem, italian, english, *cells[FIELDS_NEEDED:])


def _forms(path: Path, number: int, cell: str) -> tuple[str, ...]:
    forms = tuple(dict.fromkeys(form.strip() for form in cell.split(SEPARATOR)))
    for form in forms:
        if not READABLE.search(form) or len(form) > LONGEST_FORM:
            raise GlossaryError(
                f"{path}, line {number}: {form[:60]!r} is no form (letters or digits, at most {LONGEST_FORM} characters)"
            )
    if len(forms) > MOST_FORMS:
        raise GlossaryError(f"{path}, line {number}: {len(forms)} forms in a cell, at most {MOST_FORMS} are taken")
    return forms
