"""What an answer is: a page or none, and what of it is remembered so that it need not be read again."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.archive.warc_writing import sha256
from crawler.corpus.missing import NOT_FOUND
from crawler.corpus.moving import FOR_GOOD
from crawler.corpus.readings import Found
from crawler.page.privacy import without_personal_data
from crawler.reading import Reading
from crawler.records import Block, Outcome, Page, join_blocks
from crawler.urls import is_binary
from crawler.web.downloading import Answer

QUICK_REFRESH = 10.0
"""Seconds within which a meta refresh is a redirect."""
FEWEST_LETTERS = 200
"""Of text that a page with a meta refresh must have to be a page of its own."""
SAME_TEXT = 0.5
"""Share of a page's text that its canonical page must hold to stand for it."""
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
VAGUE_TYPES = frozenset({"", "text/plain", "application/octet-stream", "text/xml", "application/xml", "unknown/unknown"})
HTML_SIGNS = (b"<!doctype html", b"<html", b"<head", b"<body")
SNIFFED_BYTES = 1024
HTML, PDF = "text/html", "application/pdf"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a visit ends, and what follows."""

    outcome: Outcome
    status: int | None = None
    detail: str = ""
    target: str | None = None
    """The address to visit in its place."""
    found: Found | None = None
    """What is remembered of it."""
    counts: bool = False
    """Whether it counts as a page of the site's budget."""
    fresh: bool = True
    """Whether the text was read anew."""
    passing: bool = False
    """Whether it may be otherwise soon."""


def kind_of(answer: Answer) -> str | None:
    """Return what an answer's body is: `text/html`, `application/pdf`, or None for what is neither."""
    kind = _media_type(answer.headers.get("content-type", ""))
    head = answer.body[:SNIFFED_BYTES].lower()
    if kind in HTML_TYPES:
        return HTML
    if head.startswith(b"%pdf-"):
        return PDF
    return HTML if not answer.body.strip() or (kind in VAGUE_TYPES and any(sign in head for sign in HTML_SIGNS)) else None


def is_document(url: str) -> bool:
    """Tell whether an address names a PDF document."""
    return urlsplit(url).path.lower().endswith(".pdf")


def is_readable(url: str) -> bool:
    """Tell whether an address may hold a page or a document, and no image, archive or the like."""
    return is_document(url) or not is_binary(url)


def charset_of(content_type: str) -> str | None:
    """Return the charset that a Content-Type names."""
    _, _, rest = content_type.partition("charset=")
    return rest.split(";")[0].split(",")[0].strip(" \"'") or None


def lines_of(blocks: Sequence[Block]) -> frozenset[str]:
    """Return the lines of a page's text."""
    return frozenset(line for line in join_blocks(tuple(blocks)).splitlines() if line)


def stands_for(theirs: frozenset[str], mine: frozenset[str]) -> bool:
    """Tell whether a canonical page holds enough of a page's lines to stand for it."""
    return sum(map(len, mine & theirs)) >= SAME_TEXT * max(1, sum(map(len, mine)))


def found_of(startup_id: str, answer: Answer, reading: Reading, depth: int, lastmod: str) -> Found:
    """Return what is remembered of a page that was read."""
    extracted, rules = reading.extracted, answer.rules
    metadata = extracted.metadata
    text = join_blocks(extracted.blocks)
    quick = metadata.refresh_seconds <= QUICK_REFRESH and len(text) < FEWEST_LETTERS
    nofollow = metadata.nofollow or rules.nofollow
    return Found(
        page=Page(
            url=answer.url,
            startup_id=startup_id,
            title=metadata.title,
            language=reading.language,
            blocks=extracted.blocks,
            fetched_at=answer.at,
            description=metadata.description,
        ),
        outcome=Outcome.STORED,
        status=answer.status,
        depth=depth,
        links=() if nofollow else tuple((link.url, without_personal_data(link.text[:200])) for link in extracted.links),
        canonical=metadata.canonical,
        refresh=metadata.refresh if quick else None,
        noindex=metadata.noindex or rules.noindex,
        company=json.dumps(reading.company.as_json(), ensure_ascii=False, sort_keys=True),
        body_digest=sha256(answer.body),
        etag=answer.headers.get("etag", ""),
        last_modified=answer.headers.get("last-modified", ""),
        lastmod=lastmod,
    )


def leaves_corpus(outcome: Outcome, status: int | None, *, forbidden: bool) -> bool:
    """Tell whether a stored page whose visit ended so is no longer there, or no longer ours to keep."""
    if status in NOT_FOUND or forbidden or outcome in {Outcome.NOINDEX, Outcome.DUPLICATE}:
        return True
    return outcome in {Outcome.REDIRECTED, Outcome.OFF_SITE} and status in FOR_GOOD


def _media_type(content_type: str) -> str:
    return re.split("[;,]", content_type, maxsplit=1)[0].strip().lower()
