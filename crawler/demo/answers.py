"""What each address of a demo site answers: its pages, the doors beside them, robots.txt and sitemaps."""

import gzip
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from crawler.demo.rendering import FORBIDDEN, Renderer, Resource, address, capital, plain, words
from crawler.demo.sites import DemoSite
from crawler.demo.traits import Robots, Sitemap, Theme, Traits, Wart

_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_SLOW_SECONDS = 0.5


def build(site: DemoSite, traits: Traits, base: str, directory_url: str) -> dict[str, Resource]:
    """Return what each path of the site answers; every other path is not found.

    `base` is the site's address without a slash at its end (`http://<slug>.localhost:<port>`).
    """
    renderer = Renderer(site, traits, base, directory_url)
    changed = datetime.strptime(site.data_date, "%Y-%m").replace(tzinfo=UTC)
    pages = {address(page, traits): replace(renderer.page(page), modified=changed) for page in site.pages}
    maps = {path: replace(resource, modified=changed) for path, resource in _sitemaps(renderer).items()}
    return pages | _entrances(renderer, pages) | _oddities(renderer, pages) | {"/robots.txt": _robots(traits, base)} | maps


def not_found(site: DemoSite) -> Resource:
    """Return what a site answers where it has no page."""
    said = words(site.language)
    return plain(site, "404", said["not_found"], status=404, href="/", label=said["back"])


def _entrances(renderer: Renderer, pages: Mapping[str, Resource]) -> dict[str, Resource]:
    """Return the other addresses of the home page, and of the inner ones where they end in a slash."""
    site, traits = renderer.site, renderer.traits
    home = address(site.pages[0], traits)
    doors = {}
    if traits.theme is Theme.PRESS:
        doors = {path.rstrip("/"): _redirect(renderer, path) for path in pages if path != home}
    if traits.wart is Wart.HOME_REDIRECT:
        doors["/"] = _redirect(renderer, home)
    elif traits.wart is Wart.META_REFRESH:
        doors["/"] = plain(site, site.name, href=home, label=words(site.language)["enter"], refresh=True)
    elif traits.wart is Wart.TWO_ADDRESSES:
        doors["/index.html"] = pages[home]
    else:
        doors["/index.html"] = _redirect(renderer, home)
    return doors


def _oddities(renderer: Renderer, pages: Mapping[str, Resource]) -> dict[str, Resource]:
    """Return what the site's wart does to its first inner page, or adds to the site."""
    site, traits = renderer.site, renderer.traits
    inner = address(site.pages[1], traits) if len(site.pages) > 1 else ""
    found: dict[str, Resource] = {}
    match traits.wart:
        case Wart.SLASH:
            found[inner.rstrip("/")] = pages[inner]
        case Wart.UPPER_CASE:
            found[capital(inner)] = pages[inner]
        case Wart.SLOW_PAGE:
            found[inner] = replace(pages[inner], pause=_SLOW_SECONDS)
        case Wart.RECOVERS:
            found[inner] = replace(pages[inner], fails_first=True)
        case Wart.FORBIDDEN_LINK:
            said = words(site.language)
            found[FORBIDDEN] = plain(site, said["reserved"], said["forbidden"], status=403)
        case Wart.NOINDEX:
            found[address(renderer.privacy(), traits)] = renderer.page(renderer.privacy())
    return found


def _redirect(renderer: Renderer, path: str) -> Resource:
    return Resource(b"", status=301, location=renderer.base + path)


def _robots(traits: Traits, base: str) -> Resource:
    """Return the site's robots.txt."""
    lines = ["User-agent: *", "Disallow: /private/" if traits.robots is Robots.PRIVATE else "Disallow:"]
    delay = {Robots.DELAY: "0.5", Robots.SLOW: "1"}.get(traits.robots)
    if delay:
        lines.append(f"Crawl-delay: {delay}")
    entry = {Sitemap.PLAIN: "sitemap.xml", Sitemap.INDEX: "sitemap_index.xml", Sitemap.GZIP: "sitemap.xml.gz"}.get(
        traits.sitemap
    )
    if entry:
        lines += ["", f"Sitemap: {base}/{entry}"]
    return Resource("\n".join([*lines, ""]).encode(), "text/plain; charset=utf-8")


def _sitemaps(renderer: Renderer) -> dict[str, Resource]:
    """Return the sitemap files by path; addresses of demo sites hold nothing that XML would want escaped."""
    site, base = renderer.site, renderer.base
    urls = (f"{base}{address(page, renderer.traits)}" for page in site.pages)
    entries = "".join(f"<url><loc>{url}</loc><lastmod>{site.data_date}-01</lastmod></url>\n" for url in urls)
    pages = _xml(f"<urlset {_NAMESPACE}>\n{entries}</urlset>\n")
    index = _xml(f"<sitemapindex {_NAMESPACE}>\n<sitemap><loc>{base}/sitemap-pages.xml</loc></sitemap>\n</sitemapindex>\n")
    match renderer.traits.sitemap:
        case Sitemap.PLAIN | Sitemap.UNNAMED:
            return {"/sitemap.xml": pages}
        case Sitemap.INDEX:
            return {"/sitemap_index.xml": index, "/sitemap-pages.xml": pages}
        case Sitemap.GZIP:
            return {"/sitemap.xml.gz": Resource(gzip.compress(pages.body, mtime=0), "application/gzip")}
        case Sitemap.NONE:
            return {}


def _xml(root: str) -> Resource:
    return Resource(f'<?xml version="1.0" encoding="UTF-8"?>\n{root}'.encode(), "application/xml; charset=utf-8")
