"""The crawl of one startup's site: from its seed along links and sitemaps, the pages that matter first.

One step is one address: look at it, judge what is there, and commit what came of it together with the choice of the next, which
is asked for while the commit goes to the disk. What decides (order, budgets, copies, traps) is told by the corpus after
the step before, on the disk yet or not; what is undone is undone with all that followed from it, so that a crawl that was
killed goes on as it would have gone.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

from crawler.archive.warc_writing import sha256
from crawler.corpus.frontier import Kind, Phase, Task
from crawler.corpus.keeping import last_kept
from crawler.corpus.leading import is_home_of_another
from crawler.corpus.readings import Found, Readings
from crawler.errors import DocumentError, ScoutError
from crawler.identity.identity import follows
from crawler.identity.parked import is_parked
from crawler.reading import Reading
from crawler.records import Outcome
from crawler.sites.judging import Verdict, found_of, is_document, is_readable, kind_of, lines_of, stands_for
from crawler.sites.sitebook import SiteBook
from crawler.sites.writing import SiteWriter
from crawler.urls import at_origin, canonical_url, page_key
from crawler.web.downloading import Answer, Failure, Validators
from crawler.web.fetching import Fetcher
from crawler.web.refreshing import believable, unchanged
from crawler.web.requesting import is_passing
from crawler.web.sitemaps import MOST_BYTES, Sitemap, parse_sitemap
from crawler.web.wishes import Robots

logger = logging.getLogger(__name__)

PATIENCE = 900.0
"""Delays of the crawl that a site waits in all for hosts that are left alone for a while."""
LONGEST_PATIENCE = 900.0
"""Seconds."""
LULL = 30.0
"""Delays of the crawl before the first of the addresses that failed is tried again: their host may need a moment."""
LONGEST_LULL = 30.0
"""Seconds."""

Read = Callable[[Answer, str], Awaitable[Reading]]
"""Extracts a page, given the answer and what it is (see `judging.kind_of`)."""


class SiteCrawl:
    """Visits one site; what is known of it is in its `SiteBook`."""

    def __init__(self, book: SiteBook, fetcher: Fetcher, writer: SiteWriter, reader: Readings, read: Read) -> None:
        """Take the site's book, and the doors to web, corpus (to write and to read) and extraction."""
        self._book = book
        self._fetcher = fetcher
        self._writer = writer
        self._reader = reader
        self._read = read
        self._patience = min(PATIENCE * book.settings.delay, LONGEST_PATIENCE)
        self._lull = min(LULL * book.settings.delay, LONGEST_LULL)

    async def run(self) -> None:
        """Visit the seed, read the sitemaps, then visit what waits until nothing does or the budget is spent."""
        try:
            in_flight = await self._writer.do(self._book.open)
            outermost = in_flight.pop() if in_flight else None
            for task in in_flight:
                await self._visit_nested(task)
            await self._visit_all(outermost)
            if self._book.state.phase is Phase.SEED:
                await self._visit_all(await self._writer.do(self._book.take_deferred))
                await self._visit_all(await self._begin_pages())
            elif outermost is None:
                await self._visit_all(await self._writer.do(self._book.take))
            await self._writer.do(self._book.close)
            await self._writer.settled()
        finally:
            self._book.close_waiting()

    async def _visit_all(self, task: Task | None) -> None:
        while task is not None:
            task = await self._visit(task)

    async def _visit_nested(self, task: Task | None) -> None:
        """Visit an address for the sake of another one, and where it leads."""
        while task is not None:
            task = await self._visit(task, nested=True)

    async def _begin_pages(self) -> Task | None:
        """Ask what robots.txt says once the seed has led to where the site is; return the first address beyond the seed."""
        home = self._book.state.home
        robots = await self._fetcher.robots(home)
        if isinstance(robots, Failure) or robots.closed:
            return None
        if robots.too_slow:
            reason = f"robots.txt asks for {robots.delay:.0f} s between requests"
            await self._writer.do(lambda desk: self._book.leave_alone(desk, reason))
            return None
        sitemaps = await self._sitemaps(home, robots) if self._book.worth_more else []
        return await self._writer.do(lambda desk: self._book.begin_pages(desk, sitemaps))

    async def _sitemaps(self, home: str, robots: Robots) -> list[str]:
        at_seed = await self._fetcher.robots(self._book.seed)
        addresses = [*robots.sitemaps, *(() if isinstance(at_seed, Failure) else at_seed.sitemaps)]
        named = [canonical_url(address, f"{home}/") for address in addresses]
        return [url for url in (*named, f"{home}/sitemap.xml", f"{home}{self._book.state.site.folder}sitemap.xml") if url]

    async def _visit(self, task: Task, *, nested: bool = False) -> Task | None:
        """Look at one address and write down what came of it; return what comes next."""
        if task.again:
            await asyncio.sleep(self._lull)
            self._lull = 0.0
        if task.kind is Kind.SITEMAP:
            answer, sitemap, passing = await self._look_at_sitemap(task)
            return await self._writer.do(lambda desk: self._book.commit_sitemap(desk, task, answer, sitemap, passing=passing))
        seen, verdict = await self._look(task, nested=nested)
        return await self._writer.do(lambda desk: self._book.commit(desk, task, verdict, seen, nested=nested))

    async def _look_at_sitemap(self, task: Task) -> tuple[Answer | None, Sitemap, bool]:
        """Return the answer, what it names, and whether it may be otherwise soon."""
        refresh = self._book.refresh
        kept = await self._writer.do(lambda desk: last_kept(desk.corpus, desk.archive, task.url)) if refresh else None
        validators = Validators(kept.header("etag"), kept.header("last-modified")) if kept else None
        answer = await self._fetch(task.url, MOST_BYTES, validators)
        if not isinstance(answer, Answer):
            return None, Sitemap(), is_passing(answer) and answer.retry_in is None
        told = kept if kept and answer.status == HTTPStatus.NOT_MODIFIED else answer
        sitemap = await asyncio.to_thread(parse_sitemap, told.body, task.url) if told.status == HTTPStatus.OK else Sitemap()
        if not believable(sitemap.lastmods, datetime.now(UTC)):
            sitemap = Sitemap(sitemap.pages, sitemap.sitemaps)
        return answer, sitemap, is_passing(answer)

    async def _look(self, task: Task, *, nested: bool) -> tuple[Answer | None, Verdict]:
        earlier = (await self._settled()).get(self._book.startup.id, task.url) if self._book.refresh else None
        if earlier and earlier.seen_at and unchanged(task.lastmod, earlier.seen_at, datetime.now(UTC)):
            self._book.tally.skipped += 1
            detail = f"not asked for: the sitemap says that it did not change since {task.lastmod}"
            return None, await self._judge(task, earlier, detail, nested=nested, fresh=False)
        validators = Validators(earlier.etag, earlier.last_modified) if earlier else None
        most_bytes = self._book.settings.max_document_bytes if is_document(task.url) else None
        at_home = at_origin(task.url, self._book.state.home)
        elsewhere = at_home if at_home != task.url else None
        answer = await self._fetch(task.url, most_bytes, validators, elsewhere)
        if isinstance(answer, Failure):
            target = elsewhere if answer.outcome is Outcome.UNREACHABLE else None
            passing = is_passing(answer) and answer.retry_in is None
            return None, Verdict(answer.outcome, answer.status, answer.detail, target, passing=passing)
        self._book.tally.fetched += 1
        if answer.redirect is not None:
            return answer, await self._redirected(task, answer.redirect, answer.status)
        return answer, await self._take(task, answer, earlier, nested=nested)

    async def _fetch(
        self, url: str, most_bytes: int | None, validators: Validators | None = None, elsewhere: str | None = None
    ) -> Answer | Failure:
        """Fetch an address. Where its host is left alone for a while, wait for it, unless the page may be had elsewhere."""
        while True:
            answer = await self._fetcher.fetch(url, most_bytes, validators)
            seconds = answer.retry_in if isinstance(answer, Failure) else None
            if seconds is None or seconds > self._patience:
                return answer
            if elsewhere and isinstance(answer, Failure) and answer.outcome is Outcome.UNREACHABLE:
                return answer
            self._patience -= seconds
            await asyncio.sleep(seconds)

    async def _take(self, task: Task, answer: Answer, earlier: Found | None, *, nested: bool) -> Verdict:
        """Judge an answer that is no redirect."""
        status = answer.status
        if earlier and self._is_as_before(answer, earlier):
            noindex = earlier.noindex or answer.rules.noindex
            return await self._judge(task, replace(earlier, noindex=noindex), "", nested=nested, fresh=False)
        if not answer.is_good:
            return Verdict(Outcome.HTTP_ERROR, status, passing=is_passing(answer))
        kind = kind_of(answer)
        if kind is None:
            return Verdict(Outcome.NOT_HTML, status, answer.headers.get("content-type", "")[:100])
        try:
            reading = await self._read(answer, kind)
        except DocumentError as error:
            return Verdict(Outcome.BROKEN, status, str(error)[:200])
        except (OSError, MemoryError, ScoutError):
            raise  # no fault of the page's
        except Exception as error:
            logger.exception("%s cannot be read", task.url)
            return Verdict(Outcome.BROKEN, status, f"{type(error).__name__}: {error}"[:200])
        self._book.tally.extracted += 1
        found = found_of(self._book.startup.id, answer, reading, task.depth, task.lastmod)
        return await self._judge(task, found, "", nested=nested, fresh=True)

    def _is_as_before(self, answer: Answer, earlier: Found) -> bool:
        """Tell whether an answer needs no reading, since all of it was read before."""
        if answer.status == HTTPStatus.NOT_MODIFIED:
            self._book.tally.not_modified += 1
            return True
        # What robots are told may stand in headers and in the page: where either says something, both are read again.
        told = earlier.noindex or any(name.lower() == "x-robots-tag" for name, _ in answer.header_lines)
        same = answer.status == earlier.status and sha256(answer.body) == earlier.body_digest and not told
        self._book.tally.same_body += same
        return same

    async def _redirected(self, task: Task, target: str, status: int) -> Verdict:
        if not target or target == task.url:
            return Verdict(Outcome.HTTP_ERROR, status, "redirects to itself" if target else "redirects nowhere")
        state = self._book.state
        if task.url in state.trail:
            inside = state.site.same_host(target) or await self._moves(target)
        else:
            inside = state.site.holds(target)
        follow = inside and is_readable(target)
        return Verdict(Outcome.REDIRECTED if inside else Outcome.OFF_SITE, status, target, target if follow else None)

    async def _moves(self, target: str) -> bool:
        """Tell whether the seed leads to where the site is now: not where another startup is at home."""
        if not follows(self._book.seed, target):
            return False
        return not await self._writer.do(lambda desk: is_home_of_another(desk.corpus, self._book.startup.id, target))

    async def _judge(self, task: Task, found: Found, detail: str, *, nested: bool, fresh: bool) -> Verdict:
        """Judge a page that was read, now or earlier."""
        verdict = Verdict(Outcome.STORED, found.status, detail, found=found, counts=True, fresh=fresh)
        if found.refresh:
            redirected = await self._redirected(task, found.refresh, found.status)
            return replace(verdict, outcome=redirected.outcome, detail=redirected.detail, target=redirected.target)
        if found.noindex or not found.page.text:
            return replace(verdict, outcome=Outcome.NOINDEX if found.noindex else Outcome.EMPTY)
        if task.url in self._book.state.trail and (reason := is_parked(found.page)):
            return replace(verdict, outcome=Outcome.PARKED, detail=reason)
        if canonical := await self._canonical_copy(found, nested=nested):
            return replace(verdict, outcome=Outcome.DUPLICATE, detail=f"canonical: {canonical}")
        if twin := await self._twin(found, nested=nested):
            return replace(verdict, outcome=Outcome.DUPLICATE, detail=f"the same content as {twin}")
        return verdict

    async def _canonical_copy(self, found: Found, *, nested: bool) -> str | None:
        """Return the canonical address of a page where that page is stored and holds the same text.

        Sites often name a wrong canonical (their home on every page): it counts only where the text agrees.
        """
        canonical, url = found.canonical, found.page.url
        if canonical is None or page_key(canonical) == page_key(url):
            return None
        if not self._book.state.site.holds(canonical) or not is_readable(canonical):
            return None
        # A page that others link to is read before its copies. One known from here only is not: such addresses often fail.
        if not nested:
            await self._visit_nested(await self._writer.do(lambda desk: self._book.take_first(desk, canonical)))
        theirs = (await self._settled()).stored(self._book.startup.id, page_key(canonical), self._book.run)
        mine = lines_of(found.page.blocks)
        return canonical if theirs and stands_for(lines_of(theirs.page.blocks), mine) else None

    async def _twin(self, found: Found, *, nested: bool) -> str | None:
        """Return the address that the very same content is stored under."""
        twin = (await self._settled()).twin(found.page, self._book.run)
        if twin and not twin[1] and not nested:
            # Stored by an earlier crawl: what it holds by now decides which of the two stays.
            url = twin[0]
            await self._visit_nested(await self._writer.do(lambda desk: self._book.take_first(desk, url)))
            twin = (await self._settled()).twin(found.page, self._book.run)
        return twin[0] if twin and twin[1] else None

    async def _settled(self) -> Readings:
        """Return what was found so far, with the last step."""
        await self._writer.settled()
        return self._reader
