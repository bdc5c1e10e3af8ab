"""Traps: what a planted-trap site costs, and what may never be taken for one.

Wasted is a fetch that shows a page of a trap, the first two of each trap not counted: no crawler knows a trap before it has
seen it twice. A new line on the page excuses nothing: a calendar names another month each time.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.records import Outcome, Startup
from crawler.seeds import read_seeds
from crawler.traps.families import Address, families, loops
from crawler.traps.memory import Memory, numbers_of
from crawler.traps.traps import Novelty
from crawler.traps.words import Pairs
from crawler.urls import Site, canonical_url, is_binary, page_key, page_priority
from crawler.web.sitemaps import parse_sitemap
from tests.crawler.conftest import Crawled, Reply, Web
from tests.crawler.trap_site import TrapSite

ROOT = "http://trappole.it"
EXCUSED = 2
MOST_WASTED = 0.02
MOST_FETCHES = 2000
Fetch = Callable[[str], tuple[frozenset[str], list[str]] | None]


@dataclass(frozen=True)
class Walk:
    """A crawl by a loop: what matters first, as the crawler has it."""

    fetched: list[tuple[str, frozenset[str], list[str]]]
    held: dict[str, str]


def walk(seeds: Iterable[str], fetch: Fetch, novelty: Novelty) -> Walk:
    waiting = [(0, at, url) for at, url in enumerate(seeds)]
    seen = {page_key(url) for _, _, url in waiting}
    site = Site.of(waiting[0][2])
    novelty.met(url for _, _, url in waiting)
    done = Walk([], {})
    while waiting and len(done.fetched) < MOST_FETCHES:
        _, _, url = heapq.heappop(waiting)
        if reason := novelty.refusal(url):
            done.held[url] = reason
            continue
        answer = fetch(url)
        if answer is None:
            continue
        lines, links = answer
        novelty.saw(url, lines, links)
        done.fetched.append((url, lines, links))
        for link in links:
            if site.holds(link) and not is_binary(link) and page_key(link) not in seen:
                seen.add(page_key(link))
                heapq.heappush(waiting, (-page_priority(link), len(seen), link))
    return done


def target(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


@dataclass(frozen=True)
class Trapped:
    walk: Walk
    asked: Counter[str]
    """Fetches by trap; real pages under an empty name."""


@pytest.fixture(scope="module")
def trapped() -> Trapped:
    site, asked = TrapSite(), Counter[str]()

    def fetch(url: str) -> tuple[frozenset[str], list[str]] | None:
        shown = site.show(target(url))
        asked[shown.trap if shown else "nothing"] += 1
        return (frozenset(shown.lines), [link for href in shown.links if (link := canonical_url(href, url))]) if shown else None

    return Trapped(walk([f"{ROOT}/"], fetch, Novelty()), asked)


def wasted(asked: Counter[str]) -> int:
    return sum(max(0, fetches - EXCUSED) for trap, fetches in asked.items() if trap)


def test_all_real_pages_of_the_planted_site_are_found(trapped: Trapped) -> None:
    found = {page_key(url) for url, _, _ in trapped.walk.fetched}
    assert {path for path in TrapSite().real if page_key(ROOT + path) not in found} == set()
    assert len(TrapSite().real) >= 60


def test_a_planted_trap_site_wastes_under_two_percent_of_its_fetches(trapped: Trapped) -> None:
    assert wasted(trapped.asked) / trapped.asked.total() < MOST_WASTED, dict(trapped.asked)
    assert trapped.asked["nothing"] == 0


CASES = [
    # trap, an address of it, fetches at most, kept out by
    ("calendar", "/calendario/2031/05/14", 3, "novelty: dates"),
    ("calendar", "/calendario/?data=2031-05-14&vista=agenda", 3, "novelty: dates"),
    ("facets", "/catalogo?colore=nero&misura=grande&materiale=ghisa", 2, "novelty: combinations"),
    ("facets in the path", "/scelta/rosso/grande/ottone/", 2, "novelty: combinations, folder"),
    ("comparisons", "/confronta?primo=vx-100&secondo=vx-120", 2, "novelty: combinations"),
    ("next pages", "/blog/page/4711", 2, "novelty: numbers of result pages"),
    ("counting files", "/archivio-4711.html", 2, "novelty: counting names"),
    ("offsets", "/cerca?q=valvole&start=47110", 2, "novelty: numbers of result pages"),
    ("repeating segments", "/azienda/sede/contatti/mappa/contatti/mappa/contatti/mappa/", 2, "three times the same, novelty"),
    ("relative links in a loop", "/supporto/guide/moduli/domande/guide/", 2, "novelty: folder"),
    ("soft 404", "/vecchio-sito/mai-stato.html", 2, "novelty: folder"),
    ("random numbers", "/offerta/0b5e71ac-93a1-4d0c-8f6e-2f1c9ad5b001", 2, "novelty: random numbers"),
    ("da", "/azienda?da=pagina-4711", 2, "novelty: a parameter that changes nothing"),
    ("replytocom", "/blog/articolo-primo-su-laser?replytocom=7", 0, "canonical URL"),
    ("PHPSESSID", "/servizi?PHPSESSID=4e1243bd22c66e76c2ba9eddc1", 0, "canonical URL"),
    ("sid", "/brevetti?sid=4e1243bd22c66e76c2ba9eddc1f91394", 0, "canonical URL"),
    ("session", "/azienda;jsessionid=4E1243BD22C66E76C2BA9EDDC1F91394", 0, "canonical URL"),
    ("session", "/(S(4e1243bd22c66e76c2ba9edd))/contatti", 0, "canonical URL"),
    ("utm_source", "/squadra?utm_source=sito&utm_medium=menu", 0, "canonical URL"),
    ("add-to-cart", "/prodotti/vx-100?add-to-cart=vx-100", 0, "canonical URL"),
    ("print", "/prodotti/vx-100?print=1", 0, "page key"),
    ("sort", "/prodotti/?sort=prezzo", 0, "page key"),
]


@pytest.mark.parametrize(("trap", "address", "most", "by"), CASES, ids=[f"{trap}: {by}" for trap, _, _, by in CASES])
def test_each_trap_is_left_after_few_fetches(trapped: Trapped, trap: str, address: str, most: int, by: str) -> None:
    shown = TrapSite().show(address)
    assert shown is not None
    assert shown.trap == trap
    assert trapped.asked[trap] <= most
    url = canonical_url(ROOT + address) or ""
    if by.startswith("canonical"):
        assert url != ROOT + address
        assert target(url) in TrapSite().real
    elif by == "page key":
        assert page_key(url) in {page_key(ROOT + path) for path in TrapSite().real}
    else:
        assert after(trapped.walk).refusal(url)


def test_every_planted_trap_is_a_case() -> None:
    assert {trap for trap, *_ in CASES} >= {trap for trap in made() if trap}


def made() -> Iterator[str]:
    """The traps that the site's own source names."""
    site, seen, waiting = TrapSite(), set[str](), ["/"]
    while waiting and len(seen) < 3000:
        shown = site.show(waiting.pop(0))
        for href in shown.links if shown and (not shown.trap or shown.trap not in seen) else ():
            path = target(canonical_url(href, ROOT) or ROOT) if href.startswith("/") else "/"
            if path not in seen:
                seen.add(path)
                waiting.append(href)
        if shown:
            seen.add(shown.trap)
            yield shown.trap


