"""What a page says of itself in its head: title, description, language, canonical address, rules for robots."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag

from crawler.urls import canonical_url

LANGUAGE = re.compile(r"^\s*([A-Za-z]{2})(?:[-_].*)?\s*$")
REFRESH = re.compile(r"^\s*(?P<seconds>\d*\.?\d*)\s*(?:[;,]\s*(?:url\s*=\s*)?(?P<url>.*))?$", re.IGNORECASE | re.DOTALL)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
ROBOT_NAMES = frozenset({"robots", "startupscout"})


@dataclass(frozen=True, slots=True)
class Metadata:
    """The head of a page. Texts are empty and addresses None where the page does not say."""

    title: str
    description: str
    name: str
    """Of the site: OpenGraph's `site_name`."""
    declared_language: str
    """ISO 639-1 code of the `lang` attribute, which is often wrong."""
    canonical: str | None
    base: str
    """What relative links count from."""
    refresh: str | None
    """Where a meta refresh leads, unless it reloads the page itself."""
    refresh_seconds: float
    noindex: bool
    nofollow: bool


def clean(text: str) -> str:
    """Return `text` on one line: white space collapsed, control characters and half characters gone."""
    return " ".join(CONTROL.sub("", text).split())


def robots_rules(content: str) -> tuple[bool, bool]:
    """Return whether a robots meta tag or X-Robots-Tag header says noindex, and whether nofollow."""
    words = {word.strip().lower() for word in re.split(r"[,;\s]+", content)}
    return bool(words & {"noindex", "none"}), bool(words & {"nofollow", "none"})


def read_metadata(soup: BeautifulSoup, url: str) -> Metadata:
    """Read the head of a parsed page that was fetched from `url`."""
    base = _base(soup, url)
    refresh, seconds = _refresh(soup, url, base)
    rules = [robots_rules(content) for name, content in _meta(soup, "name") if name in ROBOT_NAMES]
    named = dict(reversed(list(_meta(soup, "name")) + list(_meta(soup, "property"))))
    heading = soup.find("h1")
    first_title = next((tag for tag in soup.find_all("title") if tag.find_parent("svg") is None), None)
    titles = [tag.get_text() for tag in (first_title,) if tag] + [named.get("og:title", "")]
    titles += [heading.get_text(" ")] if heading else []
    return Metadata(
        title=next((made for text in titles if (made := clean(text))), ""),
        description=clean(named.get("description", "")) or clean(named.get("og:description", "")),
        name=clean(named.get("og:site_name", "")),
        declared_language=_declared_language(soup),
        canonical=_canonical(soup, base),
        base=base,
        refresh=refresh,
        refresh_seconds=seconds,
        noindex=any(noindex for noindex, _ in rules),
        nofollow=any(nofollow for _, nofollow in rules),
    )


def attribute(tag: Tag, name: str) -> str:
    """Return an attribute's value as one text; empty where there is none."""
    value = tag.get(name)
    return "" if value is None else value if isinstance(value, str) else " ".join(value)


def _meta(soup: BeautifulSoup, key: str) -> Iterator[tuple[str, str]]:
    for tag in soup.find_all("meta", attrs={key: True}):
        yield attribute(tag, key).strip().lower(), attribute(tag, "content")


def _base(soup: BeautifulSoup, url: str) -> str:
    tag = soup.find("base", href=True)
    return (canonical_url(attribute(tag, "href"), url) if tag else None) or url


def _canonical(soup: BeautifulSoup, base: str) -> str | None:
    for tag in soup.find_all("link", href=True):
        if "canonical" in attribute(tag, "rel").lower().split() and attribute(tag, "href").strip():
            return canonical_url(attribute(tag, "href"), base)
    return None


def _declared_language(soup: BeautifulSoup) -> str:
    root = soup.find("html")
    declared = attribute(root, "lang") or attribute(root, "xml:lang") if root else ""
    match = LANGUAGE.match(declared)
    return match[1].lower() if match else ""


def _refresh(soup: BeautifulSoup, url: str, base: str) -> tuple[str | None, float]:
    for tag in soup.find_all("meta", attrs={"http-equiv": True}):
        if attribute(tag, "http-equiv").strip().lower() != "refresh" or tag.find_parent("noscript"):
            continue
        match = REFRESH.match(attribute(tag, "content"))
        if match and match["url"]:
            target = canonical_url(match["url"].strip().strip("'\""), base)
            seconds = float(match["seconds"]) if match["seconds"].strip(".") else 0.0
            return (target if target != url else None), seconds
    return None, 0.0
