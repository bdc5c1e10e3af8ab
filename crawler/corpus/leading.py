"""Where the seeds of startups lead, and which startup is at home where."""

from crawler.corpus.corpus import Corpus
from crawler.records import Outcome
from crawler.urls import Site, canonical_url

LED_TO = (
    "SELECT v.startup_id, v.detail FROM visits v JOIN sites s ON s.run = v.run AND s.startup_id = v.startup_id"
    " WHERE v.outcome IN (?, ?) AND instr(s.trail, json_quote(v.url))"
    " AND s.run = (SELECT max(run) FROM sites WHERE startup_id = s.startup_id) ORDER BY v.id"
)
PERHAPS_ON_HOST = "SELECT url FROM startups WHERE id != ?1 AND (instr(lower(url), ?2) OR ?2 LIKE '%xn--%')"


def led_elsewhere(corpus: Corpus) -> dict[str, str]:
    """Return where seeds led that left their hosts in the last crawl, by startup, whether the crawl followed there or not."""
    seeds = {startup.id: canonical_url(startup.url or "") for startup in corpus.startups()}
    found = dict(corpus.rows(LED_TO, lambda row: (str(row[0]), str(row[1])), (Outcome.OFF_SITE, Outcome.REDIRECTED)))
    return {key: address for key, address in found.items() if (seed := seeds.get(key)) and not Site.of(seed).same_host(address)}


def is_home_of_another(corpus: Corpus, startup_id: str, url: str) -> bool:
    """Tell whether another startup's seed is on the host of an address."""
    seeds = corpus.rows(PERHAPS_ON_HOST, lambda row: canonical_url(row[0] or ""), (startup_id, Site.of(url).host))
    return any(Site.of(seed).same_host(url) for seed in seeds if seed)