def after(done: Walk) -> Novelty:
    return Novelty.after(done.fetched)


def test_a_crawl_that_is_taken_up_again_decides_alike(trapped: Trapped) -> None:
    again = after(trapped.walk)
    again.met(url for _, _, links in reversed(trapped.walk.fetched) for url in links)
    held = {url: again.refusal(url) for url in trapped.walk.held}
    assert all(held.values())
    fetches = iter(trapped.walk.fetched)
    live = Novelty()
    for count, (url, lines, links) in enumerate(fetches):
        assert live.worth(url)
        live.saw(url, lines, links)
        if count % 20 == 0:
            taken_up = Novelty.after(trapped.walk.fetched[: count + 1])
            assert [taken_up.refusal(one) for one in trapped.walk.held] == [live.refusal(one) for one in trapped.walk.held]


# What is no trap ------------------------------------------------------------------------------------------------------


def catalogue(address: str, count: int, *, figures_only: bool) -> Iterator[tuple[str, frozenset[str]]]:
    """Product pages of one path shape: each with one sentence of its own, or with nothing but figures of its own."""
    for number in range(count):
        figures = (f"Diametro {10 + number} mm", f"Pressione {3 * number + 5} bar", f"Peso {number * 7 + 300} g")
        words = f"Per {chr(97 + number % 26)}ccoppiare {chr(97 + number // 26)}lbero e {chr(97 + number % 19)}iunto {number}"
        lines = ("Valvola", "Corpo in ottone, tenuta in gomma", *figures, *(() if figures_only else (words,)))
        yield f"{ROOT}{address.format(number + 100)}", frozenset(lines)


