"""Sitemaps (sitemaps.org): the addresses that a site names itself, and when it says that they changed."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from crawler.urls import canonical_url

MOST_BYTES = 20_000_000
"""Of a sitemap, decompressed."""
MOST_ADDRESSES = 5000
MOST_ENTRIES = 50_000
"""Of one sitemap (the protocol's own limit) that are looked at."""
MOST_TIMES = 100
"""As large as a gzipped sitemap may unfold, in times of its size: what unfolds further hides something."""
LONGEST_DATE = 40
GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Sitemap:
    """One sitemap file: pages, or in an index other sitemaps."""

    pages: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    lastmods: Mapping[str, str] = field(default_factory=dict)
    """When pages last changed, as written, by address; of those that say so."""


def parse_sitemap(body: bytes, url: str) -> Sitemap:
    """Read a sitemap, a sitemap index or a list of addresses, gzipped or not; what cannot be read is an empty one.

    Entities are not expanded and nothing is loaded from elsewhere.
    """
    if body.startswith(GZIP):
        try:
            body = zlib.decompressobj(wbits=31).decompress(body, min(MOST_BYTES, MOST_TIMES * len(body)))
        except zlib.error:
            return Sitemap()
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        lines = body.decode("utf-8-sig", "replace").splitlines()
        return Sitemap(_addresses((line for line in lines if line.strip().lower().startswith("http")), url))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(body.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return Sitemap()
    # Not by QName, which raises over names that the parser forgave.
    kind = str(root.tag).rpartition("}")[2] if root is not None else ""
    if kind not in {"urlset", "sitemapindex"}:
        return Sitemap()
    if kind == "sitemapindex":
        return Sitemap(sitemaps=_addresses((loc.text or "" for loc in root.iterfind("{*}*/{*}loc")), url))
    entries = [
        ((entry.findtext("{*}loc") or "").strip(), (entry.findtext("{*}lastmod") or "").strip())
        for entry in islice(root.iterfind("{*}url"), MOST_ENTRIES)
    ]
    pages = _by_text((text for text, _ in entries), url)
    lastmods = {pages[text]: lastmod[:LONGEST_DATE] for text, lastmod in entries if lastmod and text in pages}
    return Sitemap(tuple(dict.fromkeys(pages.values())), lastmods=lastmods)


def _addresses(texts: Iterable[str], base: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_by_text(texts, base).values()))


def _by_text(texts: Iterable[str], base: str) -> dict[str, str]:
    """Return the canonical addresses of texts, of each text once, `MOST_ADDRESSES` at most."""
    made: dict[str, str] = {}
    for text in dict.fromkeys(one.strip() for one in islice(texts, MOST_ENTRIES)):
        address = canonical_url(text, base) if text else None
        if address:
            made[text] = address
        if len(made) >= MOST_ADDRESSES:
            break
    return made
