"""Whose site an address lies on."""

from collections.abc import Iterable

from crawler.records import Startup
from crawler.urls import Site, bare_host_of, canonical_url


class Owners:
    """Finds the startup whose site holds an address."""

    def __init__(self, startups: Iterable[Startup]) -> None:
        """Take the startups; of each, the site that its address and that its homepage opens."""
        self._sites: dict[str, list[tuple[Site, str]]] = {}
        for startup in startups:
            for address in dict.fromkeys(
                filter(None, (canonical_url(startup.url or ""), canonical_url(startup.homepage or "")))
            ):
                site = Site.of(address)
                self._sites.setdefault(site.host, []).append((site, startup.id))
        for sites in self._sites.values():
            sites.sort(key=lambda entry: (-len(entry[0].folder), entry[1]))  # of sites within each other the inner one

    def __bool__(self) -> bool:
        """Whether there is any site."""
        return bool(self._sites)

    def of(self, url: str) -> str | None:
        """Return the id of the startup whose site holds a canonical URL, or None."""
        sites = self._sites.get(bare_host_of(url), ())
        return next((startup_id for site, startup_id in sites if site.holds(url)), None)
