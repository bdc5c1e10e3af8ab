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
        ("http://example.com/a;jsessionid=1F;x=2/b", "http://example.com/a;x=2/b"),
        ("http://example.com/a.php;PHPSESSID=abc", "http://example.com/a.php"),
        ("http://example.com/(S(lit3py55t21z5v55vlm25s55))/a.aspx", "http://example.com/a.aspx"),
        ("http://example.com/(A(abcdefghij)S(lit3py55t21z5v55vlm25s55))/", "http://example.com/"),
        ("http://example.com/sid=0123456789abcdef0123/a", "http://example.com/a"),
        ("http://example.com/?PHPSESSID=x&id=2", "http://example.com/?id=2"),
        ("http://example.com/?CFID=12&CFTOKEN=34&id=2", "http://example.com/?id=2"),
        ("http://example.com/?ASPSESSIONIDQQ=1&osCsid=2&zenid=3&id=2", "http://example.com/?id=2"),
        ("http://example.com/?sid=5eb63bbbe01eeed093cb22bb8f5acdc3", "http://example.com/"),
        ("http://example.com/?s=5eb63bbbe01eeed093cb22bb8f5acdc3&f=3", "http://example.com/?f=3"),
        ("http://example.com/?session_id=lit3py55t21z5v55vlm25s55", "http://example.com/"),
        ("http://example.com/?_=1732345678901&id=2", "http://example.com/?id=2"),
        ("http://example.com/post?replytocom=12#respond", "http://example.com/post"),
        ("http://example.com/p?add-to-cart=12&share=facebook&_wpnonce=1f", "http://example.com/p"),
        ("http://example.com/?mtm_campaign=a&pk_kwd=b&hsa_ad=c&_hsenc=d&srsltid=e&mc_cid=f", "http://example.com/"),
        ("http://example.com/?a=1&amp;b=2&amp;amp;c=3", "http://example.com/?a=1&b=2&c=3"),
        ("http://user:secret@example.com/", "http://example.com/"),
        ("http://perché.it/", "http://xn--perch-fsa.it/"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
        ("  http://example.com./a\n", "http://example.com/a"),
    ],
)
def test_a_page_has_one_spelling(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    "address",
    [
        "/?sid=12",
        "/?s=pompe",
        "/?session=keynote",
        "/?session_id=3",
        "/?sessions=2",
        "/?share=12",
        "/?share=quota-sociale",
        "/?_=x",
        "/?ref=AB123",
        "/?pk_id=4",
        "/?token=5eb63bbbe01eeed093cb22bb8f5acdc3",
        "/?view=article&id=1",
        "/?print=1",
        "/?about",
        "/?a=",
        "/(S)/a",
        "/sid=12/a",
        "//a//b",
        "/index.html",
        "/a;v=1",
    ],
)
def test_what_may_choose_a_page_stays_in_its_address(address: str) -> None:
    assert canonical_url(f"http://h.it{address}") == f"http://h.it{address}"


def test_a_session_can_be_kept_for_servers_that_insist_on_one() -> None:
    written = "http://h.it/(S(lit3py55t21z5v55vlm25s55))/a;jsessionid=1F?PHPSESSID=x&utm_source=y"
    kept = canonical_url(written, keep_session=True)
    assert kept == "http://h.it/(S(lit3py55t21z5v55vlm25s55))/a;jsessionid=1F?PHPSESSID=x"
    assert page_key(kept) == "h.it/a"


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
    ("one", "other"),
    [
        ("/", "/index.html"),
        ("/a/", "/a/INDEX.HTM"),
        ("/a/?x=1", "/a/default.html?x=1"),
        ("/a/b", "//a///b"),
        ("/?b=2&a=1", "/?a=1&b=2"),
        ("/?a=1&a=1", "/?a=1"),
        ("/?a=1&b=", "/?a=1"),
        ("/list?sort=price-asc", "/list"),
        ("/list?orderby=date&order=DESC&p=2", "/list?p=2"),
        ("/list?product_list_order=name&product_list_mode=grid", "/list"),
        ("/list?sort_by=title%3Adesc", "/list"),
        ("/a?view=grid", "/a?view=list"),
        ("/a?print=1", "/a"),
        ("/a?print", "/a"),
        ("/a?stampa=true", "/a"),
        ("/a?tmpl=component&id=1", "/a?id=1"),
        ("/a?amp=1", "/a"),
        ("/a?format=amp", "/a"),
    ],
)
def test_spellings_of_one_page_share_a_key(one: str, other: str) -> None:
    assert page_key(f"http://h.it{one}") == page_key(f"https://www.h.it{other}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/", "/index.php"),
        ("/index.html", "/index.php"),
        ("/", "/home.html"),
        ("/a", "/a/"),
        ("/a", "/A"),
        ("/a.html", "/a"),
        ("/myindex.html", "/my"),
        ("/?a=1&a=2", "/?a=2&a=1"),
        ("/?a", "/?b"),
        ("/?about", "/"),
        ("/?mobile", "/"),
        ("/?stampa", "/"),
        ("/?a=1", "/?a=01"),
        ("/?view=article&id=1", "/?view=category&id=1"),
        ("/?type=table", "/?type=chair"),
        ("/?order=1234", "/"),
        ("/?dir=/prodotti", "/?dir=/servizi"),
        ("/?sort=valvole", "/"),
        ("/?mode=metrologia", "/"),
        ("/?print=poster", "/"),
        ("/?lang=it", "/?lang=en"),
        ("/?page=2", "/?page=3"),
        ("/?sid=12", "/?sid=13"),
        ("/?ref=AB123", "/?ref=AB124"),
        ("/a%2Fb", "/a/b"),
        ("/;v=1", "/;v=2"),
    ],
)
def test_pages_that_may_differ_have_keys_of_their_own(one: str, other: str) -> None:
    keys = {page_key(canonical_url(f"http://h.it{address}") or "") for address in (one, other)}
    assert len(keys) == 2


@given(st.text(max_size=60))
def test_a_key_says_the_same_of_itself(text: str) -> None:
    url = canonical_url(f"http://example.com/{text}")
    if url is not None:
        assert page_key(f"http://{page_key(url)}") == page_key(url)


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
    ("target", "site"),
    [
        ("https://www.new.com/", Site("new.com", None, "/")),
        ("https://new.com/it/", Site("new.com", None, "/")),
        ("https://big.com:8443/brands/acme", Site("big.com", 8443, "/brands/acme/")),
    ],
)
def test_a_site_that_moves_to_another_host_is_what_it_is_led_to(target: str, site: Site) -> None:
    assert Site.of("http://h.it/home").moved_to(target) == site


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
