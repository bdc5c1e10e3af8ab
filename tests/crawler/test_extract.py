import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extract import Extracted, decode, extract
from crawler.records import join_blocks

URL = "http://acme.it/a/page.html"
WORDS = "Qualità, velocità e perché: l\u2019ispezione \u2013 così com\u2019è \u2013 costa 5 €."


def blocks(body: str) -> list[tuple[str, str]]:
    return [(block.heading, block.text) for block in extract(f"<html><body>{body}</body></html>", URL).blocks]


def text(body: str) -> str:
    return "\n".join(part for block in blocks(body) for part in block if part)


# Charsets -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "windows-1252", "utf-16", "nonsense", None])
@pytest.mark.parametrize("header", ["utf-8", "iso-8859-1", "nonsense", None])
@pytest.mark.parametrize("real", ["utf-8", "cp1252", "utf-8-sig"])
def test_letters_survive_whatever_charset_is_declared(real: str, header: str | None, declared: str | None) -> None:
    meta = f'<meta charset="{declared}">' if declared else ""
    raw = f"<html><head>{meta}</head><body><p>{WORDS}</p></body></html>".encode(real)
    assert WORDS in join_blocks(extract(raw, URL, header).blocks)


def test_other_charsets_are_read_as_declared() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset={}"><p>Příliš žluťoučký kůň</p>'
    assert "žluťoučký" in decode(page.format("iso-8859-2").encode("iso-8859-2"))
    assert "žluťoučký" in decode(page.format("").encode("cp1250"), "windows-1250")
    assert "žluťoučký" in decode("\ufeffPříliš žluťoučký kůň".encode("utf-16"))


def test_a_stray_byte_does_not_spoil_a_page_in_utf_8() -> None:
    assert decode("perché così è più ".encode() * 5 + b"qualit\xe0") == "perché così è più " * 5 + "qualità"


# Blocks ---------------------------------------------------------------------------------------------------------------


def test_text_stands_below_its_nearest_heading() -> None:
    body = "<p>Intro</p><h1>One</h1><p>First</p><div><h2>Two <b>bold</b></h2><p>Second</p>tail</div><h2>Three</h2>"
    assert blocks(body) == [("", "Intro"), ("One", "First"), ("Two bold", "Second\ntail"), ("Three", "")]


def test_paragraphs_list_items_and_table_rows_are_lines() -> None:
    body = (
        "<p>A  b\n c<br>d</p><ul><li>one<ul><li>inner</li></ul></li><li><a href=x>two</a></li></ul>"
        "<table><tr><th>Weight</th><td>3 kg</td></tr><tr><td>a</td><td>b</td><td>c</td></tr></table>"
        "<dl><dt>t</dt><dd>d</dd></dl>"
    )
    assert blocks(body) == [("", "A b c\nd\none\ninner\ntwo\nWeight: 3 kg\na | b | c\nt\nd")]


def test_tables_that_lay_out_the_page_are_no_rows() -> None:
    body = "<table><tr><td><h2>Left</h2><p>Text left</p></td><td><p>Text right</p></td></tr></table>"
    assert blocks(body) == [("Left", "Text left\nText right")]


def test_words_are_joined_as_the_page_joins_them() -> None:
    assert text("<p>Die<b>cast</b>ing <i>works</i>, see <a href=x>here</a>.</p><div>a</div><div>b</div>") == (
        "Diecasting works, see here.\na\nb"
    )


