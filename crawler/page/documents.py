"""PDF into blocks, one a page, each with its page's number. The file is read by a process of its own, under limits."""

import json
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

from crawler.errors import DocumentError
from crawler.page.markup import tidy
from crawler.records import Block

MOST_PAGES = 300
MOST_CHARACTERS = 1_000_000
PAGE_SECONDS = 2.0
"""CPU time of one page."""
ALL_SECONDS = 30.0
"""CPU time of a document; its clock time is twice that, for a machine that has other work."""
MEMORY = 1 << 30
LONGEST_TITLE = 200
SIGNATURE = b"%PDF-"
SNIFFED = 1024
CHILD = Path(__file__).with_name("pdf_child.py")
NO_TITLE = re.compile(
    r"^(?:untitled.*|senza titolo.*|microsoft word - .*|microsoft powerpoint - .*|presentazione standard.*"
    r"|powerpoint presentation|presentazione di powerpoint|document\d*|documento\d*|slide \d+|diapositiva \d+|layout \d+"
    r"|.*\.(?:docx?|indd|pptx?|xlsx?|pdf|cdr|ai|qxd|dwg|rtf|odt|pub))$",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"[.:;!?…]$")
BROKEN_WORD = re.compile(r"[^\W\d_]{2,}[-\u00ad\u2010]$")
LIGATURE = re.compile("[\ufb00-\ufb06]")
FULL_LINE = 45
"""Characters from which a line may have been broken for want of room."""


def is_pdf(content_type: str, body: bytes) -> bool:
    """Tell whether an answer is a PDF: by its first bytes, whatever the server calls it."""
    return SIGNATURE in body[:SNIFFED] or (
        content_type.split(";", maxsplit=1)[0].strip().lower() == "application/pdf" and bool(body.strip())
    )


def read_pdf(
    body: bytes, page_seconds: float = PAGE_SECONDS, all_seconds: float = ALL_SECONDS
) -> tuple[str, tuple[Block, ...]]:
    """Return a PDF's title and its pages as blocks; of a very long one its first pages.

    Args:
        body: the file.
        page_seconds: CPU time that each page may take.
        all_seconds: CPU time that the document may take.

    Raises:
        DocumentError: it is encrypted, broken, or takes more time or memory than any honest document.
    """
    if SIGNATURE not in body[:SNIFFED]:
        raise DocumentError("cannot read this PDF: it does not begin as one (it may be an error page)")
    limits = (MOST_PAGES, MOST_CHARACTERS, page_seconds, all_seconds, MEMORY)
    # -P keeps the modules beside the child out of its imports.
    command = [sys.executable, "-P", str(CHILD), *map(str, limits)]
    try:
        done = subprocess.run(command, input=body, capture_output=True, timeout=2 * all_seconds + 5, check=False)  # noqa: S603  # our own file
    except subprocess.TimeoutExpired as error:
        raise DocumentError(f"cannot read this PDF: it takes longer than {all_seconds:.0f} s") from error
    except OSError as error:
        raise DocumentError(f"cannot read this PDF: no process can be started for it ({error.strerror})") from error
    title, blocks = "", []
    for line in done.stdout.splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            break
        if "error" in said:
            raise DocumentError(f"cannot read this PDF: {said['error']}")
        title = said.get("title", title)
        if text := paragraphs(said.get("text", "")):
            blocks.append(Block("", text, number=said["number"]))
    if done.returncode:
        raise DocumentError("cannot read this PDF: it takes more time or memory than a document may")
    return _shown_title(title, blocks), tuple(blocks)


def paragraphs(text: str) -> str:
    """Return a page's lines with those joined that the margin broke; hyphens at their ends go."""
    made: list[str] = []
    for raw in text.splitlines():
        line = tidy(LIGATURE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), raw))
        if not any(character.isalnum() for character in line):
            continue
        before = made[-1] if made else ""
        if before and line[0].islower() and BROKEN_WORD.search(before):
            made[-1] = before[:-1] + line
        elif (
            before
            and len(before) >= FULL_LINE
            and not SENTENCE_END.search(before)
            and (line[0].islower() or before.endswith(","))
        ):
            made[-1] = f"{before} {line}"
        else:
            made.append(line)
    return "\n".join(made)


def _shown_title(declared: str, blocks: list[Block]) -> str:
    """Return the title the file declares where a person gave it, else its first line that reads like one."""
    title = tidy(declared)[:LONGEST_TITLE]
    if any(character.isalpha() for character in title) and not NO_TITLE.match(title):
        return title
    first = blocks[0].text.splitlines() if blocks else []
    return next((line for line in first[:5] if sum(map(str.isalpha, line)) >= 3 and len(line) <= 120), "")  # noqa: PLR2004
