import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.page.metadata import Metadata, clean, no_metadata, read_metadata, robots_rules
from crawler.page.parsing import parse

URL = "https://acme.it/a/b"


def read(head: str, body: str = "", root: str = "<html>") -> Metadata:
    return read_metadata(parse(f"{root}<head>{head}</head><body>{body}</body></html>"), URL)


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title> Forni \n e presse </title>", "<h1>x</h1>", "Forni e presse"),
        ("<title></title><meta property='og:title' content='Forni'>", "<h1>x</h1>", "Forni"),
        ("", "<h1>Forni <b>nuovi</b></h1><h1>altro</h1>", "Forni nuovi"),
        ("", "<svg><title>icona</title></svg><h1>Forni</h1>", "Forni"),
        ("<title>Forni</title><title>Presse</title>", "", "Forni"),
        ("", "", ""),
    ],
)
def test_the_title_is_the_heads_else_opengraphs_else_the_first_heading(head: str, body: str, title: str) -> None:
    assert read(head, body).title == title


def test_the_first_of_two_descriptions_counts_and_opengraph_stands_in() -> None:
    both = "<meta name='Description' content='uno'><meta name='description' content='due'>"
    assert read(both).description == "uno"
    assert read("<meta property='og:description' content='tre'>").description == "tre"
    assert read("<meta property='og:site_name' content=' Acme '>").name == "Acme"


@pytest.mark.parametrize(
    ("root", "language"), [("<html lang=it-IT>", "it"), ("<html xml:lang=EN>", "en"), ("<html lang=ita>", ""), ("<html>", "")]
)
def test_the_declared_language_is_two_letters(root: str, language: str) -> None:
    assert read("", root=root).declared_language == language


def test_addresses_count_from_the_base() -> None:
    metadata = read("<base href='/c/'><link rel='shortlink' href='z'><link rel='Canonical' href='d'>")
    assert (metadata.base, metadata.canonical) == ("https://acme.it/c/", "https://acme.it/c/d")
    assert read("<base target=_blank><base href='http://['>").base == URL


@pytest.mark.parametrize(
    ("content", "target", "seconds"),
    [
        ("0; url=/it/", "https://acme.it/it/", 0.0),
        ("5;URL='home.html'", "https://acme.it/a/home.html", 5.0),
        ("0.5, /it/", "https://acme.it/it/", 0.5),
        ("30", None, 0.0),
        ("3; url=https://acme.it/a/b", None, 3.0),
        ("soon; url=/it/", None, 0.0),
    ],
)
def test_a_meta_refresh_leads_somewhere_unless_it_reloads(content: str, target: str | None, seconds: float) -> None:
    metadata = read(f'<meta http-equiv="Refresh" content="{content}">')
    assert (metadata.refresh, metadata.refresh_seconds) == (target, seconds)


def test_a_refresh_for_those_without_scripts_is_none() -> None:
    assert read("<noscript><meta http-equiv=refresh content='0;url=/no'></noscript>").refresh is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("noindex, nofollow", (True, True)),
        ("NONE", (True, True)),
        ("index,follow", (False, False)),
        ("noindex;nofollow", (True, True)),
    ],
)
def test_rules_for_robots(content: str, expected: tuple[bool, bool]) -> None:
    assert robots_rules(content) == expected
    metadata = read(f"<meta name=ROBOTS content='{content}'>")
    assert (metadata.noindex, metadata.nofollow) == expected


def test_a_document_without_a_head_has_its_title_alone() -> None:
    metadata = no_metadata("Catalogo", URL)
    assert (metadata.title, metadata.description, metadata.base, metadata.noindex) == ("Catalogo", "", URL, False)


def test_control_and_half_characters_go() -> None:
    assert clean("a\0b\ud800 \x9f c\n d") == "ab c d"


PIECES = st.sampled_from(
    [
        "<meta ",
        "name=",
        "property=",
        "http-equiv=refresh ",
        "content=",
        "'0;url=",
        "robots",
        "'",
        '"',
        ">",
        "<base href=",
        "<link rel=canonical href=",
        "//[",
        "http://",
        "<title>",
        "<svg>",
        "<h1>",
        "\ud800",
        "%",
        "\0",
        "0" * 20,
    ]
)


@settings(max_examples=300, deadline=2_000)
@given(st.lists(PIECES | st.text(max_size=4), max_size=30))
def test_any_head_is_read(pieces: list[str]) -> None:
    markup = "<html>" + "".join(pieces).encode("utf-8", "replace").decode()
    json.dumps(read_metadata(parse(markup), URL).title)
