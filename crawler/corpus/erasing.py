"""Forgetting: what the corpus and the archive hold of a startup or a host, taken out for good, at any moment.

A first transaction puts the places on the opt-out list and ends the sites that crawls have open: from then on these write
nothing of them (`crawler.sites.writing.SiteWriter`). Then the archive's records go, then the rows. What is broken off in
between is ended by the same command, given again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from crawler.archive.archive import Archive
from crawler.corpus.corpus import Corpus
from crawler.corpus.frontier import Phase
from crawler.corpus.holding import erasing
from crawler.corpus.optouts import OptOuts, bare_host
from crawler.corpus.readings import Readings
from crawler.records import Startup
from crawler.urls import Site, bare_host_of, canonical_url

PLACES = (
    "SELECT startup_id, url FROM readings UNION SELECT startup_id, url FROM pages UNION SELECT startup_id, url FROM versions"
    " UNION SELECT startup_id, url FROM visits UNION SELECT startup_id, url FROM changes"
)
BY_ADDRESS = (
    ("SELECT origin FROM robots", "DELETE FROM robots WHERE origin = ?"),
    ("SELECT url FROM kept", "DELETE FROM kept WHERE url = ?"),
    ("SELECT host FROM waits", "DELETE FROM waits WHERE host = ?"),
)
"""What is kept by address alone: all of them, and what forgets one."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was taken out."""

    startups: tuple[str, ...]
    pages: int
    """With their versions, visits and readings."""
    profiles: int
    records: int
    """Of the archive, overwritten."""
    opted_out: tuple[str, ...]
    """Places that are never visited again, see `OptOut.host`."""
    shared: tuple[str, ...]
    """Addresses that other startups' sites lie at, too: not opted out."""
    touched: tuple[str, ...]
    """Startups that stay, and whose pages on the host went."""
    traces: bool
    """Whether another process kept the corpus's log from being emptied: it is, in time."""


@dataclass(frozen=True, slots=True)
class _Scope:
    host: str
    """Empty where a startup is erased."""
    startups: frozenset[str]
    opt_outs: tuple[str, ...]
    shared: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    """Startup and address of all that goes."""
    holds: Callable[[str], bool]
    """Tells of an address whether its archived responses go."""


def erase(
    corpus: Corpus,
    archive: Archive,
    what: str,
    *,
    profiles: bool = False,
    on_progress: Callable[[int, int], None] = lambda *_: None,
) -> Erased:
    """Erase a startup (by id) or a host (all that was read on it), and put its places on the opt-out list.

    Crawls and imports may be under way: what they have in flight of it is dropped. Startups share what they share: pages of
    another startup stay when one is erased by its id, and so does the way to them.

    Args:
        corpus: to write.
        archive: its records are overwritten.
        what: a startup's id, else a host or an address on it.
        profiles: take out what directories say of the startups, too, and the startups themselves.
        on_progress: told (files of the archive read, files in all), which takes the longest.

    Raises:
        ArchiveError: the archive may not be written; nothing was erased.
        CorpusError: the corpus cannot be written, or another process is erasing.
    """
    archive.may_be_written()
    with erasing(corpus.path):
        with corpus.transaction():
            scope = _scope(corpus, what)
            for place in scope.opt_outs:
                OptOuts(corpus).add(place, "erased")
            _end_sites(corpus, scope)
        records = archive.erase(scope.holds, on_progress)
        with corpus.shredding() as log:
            # Asked again: what other processes wrote of it just before the first transaction is there by now.
            scope = _scope(corpus, what)
            before = corpus.counts()
            touched = _delete(corpus, scope, profiles=profiles)
            after = corpus.counts()
    return Erased(
        startups=tuple(sorted(scope.startups)),
        pages=before.pages - after.pages,
        profiles=before.profiles - after.profiles,
        records=records,
        opted_out=scope.opt_outs,
        shared=scope.shared,
        touched=touched,
        traces=log.traces,
    )


def _end_sites(corpus: Corpus, scope: _Scope) -> None:
    """End the sites that crawls have open, and forget what waits of them."""
    query = "SELECT run, startup_id, home FROM sites WHERE phase != ?"
    for run, startup_id, home in list(corpus.rows(query, lambda row: row, (Phase.DONE,))):
        if startup_id in scope.startups or (scope.host and scope.holds(f"{home}/")):
            where = (run, startup_id)
            corpus.execute("DELETE FROM frontier WHERE run = ? AND startup_id = ?", where)
            statement = 'UPDATE sites SET phase = ?, "left" = 0, ended_at = began_at WHERE run = ? AND startup_id = ?'
            corpus.execute(statement, (Phase.DONE, *where))


