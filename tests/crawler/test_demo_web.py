"""The demo web as a client sees it: hosts, robots.txt, sitemaps, conditional requests, themes, notices and warts."""

import gzip
import http.client
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag

from crawler.demo.answers import build
from crawler.demo.rendering import Renderer, Resource, address
from crawler.demo.sites import DemoError, DemoPage, DemoSection, DemoSite, load_sites
from crawler.demo.traits import Robots, Sitemap, Theme, Traits, Wart, traits
from crawler.demo.web import DemoWeb

SITES = load_sites()
TRAITS = traits(SITES)
MONTHS = {
    "en": {"2025-09": "September 2025", "2024-05": "May 2024"},
    "it": {"2025-09": "settembre 2025", "2024-05": "maggio 2024"},
}
DIRECTORIES = {"KnowledgeShare": "knowledge-share.eu", "Y Combinator": "ycombinator.com/companies"}
Answer = tuple[int, http.client.HTTPMessage, bytes]
Get = Callable[..., Answer]


@pytest.fixture(scope="module")
def web() -> Iterator[DemoWeb]:
    with DemoWeb(SITES) as served:
        yield served


@pytest.fixture(scope="module")
def get(web: DemoWeb) -> Iterator[Get]:
    """Asks the web over one kept connection: `get(host, path)`."""
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)

    def ask(host: str, path: str = "/", method: str = "GET", **headers: str) -> Answer:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Host": f"{host}:{web.port}", **fields})
        response = connection.getresponse()
        return response.status, response.headers, response.read()

    yield ask
    connection.close()


def with_wart(wart: Wart) -> DemoSite:
    return next(site for site in SITES if TRAITS[site.slug].wart is wart)


def host(site: DemoSite) -> str:
    return f"{site.slug}.localhost"


def built(site: DemoSite) -> dict[str, Resource]:
    return build(site, TRAITS[site.slug], f"http://{host(site)}:80", "http://localhost:80/")


def path_of(site: DemoSite, number: int) -> str:
    """The path of the site's page of that number."""
    return address(site.pages[number], TRAITS[site.slug])


def text_of(body: bytes, charset: str = "utf-8") -> str:
    return " ".join(BeautifulSoup(body, "lxml", from_encoding=charset).get_text(" ").split())


def links(body: bytes) -> list[str]:
    return [str(tag["href"]) for tag in BeautifulSoup(body, "lxml").find_all("a", href=True)]


def test_each_host_answers_with_its_own_site(get: Get) -> None:
    for site in SITES[:3]:
        path = path_of(site, 0)
        status, headers, body = get(host(site), path)
        assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert site.name in text_of(body)


def test_every_page_answers_and_names_its_source_and_date_as_a_notice(web: DemoWeb, get: Get) -> None:
    count = 0
    for site in SITES:
        for page, url in zip(site.pages, web.addresses()[site.id], strict=True):
            status, headers, body = get(host(site), urlsplit(url).path)
            if status == 500:
                status, headers, body = get(host(site), urlsplit(url).path)
            soup = BeautifulSoup(body, "lxml", from_encoding=headers.get_content_charset())
            assert status == 200, url
            notices = soup.select("aside.demo-notice[role=note]")
            assert len(notices) == 1, url
            notice = notices[0].get_text(" ")
            assert DIRECTORIES[site.source] in notice, url
            assert MONTHS[site.language_of(page)][site.data_date] in notice, url
            assert (
                "Sintesi scritta per la dimostrazione" if site.language_of(page) == "it" else "Summary written for the demo"
            ) in notice
            assert soup.title is not None
            assert soup.title.get_text() == page.title
            assert [tag.get_text() for tag in soup.find_all("h1")] != []
            text = " ".join(soup.get_text(" ").split())
            assert all(paragraph in text for section in page.sections for paragraph in section.paragraphs), url
            count += 1
    assert count == sum(len(site.pages) for site in SITES)


