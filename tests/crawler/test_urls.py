import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.urls import Site, canonical_url, folders_of, is_binary, page_key, page_priority


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://WWW.Example.COM:80", "http://www.example.com/"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("http://example.com:8080/a", "http://example.com:8080/a"),
        ("http://example.com/a/../b/./c#part", "http://example.com/b/c"),
        ("http://example.com/../../a/..", "http://example.com/"),
        ("http://example.com/%7euser/%c3%a8", "http://example.com/~user/%C3%A8"),
        ("http://example.com/qualità del getto", "http://example.com/qualit%C3%A0%20del%20getto"),
        ("http://example.com/100%", "http://example.com/100%25"),
        ("http://example.com/?utm_source=x&id=2&fbclid=3&GCLID=4", "http://example.com/?id=2"),
        ("http://example.com/?b=2&a=1", "http://example.com/?b=2&a=1"),
        ("http://example.com/index.html", "http://example.com/index.html"),
        ("http://example.com/a;jsessionid=1F?x=1", "http://example.com/a?x=1"),
        ("http://user:secret@example.com/", "http://example.com/"),
        ("http://perché.it/", "http://xn--perch-fsa.it/"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
        ("  http://example.com./a\n", "http://example.com/a"),
    ],
)
def test_a_page_has_one_spelling(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mailto:a@example.com",
        "javascript:alert(1)",
        "ftp://example.com/",
        "http://",
        "http://exa mple.com/",
        "http://a..b/",
        "http://example.com:99999/",
        "http://[::1/",
        "http://example.com/" + "a" * 3000,
        "data:text/html,x",
        "example.com",
    ],
)
def test_what_is_no_http_address_has_none(url: str) -> None:
    assert canonical_url(url) is None


@given(st.text(max_size=60))
def test_canonical_spelling_is_stable_whatever_is_in_it(text: str) -> None:
    once = canonical_url(f"http://example.com/{text}")
    if once is not None:
        assert canonical_url(once) == once
        assert once.isascii()


def test_relative_links_count_from_their_page() -> None:
    assert canonical_url("../b?x=1#y", "http://example.com/a/c/d.html") == "http://example.com/a/b?x=1"
    assert canonical_url("//cdn.example.com/a", "https://example.com/") == "https://cdn.example.com/a"


def test_scheme_and_www_make_no_other_page() -> None:
    assert page_key("https://www.example.com/a") == page_key("http://example.com/a") != page_key("http://example.com/b")


@pytest.mark.parametrize(
    ("seed", "inside", "outside"),
    [
        ("http://h.it/", ("https://www.h.it/a/b", "http://h.it/"), ("http://sub.h.it/", "http://h.it:8080/", "http://i.it/")),
        (
            "http://www.h.it/a/b.html",
            ("http://h.it/a/c", "http://h.it/a/"),
            ("http://h.it/", "http://h.it/ab", "http://h.it/b/"),
        ),
        ("http://h.it/a/", ("http://h.it/a/b/c", "http://h.it/a"), ("http://h.it/c",)),
        (
            "http://h.it/startups/foo",
            ("https://www.h.it/startups/foo", "http://h.it/startups/foo/a"),
            ("http://h.it/startups/bar",),
        ),
        ("http://h.it/startups/foo", ("http://h.it/startups/foo/",), ("http://h.it/startups/foobar", "http://h.it/startups/")),
        ("http://h.it/foo", ("http://h.it/foo", "http://h.it/foo/a"), ("http://h.it/", "http://h.it/bar")),
        ("http://h.it/it", ("http://h.it/it", "http://h.it/it/a"), ("http://h.it/", "http://h.it/en")),
        ("http://h.it/acme.ai", ("http://h.it/acme.ai/team",), ("http://h.it/", "http://h.it/other.ai")),
        ("http://h.it/index.html", ("http://h.it/", "http://h.it/a"), ()),
        ("http://h.it/home", ("http://h.it/", "http://h.it/a"), ()),
        ("http://h.it/en/index.html", ("http://h.it/en", "http://h.it/en/a"), ("http://h.it/it/a", "http://h.it/")),
        ("http://h.it/a/index.php", ("http://h.it/a/b",), ("http://h.it/b",)),
        ("http://h.it:8000/", ("http://www.h.it:8000/x",), ("http://h.it/x",)),
    ],
)
def test_a_site_is_its_host_below_the_path_of_its_seed(seed: str, inside: tuple[str, ...], outside: tuple[str, ...]) -> None:
    site = Site.of(seed)
    assert all(site.holds(url) for url in inside)
    assert not any(site.holds(url) for url in outside)


@pytest.mark.parametrize(
    ("seed", "target", "folder"),
    [
        ("/a", "/a/", "/a/"),
        ("/old/", "/new/", "/new/"),
        ("/startups/foo", "/profiles/foo", "/profiles/foo/"),
        ("/a/", "/", "/a/"),
        ("/startups/foo", "/startups/", "/startups/foo/"),
        ("/", "/it/home", "/"),
        ("/home", "/", "/"),
        ("/home", "/en/", "/"),
        ("/en", "/", "/"),
        ("/en", "/en/home", "/en/"),
        ("/en", "/it/", "/it/"),
    ],
)
def test_a_site_follows_its_seed_into_another_folder_but_not_up(seed: str, target: str, folder: str) -> None:
    assert Site.of(f"http://h.it{seed}").moved_to(f"https://www.h.it{target}").folder == folder


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (("/chi-siamo",), ("/contatti",)),
        (("/prodotti.html",), ("/blog/2021/03",)),
        (("/ChiSiamo.html",), ("/gallery",)),
        (("/p/17", "Le nostre tecnologie"), ("/p/18", "Leggi")),
        (("/solutions",), ("/solutions?page=2",)),
        (("/applicazioni",), ("/tag/applicazioni",)),
        (("/contact",), ("/privacy-policy",)),
        (("/news",), ("/carrello",)),
        (("/x",), ("/y", "Cookie policy")),
    ],
)
def test_the_pages_that_matter_come_before_the_others(better: tuple[str, ...], worse: tuple[str, ...]) -> None:
    first = page_priority(f"http://h.it{better[0]}", *better[1:])
    assert first > page_priority(f"http://h.it{worse[0]}", *worse[1:])


def test_files_that_are_no_pages_are_known_by_their_ending() -> None:
    assert is_binary("http://h.it/a/Brochure.PDF")
    assert is_binary("http://h.it/a.tar.gz?x=1")
    assert not is_binary("http://h.it/a.php")
    assert not is_binary("http://h.it/v2.0/about")


def test_folders_are_named_from_the_inside_out() -> None:
    assert folders_of("http://h.it/a/b/c.html") == ["/a/b", "/a"]
    assert folders_of("http://h.it/a/") == []
