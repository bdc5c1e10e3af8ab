"""Pages of a site that a startup has left: its seed names another one by now."""

import json
from datetime import UTC, datetime

from crawler.corpus.corpus import Corpus
from crawler.corpus.readings import Readings
from crawler.records import Outcome, Startup, Visit
from crawler.urls import Site, canonical_url

FOR_GOOD = frozenset({200, 301, 308})
"""Statuses of a redirect (200: by meta refresh) that is meant to last."""


def leave_old_sites(corpus: Corpus, startup: Startup, seed: str, site: Site, trail: set[str]) -> None:
    """Let the pages of sites that a startup has left vanish. Work for the end of a crawl that found pages.

    A page stays that the site holds, or one that an earlier crawl from the same seed led to (on another host: unless the seed
    leads elsewhere for good), or the homepage's (whose pages come from archives). One that an earlier crawl from another seed
    read goes, and so does what belongs to none of these.

    Args:
        corpus: to write, within a transaction.
        startup: whose pages they are.
        seed: canonical, where this crawl began.
        site: where it led to.
        trail: addresses that it led through.
    """
    for_good = _leads_for_good(corpus, startup.id, trail)
    ours: list[Site] = [site]
    theirs: list[Site] = []
    for host, port, folder, text in corpus.rows(
        "SELECT host, port, folder, trail FROM sites WHERE startup_id = ?", lambda row: row, (startup.id,)
    ):
        stays = host == site.host or not for_good
        (ours if seed in json.loads(text) and stays else theirs).append(Site(host, port, folder))
    home = canonical_url(startup.homepage or "")
    apart = [*ours, Site.of(home)] if home else ours
    query = "SELECT url FROM pages WHERE startup_id = ?1 UNION SELECT url FROM readings WHERE startup_id = ?1"
    where = seed if site.same_host(seed) else f"{site.host}{site.folder}"
    for url in list(corpus.rows(query, lambda row: str(row[0]), (startup.id,))):
        stays = url in trail or any(one.holds(url) for one in ours)
        left = any(one.holds(url) for one in theirs) or not any(one.holds(url) for one in apart)
        if left and not stays:
            _leave(corpus, startup.id, url, f"the site is now {where}")


def leave_to_others(corpus: Corpus, startup: Startup, trail: set[str]) -> None:
    """Let the pages vanish that an earlier crawl read where another startup is at home by now.

    Work for the end of a crawl whose seed was not followed there.
    """
    query = "SELECT detail FROM visits WHERE startup_id = ? AND url = ? AND outcome = ? AND run IS ?"
    led_to = [row[0] for url in trail if (row := corpus.row(query, (startup.id, url, Outcome.OFF_SITE, corpus.run)))]
    for page in list(corpus.pages(startup.id)):
        if any(Site.of(address).same_host(page.url) for address in led_to):
            _leave(corpus, startup.id, page.url, "another startup is at home there")


def _leave(corpus: Corpus, startup_id: str, url: str, why: str) -> None:
    """Let what is held of an address vanish."""
    Readings(corpus).drop(startup_id, url)
    if corpus.drop_page(startup_id, url):
        corpus.put_visit(Visit(url, startup_id, Outcome.GONE, datetime.now(UTC), None, why))


def _leads_for_good(corpus: Corpus, startup_id: str, trail: set[str]) -> bool:
    """Tell whether no redirect of this crawl's trail that leaves a host says that it is for a while only."""
    query = (
        "SELECT status, detail FROM visits WHERE startup_id = ? AND url = ? AND outcome = ? AND run IS ?"
        " ORDER BY id DESC LIMIT 1"
    )
    for url in trail:
        row = corpus.row(query, (startup_id, url, Outcome.REDIRECTED, corpus.run))
        if row is not None and row[0] not in FOR_GOOD and not Site.of(url).same_host(row[1]):
            return False
    return True
