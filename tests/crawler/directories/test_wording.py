"""Markup out of fields, in no time."""

import time

import pytest

from crawler.directories.wording import key_of, one_line, readable


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("plain words", "plain words"),
        ("  a \t b  \r\n\r\n\r\n\r\nc\rd ", "a b\n\nc\nd"),
        ('<p data-x="1">One &amp; two</p><p>Three<br/>four</p>', "One & two\n\nThree\nfour"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n\nc"),
        ("<b>Acme</b>\nsecond line", "Acme\nsecond line"),
        ("a < b and <Company> for 3 > 2", "a < b and <Company> for 3 > 2"),
        ("R&amp;D at AT&T &copy 2024 &#233;&#xE8;", "R&D at AT&T &copy 2024 éè"),
        ("<script>alert(1)</script>Acme<style>p{}</style><iframe>x</iframe><!-- no -->", "Acme"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("<p>&#0;&#xd800;&#1;x</p>", "\ufffd\ufffd x"),
        ("a\0b\x1bc\x7f\ufeffd\ud800", "a b c d\ufffd"),
        ("<p>never <b>closed", "never closed"),
        ("</div></div>x", "x"),
        ("<b></b>", ""),
    ],
)
def test_a_reader_sees_this(given: str, expected: str) -> None:
    assert readable(given) == expected
    assert one_line(given) == " ".join(expected.split())


@pytest.mark.parametrize(
    "unit",
    [
        "<div>",
        "<!--",
        '<a href="',
        "</p",
        '<p x="',
        "<![CDATA[",
        "<?",
        "<p>&",
        "<b><i>",
        "<table><tr><td>",
        "&amp",
        "<p><",
        " \n",
    ],
)
def test_no_text_takes_long(unit: str) -> None:
    began = time.monotonic()
    readable(f"<p>{unit * (200_000 // len(unit))}end")
    assert time.monotonic() - began < 2


def test_what_lies_too_deep_for_a_parser_is_not_lost() -> None:
    assert readable("<div>" * 40_000 + "deep words" + "</div>" * 40_000 + "after") == "deep words after"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Denominazione", "denominazione"),
        ("data inizio dell'esercizio effettivo dell'attività", "data_inizio_dell_esercizio_effettivo_dell_attivita"),
        ("AtecoCode", "ateco_code"),
        ("isHiring", "is_hiring"),
        (" codice  fiscale ", "codice_fiscale"),
        ("nat.giuridica", "nat_giuridica"),
        ("", ""),
    ],
)
def test_names_of_fields_have_one_spelling(name: str, key: str) -> None:
    assert key_of(name) == key
