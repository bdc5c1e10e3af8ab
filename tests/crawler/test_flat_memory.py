"""What a crawl holds in memory: next to nothing for a page of a site under way, and little for a site that is done."""

import asyncio
import gc
import random
import tracemalloc
import weakref
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import Response

from crawler.company.company import CompanyRecord
from crawler.corpus.corpus import Corpus
from crawler.corpus.readings import Readings
from crawler.corpus.recording import Tally
from crawler.corpus.runs import open_run
from crawler.errors import CorpusError
from crawler.page.extract import Extracted, Link
from crawler.page.metadata import no_metadata
from crawler.reading import Reading
from crawler.records import Block, Startup
from crawler.settings import crawl_settings
from crawler.sites.agenda import CrawlContext
from crawler.sites.robotscache import StoredRobots
from crawler.sites.sitebook import SiteBook
from crawler.sites.sitecrawl import SiteCrawl
from crawler.sites.writing import Writer
from crawler.traps.compact import Leaves, Table
from crawler.traps.shelf import Drawer, Shelf
from crawler.web import fetching
from crawler.web.downloading import Answer
from crawler.web.fetching import Fetcher
from crawler.web.netguard import Guard
from tests.full_disk import no_file_beyond

WORDS = ["".join(syllables) for syllables in product(("ba", "ce", "di", "fo", "gu", "la", "me", "ri"), repeat=3)]
PER_PAGE = 400
"""Bytes that a page of a site under way may cost: some hashes of its address and of what it says. Its words alone are 500."""
PER_SITE = 4000
"""Bytes that a site may cost when it is done: the manners of its host, and what its name stands for."""


async def download(request: Request) -> Response:
    if request.url.endswith("/robots.txt"):
        return Response(request.url, status=404)
    return Response(request.url, headers={"Content-Type": "text/html"}, body=b"<html>" + request.url.encode())


class Crawl:
    """Sites of so many pages each, crawled in this process; what is read of a page is made up."""

    def __init__(self, folder: Path, sites: int, pages: int) -> None:
        self.hosts = [f"h{number}.localhost" for number in range(sites)]
        self.paths = [f"/pompe/scheda-{word}" for word in WORDS[: pages - 1]]
        self.pages = 0
        self.settings = crawl_settings(loopback=True, delay=0.0, autothrottle=False)
        self.corpus = Corpus(folder / "corpus.sqlite")
        self.shelf = Shelf(folder)
        startups = [Startup(host, host, f"http://{host}/") for host in self.hosts]
        for startup in startups:
            self.corpus.put_startup(startup)
        self.startups = iter(startups)
        self.run = open_run(self.corpus, "key", sites=sites, refresh=False).id
        self.writer = Writer(folder / "corpus.sqlite", folder / "archive", "", self.run)
        self.books: list[weakref.ref[SiteBook]] = []
        robots = StoredRobots(self.corpus, self.writer, datetime.now(UTC))
        self.fetcher = Fetcher(self.settings, download, Guard(loopback=True), robots, keep=robots.keep, rehearsal=True)

    def close(self) -> None:
        self.writer.close()
        self.corpus.close()
        self.shelf.close()

    async def site(self, read: Callable[[Answer, str], Awaitable[Reading]]) -> None:
        startup = next(self.startups)
        book = SiteBook(
            startup, startup.url or "", CrawlContext(self.settings, Tally(), self.run, refresh=False, shelf=self.shelf)
        )
        self.books.append(weakref.ref(book))
        await SiteCrawl(book, self.fetcher, self.writer.of(startup.id, lambda: book.left), Readings(self.corpus), read).run()

    async def read(self, answer: Answer, _kind: str) -> Reading:
        self.pages += 1
        dice = random.Random(answer.url)  # noqa: S311  # it makes texts
        text = "\n".join(" ".join(dice.choices(WORDS, k=15)) for _ in range(8))
        home = answer.url.removesuffix("/").partition("/pompe")[0]
        links = tuple(Link(home + path, "") for path in self.paths)
        return Reading(Extracted(no_metadata("", answer.url), (Block("", text),), links), "it", CompanyRecord())


