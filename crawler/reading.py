"""A page as read: its main text and the language it is in."""

from dataclasses import dataclass

from crawler.extract import Extracted, extract
from crawler.language import UNDETERMINED, detect
from crawler.records import join_blocks


@dataclass(frozen=True, slots=True)
class Reading:
    """A page as read: what was extracted, and in which language."""

    extracted: Extracted
    language: str


def read_page(body: bytes, url: str, charset: str | None) -> Reading:
    """Extract a page and tell its language. Work for a thread: seconds for a very large page."""
    extracted = extract(body, url, charset)
    language = detect(join_blocks(extracted.blocks))
    if language == UNDETERMINED:
        language = extracted.metadata.declared_language or UNDETERMINED
    return Reading(extracted, language)
