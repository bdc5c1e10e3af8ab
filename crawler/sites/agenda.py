"""What is visited next on one site: what waits and in which order, and when it has cost enough."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crawler.corpus.corpus import Corpus
from crawler.corpus.frontier import Kind, Phase, SiteFrontier, SiteState, Task
from crawler.corpus.missing import NOT_FOUND, due_again, is_resting
from crawler.corpus.readings import Found
from crawler.corpus.recording import Tally
from crawler.records import Outcome
from crawler.settings import CrawlSettings
from crawler.sites.judging import is_document, is_readable, lines_of
from crawler.sites.writing import Desk
from crawler.traps.shelf import Shelf
from crawler.traps.traps import Novelty
from crawler.urls import folders_of, origin_of, page_key, page_priority
from crawler.web.sitemaps import Sitemap

LAST = 1
"""The rank of addresses that come after all others; a smaller rank comes first, and a page's is its negated priority."""
AGAIN = LAST + 1
"""The rank of addresses that failed in passing: they are tried once more when all else of their site is done."""
SITEMAP_RANK = -100
DEAD_FOLDER = 15
"""Pages not found below a folder, and none found, after which the rest of it comes last: stale lists name thousands."""
ALIVE = -1_000_000
"""Added to the count of a folder's missing pages for each that it has shown."""
REQUESTS_PER_PAGE = 5
"""Requests that a site may cost for each page of its budget: broken links and redirects are no pages."""
MOST_HOPS = 10
MOST_SITEMAPS = 20
MOST_WAITING = 10_000


@dataclass(frozen=True, slots=True)
class CrawlContext:
    """What the sites of one crawl share."""

    settings: CrawlSettings
    tally: Tally
    run: int
    """The number of the run in the corpus."""
    refresh: bool
    """Whether pages that are known are asked for again."""
    shelf: Shelf
    """Where what is known of sites under way may lie."""