def test_facts_stand_on_one_page_of_each_site_in_its_language(get: Get) -> None:
    italian = next(s for s in SITES if s.language == "it" and s.trl and len(s.pages) == 2 and not TRAITS[s.slug].wart)
    text = text_of(get(host(italian))[2])
    assert f"Grado di maturità tecnologica (TRL) TRL {italian.trl}" in text
    assert f"Ente di origine {italian.parent_organisations[0]}" in text
    assert "Cerca " in text
    english = next(s for s in SITES if s.source == "Y Combinator" and not TRAITS[s.slug].wart)
    about = next((n for n, page in enumerate(english.pages) if page.stem == "about"), 0)
    body = get(host(english), path_of(english, about))[2]
    assert english.homepage in links(body)
    assert f"Founded {english.founded}" in text_of(body)


def test_a_page_in_another_language_than_its_sites_says_so(get: Get) -> None:
    site, number = next((s, n) for s in SITES for n, p in enumerate(s.pages) if p.language == "en" and not TRAITS[s.slug].wart)
    assert b'lang="en"' in get(host(site), path_of(site, number))[2]
    assert b'lang="it"' in get(host(site), path_of(site, 0))[2]


def test_an_unknown_host_is_told_404_and_the_sites_there_are(get: Get) -> None:
    status, _, body = get("nobody.localhost")
    assert status == 404
    assert "There is no site named nobody.localhost here" in text_of(body)
    assert get(f"{SITES[0].slug}.example.com")[0] == 404
    assert get("<b>x</b>")[2].count(b"<b>") == 0


def test_the_bare_host_lists_every_site(web: DemoWeb, get: Get) -> None:
    status, _, body = get("localhost")
    assert status == 200
    assert sorted(links(body)) == sorted(f"http://{host(site)}:{web.port}/" for site in SITES)
    assert get("127.0.0.1")[2] == body
    assert get("localhost", "/nothing")[0] == 404


def test_a_path_that_is_not_there_is_404_in_the_sites_language(get: Get) -> None:
    site = next(site for site in SITES if site.language == "it")
    status, _, body = get(host(site), "/niente.html")
    assert status == 404
    assert "Questa pagina non esiste." in text_of(body)


def test_every_site_has_a_robots_file_and_only_some_ask_for_a_delay() -> None:
    found = [built(site)["/robots.txt"].body.decode() for site in SITES]
    assert all(text.startswith("User-agent: *\nDisallow:") for text in found)
    delays = [float(m[1]) for text in found if (m := re.search(r"^Crawl-delay: (\S+)$", text, re.MULTILINE))]
    assert 2 <= len(delays) <= 20
    assert max(delays) <= 1
    assert sum("Disallow: /private/" in text for text in found) >= 20


def test_about_two_sites_in_three_have_a_sitemap_and_it_names_every_page(web: DemoWeb, get: Get) -> None:
    kinds = [TRAITS[site.slug].sitemap for site in SITES]
    assert 0.6 <= sum(kind is not Sitemap.NONE for kind in kinds) / len(SITES) <= 0.72
    assert set(kinds) == set(Sitemap)
    for kind in set(Sitemap) - {Sitemap.NONE}:
        site = next(site for site in SITES if TRAITS[site.slug].sitemap is kind)
        robots = get(host(site), "/robots.txt")[2].decode()
        entry = next((line[9:] for line in robots.splitlines() if line.startswith("Sitemap: ")), None)
        assert (entry is None) == (kind is Sitemap.UNNAMED)
        body = get(host(site), urlsplit(entry).path if entry else "/sitemap.xml")[2]
        body = gzip.decompress(body) if kind is Sitemap.GZIP else body
        locations = re.findall(r"<loc>(.*?)</loc>", body.decode())
        if kind is Sitemap.INDEX:
            locations = re.findall(r"<loc>(.*?)</loc>", get(host(site), urlsplit(locations[0]).path)[2].decode())
        assert tuple(locations) == web.addresses()[site.id]


