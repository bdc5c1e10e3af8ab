"""Sitemaps (sitemaps.org): the addresses that a site names itself."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree  # type: ignore[import-untyped]  # it ships no types

from crawler.urls import canonical_url

MOST_BYTES = 20_000_000
"""Of a sitemap, decompressed."""
MOST_ADDRESSES = 5000
GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Sitemap:
    """One sitemap file: pages, or in an index other sitemaps."""

    pages: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()


def parse_sitemap(body: bytes, url: str) -> Sitemap:
    """Read a sitemap, a sitemap index or a list of addresses, gzipped or not; what cannot be read is an empty one.

    Entities are not expanded and nothing is loaded from elsewhere.
    """
    if body.startswith(GZIP):
        try:
            body = zlib.decompressobj(wbits=31).decompress(body, MOST_BYTES)
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
    if root is None or etree.QName(root).localname not in {"urlset", "sitemapindex"}:
        return Sitemap()
    found = _addresses((loc.text or "" for loc in root.iterfind("{*}*/{*}loc")), url)
    return Sitemap(sitemaps=found) if etree.QName(root).localname == "sitemapindex" else Sitemap(found)


def _addresses(texts: Iterable[str], base: str) -> tuple[str, ...]:
    made: dict[str, None] = {}
    for text in texts:
        address = canonical_url(text, base) if text.strip() else None
        if address:
            made[address] = None
        if len(made) >= MOST_ADDRESSES:
            break
    return tuple(made)