class Agenda:
    """The addresses of one site; what it holds in memory is rebuilt from the corpus when a crawl is resumed."""

    def __init__(self, startup_id: str, seed: str, crawl: CrawlContext) -> None:
        """Take whose site it is, its canonical seed, and the crawl that it is part of."""
        self.state = SiteState.begin(seed)
        self.stored = 0
        """Pages that this crawl stored."""
        self._startup_id = startup_id
        self._seed = seed
        self._settings = crawl.settings
        self._tally = crawl.tally
        self._run = crawl.run
        self._refresh = crawl.refresh
        self._frontier: SiteFrontier
        """Set when the agenda is opened."""
        self._novelty = Novelty(crawl.shelf)
        self._gone: Counter[str] = Counter()
        self._pages = 0
        self._documents = 0
        self._requests = 0
        self._sitemaps = 0
        self._waiting = 0
        self._seen: set[str] = set()

    def open(self, desk: Desk) -> list[Task]:
        """Begin the site, or take it up where it stands. Return what is in flight: visited for another's sake first."""
        frontier = self._frontier = SiteFrontier(desk.corpus, self._run, self._startup_id)
        self.state = frontier.load(self._seed)
        self._seen = frontier.keys()
        self._novelty.met(f"http://{key}" for key in self._seen)
        for done in frontier.done():
            self._requests += done.kind is Kind.PAGE
            self._sitemaps += done.kind is Kind.SITEMAP
            if done.kind is Kind.PAGE:
                self.learn(done.url, done.status, desk.readings.get(self._startup_id, done.url) if done.read else None)
        self._requests += frontier.count_deferred()
        self._counted_waiting(frontier.count_waiting())
        in_flight = frontier.in_flight()
        if not in_flight and self.state.phase is Phase.SEED and not self._requests:
            first = frontier.take(lambda task: task.rank)
            self._counted_waiting(-1)
            return [first] if first else []
        return in_flight

    @property
    def worth_more(self) -> bool:
        """Whether the seed led to anything."""
        return bool(self.stored or self._waiting)

    @property
    def left(self) -> int:
        """How many addresses are still to be visited, as far as is known."""
        return min(self._waiting, self._settings.max_pages - self._pages)

    def close(self) -> None:
        """End the site: what still waits is left."""
        self._frontier.close(left=self._waiting)
        self._novelty.close()
        self.close_waiting()

    def close_waiting(self) -> None:
        """Take what waits out of the tally: the process ends, or the site does."""
        self._tally.waiting -= self._waiting
        self._waiting = 0

    # What comes next --------------------------------------------------------------------------------------------------

    def take(self, corpus: Corpus, trapped: Callable[[str, str], None]) -> Task | None:
        """Choose what is visited next: None when nothing waits or the budget is spent.

        Args:
            corpus: knows what was not found the last times.
            trapped: told of addresses that are never visited, and why.
        """
        task = self._frontier.take(lambda task: self._rank(corpus, task, trapped)) if self._within_budget else None
        self._counted_waiting(-1 if task else 0)
        return task

    def take_first(self, url: str) -> Task | None:
        """Choose an address before its turn, for the sake of another; None unless it waits."""
        task = self._frontier.take_key(url) if self._within_budget else None
        self._counted_waiting(-1 if task else 0)
        return task

    def take_deferred(self) -> Task | None:
        """Choose an address that failed in passing while the seed was visited; None if there is none."""
        task = self._frontier.take_deferred()
        self._counted_waiting(-1 if task else 0)
        return task

    @property
    def _within_budget(self) -> bool:
        most = self._settings.max_pages
        return self._pages < most and self._requests < REQUESTS_PER_PAGE * most

    def _rank(self, corpus: Corpus, task: Task, trapped: Callable[[str, str], None]) -> int | None:
        if task.kind is Kind.SITEMAP and self._sitemaps < MOST_SITEMAPS:
            return task.rank
        if task.kind is Kind.SITEMAP:
            self._counted_waiting(-1)
            return None
        if task.rank < LAST and any(self._gone[folder] >= DEAD_FOLDER for folder in folders_of(task.url)):
            return LAST
        too_many = is_document(task.url) and self._documents >= self._settings.max_documents
        if too_many or (self._refresh and is_resting(corpus, self._startup_id, task.url)):
            self._counted_waiting(-1)
            return None
        if refusal := self._novelty.refusal(task.url):
            trapped(task.url, refusal)
            self._counted_waiting(-1)
            return None
        return task.rank

    # What is to come --------------------------------------------------------------------------------------------------

    def begin_pages(self, desk: Desk, sitemaps: Iterable[str]) -> None:
        """Leave the seed behind: sitemaps come first, then pages; a refresh knows many of them already."""
        self.state.phase = Phase.PAGES
        self._frontier.save(self.state)
        self._push(Task(url, 0, SITEMAP_RANK, Kind.SITEMAP) for url in sitemaps)
        if self._refresh:
            depths = {found.page.url: found.depth for found in desk.readings.of(self._startup_id)}
            urls = [page.url for page in desk.corpus.pages(self._startup_id)] + due_again(desk.corpus, self._startup_id)
            self._push(Task(url, depths.get(url, 1), -page_priority(url)) for url in urls)

    def push_links(self, found: Found, depth: int) -> None:
        """Let wait what a page links to."""
        unseen = ((url, text) for url, text in found.links if page_key(url) not in self._seen)
        self._push(Task(url, depth + 1, -page_priority(url, text)) for url, text in unseen)

    def push_sitemap(self, task: Task, target: str | None, sitemap: Sitemap) -> None:
        """Let wait what a sitemap names, or the `target` that it redirects to."""
        if target and task.hops < MOST_HOPS and self.state.site.same_host(target):
            self._push([Task(target, 0, task.rank - 1, Kind.SITEMAP, task.hops + 1)])
        self._push(Task(url, 0, SITEMAP_RANK, Kind.SITEMAP) for url in sitemap.sitemaps)
        pages = ((url, -page_priority(url), sitemap.lastmods.get(url, "")) for url in sitemap.pages)
        self._push(Task(url, 1, rank, lastmod=lastmod) for url, rank, lastmod in pages)
        self._frontier.date((page_key(url), lastmod) for url, lastmod in sitemap.lastmods.items())

    def discard_all(self) -> list[str]:
        """Be rid of all that waits; return the addresses."""
        urls = [task.url for task in self._frontier.waiting()]
        for url in urls:
            self._frontier.discard(url)
        self.close_waiting()
        return urls

    def _push(self, tasks: Iterable[Task]) -> None:
        new: list[Task] = []
        for task in tasks:
            key = page_key(task.url)
            sitemap = task.kind is Kind.SITEMAP
            allowed = self.state.site.same_host(task.url) if sitemap else self._may_wait(task)
            if key not in self._seen and allowed:
                self._seen.add(key)
                new.append(task)
                self._counted_waiting(1)
        self._novelty.met(task.url for task in new)
        self._frontier.push(new)

    def _may_wait(self, task: Task) -> bool:
        if task.depth > self._settings.max_depth or self._waiting >= MOST_WAITING:
            return False
        return self.state.site.holds(task.url) and is_readable(task.url)

    # What was visited -------------------------------------------------------------------------------------------------

    def defer(self, task: Task) -> bool:
        """Let an address that failed in passing wait once more; return whether it may."""
        if not self._frontier.defer(task.url, AGAIN):
            return False
        self._requests += 1
        self._counted_waiting(1)
        return True

    def finish(self, task: Task, status: int | None, *, read: bool = False) -> None:
        """Mark an address as done; `read` tells whether it counts as a page of the budget."""
        self._frontier.finish(task.url, status, read=read)
        self._requests += task.kind is Kind.PAGE
        self._sitemaps += task.kind is Kind.SITEMAP

    def learn(self, url: str, status: int | None, found: Found | None) -> None:
        """Take a visit into account for the order and the budgets of what follows; `found` where it counts as a page."""
        if status in NOT_FOUND:
            self._gone.update(folders_of(url))
        if found is None:
            return
        self._pages += 1
        self._documents += is_document(url)
        self._gone.update(dict.fromkeys(folders_of(url), ALIVE))
        self._novelty.saw(url, lines_of(found.page.blocks), [link for link, _ in found.links])
        self.stored += found.outcome is Outcome.STORED

    def move(self, target: str) -> None:
        """Take the site to be where its seed led."""
        self.state.trail.add(target)
        self.state.home = origin_of(target)
        self.state.site = self.state.site.moved_to(target)
        self._frontier.save(self.state)

    def follow(self, task: Task, target: str) -> Task | None:
        """Put the address that another one leads to in flight; None if it was visited already, or after too many redirects."""
        self._seen.add(page_key(target))
        self._novelty.met([target])
        if self._frontier.waits(target):
            self._counted_waiting(-1)
        if task.hops + 1 >= MOST_HOPS:
            self._frontier.push([Task(target, task.depth)])
            self._frontier.discard(target)
            return None
        return self._frontier.hop(task, target)

    def _counted_waiting(self, change: int) -> None:
        self._waiting += change
        self._tally.waiting += change