@pytest.fixture
def traced() -> Iterator[Callable[[], int]]:
    """Bytes that Python's objects hold."""

    def held() -> int:
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    yield held
    tracemalloc.stop()


def test_pages_of_sites_under_way_cost_next_to_nothing(tmp_path: Path, traced: Callable[[], int]) -> None:
    crawl = Crawl(tmp_path, sites=10, pages=40)
    held: dict[int, int] = {}
    all_read = asyncio.Barrier(10)

    async def read(answer: Answer, kind: str) -> Reading:
        reading = await crawl.read(answer, kind)
        await all_read.wait()  # no step of any site is under way
        if crawl.pages in {100, 350}:
            held[crawl.pages] = traced()
        await all_read.wait()
        return reading

    async def all_at_once() -> None:
        await asyncio.gather(*(crawl.site(read) for _ in crawl.hosts))

    asyncio.run(all_at_once())
    crawl.close()
    assert crawl.pages == 400
    assert (held[350] - held[100]) / 250 < PER_PAGE


def test_sites_that_are_done_are_let_go(tmp_path: Path, traced: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_ROBOTS", 10)
    crawl = Crawl(tmp_path, sites=80, pages=3)
    held: list[int] = []

    async def one_after_the_other() -> None:
        for number, _ in enumerate(crawl.hosts):
            await crawl.site(crawl.read)
            if number % 20 == 19:
                held.append(traced())

    asyncio.run(one_after_the_other())
    crawl.close()
    assert crawl.pages == 240
    assert not any(book() for book in crawl.books)
    # A table that happens to be made larger counts in one stretch, what each site leaves behind in all of them.
    assert min(after - before for before, after in pairwise(held)) / 20 < PER_SITE


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2**64 - 1))))
def test_a_table_holds_what_a_dict_would(pairs: list[tuple[int, int]]) -> None:
    table = Table()
    for key, value in pairs:
        table.put(key, value)
    assert [table.get(key) for key in range(10)] == [dict(pairs).get(key) for key in range(10)]
    assert {key for key in range(10) if key in table} == dict(pairs).keys()


@given(st.sets(st.tuples(st.sampled_from("abc"), st.sampled_from("cde"))))
def test_leaves_tell_ends_of_paths_and_what_they_began_with(paths: set[tuple[str, str]]) -> None:
    leaves = Leaves()
    for first, last in paths:
        leaves.add(first, last)
    assert {(first, last) for first in "abcde" for last in "abcde" if leaves.stand_below(first, last)} == paths
    assert {last for last in "abcde" if last in leaves} == {last for _, last in paths}


def test_drawers_keep_what_is_put_in_and_share_the_room_that_was_given_back(tmp_path: Path) -> None:
    with Shelf(tmp_path) as shelf:
        drawers: Sequence[Drawer] = [Drawer(shelf) for _ in range(3)]
        assert drawers[0].get() == b""
        for size in (1, 1024, 1025, 9000, 5):
            for number, drawer in enumerate(drawers):
                drawer.put(bytes([number]) * size)
            assert [drawer.get() for drawer in drawers] == [bytes([number]) * size for number in range(3)]
        used = shelf.size
        for drawer in drawers:
            drawer.empty()
            assert drawer.get() == b""
        Drawer(shelf).put(b"x" * 9000)
        assert shelf.size == used
    assert not any(tmp_path.iterdir())


def test_a_full_disk_is_told_as_one(tmp_path: Path) -> None:
    with Shelf(tmp_path) as shelf:
        drawer = Drawer(shelf)
        drawer.put(b"x" * 1000)
        with (
            no_file_beyond(1024),
            pytest.raises(CorpusError, match=r"cannot write beside the corpus .* \(make room"),
        ):
            drawer.put(b"y" * 5000)
