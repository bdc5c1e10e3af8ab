"""What a page says of itself in its head: title, description, language, canonical address, rules for robots."""

import re
from dataclasses import dataclass

from crawler.page.parsing import Element, texts
from crawler.urls import canonical_url

LANGUAGE = re.compile(r"^\s*([A-Za-z]{2})(?:[-_].*)?\s*$")
REFRESH = re.compile(r"^\s*(?P<seconds>\d*\.?\d*)\s*(?:[;,]\s*(?:url\s*=\s*)?(?P<url>.*))?$", re.IGNORECASE | re.DOTALL)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
READ = ("html", "title", "meta", "base", "link", "h1")
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


def read_metadata(root: Element, url: str) -> Metadata:
    """Read the head of a parsed page that was fetched from `url`; never raises over what is in it."""
    tags: dict[str, list[Element]] = {name: [] for name in READ}
    for tag in root.iter(*READ):
        if tag.tag != "h1" or not tags["h1"]:
            tags[tag.tag].append(tag)
    base = _base(tags["base"], url)
    refresh, seconds = _refresh(tags["meta"], url, base)
    by_name, by_property = _named(tags["meta"], "name"), _named(tags["meta"], "property")
    rules = [robots_rules(content) for name, content in by_name if name in ROBOT_NAMES]
    named = dict(reversed(by_name + by_property))
    first = ["".join(texts(tag)) for tag in tags["title"] if next(tag.iterancestors("svg"), None) is None][:1]
    titles = (*first, named.get("og:title", ""), *(" ".join(texts(heading)) for heading in tags["h1"]))
    return Metadata(
        title=next((made for text in titles if (made := clean(text))), ""),
        description=clean(named.get("description", "")) or clean(named.get("og:description", "")),
        name=clean(named.get("og:site_name", "")),
        declared_language=_declared_language(tags["html"]),
        canonical=_canonical(tags["link"], base),
        base=base,
        refresh=refresh,
        refresh_seconds=seconds,
        noindex=any(noindex for noindex, _ in rules),
        nofollow=any(nofollow for _, nofollow in rules),
    )


def no_metadata(title: str, url: str) -> Metadata:
    """Return the metadata of a document that has a title and no head."""
    return Metadata(title, "", "", "", None, url, None, 0.0, noindex=False, nofollow=False)


def _named(tags: list[Element], key: str) -> list[tuple[str, str]]:
    return [(tag.get(key, "").strip().lower(), tag.get("content", "")) for tag in tags if key in tag.attrib]


def _base(tags: list[Element], url: str) -> str:
    address = next((tag.get("href", "") for tag in tags if "href" in tag.attrib), None)
    return (canonical_url(address, url) if address is not None else None) or url


def _canonical(tags: list[Element], base: str) -> str | None:
    for tag in tags:
        if "canonical" in tag.get("rel", "").lower().split() and tag.get("href", "").strip():
            return canonical_url(tag.get("href", ""), base)
    return None


def _declared_language(tags: list[Element]) -> str:
    declared = (tags[0].get("lang", "") or tags[0].get("xml:lang", "")) if tags else ""
    match = LANGUAGE.match(declared)
    return match[1].lower() if match else ""


def _refresh(tags: list[Element], url: str, base: str) -> tuple[str | None, float]:
    for tag in tags:
        if tag.get("http-equiv", "").strip().lower() != "refresh" or next(tag.iterancestors("noscript"), None) is not None:
            continue
        match = REFRESH.match(tag.get("content", ""))
        if match and match["url"]:
            target = canonical_url(match["url"].strip().strip("'\""), base)
            seconds = float(match["seconds"]) if match["seconds"].strip(".") else 0.0
            return (target if target != url else None), seconds
    return None, 0.0
