"""The crawl of one startup's site: from its seed along links and sitemaps, the pages that matter first."""

import heapq
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count

from crawler.extract import Extracted
from crawler.fetching import FORBIDDEN, Answer, Failure, Fetcher
from crawler.metadata import robots_rules
from crawler.politeness import Robots
from crawler.reading import Reading
from crawler.recording import Recorder
from crawler.records import Outcome, Page, Startup, join_blocks
from crawler.settings import CrawlSettings
from crawler.sitemaps import MOST_BYTES, parse_sitemap
from crawler.urls import Site, at_origin, canonical_url, folders_of, is_binary, origin_of, page_key, page_priority

LAST = 1
"""The rank of addresses that come after all others; a smaller rank comes first, and a page's is its negated priority."""
DEAD_FOLDER = 15
"""Pages not found below a folder, and none found, after which the rest of it comes last: stale lists name thousands."""
ALIVE = -1_000_000
"""Added to the count of a folder's missing pages for each that it has shown."""
NOT_FOUND = frozenset({404, 410})
REQUESTS_PER_PAGE = 5
"""Requests that a site may cost for each page of its budget: broken links and redirects are no pages."""
MOST_HOPS = 10
MOST_SITEMAPS = 20
MOST_WAITING = 10_000
QUICK_REFRESH = 10.0
"""Seconds within which a meta refresh is a redirect."""
FEWEST_LETTERS = 200
"""Of text that a page with a meta refresh must have to be a page of its own."""
SAME_TEXT = 0.5
"""Share of a page's text that its canonical page must hold to stand for it."""
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
VAGUE_TYPES = frozenset({"", "text/plain", "application/octet-stream", "text/xml", "application/xml", "unknown/unknown"})
HTML_SIGNS = (b"<!doctype html", b"<html", b"<head", b"<body")
SNIFFED_BYTES = 1024

Read = Callable[[bytes, str, str | None], Awaitable[Reading]]