@pytest.mark.parametrize(
    "noise",
    [
        "<script>noise()</script>",
        "<style>.noise{}</style>",
        "<template><p>noise</p></template>",
        "<noscript>noise</noscript>",
        "<!-- noise -->",
        "<nav><ul><li><a href=/>noise</a></li></ul></nav>",
        "<header><a href=/>noise</a><ul><li><a href=/a>noise</a></li></ul></header>",
        "<footer><p>noise</p></footer>",
        "<div class='site-footer'><p>noise</p></div>",
        "<aside><ul><li><a href=/>noise</a></li></ul></aside>",
        "<form><label>noise</label><input value=noise><select><option>noise</option></select></form>",
        "<div hidden>noise</div>",
        "<div aria-hidden='true'>noise</div>",
        "<div style='color:red; DISPLAY : none'>noise</div>",
        "<div role='navigation'>noise</div>",
        "<div role='dialog'>noise</div>",
        "<ul class='menu'><li><a href=/a>noise</a></li><li><a href=/b>noise b</a></li><li><a href=/c>noise c</a></li></ul>",
        "<ul><li><a href=/a>noise</a></li><li><a href=/b>noise b</a></li><li><a href=/c>noise c</a></li></ul>",
        "<div id='onetrust-consent-sdk'><p>noise</p></div>",
        "<div class='iubenda-cs-container'><p>noise</p></div>",
        "<div class='cookie-banner'><p>noise</p><a>OK</a></div>",
        "<div><p>This website uses cookies (noise) to improve your experience.</p><a>Accept</a> <a>Learn more</a></div>",
        "<div class='alert'>Questo sito utilizza cookie tecnici: noise. <button>Accetta</button></div>",
        "<svg><title>noise</title><text>noise</text></svg>",
        "<iframe>noise</iframe>",
        "<button>noise</button>",
    ],
)
def test_what_is_not_main_text_does_not_reach_the_blocks(noise: str) -> None:
    assert blocks(f"{noise}<main><h1>Acme</h1><p>We measure metal.</p></main>{noise}") == [("Acme", "We measure metal.")]


@pytest.mark.parametrize(
    "body",
    [
        "<header><nav><a href=/>Home</a></nav><h1>Signal</h1><p>Opening words</p></header>",
        "<section class='banner'><h1>Signal</h1></section>",
        "<div class='sidebar'><p>Signal in a column beside the text</p></div>",
        "<form action=/aspx><main><h1>Signal</h1></main></form>",
        "<form id=aspnetForm><h2>Signal</h2><p>One</p><h2>Two</h2></form>",
        "<ul><li><a href=/a>Signal: a whole sentence of a card that is wrapped in its link, as designers do</a></li>" * 4,
        "<ul><li>Signal</li><li>Second <a href=/x>link</a></li><li>Third</li></ul>",
        "<h1>Cookies</h1><div class='cookie-policy'><p>Signal: how we use cookies.</p>" + "<p>More on it.</p>" * 200 + "</div>",
        "<main><p>Signal: we bake cookies, and this site uses cookies as its theme.</p></main>",
        "<div hidden='until-found'>Signal</div>",
        "<body style='display:none'><p>Signal</p></body>",
        "<article><header><h1>Signal</h1></header></article>",
        "<details><summary>Question</summary><p>Signal</p></details>",
    ],
)
def test_main_text_in_unusual_places_is_kept(body: str) -> None:
    assert "Signal" in text(body)


# Head and links -------------------------------------------------------------------------------------------------------


def head(markup: str, body: str = "") -> Extracted:
    return extract(f"<html lang='it-IT'><head>{markup}</head><body>{body}</body></html>", URL)


def test_the_head_is_read() -> None:
    metadata = head(
        "<title> Acme\n Srl </title><meta name=Description content='What we do'><link rel=canonical href='/b'>"
        "<meta property='og:site_name' content='Acme'><meta name=robots content='noindex, follow'>"
    ).metadata
    assert (metadata.title, metadata.description, metadata.name, metadata.declared_language) == (
        "Acme Srl",
        "What we do",
        "Acme",
        "it",
    )
    assert metadata.canonical == "http://acme.it/b"
    assert (metadata.noindex, metadata.nofollow) == (True, False)
    assert head("", "<h1>Only <b>heading</b></h1>").metadata.title == "Only heading"
    assert head("<meta name=robots content=NONE>").metadata.nofollow


@pytest.mark.parametrize(
    ("content", "target"),
    [
        ("0; url=/it/", "http://acme.it/it/"),
        ("0;URL='b.html'", "http://acme.it/a/b.html"),
        ("5, http://acme.it/c", "http://acme.it/c"),
        ("30", None),
        ("0; url=", None),
        ("0; url=page.html", None),
        ("0; url=javascript:alert(1)", None),
        ("soon", None),
        (". ; url=/x", "http://acme.it/x"),
    ],
)
def test_a_meta_refresh_is_read(content: str, target: str | None) -> None:
    assert head(f'<meta http-equiv="Refresh" content="{content}">').metadata.refresh == target


