"""Forgetting: what the corpus and the archive hold of a startup or a host, taken out for good."""

from collections.abc import Callable
from dataclasses import dataclass

from crawler.archive.archive import Archive
from crawler.corpus.corpus import Corpus
from crawler.corpus.optouts import OptOuts, bare_host
from crawler.urls import Site, canonical_url, host_of


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
    """Hosts that are never visited again."""


@dataclass(frozen=True, slots=True)
class _Scope:
    startups: frozenset[str]
    hosts: frozenset[str]
    places: tuple[tuple[str, str], ...]
    """Startup and address of all that goes."""
    holds: Callable[[str], bool]
    """Tells of an address whether its archived responses go."""


def erase(corpus: Corpus, archive: Archive, what: str, *, profiles: bool = False) -> Erased:
    """Erase a startup (by id) or a host (all that was read on it), and put its hosts on the opt-out list.

    The archive comes first: what is broken off in between can be done again. Startups share what they share: pages of another
    startup stay when one is erased by its id.

    Args:
        corpus: to write, in one transaction.
        archive: its records are overwritten.
        what: a startup's id, else a host or an address on it.
        profiles: take out what directories say of the startups, too, and the startups themselves.
    """
    scope = _of_startup(corpus, what) if corpus.startup(what) else _of_host(corpus, bare_host(what))
    records = archive.erase(scope.holds)
    with corpus.shredding():
        before = corpus.counts()
        for key, url in scope.places:
            corpus.erase_pages(key, [url])
        for key in scope.startups:
            for table in ("pages", "versions", "changes", "readings", "visits", "companies", "sites"):
                corpus.execute(f"DELETE FROM {table} WHERE startup_id = ?", (key,))  # noqa: S608  # our tables
            corpus.execute("DELETE FROM same_company WHERE ? IN (startup_id, same_as)", (key,))
            if profiles:
                corpus.execute("DELETE FROM startups WHERE id = ?", (key,))
        for host in scope.hosts:
            OptOuts(corpus).add(host, "erased")
        after = corpus.counts()
    return Erased(
        tuple(sorted(scope.startups)),
        before.pages - after.pages,
        before.profiles - after.profiles,
        records,
        tuple(sorted(scope.hosts)),
    )


_PLACES = (
    "SELECT startup_id, url FROM readings UNION SELECT startup_id, url FROM pages UNION SELECT startup_id, url FROM versions"
    " UNION SELECT startup_id, url FROM visits"
)


def _places(corpus: Corpus) -> tuple[tuple[str, str], ...]:
    return tuple(corpus.rows(_PLACES, lambda row: (str(row[0]), str(row[1]))))


def _of_startup(corpus: Corpus, startup_id: str) -> _Scope:
    startup = corpus.startup(startup_id)
    addresses = [url for url in (startup and startup.url, startup and startup.homepage) if url]
    sites = [Site.of(url) for address in addresses if (url := canonical_url(address))]
    places = _places(corpus)
    others = {url for key, url in places if key != startup_id}
    mine = {url for key, url in places if key == startup_id}

    def holds(url: str) -> bool:
        return url not in others and (url in mine or any(site.holds(url) for site in sites))

    hosts = frozenset(filter(None, (bare_host(address) for address in addresses)))
    return _Scope(frozenset({startup_id}), hosts, tuple((startup_id, url) for url in sorted(mine)), holds)


def _of_host(corpus: Corpus, host: str) -> _Scope:
    def holds(url: str) -> bool:
        found = host_of(url).removeprefix("www.")
        return bool(host) and (found == host or found.endswith(f".{host}"))

    startups = frozenset(startup.id for startup in corpus.startups() if startup.url and holds(startup.url))
    places = tuple((key, url) for key, url in _places(corpus) if key in startups or holds(url))
    return _Scope(startups, frozenset({host} if host else ()), places, holds)