def test_a_page_that_the_client_has_is_answered_with_304(get: Get) -> None:
    site = next(site for site in SITES if not TRAITS[site.slug].wart)
    status, headers, _ = get(host(site))
    tag, modified = headers["ETag"], headers["Last-Modified"]
    assert status == 200
    assert modified in {"Mon, 01 Sep 2025 00:00:00 GMT", "Wed, 01 May 2024 00:00:00 GMT"}
    for condition in ({"If_None_Match": tag}, {"If_None_Match": f'"x", W/{tag}'}, {"If_Modified_Since": modified}):
        status, headers, body = get(host(site), **condition)
        assert (status, body, headers["ETag"]) == (304, b"", tag)
    for condition in (
        {"If_None_Match": '"x"', "If_Modified_Since": modified},
        {"If_Modified_Since": "Sun, 01 Jan 2023 00:00:00 GMT"},
        {"If_Modified_Since": "yesterday"},
    ):
        assert get(host(site), **condition)[0] == 200


def test_head_answers_without_a_body_and_other_methods_are_refused(get: Get) -> None:
    site = next(site for site in SITES if not TRAITS[site.slug].wart)
    status, headers, body = get(host(site), method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) == len(get(host(site))[2])
    status, headers, _ = get(host(site), method="POST")
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


def test_requests_are_noted_in_their_order(get: Get, web: DemoWeb) -> None:
    site = SITES[0]
    before = len(web.requests)
    get(host(site), "/robots.txt", User_Agent="Prova/1")
    get(host(site), "/nope?q=1")
    first, second = web.requests[before:]
    assert (first.method, first.host, first.target, first.status, first.user_agent) == (
        "GET",
        host(site),
        "/robots.txt",
        200,
        "Prova/1",
    )
    assert (second.target, second.status) == ("/nope?q=1", 404)
    assert first.at <= second.at


def test_sixty_four_clients_are_served_at_once(web: DemoWeb) -> None:
    barrier = threading.Barrier(64)

    def ask(number: int) -> set[int]:
        connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=20)
        barrier.wait(20)
        try:
            seen = set()
            for site in SITES[number % 60 : number % 60 + 5]:
                connection.request("GET", "/robots.txt", headers={"Host": host(site)})
                response = connection.getresponse()
                response.read()
                seen.add(response.status)
            return seen
        finally:
            connection.close()

    with ThreadPoolExecutor(64) as pool:
        assert set().union(*pool.map(ask, range(64))) == {200}


def test_a_taken_port_is_named_with_the_mend(web: DemoWeb) -> None:
    with pytest.raises(DemoError, match=rf"port {web.port} .*another port"), DemoWeb(SITES, web.port):
        pass
    with pytest.raises(DemoError, match="port 99999"), DemoWeb(SITES, 99999):
        pass


def test_the_port_is_free_and_the_thread_gone_after_the_context() -> None:
    with DemoWeb(SITES[:1]) as first:
        port, name = first.port, first._thread
    assert name is not None
    assert not name.is_alive()
    with DemoWeb(SITES[:1], port) as again:
        assert again.port == port


def test_the_demo_web_is_the_same_on_every_machine() -> None:
    assert traits(reversed(SITES)) == TRAITS
    assert len({TRAITS[site.slug].theme for site in SITES}) == 4
    assert min(sum(TRAITS[site.slug].theme is theme for site in SITES) for theme in Theme) >= 25
    assert all(built(site) == built(site) for site in SITES[:10])


def test_every_wart_is_on_a_site_and_most_sites_have_none() -> None:
    warts = [TRAITS[site.slug].wart for site in SITES]
    assert set(Wart) <= set(warts)
    assert warts.count(None) / len(SITES) >= 0.6


