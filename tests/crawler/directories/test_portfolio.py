"""Portfolio pages as accelerators make them."""

import pytest

from crawler.directories.portfolio import Portfolio
from crawler.errors import DirectoryError
from tests.crawler.directories.samples import document, read

URL = "https://www.hub.example/en/portfolio/"
PAGE = """<!doctype html><html><body>
<nav><a href="/">Home</a><a href="/about">About</a></nav>
<div class=grid>
  <div class=card><a href="https://alfa.example/"><img src=a.png alt="Alfa logo"></a><h3>Alfa</h3><p>Casts zinc.</p>
    <a href="https://alfa.example">Visit website</a> <a href="https://www.linkedin.com/company/alfa">LinkedIn</a></div>
  <a class=card href="//beta.example/it?utm_source=hub"><strong>Beta</strong> Rolls strip</a>
  <div class=card><h3>Gamma</h3><a href="javascript:void(0)">Visit</a></div>
  <div class=card><h3>Delta</h3></div>
  <div class=card><h3>Epsilon</h3><a href="/startup/epsilon">Read more</a></div>
</div>
<footer><a href="mailto:info@hub.example">Mail</a><a href="https://www.facebook.com/hub">Facebook</a></footer></body></html>"""


def names(selector: str, page: str = PAGE, url: str = URL) -> list[tuple[str, str | None]]:
    entries, _ = read(Portfolio(selector), document(page, url))
    return [(entry.startup.name, entry.startup.url) for entry in entries]


def test_elements_that_were_picked_become_startups_or_are_reported() -> None:
    entries, problems = read(Portfolio(".card"), document(PAGE, URL))
    assert [(entry.startup.id, entry.startup.name, entry.startup.url, entry.text) for entry in entries] == [
        ("hub-example-alfa-example", "Alfa", "https://alfa.example/", "Alfa\nCasts zinc.\nLinkedIn"),
        ("hub-example-beta-example-it", "Beta", "https://beta.example/it?utm_source=hub", "Beta\nRolls strip"),
    ]
    assert {entry.provenance.record_url for entry in entries} == {URL}
    assert [(problem.unit, problem.line, problem.kept) for problem in problems] == [("link", n, False) for n in (3, 4, 5)]
    assert "'javascript:void(0)' is no address of another site" in problems[0].reason
    assert "no link" in problems[1].reason


def test_without_a_selector_each_link_to_another_site_counts_once() -> None:
    entries, problems = read(Portfolio(), document(PAGE, URL))
    found = [(entry.startup.name, entry.startup.url, entry.startup.homepage) for entry in entries]
    assert found == [
        ("Alfa", "https://alfa.example/", None),
        ("LinkedIn", None, "https://www.linkedin.com/company/alfa"),
        ("Beta", "https://beta.example/it?utm_source=hub", None),
        ("Facebook", None, "https://www.facebook.com/hub"),
    ]
    assert [problem.kept for problem in problems] == [True] * 3
    assert "leads to no other site, like 4 more: passed over" in problems[-1].reason


def test_a_page_from_a_file_takes_whole_addresses_and_its_base() -> None:
    assert names("a.card", url="") == [("Beta", "http://beta.example/it?utm_source=hub")]
    based = PAGE.replace("<body>", '<head><base href="https://other.example/x/"></head><body>')
    assert ("Epsilon", "https://other.example/startup/epsilon") in names(".card", based)


def test_a_link_without_words_is_called_by_its_host() -> None:
    assert names("a", '<!doctype html><a href="https://www.zeta.example/"><img src=x></a>') == [
        ("zeta.example", "https://www.zeta.example/")
    ]


@pytest.mark.parametrize("selector", ["a[", "..", "a:nonsense", "::before", ">"])
def test_a_selector_that_is_none_is_an_error(selector: str) -> None:
    with pytest.raises(DirectoryError, match="is no CSS selector"):
        read(Portfolio(selector), document(PAGE, URL))


def test_a_selector_that_picks_nothing_is_an_error() -> None:
    with pytest.raises(DirectoryError, match="has nothing that"):
        read(Portfolio(".no-such"), document(PAGE, URL))


def test_pages_of_any_depth_and_charset_are_read() -> None:
    deep = "<!doctype html>" + "<div>" * 20_000 + '<a href="https://deep.example">Deep</a>'
    read(Portfolio(), document(deep, URL))
    page = '<!doctype html><meta charset=windows-1252><a href="https://eta.example">Societ\xe0</a>'.encode("latin-1")
    entries, _ = read(Portfolio(), document(page, URL))
    assert entries[0].startup.name == "Società"
