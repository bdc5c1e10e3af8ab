"""Evidence traced back: from a quotation to every stored page that holds it, and to the archived response it was read from."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crawler.archive.archive import Archive, Archived
from crawler.corpus.codec import page_of
from crawler.corpus.corpus import Corpus
from crawler.corpus.pages import EARLIER, STANDING
from crawler.errors import ArchiveError
from crawler.records import Page, join_blocks
from crawler.replay.replaying import answer_of, replay
from crawler.urls import canonical_url, page_key

ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
BETWEEN_BLOCKS = "\n\n"
"""As `join_blocks` has it."""
OUT_OF_DATE = "the archived response, read anew, does not hold the passage: `scout corpus reextract` brings pages up to date"
SEARCHABLE = re.compile(r"\w+")
"""What JSON never writes in another way, so that SQLite can look for it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One stored page that holds a passage, and what its archived response says."""

    page: Page
    current: bool
    """Whether the page reads so now; else it is an earlier version."""
    start: int
    """Where the passage begins in the page's text."""
    end: int
    archived: Archived | None
    """The response, its digests compared; None where it could not be read."""
    problem: str
    """Why the response does not prove the passage; empty where it does."""

    @property
    def number(self) -> int | None:
        """The page of a PDF that the passage begins on, from 1; None where the page is none of a PDF."""
        end = 0
        for block in self.page.blocks:
            end += len(join_blocks((block,)))
            if self.start < end:
                return block.number
            end += len(BETWEEN_BLOCKS)
        return None

    @property
    def verified(self) -> bool:
        """Whether the archived response, read anew, holds the passage."""
        return not self.problem


def prove(
    corpus: Corpus,
    archive: Archive,
    passage: str,
    startup_id: str | None = None,
    on_page: Callable[[int], None] = lambda _: None,
) -> Iterator[Proof]:
    """Yield a proof for each stored page that holds a passage verbatim, current pages first.

    Args:
        corpus: may be read-only.
        archive: of the same home.
        passage: text, of which the kind and number of blanks and line breaks do not count; or the address of a page.
        startup_id: looks at the pages of one startup only.
        on_page: told how many pages have been looked at.
    """
    text = passage.strip()
    address = canonical_url(text) if ADDRESS.fullmatch(text) else None
    pattern = _pattern(text)
    rare = max(SEARCHABLE.findall(text), key=len, default="") if address is None else ""
    looked = 0
    for query in (STANDING, EARLIER):
        for page in _pages(corpus, query, startup_id, rare):
            looked += 1
            on_page(looked)
            if address is not None:
                span = (0, len(page.text)) if page_key(page.url) == page_key(address) else None
            else:
                match = pattern.search(page.text)
                span = match.span() if match else None
            if span is not None:
                archived, problem = _check(archive, page, page.text[slice(*span)])
                yield Proof(page, query == STANDING, *span, archived, problem)


def _pages(corpus: Corpus, query: str, startup_id: str | None, rare: str) -> Iterator[Page]:
    where = "(?1 IS NULL OR startup_id = ?1) AND instr(blocks, ?2) > 0"
    return corpus.rows(f"{query} WHERE {where} ORDER BY startup_id, url, fetched_at DESC", page_of, (startup_id, rare))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(map(re.escape, text.split())) or r"(?!)")


def _check(archive: Archive, page: Page, quoted: str) -> tuple[Archived | None, str]:
    """Return the response of a page, and why it does not prove that the page held what is quoted."""
    if page.archived is None:
        return None, "the page was stored without its response: crawl the site again with --refresh"
    try:
        archived = archive.read(page.archived)
    except ArchiveError as error:
        return None, str(error)
    if page_key(canonical_url(archived.url) or "") != page_key(page.url):
        return archived, f"the archived response is that of {archived.url}"
    found = replay(page.startup_id, answer_of(archived)).found
    text = join_blocks(found.page.blocks) if found else ""
    if not _holds(text, quoted):
        return archived, OUT_OF_DATE
    return archived, ""


def _holds(text: str, quoted: str) -> bool:
    """Tell whether all lines of a quotation stand in a text in their order: what a site repeats is taken out of its pages."""
    at = 0
    for line in quoted.splitlines():
        match = _pattern(line).search(text, at) if line.strip() else None
        if match:
            at = match.end()
        elif line.strip():
            return False
    return True


def proof_as_dict(proof: Proof) -> dict[str, object]:
    """Return a proof for JSON."""
    page, archived = proof.page, proof.archived
    record: dict[str, object] | None = None
    if page.archived:
        ref = page.archived
        record = {"file": ref.file, "offset": ref.offset, "payload_digest": ref.digest}
    if record is not None and archived:
        record |= {
            "record_id": archived.record_id,
            "url": archived.url,
            "date": archived.at.isoformat(),
            "status": archived.status,
            "address": archived.address,
            "source": archived.source or None,
        }
    return {
        "startup_id": page.startup_id,
        "url": page.url,
        "title": page.title,
        "language": page.language,
        "fetched_at": page.fetched_at.isoformat(),
        "page_digest": page.digest,
        "current": proof.current,
        "start": proof.start,
        "end": proof.end,
        "number": proof.number,
        "quotation": page.text[proof.start : proof.end],
        "record": record,
        "verified": proof.verified,
        "problem": proof.problem or None,
    }
