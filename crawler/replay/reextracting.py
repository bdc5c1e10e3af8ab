"""All pages made anew from their archived responses, after the extraction has changed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from crawler.corpus.readings import Found
from crawler.errors import ArchiveError
from crawler.records import ArchiveRef, Outcome, Startup
from crawler.replay.replaying import answer_of, replay
from crawler.sites.judging import leaves_corpus
from crawler.sites.settling import settle_site
from crawler.sites.writing import Desk

logger = logging.getLogger(__name__)

JUDGED_BY_OTHERS = frozenset({Outcome.DUPLICATE, Outcome.PARKED, Outcome.OPTED_OUT})
"""Outcomes that do not follow from the response alone: a page that has one keeps it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A page that could not be made anew and stays as it was."""

    url: str
    reason: str


@dataclass(slots=True)
class Reextraction:
    """What it came to."""

    startups: int = 0
    responses: int = 0
    """Read anew."""
    new: int = 0
    """Pages that are stored now and were not."""
    changed: int = 0
    unchanged: int = 0
    dropped: int = 0
    """Pages that their sites keep to themselves, as it turns out."""
    kept: list[Kept] = field(default_factory=list)


def reextract(desk: Desk, on_progress: Callable[[int, int], None] = lambda *_: None) -> Reextraction:
    """Read all archived responses of the corpus anew and settle each site; one transaction a startup.

    Fetch times stay. A page whose response cannot be read, or in which no text is found any more, stays as it was.

    Args:
        desk: corpus, readings and archive of one home.
        on_progress: told how many responses of how many have been read.
    """
    result = Reextraction()
    (total,) = desk.corpus.row("SELECT count(*) FROM readings WHERE archive_file IS NOT NULL") or (0,)
    for startup in list(desk.corpus.startups()):
        again: list[Found] = []
        for found in list(desk.readings.of(startup.id)):
            if found.page.archived is not None:
                result.responses += 1
                on_progress(result.responses, total)
                again += filter(None, [_again(desk, found, found.page.archived, result)])
        result.startups += bool(again)
        if again:
            _write(desk, startup, again, result)
    return result


def _again(desk: Desk, found: Found, ref: ArchiveRef, result: Reextraction) -> Found | None:
    """Return what is found at an address by now; None where that cannot be told."""
    try:
        archived = desk.archive.read(ref)
    except ArchiveError as error:
        result.kept.append(Kept(found.page.url, str(error)))
        return None
    answer = replace(answer_of(archived), url=found.page.url, at=found.page.fetched_at)
    made = replay(found.page.startup_id, answer, depth=found.depth, lastmod=found.lastmod)
    if made.found is None or (made.outcome is Outcome.EMPTY and found.outcome is Outcome.STORED):
        result.kept.append(Kept(found.page.url, f"no text is found in it any more ({made.outcome}: {made.detail})"))
        return None
    return replace(
        made.found,
        page=replace(made.found.page, archived=ref),
        outcome=found.outcome if found.outcome in JUDGED_BY_OTHERS else made.outcome,
        seen_at=found.seen_at,
        run=found.run,
    )


def _stands(now: Found | None, again: Found) -> bool:
    """Tell whether an address still holds what was read anew: it may have been erased meanwhile."""
    return now is not None and (now.page.archived, now.seen_at) == (again.page.archived, again.seen_at)


def _put(desk: Desk, found: Found, *, known: bool) -> None:
    """Keep what was read anew; `known` tells whether its page is stored."""
    if found.outcome is Outcome.STORED and not known and (twin := desk.readings.twin(found.page, None)):
        logger.debug("%s holds the same as %s", found.page.url, twin[0])
        found = replace(found, outcome=Outcome.DUPLICATE)
    desk.readings.put(found)
    if found.outcome is Outcome.STORED and not known:
        desk.corpus.put_page(found.page, settled=False)
    elif known and leaves_corpus(found.outcome, found.status, forbidden=False):
        desk.corpus.drop_page(found.page.startup_id, found.page.url)


def _write(desk: Desk, startup: Startup, again: list[Found], result: Reextraction) -> None:
    with desk.corpus.transaction():
        before = {page.url: page.digest for page in desk.corpus.pages(startup.id)}
        for found in again:
            if _stands(desk.readings.get(startup.id, found.page.url), found):
                _put(desk, found, known=found.page.url in before)
        settle_site(desk, startup.id)
        after = {page.url: page.digest for page in desk.corpus.pages(startup.id)}
    result.new += len(after.keys() - before.keys())
    result.dropped += len(before.keys() - after.keys())
    changed = sum(before[url] != after[url] for url in before.keys() & after.keys())
    result.changed += changed
    result.unchanged += len(before.keys() & after.keys()) - changed