def reached(site: DemoSite) -> set[str]:
    """What a crawler without delay would ask the site for: robots.txt, sitemaps, and what links and redirects lead to."""
    resources, base = built(site), f"http://{host(site)}:80"
    seen: set[str] = set()
    waiting = ["/", "/sitemap.xml", "/robots.txt"]
    while waiting:
        path = waiting.pop()
        if path in seen or path.startswith("/private/"):
            continue
        seen.add(path)
        resource = resources.get(urlsplit(path).path)
        if resource is None:
            continue
        body = gzip.decompress(resource.body) if path.endswith(".gz") else resource.body
        found = [resource.location or "", *(links(body) if body and resource.content_type.startswith("text/html") else ())]
        found += re.findall(r"<loc>(.*?)</loc>|^Sitemap: (.*)$|url=([^\"]*)", body.decode("latin-1"), re.MULTILINE)
        urls = [urlsplit(urljoin(base + path, link if isinstance(link, str) else "".join(link))) for link in found if link]
        waiting += [url.path + ("?" + url.query if url.query else "") for url in urls if url.hostname == host(site)]
    return seen


def test_every_page_is_reached_by_links_or_sitemap_within_a_dozen_requests() -> None:
    for site in SITES:
        seen = reached(site)
        assert {path_of(site, number) for number in range(len(site.pages))} <= seen, site.slug
        assert len(seen) <= 12, site.slug


def test_pages_in_windows_1252_declare_it_in_one_place_only(get: Get) -> None:
    for wart, kind, meta in (
        (Wart.HEADER_CHARSET, "text/html; charset=windows-1252", False),
        (Wart.META_CHARSET, "text/html", True),
    ):
        site = with_wart(wart)
        _, headers, body = get(host(site))
        assert headers["Content-Type"] == kind
        assert (b"windows-1252" in body) == meta
        assert b"utf-8" not in body.lower()
        with pytest.raises(UnicodeDecodeError):
            body.decode()
        assert site.pages[0].sections[0].paragraphs[0] in text_of(body, "cp1252")


def test_a_wrong_lang_is_on_an_italian_page(get: Get) -> None:
    assert b'<html lang="en-US"' in get(host(with_wart(Wart.WRONG_LANG)))[2]


def test_a_home_page_can_stand_behind_a_redirect_or_an_entrance(get: Get) -> None:
    site = with_wart(Wart.HOME_REDIRECT)
    status, headers, _ = get(host(site))
    assert status == 301
    assert headers["Location"].endswith("/home")
    assert get(host(site), "/home")[0] == 200
    site = with_wart(Wart.META_REFRESH)
    status, _, body = get(host(site))
    assert status == 200
    assert b'http-equiv="refresh" content="0; url=/home.html"' in body
    assert get(host(site), "/home.html")[0] == 200


def test_links_lead_astray_where_the_wart_says_so(get: Get) -> None:
    site = with_wart(Wart.BROKEN_LINK)
    assert any(link.endswith("datasheet.html") for link in links(get(host(site))[2]))
    assert get(host(site), "/datasheet.html")[0] == 404
    site = with_wart(Wart.FORBIDDEN_LINK)
    assert any(link.endswith("private/area.html") for link in links(get(host(site))[2]))
    assert b"Disallow: /private/\n" in get(host(site), "/robots.txt")[2]
    site = with_wart(Wart.NOINDEX)
    home = get(host(site))[2]
    privacy = next(link for link in links(home) if "privacy" in link)
    body = get(host(site), urlsplit(urljoin(f"http://{host(site)}/", privacy)).path)[2]
    assert b'<meta name="robots" content="noindex">' in body


def test_a_page_has_two_addresses_where_the_wart_says_so(get: Get) -> None:
    site = with_wart(Wart.UPPER_CASE)
    path = path_of(site, 1)
    upper = path[:1] + path[1:2].upper() + path[2:]
    assert get(host(site), upper)[2] == get(host(site), path)[2]
    assert upper.lstrip("/") in links(get(host(site))[2])
    site = with_wart(Wart.SLASH)
    path = path_of(site, 1)
    assert path.endswith("/")
    assert [get(host(site), each)[0] for each in (path, path.rstrip("/"))] == [200, 200]
    site = with_wart(Wart.TWO_ADDRESSES)
    assert get(host(site), "/index.html")[2] == get(host(site))[2]
    assert any(link.endswith("index.html") for link in links(get(host(site))[2]))
    site = with_wart(Wart.TRACKING)
    assert any("?utm_source=menu&utm_medium=nav" in link for link in links(get(host(site))[2]))
    assert get(host(site), path_of(site, 1) + "?utm_source=menu&utm_medium=nav")[0] == 200


