"""Answers that are no pages and come again with each crawl, sitemaps and robots.txt: where the last whole one is kept."""

from http import HTTPStatus

from crawler.archive.archive import Archive, Archived
from crawler.archive.warc_writing import Response, sha256
from crawler.corpus.corpus import Corpus
from crawler.corpus.database import to_text, to_time
from crawler.records import ArchiveRef


def keep(corpus: Corpus, archive: Archive, response: Response) -> None:
    """Keep an answer in the archive: whole, or as a revisit of one with the same body that can still be read."""
    row = corpus.row("SELECT archive_file, archive_offset, archive_digest, at FROM kept WHERE url = ?", (response.url,))
    if row is not None:
        known, at = ArchiveRef(*row[:3]), to_time(row[3]) or response.at
        not_modified = response.status == HTTPStatus.NOT_MODIFIED
        if not_modified or (sha256(response.body) == known.digest and archive.holds(known)):
            archive.revisit(response, known, at)
            return
    ref = archive.write(response)
    values = (response.url, to_text(response.at), ref.file, ref.offset, ref.digest)
    corpus.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?)", values)


def last_kept(corpus: Corpus, archive: Archive, url: str) -> Archived | None:
    """Return the last whole answer of an address, if it was a good one and can be read."""
    row = corpus.row("SELECT archive_file, archive_offset, archive_digest FROM kept WHERE url = ?", (url,))
    found = archive.find(ArchiveRef(*row)) if row else None
    return found if found and found.status == HTTPStatus.OK else None
