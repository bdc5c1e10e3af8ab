"""Where the seeds of startups led that left their hosts in the last crawl."""

from crawler.corpus.corpus import Corpus
from crawler.records import Outcome
from crawler.urls import Site, canonical_url

VISITS = (
    "SELECT v.startup_id, v.detail FROM visits v JOIN sites s ON s.run = v.run AND s.startup_id = v.startup_id"
    " WHERE v.outcome IN (?, ?) AND instr(s.trail, json_quote(v.url))"
    " AND s.run = (SELECT max(run) FROM sites WHERE startup_id = s.startup_id) ORDER BY v.id"
)


def led_elsewhere(corpus: Corpus) -> dict[str, str]:
    """Return the addresses by startup: on another host than the seed's, whether the crawl followed there or not."""
    seeds = {startup.id: canonical_url(startup.url or "") for startup in corpus.startups()}
    found = dict(corpus.rows(VISITS, lambda row: (str(row[0]), str(row[1])), (Outcome.OFF_SITE, Outcome.REDIRECTED)))
    return {key: address for key, address in found.items() if (seed := seeds.get(key)) and not Site.of(seed).same_host(address)}
