import gzip
import time

from hypothesis import given
from hypothesis import strategies as st

from crawler.urls import canonical_url
from crawler.web.sitemaps import MOST_ADDRESSES, Sitemap, parse_sitemap

URL = "http://h.it/sitemap.xml"
XMLNS = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"


def test_pages_and_indexes_are_told_apart() -> None:
    pages = f"<?xml version='1.0'?><urlset {XMLNS}><url><loc> http://h.it/a?x=1&amp;y=2 </loc></url></urlset>"
    assert parse_sitemap(pages.encode(), URL) == Sitemap(pages=("http://h.it/a?x=1&y=2",))
    index = f"<sitemapindex {XMLNS}><sitemap><loc>/b.xml</loc></sitemap></sitemapindex>"
    assert parse_sitemap(index.encode(), URL) == Sitemap(sitemaps=("http://h.it/b.xml",))


def test_gzip_text_lists_byte_order_marks_and_missing_namespaces_are_read() -> None:
    plain = b"<urlset><url><loc>http://h.it/a</loc></url></urlset>"
    for body in (
        gzip.compress(plain),
        b"\xef\xbb\xbf\n" + plain,
        b"http://h.it/a\r\nnot an address\n",
        gzip.compress(plain)[:-4],
    ):
        assert parse_sitemap(body, URL).pages == ("http://h.it/a",)


def test_junk_is_an_empty_sitemap() -> None:
    for body in (
        b"",
        b"<html><body>404</body></html>",
        b"\x1f\x8bjunk",
        b"<urlset><url>",
        b"\0\1\2",
        b"<",
        b"<?xml version='1.0'?>",
        b"<a:",
    ):
        assert parse_sitemap(body, URL) == Sitemap()


def test_entities_are_neither_expanded_nor_loaded() -> None:
    bombs = "".join(f"<!ENTITY b{n} '{f'&b{n - 1};' * 20}'>" for n in range(1, 9))
    bomb = f"<!DOCTYPE urlset [<!ENTITY b0 'http://h.it/x'>{bombs}]><urlset><url><loc>&b8;</loc></url></urlset>"
    began = time.monotonic()
    assert parse_sitemap(bomb.encode(), URL).pages == ()
    assert time.monotonic() - began < 1
    stolen = (
        "<!DOCTYPE urlset [<!ENTITY s SYSTEM 'file:///etc/hostname'>]><urlset><url><loc>http://h.it/&s;</loc></url></urlset>"
    )
    assert parse_sitemap(stolen.encode(), URL).pages in {(), ("http://h.it/",)}


def test_the_number_of_addresses_is_capped() -> None:
    many = "".join(f"<url><loc>http://h.it/{n}</loc></url>" for n in range(MOST_ADDRESSES + 10))
    assert len(parse_sitemap(f"<urlset>{many}</urlset>".encode(), URL).pages) == MOST_ADDRESSES


WORDS = st.sampled_from(
    [
        *(
            "<urlset>",
            "<url>",
            "<loc>",
            "<lastmod>",
            "<sitemapindex>",
            "<sitemap>",
            "<a:",
            "<!DOCTYPE u [<!ENTITY e 'x'>]>",
            "&e;",
        ),
        *(
            "</urlset>",
            "</url>",
            "</loc>",
            "http://h.it/",
            "/a?b=1",
            "2026-01-01",
            "<![CDATA[",
            "]]>",
            "<?xml ",
            "\n",
            "\0",
            "à",
        ),
    ]
)


@given(st.lists(WORDS | st.text(max_size=5), max_size=30).map("".join), st.booleans())
def test_whatever_a_sitemap_holds_its_addresses_are_canonical(text: str, packed: bool) -> None:  # noqa: FBT001  # hypothesis gives it
    body = text.encode("utf-8", "replace")
    read = parse_sitemap(gzip.compress(body) if packed else body, URL)
    assert all(canonical_url(address) == address for address in (*read.pages, *read.sitemaps))
    assert set(read.lastmods) <= set(read.pages)
