"""A site settled: its pages without what the site repeats, and what they say together of the company."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from crawler.company.company import CompanyRecord, merge_companies
from crawler.corpus.companies import Companies
from crawler.page.sitewide import repeated_lines, without_lines
from crawler.records import Block
from crawler.sites.writing import Desk


def settle_site(desk: Desk, startup_id: str) -> None:
    """Settle a site, also what an interrupted command left of it as it was found."""
    with desk.corpus.transaction():
        desk.readings.settle(startup_id, datetime.now(UTC), _settled)
        _settle_company(desk, startup_id)


def settle_marked(desk: Desk) -> None:
    """Settle the sites that got pages from an archive or lost some to an erasure, those of commands that were killed too."""
    for startup_id in desk.readings.marked():
        settle_site(desk, startup_id)


def _settled(pages: Sequence[tuple[Block, ...]]) -> Sequence[tuple[Block, ...]]:
    """Return the pages of one site without the lines that it repeats."""
    repeated = repeated_lines(pages)
    return [without_lines(blocks, repeated) for blocks in pages]


def _settle_company(desk: Desk, startup_id: str) -> None:
    """Keep what the pages of a site say together of its company."""
    if told := desk.readings.companies(startup_id):
        record = merge_companies([CompanyRecord.from_json(json.loads(text)) for text in told])
        Companies(desk.corpus).put_record(startup_id, json.dumps(record.as_json(), ensure_ascii=False, sort_keys=True))
