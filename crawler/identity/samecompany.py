"""Which startups of the corpus are one company: what is known of each brought together, judged, and kept as links."""

import json
from collections.abc import Sequence

from crawler.corpus.companies import Companies
from crawler.corpus.corpus import Corpus
from crawler.corpus.leading import led_elsewhere
from crawler.identity.identity import Presence, same_company
from crawler.records import Outcome, Page, Startup


def link_companies(corpus: Corpus, *, mirrors: bool = False) -> int:
    """Link the startups that are one company; return how many links are new.

    Args:
        corpus: written in one transaction.
        mirrors: compare the pages of all sites too, which takes its time.
    """
    companies = Companies(corpus)
    vats = {key: str(json.loads(record).get("vat_number", "")) for key, record in companies.records()}
    left = led_elsewhere(corpus)
    parked = frozenset(
        corpus.rows("SELECT DISTINCT startup_id FROM readings WHERE outcome = ?", lambda row: row[0], (Outcome.PARKED,))
    )

    def presence(startup: Startup) -> Presence:
        key = startup.id
        return Presence(key, startup.name, startup.url or "", left.get(key, ""), vats.get(key, ""), key in parked)

    def pages_of(startup_id: str) -> Sequence[Page]:
        return list(corpus.pages(startup_id))

    presences = [presence(startup) for startup in corpus.startups()]
    found = same_company(presences, pages_of) if mirrors else same_company(presences)
    with corpus.transaction():
        return sum(companies.link(link.startup_id, link.same_as, link.reason, link.detail) for link in found)
