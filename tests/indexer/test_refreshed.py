"""Crawl, index, refresh, index: what did not change on the web is neither extracted nor embedded again."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.corpus.recording import CrawlSummary
from crawler.demo.sites import DemoSite, load_sites, seeds
from crawler.demo.traits import Sitemap, traits
from crawler.demo.web import DemoWeb
from crawler.home import Home
from crawler.settings import crawl_settings
from crawler.sites.crawling import crawl
from indexer.build import BuildReport, build
from indexer.settings import index_settings
from indexer.snapshot import current_manifest, load_snapshot
from tests.indexer.conftest import FakeEncoder

SITES = load_sites()[:6]
CHANGING = next(site for site in SITES if traits(SITES)[site.slug].sitemap is Sitemap.NONE)
"""The sitemaps of the others say when they changed, and are believed."""
NEWS = "A second furnace of twelve tonnes was lit in the spring."


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home(tmp_path)


def crawl_and_index(
    home: Home, encoder: FakeEncoder, sites: Sequence[DemoSite], port: int, *, refresh: bool
) -> tuple[CrawlSummary, BuildReport, int]:
    """Return what the crawl and the build say, and the port; the encoder holds what it was given in this build alone."""
    encoder.encoded.clear()
    with DemoWeb(sites, port=port) as web:
        done = crawl(seeds(sites, web.port), home.corpus, crawl_settings(loopback=True, delay=0.0), refresh=refresh)
        return done, build(home, encoder, index_settings()), web.port


def test_an_unchanged_page_costs_no_extraction_and_no_embedding_and_a_changed_one_its_changed_passages(home: Home) -> None:
    encoder = FakeEncoder()
    first, made, port = crawl_and_index(home, encoder, SITES, 0, refresh=False)
    passages = {one.text for one in load_snapshot(home).passages}
    assert first.work.extracted >= first.new > 10
    assert made.embedded == len(encoder.encoded) == len({*encoder.encoded} | passages)
    assert made.taken_over == 0

    again, same, _ = crawl_and_index(home, encoder, SITES, port, refresh=True)
    manifest = current_manifest(home)
    assert (again.new, again.changed, again.unchanged, again.vanished) == (0, 0, first.new, 0)
    assert (again.work.extracted, encoder.encoded) == (0, [])
    assert (same.changed, same.embedded, same.taken_over) == (True, 0, made.embedded)
    assert (manifest.id, manifest.embedded, manifest.taken_over) == (same.snapshot, 0, made.embedded)
    assert {one.text for one in load_snapshot(home).passages} == passages

    page = CHANGING.pages[-1]
    section = replace(page.sections[-1], heading="News", text=NEWS, items=(), rows=())
    told = replace(CHANGING, pages=(*CHANGING.pages[:-1], replace(page, sections=(*page.sections, section))))
    changed, new, _ = crawl_and_index(home, encoder, [told if site == CHANGING else site for site in SITES], port, refresh=True)
    found = {one.text for one in load_snapshot(home).passages}
    summaries = [text for text in encoder.encoded if text not in found]
    assert (changed.changed, changed.work.extracted) == (1, 1)
    assert NEWS in found
    assert {*encoder.encoded} - {*summaries} == found - passages
    assert len(summaries) <= 1
    assert new.embedded == len(encoder.encoded)
    assert new.taken_over >= made.embedded - 2
