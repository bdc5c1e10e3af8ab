"""The pages of a demo site, rendered: links, facts and notice around the prose, in the site's theme."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from crawler.demo.sites import DemoPage, DemoSection, DemoSite, Language
from crawler.demo.traits import Theme, Traits, Wart

FORBIDDEN = "/private/area.html"
_HTML = "text/html; charset=utf-8"
_DIRECTORIES = {"KnowledgeShare": "https://www.knowledge-share.eu/", "Y Combinator": "https://www.ycombinator.com/companies"}
_HOMES = {Wart.HOME_REDIRECT: "/home", Wart.META_REFRESH: "/home.html"}


@dataclass(frozen=True, slots=True)
class Resource:
    """What an address answers."""

    body: bytes
    content_type: str = _HTML
    status: int = 200
    location: str | None = None
    """Where a redirect leads."""
    modified: datetime | None = None
    """When the content last changed, in UTC; None where conditional requests make no sense."""
    pause: float = 0.0
    """Seconds before the answer."""
    fails_first: bool = False
    """Whether the first request is answered with 500."""


@dataclass(frozen=True, slots=True)
class _Link:
    label: str
    href: str
    about: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class _Fact:
    label: str
    value: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class _View:
    """What a template shows; `words` are in the site's language, `page_words` in the page's."""

    site: DemoSite
    page: DemoPage
    heading: str
    words: Mapping[str, Any]
    page_words: Mapping[str, Any]
    lang: str
    charset: str | None
    accent: str
    canonical: str | None
    noindex: bool
    home: _Link
    nav: tuple[_Link, ...]
    teasers: tuple[_Link, ...]
    extras: tuple[_Link, ...]
    facts: tuple[_Fact, ...]
    source: str
    source_url: str
    date: str
    directory_url: str
    organisation: Mapping[str, str]


@cache
def _environment() -> Environment:
    """Return the templates: everything is escaped, an unknown name is an error."""
    return Environment(
        loader=PackageLoader("crawler.demo"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


@cache
def words(language: Language) -> Mapping[str, Any]:
    """Return what sites of the language say around their prose."""
    of_all: dict[str, dict[str, Any]] = tomllib.loads((files("crawler.demo") / "templates" / "words.toml").read_text("utf-8"))
    return of_all[language]


def address(page: DemoPage, traits: Traits) -> str:
    """Return the path that the page is stored under when it is crawled."""
    if page.stem == "index":
        return _HOMES.get(traits.wart, "/") if traits.wart else "/"
    return {Theme.PRESS: f"/{page.stem}/", Theme.MONO: f"/{page.stem}"}.get(traits.theme, f"/{page.path}")


def capital(path: str) -> str:
    """Return the path with its first letter in upper case."""
    return path[:1] + path[1:2].upper() + path[2:]


def directory(bases: Iterable[tuple[DemoSite, str]], *, unknown: str | None = None) -> Resource:
    """Return the page that lists the sites, each given with its base address; `unknown` is the host that was asked for."""
    entries = sorted(bases, key=lambda entry: (entry[0].source, entry[0].name.casefold()))
    groups = [(source, tuple(group)) for source, group in groupby(entries, key=lambda entry: entry[0].source)]
    template = _environment().get_template("directory.html")
    text = template.render(groups=groups, count=len(entries), unknown=unknown)
    return Resource(text.encode(), status=404 if unknown else 200)


def plain(
    site: DemoSite, title: str, message: str = "", *, status: int = 200, href: str = "", label: str = "", refresh: bool = False
) -> Resource:
    """Return a page without the site's theme: an error, or an entrance that leads on by itself (`refresh`)."""
    template = _environment().get_template("plain.html")
    text = template.render(lang=site.language, title=title, message=message, href=href, label=label, refresh=refresh)
    return Resource(text.encode(), status=status)


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders one site; `base` is its address without a slash at the end."""

    site: DemoSite
    traits: Traits
    base: str
    directory_url: str

    def page(self, page: DemoPage) -> Resource:
        """Return the page, rendered with the site's theme."""
        wart, language = self.traits.wart, self.site.language_of(page)
        said = words(language)
        year, month = self.site.data_date.split("-")
        view = _View(
            site=self.site,
            page=page,
            heading=self._heading(page),
            words=self._words,
            page_words=said,
            lang="en-US" if wart is Wart.WRONG_LANG else language,
            charset={Wart.HEADER_CHARSET: None, Wart.META_CHARSET: "windows-1252"}.get(wart, "utf-8") if wart else "utf-8",
            accent=self.traits.accent,
            canonical=self.base + address(page, self.traits) if wart is Wart.CANONICAL else None,
            noindex=page.stem == "privacy",
            home=self._link(self.site.pages[0], self.site.name),
            nav=self._navigation(page),
            teasers=self._teasers(page),
            extras=self._extras(),
            facts=self._facts(page),
            source=said["sources"][self.site.source],
            source_url=_DIRECTORIES[self.site.source],
            date=f"{said['months'][int(month) - 1]} {year}",
            directory_url=self.directory_url,
            organisation=_organisation(self.site),
        )
        text = _environment().get_template(f"{self.traits.theme}.html").render(v=view)
        if wart is Wart.UNCLOSED:
            text = _unclosed(text)
        if wart is Wart.HEADER_CHARSET:
            return Resource(text.encode("cp1252", "xmlcharrefreplace"), "text/html; charset=windows-1252")
        if wart is Wart.META_CHARSET:
            return Resource(text.encode("cp1252", "xmlcharrefreplace"), "text/html")
        return Resource(text.encode())

    def privacy(self) -> DemoPage:
        """Return the page that asks not to be indexed."""
        said = self._words["privacy"]
        return DemoPage("privacy.html", said["title"], said["description"], (DemoSection(said["heading"], said["text"]),))

    @property
    def _words(self) -> Mapping[str, Any]:
        return words(self.site.language)

    @property
    def _linked(self) -> tuple[DemoPage, ...]:
        """The pages that other pages link to."""
        return self.site.pages[:-1] if self.traits.wart is Wart.UNLINKED else self.site.pages

    def _href(self, path: str) -> str:
        """Return a link to the path as the site's theme writes links."""
        if self.traits.theme is Theme.PRESS:
            return self.base + path
        if self.traits.theme is Theme.MONO:
            return path
        return path.removeprefix("/") or "./"

    def _link(self, page: DemoPage, label: str, *, about: str = "", current: bool = False) -> _Link:
        return _Link(label, self._href(address(page, self.traits)), about, current)

    def _navigation(self, current: DemoPage) -> tuple[_Link, ...]:
        """Return the menu; a site of one page links to its sections."""
        if len(self.site.pages) == 1:
            return tuple(
                _Link(section.heading, f"#s{number}") for number, section in enumerate(self.site.pages[0].sections, start=1)
            )
        return tuple(self._menu_entry(page, current=page is current) for page in self._linked)

    def _menu_entry(self, page: DemoPage, *, current: bool) -> _Link:
        """Return the menu's link to the page, with the spelling that the site's wart asks for."""
        path, wart = address(page, self.traits), self.traits.wart
        if page.stem == "index":
            path = "/index.html" if wart is Wart.TWO_ADDRESSES else path
        elif wart is Wart.TRACKING:
            path += "?utm_source=menu&utm_medium=nav"
        elif page is self.site.pages[1] and wart is Wart.SLASH:
            path = path.rstrip("/")
        elif page is self.site.pages[1] and wart is Wart.UPPER_CASE:
            path = capital(path)
        return _Link(self._label(page), self._href(path), current=current)

    def _label(self, page: DemoPage) -> str:
        """Return the page's short name in menus."""
        if page.stem == "index":
            return str(self._words["home"])
        return str(words(self.site.language_of(page))["nav"].get(page.stem) or page.stem.replace("-", " ").capitalize())

    def _teasers(self, page: DemoPage) -> tuple[_Link, ...]:
        """Return the links at a page's end: to the inner pages from the home page, else to the next page and home."""
        home, *inner = self._linked
        if page is home:
            return tuple(self._link(other, other.title, about=other.description) for other in inner)
        following = inner[inner.index(page) + 1 :] if page in inner else []
        onward = tuple(self._link(other, f"{self._words['next']}: {other.title}") for other in following[:1])
        return (*onward, self._link(home, self._words["back"]))

    def _heading(self, page: DemoPage) -> str:
        """Return the page's title without the startup's name set apart by a bar."""
        parts = [part for part in page.title.split(" | ") if part.casefold() != self.site.name.casefold()]
        return " | ".join(parts) or page.title

    def _extras(self) -> tuple[_Link, ...]:
        """Return the footer's links that the site's wart adds."""
        if self.traits.wart is Wart.BROKEN_LINK:
            return (_Link(self._words["broken"], self._href("/datasheet.html")),)
        if self.traits.wart is Wart.FORBIDDEN_LINK:
            return (_Link(self._words["reserved"], self._href(FORBIDDEN)),)
        if self.traits.wart is Wart.NOINDEX:
            return (self._link(self.privacy(), self.privacy().title),)
        return ()

    def _facts(self, page: DemoPage) -> tuple[_Fact, ...]:
        """Return the directory's facts, on the page about the startup, or on the home page where there is none."""
        about = next((p for p in self.site.pages if p.stem in {"about", "chi-siamo"}), self.site.pages[0])
        if page is not about:
            return ()
        site, said = self.site, words(self.site.language_of(page))
        country = said["countries"].get(site.country, site.country)
        facts = (
            (said["parents"][len(site.parent_organisations) > 1], ", ".join(site.parent_organisations), None),
            (said["trl"], f"TRL {site.trl}" if site.trl else "", None),
            (said["wanted"], ", ".join(said["wanted_values"][wanted] for wanted in site.looking_for), None),
            (said["founded"], str(site.founded or ""), None),
            (said["place"], site.location or "", None),
            (said["country"], country or "", None),
            (said["official"], re.sub(r"^https?://|/$", "", site.homepage or ""), site.homepage),
            (said["tags"], ", ".join(site.tags), None),
        )
        return tuple(_Fact(label, value, href) for label, value, href in facts if value)


def _organisation(site: DemoSite) -> dict[str, str]:
    """Return the JSON-LD record of the startup."""
    record = {"@context": "https://schema.org", "@type": "Organization", "name": site.name}
    return record | ({"url": site.homepage} if site.homepage else {})


def _unclosed(text: str) -> str:
    """Return the page without many of its end tags, and with wrongly nested emphasis: browsers show it all the same."""
    text = re.sub(r"</(p|li|td|th|tr|dd|dt|main|article|body|html)>", "", text)
    return re.sub(r"<li>", "<li><b><i>", text, count=1).replace("<h2>", "</i></b><h2>", 1)