def test_elsewhere_the_home_pages_file_name_redirects_home(get: Get) -> None:
    site = next(site for site in SITES if not TRAITS[site.slug].wart)
    status, headers, _ = get(host(site), "/index.html")
    assert status == 301
    assert urlsplit(headers["Location"]).path == "/"


def test_a_canonical_link_is_the_pages_own_absolute_address(web: DemoWeb, get: Get) -> None:
    site = with_wart(Wart.CANONICAL)
    for url in web.addresses()[site.id]:
        tag = BeautifulSoup(get(host(site), urlsplit(url).path)[2], "lxml").find("link", rel="canonical")
        assert isinstance(tag, Tag)
        assert tag["href"] == url


def test_an_unlinked_page_is_in_the_sitemap_only() -> None:
    site = with_wart(Wart.UNLINKED)
    last = path_of(site, len(site.pages) - 1).strip("/")
    resources = built(site)
    others = [resources[path_of(site, number)].body for number in range(len(site.pages) - 1)]
    assert not any(link.strip("/").endswith(last) for body in others for link in links(body))


def test_a_slow_page_takes_half_a_second(get: Get) -> None:
    site = with_wart(Wart.SLOW_PAGE)
    start = time.monotonic()
    assert get(host(site), path_of(site, 1))[0] == 200
    assert time.monotonic() - start >= 0.5


def test_a_failing_page_recovers_at_the_second_request() -> None:
    site = with_wart(Wart.RECOVERS)
    with DemoWeb([site, *(s for s in SITES if s is not site)]) as fresh:
        connection = http.client.HTTPConnection("127.0.0.1", fresh.port, timeout=10)
        seen = []
        for _ in range(3):
            connection.request("GET", path_of(site, 1), headers={"Host": host(site)})
            response = connection.getresponse()
            response.read()
            seen.append(response.status)
        connection.close()
    assert seen == [500, 200, 200]


def test_a_page_with_unclosed_elements_still_reads_in_full(get: Get) -> None:
    site = with_wart(Wart.UNCLOSED)
    body = get(host(site), path_of(site, 0))[2]
    assert b"</p>" not in body
    assert b"</html>" not in body
    assert all(paragraph in text_of(body) for section in site.pages[0].sections for paragraph in section.paragraphs)


@pytest.mark.parametrize("theme", list(Theme))
def test_text_of_a_site_never_becomes_markup(theme: Theme) -> None:
    evil = "</script></style></title><script>alert(1)</script><img src=x onerror=\"alert('2')\">"
    section = DemoSection(evil, evil, (evil,), ((evil, evil), (evil, evil)))
    pages = (DemoPage("index.html", evil, evil, (section,)), DemoPage("about.html", evil + "2", evil, (section,)))
    site = DemoSite(
        slug="evil", id="e", name=evil, language="it", source="KnowledgeShare", data_date="2025-09", pages=pages,
        homepage="https://example.org/\"onclick='x'", location=evil, parent_organisations=(evil,), tags=(evil,),
    )  # fmt: skip
    plain = Traits(theme, "#123456", Sitemap.PLAIN, Robots.OPEN)
    evil_pages = [
        resource.body
        for resource in build(site, plain, "http://evil.localhost:1", "http://localhost:1/").values()
        if resource.content_type.startswith("text/html")
    ]
    evil_pages += [Renderer(replace(site, pages=pages[:1]), plain, "http://evil.localhost:1", "/").page(pages[0]).body]
    for body in evil_pages:
        soup = BeautifulSoup(body, "lxml")
        assert soup.find("img") is None
        assert not any("alert(" in script.get_text() for script in soup.find_all("script") if script.get("type") is None)
        assert b"<script>alert" not in body
        assert not any(tag.has_attr("onclick") or tag.has_attr("onerror") for tag in soup.find_all(True))