@pytest.mark.parametrize("figures_only", [False, True], ids=["words", "figures only"])
@pytest.mark.parametrize(
    "address",
    [
        "/prodotti/vx-{}",
        "/prodotti/valvola-{}.html",
        "/prodotto.php?id={}",
        "/index.php?option=com_shop&view=article&id={}",
        "/shop/{}/scheda",
        "/p/{}",
        "/it/prodotti/serie-a/{}/",
    ],
)
def test_a_catalogue_of_hundreds_of_products_stays_open(address: str, *, figures_only: bool) -> None:
    novelty = Novelty()
    products = list(catalogue(address, 400, figures_only=figures_only))
    links = [url for url, _ in products]
    novelty.saw(f"{ROOT}/", frozenset({"Benvenuti"}), links)
    for url, lines in products:
        assert novelty.worth(url), url
        novelty.saw(url, lines, links)


def test_pages_without_text_do_not_close_a_small_folder() -> None:
    novelty = Novelty()
    links = [f"{ROOT}/galleria/{name}" for name in "abcdefghilmnopqrst"]
    novelty.saw(f"{ROOT}/", frozenset({"Galleria"}), links)
    for url in links:
        assert novelty.worth(url)
        novelty.saw(url, frozenset(), links)


def test_a_translation_with_the_same_addresses_stays_open() -> None:
    novelty = Novelty()
    names = [f"pagina-{chr(97 + at)}" for at in range(20)]
    for language in ("it", "en"):
        links = [f"{ROOT}/{language}/{name}" for name in names]
        for at, url in enumerate(links):
            assert novelty.worth(url)
            same = language == "it" or at < 5
            novelty.saw(
                url,
                frozenset({f"Testo della {'prima' if same else 'second'} lingua {names[at]} {chr(97 + at) * 9} parola"}),
                links,
            )


def test_a_parameter_that_once_changed_the_page_is_not_idle() -> None:
    novelty = Novelty()
    for value, line in (
        ("1", "Le nostre valvole per acqua"),
        ("2", "Le nostre valvole per acqua"),
        ("3", "I nostri forni a gas"),
    ):
        for path in ("/a", "/b"):
            novelty.saw(f"{ROOT}{path}?x={value}", frozenset({line}), [])
    assert novelty.worth(f"{ROOT}/a?x=4")


def test_a_parameter_that_changes_nothing_is_idle_on_all_pages() -> None:
    novelty = Novelty()
    for path, line in (("/a", "Le nostre valvole per acqua"), ("/b", "I nostri forni a gas di città")):
        novelty.saw(f"{ROOT}{path}", frozenset({line}), [])
        novelty.saw(f"{ROOT}{path}?da=menu", frozenset({line}), [])
    novelty.saw(f"{ROOT}/c", frozenset({"Un altro testo"}), [])
    assert novelty.refusal(f"{ROOT}/c?da=testa") == "the parameter da changes nothing"
    assert novelty.worth(f"{ROOT}/d?da=testa"), "the page itself was not fetched"


@pytest.mark.parametrize(
    ("path", "looping"),
    [
        ("/a/a/a/", True),
        ("/x/a/b/a/b/a/b", True),
        ("/a/b/a/b", False),
        ("/a/a", False),
        ("/2011/11/11/11/11/titolo", False),
        ("/" + "a/b/c/" * 3, True),
        ("/" + "ab" * 900, False),
        ("/" + "a/b" * 600, True),
    ],
)
def test_a_path_that_repeats_itself_three_times_is_a_loop(path: str, *, looping: bool) -> None:
    assert loops(ROOT + path) is looping


@pytest.mark.parametrize(
    "url",
    [
        "/" + "a1" * 900,
        "/?" + "&".join(f"a{n}={n}" for n in range(400)),
        "/" + "2031-" * 300,
        "/" + "%C3" * 500,
        "/?x=" + "a" * 1900,
    ],
)
def test_long_addresses_are_judged_at_once(url: str) -> None:
    made = canonical_url(ROOT + url) or ROOT
    novelty = Novelty()
    novelty.saw(made, frozenset({"Testo"}), [made])
    assert len(families(Address.of(made))) < 3000
    assert novelty.refusal(made) is None


def test_the_memory_keeps_what_it_saw_and_rarely_invents() -> None:
    memory = Memory()
    for start in range(0, 40_000, 400):
        memory.add(numbers_of([f"seen {number}" for number in range(start, start + 400)]))
    assert all(memory.knows(numbers_of([f"seen {number}" for number in range(40_000)])))
    assert sum(memory.knows(numbers_of([f"other {number}" for number in range(10_000)]))) < 10
    assert Memory().knows(numbers_of(["a"])).tolist() == [False]


