"""What differs between demo sites: the theme, robots.txt, sitemap and, on a minority, one honest wart of the real web.

All of it follows from the slugs alone, so that the demo web is the same on every machine.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from crawler.demo.sites import DemoSite

ACCENTS = ("#0b5cab", "#0f766e", "#9a3412", "#5b3fa8", "#166534", "#9f1239", "#1e3a8a", "#7c4a03")


class Theme(StrEnum):
    """The template a site is rendered with, and with it the form of its addresses."""

    LANDING = "landing"
    """Semantic HTML5; addresses end in .html, links are relative."""
    CLASSIC = "classic"
    """Tables and divisions of the year 2005; addresses end in .html, links are relative."""
    PRESS = "press"
    """A blog system's theme; addresses end in a slash, links are absolute."""
    MONO = "mono"
    """Minimal and modern; addresses have no ending, links begin at the root."""


class Sitemap(StrEnum):
    """How a site announces its pages."""

    NONE = "none"
    PLAIN = "plain"
    """At /sitemap.xml, named in robots.txt."""
    UNNAMED = "unnamed"
    """At /sitemap.xml, not named in robots.txt."""
    INDEX = "index"
    """A sitemap index that leads to one sitemap."""
    GZIP = "gzip"
    """A compressed file."""


class Robots(StrEnum):
    """What robots.txt says."""

    OPEN = "open"
    PRIVATE = "private"
    """Everything but /private/."""
    DELAY = "delay"
    """Half a second between requests."""
    SLOW = "slow"
    """One second between requests."""


class Wart(StrEnum):
    """A fault or oddity that the real web has, too. A site has one at most."""

    HEADER_CHARSET = "header-charset"
    """Pages in windows-1252, declared in the HTTP header only."""
    META_CHARSET = "meta-charset"
    """Pages in windows-1252, declared in a meta element only."""
    WRONG_LANG = "wrong-lang"
    """Italian pages marked `lang="en-US"`."""
    HOME_REDIRECT = "home-redirect"
    """/ redirects to /home."""
    META_REFRESH = "meta-refresh"
    """/ is an entrance whose meta element leads to /home.html."""
    BROKEN_LINK = "broken-link"
    """A link to a page that is not there (404)."""
    FORBIDDEN_LINK = "forbidden-link"
    """A link to a page that robots.txt forbids."""
    NOINDEX = "noindex"
    """A linked page that asks not to be indexed."""
    UPPER_CASE = "upper-case"
    """A page that is linked as /Technology.html, too; the server takes both."""
    SLASH = "slash"
    """A page that answers with and without a slash at its end."""
    TRACKING = "tracking"
    """Links with ?utm_source=... in the navigation."""
    CANONICAL = "canonical"
    """Every page names its own absolute address as canonical."""
    TWO_ADDRESSES = "two-addresses"
    """The home page is both / and /index.html."""
    UNLINKED = "unlinked"
    """The last page is found through the sitemap only."""
    SLOW_PAGE = "slow-page"
    """A page that takes half a second."""
    RECOVERS = "recovers"
    """A page that answers 500 the first time, and well afterwards."""
    UNCLOSED = "unclosed"
    """Elements that are never closed or wrongly nested."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """On how many sites a wart is placed, and what such a site must have."""

    sites: int
    pages: int = 1
    language: str | None = None
    themes: tuple[Theme, ...] = tuple(Theme)
    sitemap: bool = False

    def allows(self, site: DemoSite, traits: "Traits") -> bool:
        return (
            len(site.pages) >= self.pages
            and self.language in (None, site.language)
            and traits.theme in self.themes
            and not (self.sitemap and traits.sitemap is Sitemap.NONE)
        )


_RULES: Mapping[Wart, _Rule] = {
    Wart.RECOVERS: _Rule(1, pages=2),
    Wart.SLOW_PAGE: _Rule(2, pages=2),
    Wart.UPPER_CASE: _Rule(3, pages=2, themes=(Theme.LANDING, Theme.CLASSIC)),
    Wart.SLASH: _Rule(3, pages=2, themes=(Theme.PRESS,)),
    Wart.UNLINKED: _Rule(4, pages=3, sitemap=True),
    Wart.HEADER_CHARSET: _Rule(3, language="it"),
    Wart.META_CHARSET: _Rule(3, language="it"),
    Wart.WRONG_LANG: _Rule(3, language="it"),
    Wart.HOME_REDIRECT: _Rule(3),
    Wart.META_REFRESH: _Rule(2),
    Wart.BROKEN_LINK: _Rule(4),
    Wart.FORBIDDEN_LINK: _Rule(3),
    Wart.NOINDEX: _Rule(3),
    Wart.TRACKING: _Rule(4, pages=2),
    Wart.CANONICAL: _Rule(5),
    Wart.TWO_ADDRESSES: _Rule(3),
    Wart.UNCLOSED: _Rule(3),
}


@dataclass(frozen=True, slots=True)
class Traits:
    """What makes one site different from the next."""

    theme: Theme
    accent: str
    """The theme's colour, as CSS writes it."""
    sitemap: Sitemap
    robots: Robots
    wart: Wart | None = None


def traits(sites: Iterable[DemoSite]) -> dict[str, Traits]:
    """Return each site's traits by slug; every wart is placed if there are sites enough that can carry it."""
    by_hash = sorted(sites, key=lambda site: _hash(site.slug))
    plain = {site.slug: _plain(site.slug) for site in by_hash}
    chosen: dict[str, Traits] = dict(plain)
    for wart, rule in _RULES.items():
        able = [s.slug for s in by_hash if chosen[s.slug].wart is None and rule.allows(s, plain[s.slug])]
        for slug in able[: rule.sites]:
            robots = Robots.PRIVATE if wart is Wart.FORBIDDEN_LINK else plain[slug].robots
            chosen[slug] = replace(plain[slug], wart=wart, robots=robots)
    return chosen


def _plain(slug: str) -> Traits:
    """Return the traits that follow from one slug; about two sitemaps in three sites, a crawl delay on one in ten."""
    theme, accent, robots, _, _, sitemap = _hash(slug)[:6]
    sitemaps = (Sitemap.PLAIN,) * 3 + (Sitemap.UNNAMED,) * 2 + (Sitemap.INDEX,) * 2 + (Sitemap.GZIP,) + (Sitemap.NONE,) * 4
    return Traits(
        theme=tuple(Theme)[theme % len(Theme)],
        accent=ACCENTS[accent % len(ACCENTS)],
        sitemap=sitemaps[sitemap % len(sitemaps)],
        robots=((Robots.OPEN,) * 12 + (Robots.PRIVATE,) * 6 + (Robots.DELAY, Robots.SLOW))[robots % 20],
    )


def _hash(slug: str) -> bytes:
    return hashlib.sha256(slug.encode()).digest()