def test_links_are_absolute_without_fragment_and_named_once() -> None:
    body = (
        "<a href='#top'>Top</a><a href='b.html#x'>B</a><a href='./b.html'>again</a><a href='mailto:a@b.it'>m</a><a>none</a>"
        "<a href='javascript:void(0)'>j</a><a href='/c?utm_source=x'><img></a><map><area href='/d'></map><frame src='/e'>"
        "<a rel='nofollow noopener' href='/f'>f</a><a href='http://[bad/'>bad</a><nav><a href='/g'>in menu</a></nav>"
    )
    links = head("<link rel=alternate hreflang=en href='/en/'><link rel=stylesheet href='/s.css'>", body).links
    assert [link.url.removeprefix("http://acme.it") for link in links] == ["/en/", "/a/b.html", "/c", "/d", "/e", "/g"]
    assert links[1].text == "B"


def test_a_base_is_what_links_count_from() -> None:
    assert head("<base href='/root/'>", "<a href='x'>x</a>").links[0].url == "http://acme.it/root/x"


# Garbage --------------------------------------------------------------------------------------------------------------


def test_half_characters_and_nul_do_not_survive() -> None:
    page = "<title>a\ud800b\0c</title><h1>\udfff</h1><p>x\ud83dy&#xD800;&#0;z\x01</p><a href='/\ud800'>\ud800</a>"
    found = extract(page, URL)
    for words in (found.metadata.title, join_blocks(found.blocks), *(link.url + link.text for link in found.links)):
        words.encode()
        assert "\0" not in words


def test_deep_nesting_is_read_to_its_end() -> None:
    for depth in (300, 20_000):
        deep = extract("<div>" * depth + "<p>deep words</p>" + "</div>" * depth + "<p>after</p>", URL)
        assert "deep words" in join_blocks(deep.blocks)
    lists = extract("<ul><li>" * 3000 + "deep words", URL)
    assert "deep words" in join_blocks(lists.blocks)


@pytest.mark.parametrize(
    "junk", [b"", b" ", b"\0" * 100, b"<", b"<html", b"<!--", b"\xff\xfe\x00", b"<table><tr><table>", bytes(range(256))]
)
def test_junk_is_a_page_without_harm(junk: bytes) -> None:
    extract(junk, URL)


@given(st.binary(max_size=300))
def test_any_bytes_can_be_extracted_and_encoded(raw: bytes) -> None:
    found = extract(b"<p>" + raw, URL)
    join_blocks(found.blocks).encode()
    found.metadata.title.encode()


@given(st.text(alphabet="<>/=\"' abdhlipultre1", max_size=200))
def test_any_markup_can_be_extracted(markup: str) -> None:
    extract(markup, URL)


@pytest.mark.parametrize(
    "page",
    [
        "<p>" + "words and more words " * 240_000 + "</p>",
        "<p>a paragraph of some length, as pages have, with a <b>bold</b> word and a few more to be read</p>\n" * 20_000,
        "<ul>" + "<li><a href='/x'>item</a></li>" * 60_000,
        "<div class='menu'>" * 200 + "<a href=/x>y</a>" * 80_000,
        "<script>" + "x = 1;\n" * 700_000 + "</script><p>end</p>",
        "<table><tr><td>" * 200 + "<p>word</p>" * 100_000,
        "<div>" * 100_000 + "deep",
        "<br><script>x</script>" * 60_000,
    ],
    ids=["one paragraph", "paragraphs", "list", "menus in menus", "script", "tables in tables", "depth", "scripts"],
)
def test_megabytes_of_anything_are_read_in_seconds(page: str) -> None:
    began = time.monotonic()
    extract(page.encode(), URL)
    assert time.monotonic() - began < 30


@pytest.mark.shared
def test_company_pages_are_extracted_better_than_by_trafilatura(shared: Path, tmp_path: Path) -> None:
    gold = json.loads((shared / "extraction" / "company" / "gold.json").read_text())
    with (tmp_path / "extracted.jsonl").open("w") as lines:
        for key, page in gold.items():
            found = extract((shared / "web" / "dev" / page["file"]).read_bytes(), page["url"])
            lines.write(json.dumps({"key": key, "text": join_blocks(found.blocks)}) + "\n")
    command = [sys.executable, str(shared / "extraction" / "score.py"), "company", "--json"]
    command += [str(shared / "extraction" / "company" / "gold.json"), str(tmp_path / "extracted.jsonl")]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert report["all"]["f1"] >= 0.94
    assert report["all"]["missing"] == 0
