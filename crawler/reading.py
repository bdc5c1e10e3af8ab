"""A page or a document as read: its main text, the languages it is in, what it says of its company; personal data gone."""

from dataclasses import dataclass, replace

from crawler.company.company import CompanyRecord, read_company
from crawler.page.charset import decode
from crawler.page.documents import is_pdf, read_pdf
from crawler.page.extract import Extracted, extract_parsed
from crawler.page.language import UNDETERMINED, languages_of
from crawler.page.metadata import Metadata, no_metadata
from crawler.page.parsing import parse
from crawler.page.privacy import without_personal_data
from crawler.records import Block


@dataclass(frozen=True, slots=True)
class Reading:
    """A page as read: what was extracted, in which language, and what it says of the company behind it."""

    extracted: Extracted
    """Without personal data, each block with its language where that is not the page's."""
    language: str
    """ISO 639-1 code, or `und` where it could not be told."""
    company: CompanyRecord


def read_page(body: bytes, url: str, charset: str | None, content_type: str = "text/html") -> Reading:
    """Extract a page or a PDF and tell its language. Work for a thread: seconds for a very large page.

    Args:
        body: the answer, content decoding undone.
        url: its address.
        charset: what the HTTP header says, a hint that may be wrong.
        content_type: the HTTP header's value; what begins as a PDF is read as one all the same.

    Raises:
        DocumentError: a PDF that cannot be read. A page of HTML always can.
    """
    if is_pdf(content_type, body):
        title, blocks = read_pdf(body)
        extracted = Extracted(no_metadata(title, url), blocks, ())
        company = CompanyRecord()
    else:
        page = parse(decode(body, charset))
        extracted = extract_parsed(page, url)
        company = read_company(page, url)
    blocks = tuple(_cleaned(block) for block in extracted.blocks)
    language, blocks = languages_of(blocks)
    if language == UNDETERMINED:
        language = extracted.metadata.declared_language or UNDETERMINED
    metadata = _cleaned_metadata(extracted.metadata)
    return Reading(replace(extracted, metadata=metadata, blocks=blocks), language, company)


def _cleaned(block: Block) -> Block:
    heading, text = without_personal_data(block.heading), without_personal_data(block.text)
    return block if (heading, text) == (block.heading, block.text) else replace(block, heading=heading, text=text)


def _cleaned_metadata(metadata: Metadata) -> Metadata:
    return replace(
        metadata, title=without_personal_data(metadata.title), description=without_personal_data(metadata.description)
    )
