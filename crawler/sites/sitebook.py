"""What a visit comes to, written down: answer, page, record and what comes next; each step is one transaction.

Its methods are steps for `SiteWriter.do`: they run in the writer's thread, with the site's own task waiting for them.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

from crawler.archive.warc_writing import sha256
from crawler.corpus.frontier import Phase, SiteState, Task
from crawler.corpus.keeping import keep
from crawler.corpus.missing import NOT_FOUND
from crawler.corpus.moving import leave_old_sites, leave_to_others
from crawler.corpus.readings import Found
from crawler.records import ArchiveRef, Outcome, Startup, Visit
from crawler.sites.agenda import MOST_HOPS, Agenda, CrawlContext
from crawler.sites.judging import Verdict, leaves_corpus
from crawler.sites.settling import settle_site
from crawler.sites.writing import Desk
from crawler.web.downloading import Answer, Validators
from crawler.web.fetching import FORBIDDEN
from crawler.web.sitemaps import Sitemap


class SiteBook:
    """One site's crawl on record."""

    def __init__(self, startup: Startup, seed: str, crawl: CrawlContext) -> None:
        """Take the startup, its canonical seed, and the crawl that it is part of."""
        self.startup = startup
        self.seed = seed
        self.settings = crawl.settings
        self.tally = crawl.tally
        self.run = crawl.run
        self.refresh = crawl.refresh
        self._agenda = Agenda(startup.id, seed, crawl)

    @property
    def state(self) -> SiteState:
        """Where the site's crawl stands."""
        return self._agenda.state

    @property
    def worth_more(self) -> bool:
        """Whether the seed led to anything."""
        return self._agenda.worth_more

    @property
    def left(self) -> int:
        """How many addresses are still to be visited, as far as is known."""
        return self._agenda.left

    def close_waiting(self) -> None:
        """Take what waits out of the tally: the process ends, or the site does."""
        self._agenda.close_waiting()

    # Steps ------------------------------------------------------------------------------------------------------------

    def open(self, desk: Desk) -> list[Task]:
        """Begin the site, or take it up where it stands. Return what is in flight: visited for another's sake first."""
        return self._agenda.open(desk)

    def begin_pages(self, desk: Desk, sitemaps: Iterable[str]) -> Task | None:
        """Leave the seed behind; return what is visited first."""
        self._agenda.begin_pages(desk, sitemaps)
        return self.take(desk)

    def leave_alone(self, desk: Desk, reason: str) -> None:
        """Visit nothing more of the site."""
        for url in self._agenda.discard_all():
            self._note(desk, url, Outcome.ROBOTS, None, reason)

    def take(self, desk: Desk) -> Task | None:
        """Choose what is visited next: None when nothing waits or the budget is spent."""
        return self._agenda.take(desk.corpus, lambda url, reason: self._note(desk, url, Outcome.TRAP, None, reason))

    def take_first(self, _desk: Desk, url: str) -> Task | None:
        """Choose an address before its turn, for the sake of another; None unless it waits."""
        return self._agenda.take_first(url)

    def take_deferred(self, _desk: Desk) -> Task | None:
        """Choose an address that failed in passing while the seed was visited; None if there is none."""
        return self._agenda.take_deferred()

    def commit(self, desk: Desk, task: Task, verdict: Verdict, answer: Answer | None, *, nested: bool) -> Task | None:
        """Write down how a visit ended. Return what comes next: where it leads; else, unless it was `nested`, what is next."""
        agenda = self._agenda
        earlier = desk.readings.get(self.startup.id, task.url)
        archived = _archive(desk, answer, earlier)
        if verdict.passing and not verdict.target and agenda.defer(task):
            return self._next(desk, nested=nested)
        agenda.finish(task, verdict.status, read=verdict.counts)
        found = self._remember(desk, task, verdict, answer, archived)
        outcome = self._store(desk, found, earlier) if found and verdict.outcome is Outcome.STORED else verdict.outcome
        self._note(desk, task.url, outcome, verdict.status, verdict.detail)
        agenda.learn(task.url, verdict.status, found if verdict.counts else None)
        if found is not None and verdict.outcome is not Outcome.PARKED:
            agenda.push_links(found, task.depth)
        following = self._follow(desk, task, verdict.target, verdict.outcome) if verdict.target else None
        return following or self._next(desk, nested=nested)

    def commit_sitemap(self, desk: Desk, task: Task, answer: Answer | None, sitemap: Sitemap, *, passing: bool) -> Task | None:
        """Write down what a sitemap names; one that failed in passing is asked for once more."""
        if answer is not None:
            keep(desk.corpus, desk.archive, answer)
        if not (passing and self._agenda.defer(task)):
            self._agenda.finish(task, answer.status if answer else None)
            self._agenda.push_sitemap(task, answer.redirect if answer else None, sitemap)
        return self.take(desk)

    def close(self, desk: Desk) -> None:
        """End the site: its pages are settled, those of a site that the startup has left vanish, what still waits is left."""
        if self._agenda.stored:
            leave_old_sites(desk.corpus, self.startup, self.seed, self.state.site, self.state.trail)
        else:
            leave_to_others(desk.corpus, self.startup, self.state.trail)
        settle_site(desk, self.startup.id)
        self._agenda.close()

    def break_off(self, desk: Desk, outcome: Outcome, detail: str) -> None:
        """End the site over an error of ours."""
        self._note(desk, self.seed, outcome, None, detail)
        self.close(desk)

    # Within a step ----------------------------------------------------------------------------------------------------

    def _next(self, desk: Desk, *, nested: bool) -> Task | None:
        return None if nested or self.state.phase is Phase.SEED else self.take(desk)

    def _follow(self, desk: Desk, task: Task, target: str, outcome: Outcome) -> Task | None:
        if task.url in self.state.trail and outcome is not Outcome.UNREACHABLE:
            self._agenda.move(target)
        following = self._agenda.follow(task, target)
        if task.hops + 1 >= MOST_HOPS:
            self._note(desk, target, Outcome.HTTP_ERROR, None, f"more than {MOST_HOPS} redirects")
        return following

    def _remember(
        self, desk: Desk, task: Task, verdict: Verdict, answer: Answer | None, archived: ArchiveRef | None
    ) -> Found | None:
        """Keep what is found at an address for the next visit; return it."""
        found = verdict.found
        if found is None:
            return None
        if answer and not verdict.fresh:
            found = _confirmed(desk, found, answer, archived)
        page = found.page if archived in {None, found.page.archived} else replace(found.page, archived=archived)
        seen_at = answer.at if answer else found.seen_at
        found = replace(found, page=page, outcome=verdict.outcome, seen_at=seen_at, run=self.run, depth=task.depth)
        desk.readings.put(found)
        return found

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
            if outcome not in {Outcome.NOINDEX, Outcome.DUPLICATE}:
                # These two were read anew; what was read before must not come back.
                desk.readings.drop(self.startup.id, url)
            outcome = Outcome.GONE if status in NOT_FOUND else outcome
        desk.corpus.put_visit(Visit(url, self.startup.id, outcome, datetime.now(UTC), status, detail))
        self.tally.count(outcome)


def _archive(desk: Desk, answer: Answer | None, earlier: Found | None) -> ArchiveRef | None:
    """Keep an answer; of one that brought nothing new, that it did not. Return where its content is kept."""
    if answer is None:
        return None
    before = earlier.page.archived if earlier else None
    if earlier is None or before is None:
        return desk.archive.write(answer)
    if answer.status != HTTPStatus.NOT_MODIFIED and (sha256(answer.body) != before.digest or not desk.archive.holds(before)):
        return desk.archive.write(answer)
    desk.archive.revisit(answer, before, earlier.page.fetched_at)
    return before


def _confirmed(desk: Desk, found: Found, answer: Answer, archived: ArchiveRef | None) -> Found:
    """Return what is remembered of a page that an answer confirmed: with that answer's validators, if it has a body."""
    if answer.status != HTTPStatus.NOT_MODIFIED:
        told = answer.validators
    elif archived and not desk.archive.holds(archived):
        told = Validators()  # what is lost is to be sent whole the next time
    else:
        return found
    return replace(found, etag=told.etag, last_modified=told.last_modified)
