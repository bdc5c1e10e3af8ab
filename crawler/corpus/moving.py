"""Pages of a site that a startup has left: its seed names another one by now."""

import json
from datetime import UTC, datetime

from crawler.corpus.corpus import Corpus
from crawler.corpus.readings import Readings
from crawler.records import Outcome, Startup, Visit
from crawler.urls import Site, canonical_url


def leave_old_sites(corpus: Corpus, startup: Startup, seed: str, site: Site, trail: set[str]) -> int:
    """Let the pages of sites that a startup has left vanish; return how many. Work for the end of a crawl that found pages.

    A page stays that the site holds, or one that an earlier crawl from the same seed led to, or the homepage's (whose pages
    come from archives). One that an earlier crawl from another seed read goes, and so does what belongs to none of these.

    Args:
        corpus: to write, within a transaction.
        startup: whose pages they are.
        seed: canonical, where this crawl began.
        site: where it led to.
        trail: addresses that it led through.
    """
    ours: list[Site] = [site]
    theirs: list[Site] = []
    for host, port, folder, text in corpus.rows(
        "SELECT host, port, folder, trail FROM sites WHERE startup_id = ?", lambda row: row, (startup.id,)
    ):
        (ours if seed in json.loads(text) else theirs).append(Site(host, port, folder))
    home = canonical_url(startup.homepage or "")
    apart = [*ours, Site.of(home)] if home else ours
    query = "SELECT url FROM pages WHERE startup_id = ?1 UNION SELECT url FROM readings WHERE startup_id = ?1"
    gone = 0
    for url in list(corpus.rows(query, lambda row: str(row[0]), (startup.id,))):
        left = any(one.holds(url) for one in theirs) or not any(one.holds(url) for one in apart)
        if url in trail or any(one.holds(url) for one in ours) or not left:
            continue
        Readings(corpus).drop(startup.id, url)
        if corpus.drop_page(startup.id, url):
            now = datetime.now(UTC)
            corpus.put_visit(Visit(url, startup.id, Outcome.GONE, now, None, f"the site is now {seed}"))
            gone += 1
    return gone