def _delete(corpus: Corpus, scope: _Scope, *, profiles: bool) -> tuple[str, ...]:
    """Delete all that the scope tells of; return the startups that stay and lost pages."""
    touched = sorted({key for key, _ in scope.places} - scope.startups)
    for key, url in scope.places:
        corpus.erase_page(key, url)
    for key in touched:
        # What the pages said together; what is left of them says it anew, when the site is settled.
        Readings(corpus).mark(key)
        corpus.execute("DELETE FROM companies WHERE startup_id = ?", (key,))
        corpus.execute("DELETE FROM same_company WHERE ? IN (startup_id, same_as) AND reason != 'stated'", (key,))
    for key in scope.startups:
        corpus.execute("DELETE FROM companies WHERE startup_id = ?", (key,))
        corpus.execute("DELETE FROM unsettled WHERE startup_id = ?", (key,))
        corpus.execute("DELETE FROM same_company WHERE ? IN (startup_id, same_as)", (key,))
        # A run that is not over must still see that the site is.
        corpus.execute(
            "DELETE FROM sites WHERE startup_id = ? AND run IN (SELECT id FROM runs WHERE ended_at IS NOT NULL)", (key,)
        )
        corpus.execute(
            "UPDATE sites SET home = '', host = '', port = NULL, folder = '', trail = '[]' WHERE startup_id = ?", (key,)
        )
        if profiles:
            corpus.execute("DELETE FROM startups WHERE id = ?", (key,))
    for names, forget in BY_ADDRESS:
        for name in list(corpus.rows(names, lambda row: str(row[0]))):
            if scope.holds(canonical_url(name if "://" in name else f"http://{name}") or ""):
                corpus.execute(forget, (name,))
    return tuple(touched)


def _places(corpus: Corpus) -> tuple[tuple[str, str], ...]:
    return tuple(corpus.rows(PLACES, lambda row: (str(row[0]), str(row[1]))))


def _scope(corpus: Corpus, what: str) -> _Scope:
    startup = corpus.startup(what)
    return _of_startup(corpus, startup) if startup else _of_host(corpus, bare_host(what))


def _addresses(startup: Startup) -> list[str]:
    """Return the canonical addresses that a startup's sites begin at."""
    found = (canonical_url(address or "") for address in (startup.url, startup.homepage))
    return list(dict.fromkeys(filter(None, found)))


def _of_startup(corpus: Corpus, startup: Startup) -> _Scope:
    query = "SELECT DISTINCT startup_id, home || folder FROM sites WHERE home != ''"
    led_to = list(corpus.rows(query, lambda row: (str(row[0]), str(row[1]))))
    addresses = list(dict.fromkeys([*_addresses(startup), *(address for key, address in led_to if key == startup.id)]))
    sites = [Site.of(address) for address in addresses]
    neighbours = [address for one in corpus.startups() if one.id != startup.id for address in _addresses(one)]
    theirs = [Site.of(address) for address in (*neighbours, *(address for key, address in led_to if key != startup.id))]
    places = _places(corpus)
    others = {url for key, url in places if key != startup.id}
    mine = {url for key, url in places if key == startup.id}

    def holds(url: str) -> bool:
        if url in others:
            return False
        inside = any(site.holds(url) for site in sites) and not any(_within(one, sites) and one.holds(url) for one in theirs)
        return url in mine or inside

    opt_outs = [_own_place(site, theirs) for site in sites]
    shared = tuple(address for address, place in zip(addresses, opt_outs, strict=True) if not place)
    named = tuple((startup.id, url) for url in sorted(mine))
    return _Scope("", frozenset({startup.id}), tuple(sorted(set(filter(None, opt_outs)))), shared, named, holds)


def _within(site: Site, others: list[Site]) -> bool:
    """Tell whether a site lies in another one's folder, or is the same."""
    return any((site.host, site.port) == (one.host, one.port) and site.folder.startswith(one.folder) for one in others)


def _own_place(site: Site, neighbours: list[Site]) -> str:
    """Return the widest place around a site that no neighbour lies in: a host, the host alone, its folder; or nothing."""
    if site.folder == "/" and not any(one.host == site.host or one.host.endswith(f".{site.host}") for one in neighbours):
        return site.host
    within = any(one.host == site.host and one.folder.startswith(site.folder) for one in neighbours)
    return "" if within else f"{site.host}{site.folder}"


def _of_host(corpus: Corpus, host: str) -> _Scope:
    def holds(url: str) -> bool:
        found = bare_host_of(url)
        return bool(host) and (found == host or found.endswith(f".{host}"))

    startups = frozenset(startup.id for startup in corpus.startups() if startup.url and holds(startup.url))
    places = tuple((key, url) for key, url in _places(corpus) if key in startups or holds(url))
    return _Scope(host, startups, (host,) if host else (), (), places, holds)
