"""What the page says of a need that was not read as it stands, and of a passage's clause, in a real Chromium."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.search_api.page import reading, server
from tests.search_api.page.browser import CONTRAST, asked_by

pytestmark = pytest.mark.browser

SHOWN = 280
"""Characters of a letter that are shown at first."""


def test_of_a_letter_the_sentences_that_were_searched_for_are_told(page: Page) -> None:
    page.goto("/?need=A lettre of courtesies, no laser")
    told = page.get_by_role("list", name="How the need was read")
    expect(told.locator("p")).to_have_text([f"Of this letter, only what asks for something was searched for: {reading.LETTER}"])
    expect(told.locator("q")).to_have_attribute("lang", "en")
    expect(page.get_by_role("article")).to_have_count(10)
    expect(told.get_by_role("button")).to_have_text(["Search exactly as typed", "without: laser"])
    asked = asked_by(page, told.get_by_role("button", name="Stop excluding laser").click)
    assert asked["need"] == "A lettre of courtesies, no laser", "what was typed is asked again, not what it was read as"
    assert asked["ignore_exclusions"] == ["laser"]
    assert parse_qs(urlsplit(page.url).query)["need"] == ["A lettre of courtesies, no laser"]
    page.goto("/?need=casting")
    expect(page.get_by_role("article")).to_have_count(10)
    expect(page.locator("#reading")).to_be_hidden()


def test_respelt_words_are_named_in_the_language_of_the_page(page: Page) -> None:
    page.goto("/?need=deffects in casitng without stampo")
    told = page.locator(".searched p")
    expect(told).to_have_text(
        ["Searched for: defects in casting without laser", "Slips mended: deffects → defects, casitng → casting"]
    )
    expect(told.locator("del")).to_have_text(["deffects", "casitng"])
    expect(page.get_by_role("combobox", name="stampo")).to_be_visible()
    page.get_by_role("button", name="Italiano").click()
    expect(told).to_have_text(
        ["Cercato: defects in casting without laser", "Refusi corretti: deffects → defects, casitng → casting"]
    )
    assert page.evaluate(CONTRAST) == []


def test_a_need_is_searched_exactly_as_typed_until_another_is(page: Page) -> None:
    page.goto("/?need=casitng")
    expect(page.get_by_role("article")).to_have_count(10)
    asked = asked_by(page, page.get_by_role("button", name="Search exactly as typed").click)
    assert asked == {"need": "casitng", "limit": 10, "filters": {}, "as_typed": True}
    told = page.locator(".searched")
    expect(told.locator("p").first).to_have_text("Searched exactly as typed.")
    assert asked_by(page, page.reload)["as_typed"] is True
    assert "as_typed" not in asked_by(page, told.get_by_role("button").click)
    expect(told).to_contain_text("Slips mended")
    page.goto("/?need=casitng&as_typed=true")
    expect(told).to_contain_text("exactly as typed")
    page.get_by_role("textbox", name="The need").fill("casitng again")
    assert "as_typed" not in asked_by(page, lambda: page.keyboard.press("Enter"))


def test_a_long_letter_is_shortened_until_all_of_it_is_wanted(phone: Page) -> None:
    phone.goto("/?need=An epistle, no laser")
    quoted, toggle = phone.locator(".searched q"), phone.get_by_role("button", name="Show all")
    expect(quoted).to_contain_text("Sentence 0 asks for something 🔥.")
    expect(toggle).to_have_attribute("aria-expanded", "false")
    assert len(quoted.inner_text()) <= SHOWN
    expect(phone.get_by_role("button", name="Stop excluding laser")).to_be_in_viewport()
    toggle.press("Enter")
    expect(quoted).to_have_text(reading.LONG_LETTER)
    phone.get_by_role("button", name="Show less").press("Enter")
    assert len(quoted.inner_text()) <= SHOWN
    assert phone.evaluate("document.documentElement.scrollWidth") == 360


def test_what_a_need_was_read_as_stays_text(phone: Page) -> None:
    phone.goto("/?need=hostile")
    expect(phone.locator(".searched q")).to_have_text(server.PAYLOAD)
    expect(phone.locator(".respelt del")).to_contain_text("<img src=x")
    assert phone.locator("main :is(script, img, iframe, object, svg, style)").count() == 0
    assert phone.evaluate("document.documentElement.scrollWidth") == 360


def test_clause_and_marks_overlap_and_each_keeps_its_words(page: Page) -> None:
    page.goto("/?need=clauses")
    figures = page.locator("figure")
    expect(figures).to_have_count(len(reading.CASES))
    for at, (text, marks, clause) in enumerate(reading.CASES[:-1]):
        passage = figures.nth(at).locator("blockquote p")
        expect(passage).to_have_text(text)
        expect(passage.locator("mark")).to_have_text([text[slice(*mark)] for mark in marks])
        underlined = "" if clause is None or clause == (0, len(text)) else text[slice(*clause)]
        assert "".join(passage.locator(".clause").all_text_contents()) == underlined
    assert page.evaluate(CONTRAST) == []


def test_a_passage_is_cut_to_where_its_clause_stands(page: Page) -> None:
    page.goto("/?need=clauses")
    late = page.locator("figure").last
    expect(late.locator(".clause")).to_have_text(reading.CELL)
    expect(late.locator("mark")).to_have_count(0)
    late.get_by_role("button", name="Show the whole passage").click()
    expect(late.locator("mark")).to_have_text("Castings")
    expect(late.locator(".clause")).to_have_text(reading.CELL)