class SiteCrawl:
    """One site's crawl: what waits, what was seen, what is stored."""

    def __init__(self, startup: Startup, settings: CrawlSettings, fetcher: Fetcher, recorder: Recorder, read: Read) -> None:
        """Take the startup with its seed, the crawl's settings, and the doors to web, corpus and extraction.

        Raises:
            ValueError: the startup has no address that can be crawled.
        """
        seed = canonical_url(startup.url or "")
        if seed is None:
            message = f"{startup.id} has no address to begin at"
            raise ValueError(message)
        self._startup = startup
        self._settings = settings
        self._fetcher = fetcher
        self._recorder = recorder
        self._read = read
        self._seed = seed
        self._home = origin_of(seed)
        """Where the seed led to: a link in another spelling (scheme, www) that nobody answers is tried here."""
        self._trail = {seed}
        """The addresses that the seed leads through: they may leave its folder."""
        self._site = Site.of(seed)
        self._serial = count()
        self._waiting: list[tuple[int, int, int, str]] = []
        self._seen: set[str] = set()
        self._requested: set[str] = set()
        self._lines: dict[str, frozenset[str]] = {}
        self._digests: set[str] = set()
        self._known = {page.url for page in recorder.corpus.pages(startup.id)}
        self._gone: Counter[str] = Counter()
        self._pages = 0

    async def run(self) -> None:
        """Visit the seed, read the sitemaps, then visit what waits until nothing does or the budget is spent."""
        try:
            self._seen.add(page_key(self._seed))
            await self._visit(self._seed, 0)
            robots = await self._fetcher.robots(self._home)
            if isinstance(robots, Failure) or robots.closed:
                return
            if robots.too_slow:
                self._leave_alone(f"robots.txt asks for {robots.delay:.0f} s between requests")
                return
            if self._lines or self._waiting:
                await self._read_sitemaps(robots)
            while self._waiting and self._within_budget():
                rank, depth, serial, url = heapq.heappop(self._waiting)
                if rank < LAST and any(self._gone[folder] >= DEAD_FOLDER for folder in folders_of(url)):
                    heapq.heappush(self._waiting, (LAST, depth, serial, url))
                    continue
                self._recorder.waiting -= 1
                await self._visit(url, depth)
        finally:
            self._recorder.left += len(self._waiting)
            self._recorder.waiting -= len(self._waiting)

    def _within_budget(self) -> bool:
        return self._pages < self._settings.max_pages and len(self._requested) < REQUESTS_PER_PAGE * self._settings.max_pages

    def _leave_alone(self, reason: str) -> None:
        self._recorder.waiting -= len(self._waiting)
        while self._waiting:
            self._end(heapq.heappop(self._waiting)[3], Outcome.ROBOTS, None, reason)

    def _end(self, url: str, outcome: Outcome, status: int | None = None, detail: str = "") -> None:
        """Record how a visit ended; a stored page that is gone, or that its site keeps to itself by now, is dropped."""
        corpus = self._recorder.corpus
        with corpus.transaction():
            self._recorder.visit(self._startup.id, url, outcome, status, detail)
            if url in self._known and (status in NOT_FOUND or outcome is Outcome.NOINDEX or detail == FORBIDDEN):
                corpus.drop_page(self._startup.id, url)
                self._known.discard(url)

    def _push(self, url: str, depth: int, priority: int) -> None:
        key = page_key(url)
        if depth > self._settings.max_depth or key in self._seen or len(self._waiting) >= MOST_WAITING:
            return
        if not self._site.holds(url) or is_binary(url):
            return
        self._seen.add(key)
        heapq.heappush(self._waiting, (-priority, depth, next(self._serial), url))
        self._recorder.waiting += 1

    async def _read_sitemaps(self, robots: Robots) -> None:
        origin = self._home
        at_seed = await self._fetcher.robots(self._seed)
        addresses = [*robots.sitemaps, *(() if isinstance(at_seed, Failure) else at_seed.sitemaps)]
        named = [canonical_url(address, f"{origin}/") for address in addresses]
        queue = [*named, f"{origin}/sitemap.xml", f"{origin}{self._site.folder}sitemap.xml"]
        done: set[str] = set()
        while queue and len(done) < MOST_SITEMAPS and self._settings.max_depth > 0:
            url = queue.pop(0)
            if url is None or page_key(url) in done or not self._site.same_host(url):
                continue
            done.add(page_key(url))
            answer = await self._fetcher.fetch(url, MOST_BYTES)
            if not isinstance(answer, Answer):
                continue
            if answer.redirect:
                queue.insert(0, answer.redirect)
            elif answer.status == 200:  # noqa: PLR2004
                sitemap = parse_sitemap(answer.body, url)
                queue.extend(sitemap.sitemaps)
                for page in sitemap.pages:
                    self._push(page, 1, page_priority(page))

    async def _visit(self, url: str, depth: int, *, as_canonical: bool = False) -> None:
        """Fetch an address, follow where it leads within the site, and store what is there."""
        for _ in range(MOST_HOPS):
            self._requested.add(url)
            answer = await self._fetcher.fetch(url)
            if isinstance(answer, Failure):
                self._end(url, answer.outcome, answer.status, answer.detail)
                at_home = at_origin(url, self._home)
                if answer.outcome is not Outcome.UNREACHABLE or at_home in self._requested:
                    return
                url = at_home
                continue
            target = answer.redirect
            if target is None:
                target = await self._take(answer, depth, as_canonical=as_canonical)
                if target is None:
                    return
            elif not self._may_follow(answer, target):
                return
            if url in self._trail:
                self._trail.add(target)
                self._home = origin_of(target)
                self._site = self._site.moved_to(target)
            self._seen.add(page_key(target))
            if target in self._requested:
                return
            url = target
        self._end(url, Outcome.HTTP_ERROR, None, f"more than {MOST_HOPS} redirects")

    def _may_follow(self, answer: Answer, target: str) -> bool:
        if not target or target == answer.url:
            self._end(answer.url, Outcome.HTTP_ERROR, answer.status, "redirects to itself" if target else "redirects nowhere")
            return False
        inside = self._site.same_host(target) if answer.url in self._trail else self._site.holds(target)
        self._end(answer.url, Outcome.REDIRECTED if inside else Outcome.OFF_SITE, answer.status, target)
        return inside and not is_binary(target)

    async def _take(self, answer: Answer, depth: int, *, as_canonical: bool) -> str | None:
        """Judge an answer that is no redirect and store its page; return where a meta refresh leads."""
        url, status = answer.url, answer.status
        if status in NOT_FOUND:
            self._gone.update(folders_of(url))
        if not 200 <= status < 300:  # noqa: PLR2004
            self._end(url, Outcome.HTTP_ERROR, status)
            return None
        content_type = answer.headers.get("content-type", "")
        if answer.body.strip() and not _is_html(content_type, answer.body):
            self._end(url, Outcome.NOT_HTML, status, content_type[:100])
            return None
        self._pages += 1
        self._gone.update(dict.fromkeys(folders_of(url), ALIVE))
        reading = await self._read(answer.body, url, _charset(content_type))
        metadata = reading.extracted.metadata
        header_noindex, header_nofollow = robots_rules(answer.headers.get("x-robots-tag", ""))
        if not (metadata.nofollow or header_nofollow):
            for link in reading.extracted.links:
                self._push(link.url, depth + 1, page_priority(link.url, link.text))
        text = join_blocks(reading.extracted.blocks)
        if metadata.refresh and metadata.refresh_seconds <= QUICK_REFRESH and len(text) < FEWEST_LETTERS:
            return metadata.refresh if self._may_follow(answer, metadata.refresh) else None
        if metadata.noindex or header_noindex:
            self._end(url, Outcome.NOINDEX, status)
        elif not text:
            self._end(url, Outcome.EMPTY, status)
        elif not (canonical := await self._canonical_copy(reading.extracted, url, depth, as_canonical=as_canonical)):
            self._store(reading, url, status)
        else:
            self._end(url, Outcome.DUPLICATE, status, f"canonical: {canonical}")
        return None

    async def _canonical_copy(self, page: Extracted, url: str, depth: int, *, as_canonical: bool) -> str | None:
        """Return the canonical address of a page where that page is stored and holds the same text.

        Sites often name a wrong canonical (their home on every page): it counts only where the text agrees.
        """
        canonical = page.metadata.canonical
        if canonical is None or page_key(canonical) == page_key(url) or not self._site.holds(canonical) or is_binary(canonical):
            return None
        # A page that others link to is read before its copies. One known from here only is not: such addresses often fail.
        if not as_canonical and self._within_budget() and self._drop(canonical):
            await self._visit(canonical, depth, as_canonical=True)
        mine = _lines(page)
        theirs = self._lines.get(page_key(canonical), frozenset())
        return canonical if sum(map(len, mine & theirs)) >= SAME_TEXT * max(1, sum(map(len, mine))) else None

    def _drop(self, url: str) -> bool:
        """Take an address that is to be visited now out of what waits; tell whether it was there."""
        kept = [entry for entry in self._waiting if page_key(entry[3]) != page_key(url)]
        dropped = len(self._waiting) - len(kept)
        self._recorder.waiting -= dropped
        heapq.heapify(kept)
        self._waiting = kept
        return dropped > 0

    def _store(self, reading: Reading, url: str, status: int) -> None:
        metadata = reading.extracted.metadata
        page = Page(
            url=url,
            startup_id=self._startup.id,
            title=metadata.title,
            language=reading.language,
            blocks=reading.extracted.blocks,
            fetched_at=datetime.now(UTC),
            description=metadata.description,
        )
        if page.digest in self._digests:
            self._end(url, Outcome.DUPLICATE, status, "the same content as another page")
            return
        self._digests.add(page.digest)
        self._lines[page_key(url)] = _lines(reading.extracted)
        self._recorder.page(page, status, known=url in self._known)


def _lines(page: Extracted) -> frozenset[str]:
    return frozenset(line for line in join_blocks(page.blocks).splitlines() if line)


def _charset(content_type: str) -> str | None:
    _, _, rest = content_type.partition("charset=")
    return rest.split(";")[0].split(",")[0].strip(" \"'") or None


def _is_html(content_type: str, body: bytes) -> bool:
    kind = re.split("[;,]", content_type, maxsplit=1)[0].strip().lower()
    if kind in HTML_TYPES:
        return True
    head = body[:SNIFFED_BYTES].lower()
    return kind in VAGUE_TYPES and any(sign in head for sign in HTML_SIGNS)
