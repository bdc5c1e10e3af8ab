"""What tests of several rooms share: the guard against the network, the development data, a demo corpus and its index."""

import os
import shutil
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from crawler.demo.sites import load_sites, seeds
from crawler.demo.web import DemoWeb
from crawler.home import Home
from crawler.settings import crawl_settings
from crawler.sites.crawling import crawl
from indexer.bilingual.encoder import BilingualEncoder
from indexer.build import build
from indexer.glossary.entries import packaged_entries
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.snapshot import load_snapshot
from tests.frozen_web import CrawledSites, crawl_sites
from tests.netguard import sitecustomize as _netguard  # noqa: F401  # its import sets up the guard in this process

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
CACHE = os.environ.get("SCOUT_TEST_CACHE", "")
"""A folder for what outlives a run; read now, tests don't see settings of this kind."""


os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT / "tests" / "netguard"), os.environ.get("PYTHONPATH"))))
"""Processes that tests start guard themselves alike."""

signal.signal(signal.SIGINT, signal.default_int_handler)
"""Where the tests run in the background a shell has Ctrl-C ignored, in what they start, too; some of them send it."""

settings.register_profile("tests", deadline=2_000)
settings.load_profile("tests")
"""Two seconds an example, unless a test says otherwise; Hypothesis's own 0.2 is passed by anything on a busy machine."""


@pytest.fixture(scope="session")
def shared() -> Path:
    """The development data beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("the development data ../shared is not here")
    return SHARED


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out of them."""
    for name in list(os.environ):
        if name.startswith("SCOUT_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def bodies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the default model's fast body."""
    return Path(CACHE, "bodies") if CACHE else tmp_path_factory.mktemp("bodies")


@pytest.fixture(scope="session")
def encoder(bodies: Path) -> BilingualEncoder:
    """The default model."""
    return BilingualEncoder(packaged_entries(), bodies)


@pytest.fixture(scope="session")
def crawled_sites(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> CrawledSites:
    """The frozen real sites, crawled. Tests only read the corpus; they may add an index."""
    return crawl_sites(shared, tmp_path_factory.mktemp("sites"))


@pytest.fixture(scope="session")
def demo_crawl(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, DemoWeb]:
    """A home with the demo web crawled as `scout demo` does it, without the delay between requests, and that web's log.

    Tests only read it; the demo web is gone by then.
    """
    home = Home(tmp_path_factory.mktemp("demo"))
    sites = load_sites()
    with DemoWeb(sites, port=0) as web:
        crawl(seeds(sites, web.port), home.corpus, crawl_settings(loopback=True, delay=0.0))
    return home, web


@pytest.fixture(scope="session")
def demo_home(demo_crawl: tuple[Home, DemoWeb], encoder: BilingualEncoder, bodies: Path) -> Home:
    """The same home, indexed, with the fast body that programs would prepare there first."""
    home, _ = demo_crawl
    build(home, encoder, index_settings())
    shutil.copytree(bodies, home.models)
    return home


@pytest.fixture(scope="session")
def demo_searcher(demo_home: Home, encoder: BilingualEncoder) -> Searcher:
    """A searcher over the demo web."""
    return Searcher(load_snapshot(demo_home), encoder)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a test may not be skipped for want of what is there: the development data, or Chromium, which CI installs."""
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        needs_shared, needs_browser = item.get_closest_marker("shared"), item.get_closest_marker("browser")
        if needs_browser or (needs_shared and SHARED.is_dir()):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} was skipped in CI: {report.longrepr}"
    return report