@given(st.lists(st.lists(st.sampled_from(["acme", "pompe", "è", "2024", "x1", "via"]), max_size=6), max_size=4))
def test_words_side_by_side_are_found_line_by_line_with_figures_and_the_address_between(lines: list[list[str]]) -> None:
    echo = frozenset({"via"})
    found = [
        (at, f"{before}+{word}")
        for at, words in enumerate(lines)
        for before, word in pairwise(["", *words])
        if word.isalpha() and word not in echo and (not before or (before.isalpha() and before not in echo))
    ]
    at, numbers = Pairs.of(lines).beside(echo)
    assert list(at) == [line for line, _ in found]
    names = dict(zip(numbers.tolist(), (name for _, name in found), strict=True))
    assert [names[number] for number in numbers.tolist()] == [name for _, name in found]


# The real web ---------------------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_no_reachable_page_of_the_real_sites_is_held_for_a_trap(shared: Path) -> None:
    web, fetched = shared / "web" / "dev", 0
    held: dict[str, str] = {}
    startups = read_seeds(shared / "web" / "seeds.csv").startups
    for startup in startups:
        seed = canonical_url(startup.url or "") or ""
        sitemap = find(web, f"{seed.partition('/')[0]}//{urlsplit(seed).netloc}/sitemap.xml")
        named = parse_sitemap(sitemap.read_bytes(), seed).pages if sitemap else ()
        done = walk([seed, *named], lambda url: read(web, url), Novelty())
        fetched += len(done.fetched)
        held.update((url, reason) for url, reason in done.held.items() if read(web, url))
    assert held == {}
    assert len(startups) == 54
    assert fetched > 800


def read(web: Path, url: str) -> tuple[frozenset[str], list[str]] | None:
    file = find(web, url)
    if file is None or file.suffix.lower() not in {".html", ".htm"} or not file.read_bytes().strip():
        return None
    tree = html.document_fromstring(file.read_bytes())
    links = [link for href in tree.xpath("//a/@href") if (link := canonical_url(str(href), url))]
    for tag in tree.xpath("//script|//style|//noscript|//nav|//header|//footer|//title"):
        tag.drop_tree()
    lines = frozenset(line for text in tree.itertext() if (line := " ".join(text.split())))
    return lines, links


def find(web: Path, url: str) -> Path | None:
    """The file that the replay answers a URL with."""
    host, path = (urlsplit(url).hostname or "").removeprefix("www."), unquote(urlsplit(url).path).lstrip("/")
    folder = next((web / name for name in (host, f"www.{host}") if (web / name).is_dir()), web / "none")
    target = (folder / path).resolve()
    files = (target, target / "index.html", target / "index.htm", target.with_name(target.name + ".html"))
    return next((file for file in files if file.is_file()), None)


# The whole crawler ----------------------------------------------------------------------------------------------------


class TrapPages(dict[tuple[str, str], Reply | list[Reply]]):
    """What the planted site answers over HTTP."""

    def __init__(self, robots: str = "") -> None:
        super().__init__({("trappole.localhost", "/robots.txt"): Reply(robots, kind="text/plain")})
        self.site = TrapSite()
        self.asked: Counter[str] = Counter()

    def __missing__(self, key: tuple[str, str]) -> Reply:
        if key[1] == "/sitemap.xml":
            raise KeyError(key)
        shown = self.site.show(key[1])
        self.asked[shown.trap if shown else "nothing"] += 1
        if shown is None:
            raise KeyError(key)
        lines = "".join(f"<p>{escape(line)}</p>" for line in shown.lines[1:])
        links = "".join(f'<li><a href="{escape(link)}">{escape(link)}</a></li>' for link in shown.links)
        return Reply(
            f"<html><body><main><h1>{escape(shown.lines[0])}</h1>{lines}</main><nav><ul>{links}</ul></nav></body></html>"
        )


def test_the_crawler_wastes_under_two_percent_on_the_planted_site_and_finds_all_of_it(
    web: Web, go: Callable[..., Crawled]
) -> None:
    pages = TrapPages()
    web.pages = pages
    crawled = go(Startup("trappole", "Trappole", web.url("trappole")), max_pages=500)
    visited = {page_key(visit.url).partition("/")[2] for visit in crawled.all_visits if visit.outcome is not Outcome.TRAP}
    assert {path for path in pages.site.real if page_key(ROOT + path).partition("/")[2] not in visited} == set()
    assert wasted(pages.asked) / pages.asked.total() < MOST_WASTED, dict(pages.asked)
    held = [visit for visit in crawled.all_visits if visit.outcome is Outcome.TRAP]
    assert held
    assert all(visit.detail and visit.status is None for visit in held)
