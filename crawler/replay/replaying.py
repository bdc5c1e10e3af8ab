"""Archived responses read anew: judged as a crawl judges them, without a request."""

from dataclasses import dataclass
from datetime import datetime

from crawler.archive.archive import Archived
from crawler.archive.payloads import Payload
from crawler.corpus.readings import Found
from crawler.errors import DocumentError
from crawler.reading import read_page
from crawler.records import Outcome
from crawler.sites.judging import charset_of, found_of, kind_of
from crawler.web.downloading import Answer


@dataclass(frozen=True, slots=True)
class Replayed:
    """What an archived response is."""

    outcome: Outcome
    """Stored where it is a page; whether another holds the same is not asked here."""
    detail: str = ""
    found: Found | None = None


def answer_of(archived: Archived) -> Answer:
    """Return an archived response as the crawl knows it; of a revisit, the response that still stood."""
    return answer_with(archived.original or archived, archived.url, archived.address, archived.at)


def answer_with(payload: Payload, url: str, address: str | None, at: datetime) -> Answer:
    """Return a response as the crawl knows it; `address` is the one that sent it, `at` when it was asked for."""
    names = dict.fromkeys(name.lower() for name, _ in payload.header_lines)
    return Answer(
        url=url,
        status=payload.status,
        headers={name: payload.header(name) for name in names},
        body=payload.body,
        reason=payload.reason,
        header_lines=payload.header_lines,
        address=address,
        at=at,
    )


def replay(startup_id: str, answer: Answer, *, depth: int = 0, lastmod: str = "") -> Replayed:
    """Read a response of a startup's site."""
    kind = kind_of(answer)
    content_type = answer.headers.get("content-type", "")
    if answer.redirect is not None:
        return Replayed(Outcome.REDIRECTED, answer.redirect)
    if not answer.is_good:
        return Replayed(Outcome.HTTP_ERROR, str(answer.status))
    if kind is None:
        return Replayed(Outcome.NOT_HTML, content_type[:100])
    try:
        reading = read_page(answer.body, answer.url, charset_of(content_type), kind)
    except DocumentError as error:
        return Replayed(Outcome.BROKEN, str(error))
    found = found_of(startup_id, answer, reading, depth, lastmod)
    return Replayed(_outcome(found), found.refresh or "", found)


def _outcome(found: Found) -> Outcome:
    if found.refresh:
        return Outcome.REDIRECTED
    if found.noindex:
        return Outcome.NOINDEX
    return Outcome.STORED if found.page.text else Outcome.EMPTY
