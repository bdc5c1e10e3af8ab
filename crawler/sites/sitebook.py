"""What is known of one site while it is crawled: what waits, what was seen, what is stored; each change in one transaction.

Its methods are steps for `Writer.do`: they run in the writer's thread, with the site's own task waiting for them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from crawler.archive.archive import Archived
from crawler.corpus.frontier import Kind, Phase, SiteFrontier, SiteState, Task
from crawler.corpus.keeping import keep, last_kept
from crawler.corpus.missing import due_again, is_resting
from crawler.corpus.moving import leave_old_sites, leave_to_others
from crawler.corpus.readings import Found
from crawler.corpus.recording import Tally
from crawler.records import ArchiveRef, Outcome, Startup, Visit
from crawler.settings import CrawlSettings
from crawler.sites.judging import NOT_FOUND, Verdict, body_digest, is_document, is_readable, leaves_corpus, lines_of
from crawler.sites.settling import settle_site
from crawler.sites.writing import Desk
from crawler.traps.traps import Novelty
from crawler.urls import Site, canonical_url, folders_of, origin_of, page_key, page_priority
from crawler.web.fetching import FORBIDDEN, Answer, Validators
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


class SiteBook:
    """The state of one site's crawl; what it holds in memory is rebuilt from the corpus when a crawl is resumed."""

    def __init__(self, startup: Startup, seed: str, settings: CrawlSettings, tally: Tally, *, run: int, refresh: bool) -> None:
        """Take the startup, its canonical seed, and the crawl that it is part of."""
        self.startup = startup
        self.state = SiteState.begin(seed)
        self.delay = 0.0
        """Between two requests, as it came to be; for the report."""
        self.seed = seed
        self._frontier: SiteFrontier
        """Set when the book is opened."""
        self.settings = settings
        self.tally = tally
        self.run = run
        self.refresh = refresh
        self._novelty = Novelty()
        self._gone: Counter[str] = Counter()
        self._pages = 0
        self._documents = 0
        self._requests = 0
        self._sitemaps = 0
        self._waiting = 0
        self._seen: set[str] = set()
        self._stored: dict[str, str] = {}
        """Addresses of the pages that this crawl stored, by key."""

    def open(self, desk: Desk) -> list[Task]:
        """Begin the site, or take it up where it stands. Return what is in flight: visited for another's sake first."""
        frontier = self._frontier = SiteFrontier(desk.corpus, self.run, self.startup.id)
        self.state = frontier.load(self.seed)
        self._seen = frontier.keys()
        self._novelty.met(f"http://{key}" for key in self._seen)
        for done in frontier.done():
            self._requests += done.kind is Kind.PAGE
            self._sitemaps += done.kind is Kind.SITEMAP
            if done.kind is Kind.PAGE:
                self._learn(done.url, done.status, desk.readings.get(self.startup.id, done.url) if done.read else None)
        self._requests += frontier.count_deferred()
        self._counted_waiting(frontier.count_waiting())
        in_flight = frontier.in_flight()
        if not in_flight and self.state.phase is Phase.SEED and not self._requests:
            first = frontier.take(lambda task: task.rank)
            self._counted_waiting(-1)
            return [first] if first else []
        return in_flight

    @property
    def within_budget(self) -> bool:
        """Whether the site may cost another page."""
        most = self.settings.max_pages
        return self._pages < most and self._requests < REQUESTS_PER_PAGE * most

    @property
    def worth_more(self) -> bool:
        """Whether the seed led to anything."""
        return bool(self._stored or self._waiting)

    def stored(self, url: str) -> str | None:
        """Return the address that this crawl stored a page under, of whose addresses one is given."""
        return self._stored.get(page_key(url))

    def close_waiting(self) -> None:
        """Take what waits out of the tally: the process ends, or the site does."""
        self.tally.waiting -= self._waiting
        self._waiting = 0

    # Steps ------------------------------------------------------------------------------------------------------------

    def begin_pages(self, desk: Desk, sitemaps: Iterable[str]) -> Task | None:
        """Leave the seed behind: sitemaps come first, then pages; a refresh knows many of them already."""
        frontier = self._frontier
        self.state.phase = Phase.PAGES
        frontier.save(self.state)
        self._push(frontier, (Task(url, 0, SITEMAP_RANK, Kind.SITEMAP) for url in sitemaps))
        if self.refresh:
            depths = {found.page.url: found.depth for found in desk.readings.of(self.startup.id)}
            urls = [page.url for page in desk.corpus.pages(self.startup.id)] + due_again(desk.corpus, self.startup.id)
            self._push(frontier, (Task(url, depths.get(url, 1), -page_priority(url)) for url in urls))
        return self.take(desk)

    def leave_alone(self, desk: Desk, reason: str) -> None:
        """Visit nothing more of the site."""
        frontier = self._frontier
        for task in frontier.waiting():
            frontier.discard(task.url)
            self._note(desk, task.url, Outcome.ROBOTS, None, reason)
        self.close_waiting()

    def take(self, desk: Desk) -> Task | None:
        """Choose what is visited next: None when nothing waits or the budget is spent."""
        task = self._frontier.take(lambda task: self._rank(desk, task)) if self.within_budget else None
        self._counted_waiting(-1 if task else 0)
        return task

    def take_first(self, _desk: Desk, url: str) -> Task | None:
        """Choose an address before its turn, for the sake of another; None unless it waits."""
        task = self._frontier.take_key(url) if self.within_budget else None
        self._counted_waiting(-1 if task else 0)
        return task

    def take_deferred(self, _desk: Desk) -> Task | None:
        """Choose an address that failed in passing while the seed was visited; None if there is none."""
        task = self._frontier.take_deferred()
        self._counted_waiting(-1 if task else 0)
        return task

    def commit(self, desk: Desk, task: Task, verdict: Verdict, answer: Answer | None, *, nested: bool) -> Task | None:
        """Write down how a visit ended. Return what comes next: where it leads; else, unless it was `nested`, what is next."""
        frontier = self._frontier
        earlier = desk.readings.get(self.startup.id, task.url)
        archived = self._archive(desk, answer, earlier)
        self._requests += 1
        if verdict.passing and not verdict.target and frontier.defer(task.url, AGAIN):
            self._counted_waiting(1)
            return None if nested or self.state.phase is Phase.SEED else self.take(desk)
        frontier.finish(task.url, verdict.status, read=verdict.counts)
        found = verdict.found
        if found is not None:
            if answer and not verdict.fresh:
                lost = answer.status == 304 and archived and not desk.archive.holds(archived)  # noqa: PLR2004
                told = Validators() if lost else answer.validators  # what is lost is to be sent whole the next time
                if lost or answer.status != 304:  # noqa: PLR2004
                    found = replace(found, etag=told.etag, last_modified=told.last_modified)
            page = found.page if archived in {None, found.page.archived} else replace(found.page, archived=archived)
            seen_at = answer.at if answer else found.seen_at
            found = replace(found, page=page, outcome=verdict.outcome, seen_at=seen_at, run=self.run, depth=task.depth)
            desk.readings.put(found)
        outcome = self._store(desk, found, earlier) if found and verdict.outcome is Outcome.STORED else verdict.outcome
        self._note(desk, task.url, outcome, verdict.status, verdict.detail)
        self._learn(task.url, verdict.status, found if verdict.counts else None)
        if found is not None and verdict.outcome is not Outcome.PARKED:
            self._push_links(frontier, found, task.depth)
        following = self._follow(desk, task, verdict) if verdict.target else None
        return following or (None if nested or self.state.phase is Phase.SEED else self.take(desk))

    def kept(self, desk: Desk, url: str) -> Archived | None:
        """Return the last whole answer of a sitemap, if it can be read."""
        return last_kept(desk.corpus, desk.archive, url)

    def is_home_of_another(self, desk: Desk, url: str) -> bool:
        """Tell whether another startup's seed is on the host of an address."""
        host = Site.of(url).host
        query = "SELECT url FROM startups WHERE id != ?1 AND (instr(lower(url), ?2) OR ?2 LIKE '%xn--%')"
        seeds = desk.corpus.rows(query, lambda row: canonical_url(row[0] or ""), (self.startup.id, host))
        return any(Site.of(seed).same_host(url) for seed in seeds if seed)

    def commit_sitemap(self, desk: Desk, task: Task, answer: Answer | None, sitemap: Sitemap, *, passing: bool) -> Task | None:
        """Write down what a sitemap names; one that failed in passing is asked for once more."""
        frontier = self._frontier
        if answer is not None:
            keep(desk.corpus, desk.archive, answer)
        if passing and frontier.defer(task.url, AGAIN):
            self._requests += 1
            self._counted_waiting(1)
            return self.take(desk)
        frontier.finish(task.url, answer.status if answer else None)
        self._sitemaps += 1
        target = answer.redirect if answer else None
        if target and task.hops < MOST_HOPS and self.state.site.same_host(target):
            self._push(frontier, [Task(target, 0, task.rank - 1, Kind.SITEMAP, task.hops + 1)])
        self._push(frontier, (Task(url, 0, SITEMAP_RANK, Kind.SITEMAP) for url in sitemap.sitemaps))
        pages = ((url, -page_priority(url), sitemap.lastmods.get(url, "")) for url in sitemap.pages)
        self._push(frontier, (Task(url, 1, rank, lastmod=lastmod) for url, rank, lastmod in pages))
        frontier.date((page_key(url), lastmod) for url, lastmod in sitemap.lastmods.items())
        return self.take(desk)

    def close(self, desk: Desk) -> None:
        """End the site: its pages are settled, those of a site that the startup has left vanish, what still waits is left."""
        frontier = self._frontier
        if self._stored:
            leave_old_sites(desk.corpus, self.startup, self.seed, self.state.site, self.state.trail)
        else:
            leave_to_others(desk.corpus, self.startup, self.state.trail)
        settle_site(desk, self.startup)
        frontier.close(left=self._waiting, delay=self.delay)
        self.close_waiting()

    def break_off(self, desk: Desk, outcome: Outcome, detail: str) -> None:
        """End the site over an error of ours."""
        self._note(desk, self.seed, outcome, None, detail)
        self.close(desk)

    # Within a step ----------------------------------------------------------------------------------------------------

    def _rank(self, desk: Desk, task: Task) -> int | None:
        if task.kind is Kind.SITEMAP and self._sitemaps < MOST_SITEMAPS:
            return task.rank
        if task.kind is Kind.SITEMAP:
            self._counted_waiting(-1)
            return None
        if task.rank < LAST and any(self._gone[folder] >= DEAD_FOLDER for folder in folders_of(task.url)):
            return LAST
        too_many = is_document(task.url) and self._documents >= self.settings.max_documents
        if too_many or (self.refresh and is_resting(desk.corpus, self.startup.id, task.url)):
            self._counted_waiting(-1)
            return None
        if refusal := self._novelty.refusal(task.url):
            self._note(desk, task.url, Outcome.TRAP, None, refusal)
            self._counted_waiting(-1)
            return None
        return task.rank

    def _push(self, frontier: SiteFrontier, tasks: Iterable[Task]) -> None:
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
        frontier.push(new)

    def _may_wait(self, task: Task) -> bool:
        if task.depth > self.settings.max_depth or self._waiting >= MOST_WAITING:
            return False
        return self.state.site.holds(task.url) and is_readable(task.url)

    def _push_links(self, frontier: SiteFrontier, found: Found, depth: int) -> None:
        unseen = ((url, text) for url, text in found.links if page_key(url) not in self._seen)
        self._push(frontier, (Task(url, depth + 1, -page_priority(url, text)) for url, text in unseen))

    def _follow(self, desk: Desk, task: Task, verdict: Verdict) -> Task | None:
        target = verdict.target or ""
        if task.url in self.state.trail and verdict.outcome is not Outcome.UNREACHABLE:
            self.state.trail.add(target)
            self.state.home = origin_of(target)
            self.state.site = self.state.site.moved_to(target)
            self._frontier.save(self.state)
        self._seen.add(page_key(target))
        self._novelty.met([target])
        if task.hops + 1 >= MOST_HOPS:
            self._frontier.push([Task(target, task.depth)])
            self._frontier.discard(target)
            self._note(desk, target, Outcome.HTTP_ERROR, None, f"more than {MOST_HOPS} redirects")
            return None
        if self._frontier.waits(target):
            self._counted_waiting(-1)
        return self._frontier.hop(task, target)

    def _store(self, desk: Desk, found: Found, earlier: Found | None) -> Outcome:
        """Store a page; one that the corpus holds is replaced when its site is settled. Return what its visit came to."""
        page = found.page
        known = desk.corpus.page(self.startup.id, page.url)
        if known is None:
            desk.corpus.put_page(page, settled=False)
            return Outcome.STORED
        before = earlier.page if earlier else known
        same = (page.digest, page.language) == (before.digest, before.language)
        if same and found.seen_at:
            desk.corpus.touch_page(self.startup.id, page.url, found.seen_at)
        return Outcome.UNCHANGED if same else Outcome.STORED

    def _note(self, desk: Desk, url: str, outcome: Outcome, status: int | None, detail: str = "") -> None:
        """Record a visit; a stored page that is gone, or that its site keeps to itself by now, is dropped."""
        forbidden = detail == FORBIDDEN
        if leaves_corpus(outcome, status, forbidden=forbidden) and desk.corpus.drop_page(self.startup.id, url):
            if outcome not in {
                Outcome.NOINDEX,
                Outcome.DUPLICATE,
            }:  # these were read anew; what was read before must not come back
                desk.readings.drop(self.startup.id, url)
            outcome = Outcome.GONE if status in NOT_FOUND else outcome
        desk.corpus.put_visit(Visit(url, self.startup.id, outcome, datetime.now(UTC), status, detail))
        self.tally.count(outcome)

    def _learn(self, url: str, status: int | None, found: Found | None) -> None:
        """Take a visit into account for the order and the budgets of what follows."""
        if status in NOT_FOUND:
            self._gone.update(folders_of(url))
        if found is None:
            return
        self._pages += 1
        self._documents += is_document(url)
        self._gone.update(dict.fromkeys(folders_of(url), ALIVE))
        self._novelty.saw(url, lines_of(found.page.blocks), [link for link, _ in found.links])
        if found.outcome is Outcome.STORED:
            self._stored[page_key(url)] = url

    def _archive(self, desk: Desk, answer: Answer | None, earlier: Found | None) -> ArchiveRef | None:
        """Keep an answer; of one that brought nothing new, that it did not. Return where its content is kept."""
        if answer is None:
            return None
        before = earlier.page.archived if earlier else None
        if earlier is None or before is None or (answer.status != 304 and body_digest(answer.body) != before.digest):  # noqa: PLR2004
            return desk.archive.write(answer)
        if answer.status != 304 and not desk.archive.holds(before):  # noqa: PLR2004
            return desk.archive.write(answer)
        desk.archive.revisit(answer, before, earlier.page.fetched_at)
        return before

    def _counted_waiting(self, change: int) -> None:
        self._waiting += change
        self.tally.waiting += change
