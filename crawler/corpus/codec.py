"""How records lie in the corpus: rows and JSON to blocks, pages and archive references, and back."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from crawler.corpus.database import to_text
from crawler.records import ArchiveRef, Block, Page

LATEST = 32
"""Pages whose blocks are held as written: each is written twice, as found and as stored."""
PAGE_COLUMNS = (
    "startup_id, url, title, description, language, blocks, fetched_at, digest, archive_file, archive_offset, archive_digest"
)


@lru_cache(maxsize=LATEST)
def blocks_to_json(blocks: tuple[Block, ...]) -> str:
    """Return blocks as JSON: `[heading, text]` each, with language and page number where they are set."""
    lists = [[b.heading, b.text] if not b.language and b.number is None else [*_values(b)] for b in blocks]
    return json.dumps(lists, ensure_ascii=False)


def blocks_of_json(text: str) -> tuple[Block, ...]:
    """Return the blocks that `blocks_to_json` wrote."""
    return tuple(Block(*values) for values in json.loads(text))


def page_values(page: Page) -> tuple[object, ...]:
    """Return a page as the values of `PAGE_COLUMNS`."""
    kept = page.archived
    return (
        page.startup_id,
        page.url,
        page.title,
        page.description,
        page.language,
        blocks_to_json(page.blocks),
        to_text(page.fetched_at),
        page.digest,
        *((None, None, None) if kept is None else (kept.file, kept.offset, kept.digest)),
    )


def page_of(row: Sequence[Any]) -> Page:
    """Return the page that lies in the values of `PAGE_COLUMNS`."""
    startup_id, url, title, description, language, blocks, fetched_at, _, file, offset, digest = row
    archived = None if file is None else ArchiveRef(file, offset, digest)
    moment = datetime.fromisoformat(fetched_at)
    return Page(url, startup_id, title, language, blocks_of_json(blocks), moment, description, archived)


def _values(block: Block) -> tuple[object, ...]:
    return block.heading, block.text, block.language, block.number
