"""The page in a real Chromium, as a scout uses it, before a stand-in for the service under the real policy."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.search_api.page import server as stand_in
from tests.search_api.page.browser import CONTRAST, ISOLATED, UNNAMED, asked_by, is_search, open_context, watched

pytestmark = pytest.mark.browser


def test_a_need_is_searched_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("textbox", name="The need")).to_be_focused()
    page.keyboard.type("scrap in")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("die casting")
    asked = asked_by(page, lambda: page.keyboard.press("Enter"))
    assert asked == {"need": "scrap in\ndie casting", "limit": 10, "filters": {}}
    expect(page.get_by_role("heading", level=2)).to_have_text("2 startups seem to meet this need well.")
    expect(page.get_by_role("article")).to_have_count(10)
    expect(page.get_by_role("status")).to_contain_text("10 startups shown")
    page.locator("#verdict").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("article").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_role("article", name="Fondivista")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("textbox")).to_be_focused()


def test_the_tab_key_walks_from_the_field_over_the_filters_to_the_first_result(page: Page) -> None:
    page.goto("/?need=casting")
    expect(page.get_by_role("article")).to_have_count(10)
    page.get_by_role("textbox").focus()
    walked = []
    for _ in range(11):
        page.keyboard.press("Tab")
        walked.append(page.evaluate("document.activeElement.innerText"))
    assert walked[:7] == ["Search", "Technology", "Country", "Region", "TRL", "Founded", "More filters"]
    assert walked[7:10] == ["Is a startup missing?", "More variety", "Copy link"]
    assert walked[10].startswith("fondivista.example")


def test_a_result_says_who_where_how_mature_and_proves_it_with_dated_quotations(page: Page) -> None:
    page.goto("/?need=casting")
    card = page.get_by_role("article", name="Fondivista")
    for fact in ("Strong match", "Italy", "8 of 9", "2019", "Politecnico di Milano", "Machine Vision", "and 2 more"):
        expect(card.locator(".facts")).to_contain_text(fact)
    home = card.get_by_role("link", name="fondivista.example")
    assert home.get_attribute("href") == "https://fondivista.example/"
    assert home.get_attribute("rel") == "noopener noreferrer nofollow"
    assert home.get_attribute("target") == "_blank"
    first, second, third = card.locator("figure").all()
    expect(first.locator("figcaption")).to_have_text(
        re.compile("How it works.*Technology.*example.com.*English.*read on 3 Nov 2026")
    )
    expect(second.locator("blockquote p")).to_have_attribute("lang", "it")
    expect(second.locator("mark")).to_have_text("gli scarti di pressofusione sono passati dal 6,1 al 3,4 per cento")
    expect(third.locator("figcaption")).to_have_text(re.compile("profile in KnowledgeShare.*imported on 3 Nov 2026"))
    expect(third.get_by_role("link")).to_have_count(0)
    before = first.locator("blockquote").inner_text()
    assert before.endswith("…")
    first.get_by_role("button", name="Show the whole passage").click()
    assert first.locator("blockquote").inner_text() == stand_in.usual_matches()[0].evidence[0].text
    first.get_by_role("button", name="Show less").click()
    assert first.locator("blockquote").inner_text() == before


def test_a_mark_covers_no_sign_beside_it(page: Page) -> None:
    page.goto("/?need=casting")
    expect(page.locator("mark").first).to_be_visible()
    gaps = page.locator("mark").evaluate_all(
        """(marks) => marks.filter((mark) => mark.previousSibling?.length).map((mark) => {
          const before = document.createRange();
          before.setStart(mark.previousSibling, mark.previousSibling.length - 1);
          before.setEnd(mark.previousSibling, mark.previousSibling.length);
          const [left, right] = [before.getBoundingClientRect(), mark.getClientRects()[0]];
          return left.bottom > right.top && left.top < right.bottom ? right.left - left.right : 0;
        })"""
    )
    assert gaps
    assert min(gaps) > -0.1


def test_tags_that_have_no_room_are_counted(page: Page, italian: Page) -> None:
    for one, said in ((page, ["and 2 more", "and one more"]), (italian, ["e altre 2", "e un\u2019altra"])):
        one.goto("/?need=casting")
        expect(one.locator(".rest")).to_have_text(said)


def test_a_heading_that_the_title_holds_is_not_said_twice(page: Page) -> None:
    page.goto("/?need=emoji")
    expect(page.locator("figcaption")).to_have_text(re.compile("How it works: Technology.*example.com"))
    expect(page.locator("figcaption").get_by_text("Technology")).to_have_count(1)


def test_evidence_of_a_pdf_says_its_page_and_opens_it_there(page: Page, italian: Page) -> None:
    for one in (page, italian):
        one.goto("/?need=casting")
        caption = one.locator("figcaption", has_text="p. 3")
        expect(caption).to_have_count(1)
        expect(caption.get_by_role("link")).to_have_attribute("href", "https://www.example.com/data.pdf#page=3")


def test_marks_count_code_points_so_that_emoji_do_not_shift_them(page: Page) -> None:
    page.goto("/?need=emoji")
    expect(page.locator("mark")).to_have_text(" Il forno")
    assert page.locator("blockquote p").text_content() == stand_in.EMOJI


def test_hostile_text_stays_text(page: Page) -> None:
    page.goto("/?need=hostile")
    expect(page.get_by_role("article")).to_have_count(3)
    expect(page.locator("article h3").first).to_have_text(stand_in.PAYLOAD)
    expect(page.locator("article").first.locator("mark").first).to_have_text("<script>alert(2)</script>")
    assert page.locator("main :is(script, img, iframe, object, svg, style)").count() == 0
    hrefs = page.locator("a[href]").evaluate_all("(links) => links.map((a) => a.href)")
    assert all(urlsplit(href).scheme in {"http", "https"} and "@" not in href for href in hrefs)
    assert page.locator("[onload], [onerror]").count() == 0
    isolated = page.locator("h3, dd, .tags li, blockquote p, cite, figcaption span").evaluate_all(ISOLATED)
    assert isolated, "a right-to-left override ends with the text that holds it"
    expect(page.locator("article").nth(2).locator("mark")).to_have_text("abc 🔥")
    page.get_by_role("button", name="More filters").click()
    page.get_by_role("button", name="Tag").click()
    page.get_by_role("checkbox").first.check()
    expect(page.get_by_role("button", name="Remove the filter <img")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_filters_send_what_was_chosen_and_show_it_as_removable_chips(page: Page) -> None:
    page.goto("/?need=casting")
    page.get_by_role("button", name="Country").click()
    asked_by(page, lambda: page.get_by_role("checkbox", name="Italy").check())
    asked = asked_by(page, lambda: page.get_by_role("checkbox", name="Germany").check())
    assert asked["filters"] == {"country": ["IT", "DE"]}
    page.get_by_role("button", name="More filters").click()
    page.get_by_role("button", name="Tag").click()
    expect(page.get_by_role("checkbox")).to_have_count(50)
    page.get_by_role("searchbox", name="Find in Tag").fill("FOUNDRY")
    asked = asked_by(page, lambda: page.get_by_role("checkbox", name="Foundry 12").check())
    assert asked["filters"]["tag"] == ["Foundry"]
    page.get_by_role("button", name="TRL", exact=True).click()
    asked = asked_by(page, lambda: page.get_by_role("combobox", name="From").select_option("5"))
    assert asked["filters"]["trl_min"] == 5
    page.get_by_role("button", name="Founded").click()
    page.get_by_role("spinbutton", name="From").fill("2020")
    page.get_by_role("spinbutton", name="To").fill("2010")
    page.get_by_role("spinbutton", name="To").press("Tab")
    expect(page.get_by_text("“From” is greater than “to”.")).to_be_visible()
    page.get_by_role("spinbutton", name="To").fill("2024")
    asked = asked_by(page, lambda: page.get_by_role("spinbutton", name="To").press("Tab"))
    assert asked["filters"] == {
        "country": ["IT", "DE"],
        "tag": ["Foundry"],
        "trl_min": 5,
        "founded_min": 2020,
        "founded_max": 2024,
    }
    assert parse_qs(urlsplit(page.url).query)["country"] == ["IT", "DE"]
    page.keyboard.press("Escape")
    asked = asked_by(page, lambda: page.get_by_role("button", name="Remove the filter Italy").click())
    assert asked["filters"]["country"] == ["DE"]
    asked = asked_by(page, lambda: page.get_by_role("button", name="Clear all filters").click())
    assert asked["filters"] == {}
    expect(page.locator(".chip")).to_have_count(0)


def test_an_exclusion_is_a_chip_that_switches_it_off_and_on_again_and_stays_in_the_address(page: Page) -> None:
    need = "coatings without hexavalent chromium, no laser"
    page.goto(f"/?need={need}")
    chips = page.locator("#reading")
    expect(chips.get_by_role("button")).to_have_text(["without: hexavalent chromium", "without: laser"])
    asked = asked_by(page, lambda: chips.get_by_role("button", name="Stop excluding hexavalent chromium").press("Enter"))
    assert asked == {"need": need, "limit": 10, "filters": {}, "ignore_exclusions": ["hexavalent chromium"]}
    again = chips.get_by_role("button", name="Exclude hexavalent chromium again")
    expect(again).to_be_focused()
    assert parse_qs(urlsplit(page.url).query)["ignore"] == ["hexavalent chromium"]
    page.reload()
    expect(again).to_be_visible()
    assert "ignore_exclusions" not in asked_by(page, again.click)
    page.go_back()
    expect(again).to_be_visible()
    page.get_by_role("textbox").fill("casting, no laser")
    asked = asked_by(page, page.get_by_role("button", name="Search").click)
    assert asked == {"need": "casting, no laser", "limit": 10, "filters": {}}
    expect(chips.get_by_role("button")).to_have_text(["without: laser"])
    page.goto("/?need=casting")
    expect(page.get_by_role("article")).to_have_count(10)
    expect(chips).to_be_hidden()


def test_an_exclusion_reads_well_on_a_phone_and_in_italian(phone: Page, italian: Page) -> None:
    phone.goto("/?need=hostile")
    expect(phone.locator("#reading button.chip")).to_have_text(re.compile("without: <img"))
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    italian.goto("/?need=rivestimenti senza cromo esavalente&ignore=cromo esavalente")
    expect(italian.get_by_role("button", name="Escludi di nuovo cromo esavalente")).to_have_text("senza: cromo esavalente")
    assert italian.evaluate(CONTRAST) == []


def test_an_ambiguous_word_shows_its_sense_and_another_one_is_asked_for_with_the_keyboard(page: Page) -> None:
    need = "casting: sensori per stampo e rete"
    page.goto(f"/?need={need}")
    picker = page.get_by_role("combobox", name="stampo: which meaning?")
    expect(picker).to_have_value("stampo=mould")
    expect(picker.locator("option")).to_have_text(["mould: tool for injection", "stamping die: sheet metal tool"])
    picker.focus()
    asked = asked_by(page, lambda: page.keyboard.press("ArrowDown"))
    assert asked == {"need": need, "limit": 10, "filters": {}, "senses": ["stampo=stamping die"]}
    expect(picker).to_have_value("stampo=stamping die")
    expect(picker).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text("10 startups shown")
    asked = asked_by(page, lambda: page.get_by_role("combobox", name="rete").select_option("grid: energy"))
    assert asked["senses"] == ["stampo=stamping die", "rete=grid"]
    expect(page.get_by_role("combobox", name="rete")).to_have_value("rete=grid")


def test_a_chosen_sense_stays_in_the_address_and_goes_with_its_need(page: Page) -> None:
    asked = asked_by(page, lambda: page.goto("/?need=stampo&sense=stampo%3Dstamping+die"))
    assert asked["senses"] == ["stampo=stamping die"]
    picker = page.get_by_role("combobox", name="stampo")
    expect(picker).to_have_value("stampo=stamping die")
    asked_by(page, lambda: picker.select_option("mould: tool for injection"))
    assert parse_qs(urlsplit(page.url).query)["sense"] == ["stampo=mould"]
    page.go_back()
    expect(picker).to_have_value("stampo=stamping die")
    page.get_by_role("textbox").fill("stampo e getto")
    assert asked_by(page, page.get_by_role("button", name="Search").click) == {
        "need": "stampo e getto",
        "limit": 10,
        "filters": {},
    }
    page.goto("/?need=casting")
    expect(page.get_by_role("article")).to_have_count(10)
    expect(page.locator("#reading")).to_be_hidden()


def test_a_sense_that_is_no_more_is_told_and_dropped_on_a_second_try(page: Page) -> None:
    page.goto("/?need=casting&sense=stampo%3Dmould&country=IT")
    expect(page.get_by_role("alert")).to_contain_text("the need has no such ambiguous word")
    asked = asked_by(page, page.get_by_role("button", name="Try again").click)
    assert asked == {"need": "casting", "limit": 10, "filters": {"country": ["IT"]}}
    expect(page.get_by_role("article")).to_have_count(10)
    assert "sense" not in page.url


def test_senses_are_told_in_the_language_of_the_page_and_many_take_little_room(italian: Page) -> None:
    italian.goto("/?need=stampo rete getto fumi carica senza laser")
    pickers = italian.locator("#reading").get_by_role("combobox")
    expect(pickers).to_have_count(5)
    expect(pickers.first).to_have_accessible_name("stampo: quale significato?")
    expect(pickers.first.locator("option")).to_have_text(
        ["attrezzo per iniezione (mould)", "attrezzo per lamiera (stamping die)"]
    )
    expect(pickers.nth(2).locator("option")).to_have_text(["pezzo colato (casting)", "jet"])
    italian.get_by_role("button", name="English").click()
    expect(pickers.first.locator("option").first).to_have_text("mould: tool for injection")
    assert italian.evaluate(CONTRAST) == []
    italian.set_viewport_size({"width": 320, "height": 700})
    expect(italian.get_by_role("article").first).to_be_visible()
    room = italian.locator("#reading").bounding_box()
    assert room is not None
    assert room["height"] < 160
    pickers.last.focus()
    expect(pickers.last).to_be_in_viewport()


def test_senses_of_any_text_and_length_stay_text_on_a_phone(phone: Page) -> None:
    phone.goto("/?need=markup")
    expect(phone.get_by_role("combobox", name="markup").locator("option").first).to_contain_text("<img src=x")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.goto("/?need=casting stampo rete fumi")
    expect(phone.get_by_role("combobox").first).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    heights = phone.locator("#reading select").evaluate_all("(all) => all.map((e) => e.getBoundingClientRect().height)")
    assert min(heights) >= 24


def test_similar_startups_stand_in_place_of_the_results_and_a_button_leads_back(page: Page) -> None:
    page.goto("/?need=casting&country=IT")
    with page.expect_request("**/similar?*") as sent:
        page.get_by_role("button", name="Startups similar to Porosense").press("Enter")
    address = urlsplit(sent.value.url)
    assert (address.path, parse_qs(address.query)) == ("/api/startups/porosense/similar", {"limit": ["10"], "country": ["IT"]})
    expect(page.get_by_role("heading", level=2)).to_have_text("Startups similar to Porosense")
    expect(page.get_by_role("article")).to_have_count(3)
    expect(page.locator(".badge")).to_have_count(0)
    back = page.get_by_role("button", name="Back to the results")
    expect(back).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text("3 startups shown")
    assert parse_qs(urlsplit(page.url).query)["similar"] == ["porosense"]
    page.reload()
    expect(page.get_by_role("heading", level=2)).to_have_text("Startups similar to Porosense")
    assert asked_by(page, back.click) == {"need": "casting", "limit": 10, "filters": {"country": ["IT"]}}
    expect(page.get_by_role("article", name="Porosense")).to_be_focused()
    expect(back).to_be_hidden()
    page.go_back()
    expect(page.get_by_role("heading", level=2)).to_have_text("Startups similar to Porosense")
    page.get_by_role("textbox").fill("emoji")
    assert asked_by(page, page.get_by_role("button", name="Search").click)["need"] == "emoji"
    assert "similar" not in page.url


def test_similar_startups_read_well_in_italian_and_with_any_id(italian: Page) -> None:
    italian.goto("/?need=hostile")
    with italian.expect_request("**/similar?*") as sent:
        italian.get_by_role("button", name="Startup simili a Marks").click()
    assert urlsplit(sent.value.url).path == "/api/startups/a%2Fb%3F%20%C3%A8/similar"
    expect(italian.get_by_role("heading", level=2)).to_have_text("Startup simili a Marks")
    expect(italian.get_by_role("button", name="Torna ai risultati")).to_be_visible()
    assert italian.evaluate(CONTRAST) == []


def test_a_startup_that_is_gone_is_told(page: Page) -> None:
    page.goto("/?need=casting&similar=gone")
    expect(page.get_by_role("alert")).to_contain_text("there is no startup")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("article")).to_have_count(10)


def test_a_match_says_part_by_part_what_it_meets_and_shows_where(page: Page) -> None:
    page.goto("/?need=grid")
    card = page.get_by_role("article", name="Fondivista")
    parts = card.get_by_role("list", name="What the need asks for").get_by_role("listitem")
    expect(parts).to_have_text(
        [re.compile("senza batteria: met"), re.compile("ATEX: not stated"), re.compile("oltre 600 °C: contradicted")]
    )
    quoted = parts.first.locator("figure")
    expect(quoted).to_be_hidden()
    parts.first.locator("summary").press("Enter")
    expect(quoted.locator("mark")).to_have_text("without a battery")
    expect(quoted.locator("figcaption")).to_contain_text("read on 3 Nov 2026")
    expect(parts.nth(1).locator("summary")).to_have_count(0)
    expect(page.get_by_role("article", name="Porosense").locator(".coverage")).to_have_count(0)
    assert page.evaluate(CONTRAST) == []


def test_the_parts_of_a_need_read_well_on_a_phone_and_in_italian(phone: Page, italian: Page) -> None:
    phone.goto("/?need=grid")
    phone.locator("summary").first.tap()
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    italian.goto("/?need=grid")
    expect(italian.get_by_role("list", name="Che cosa chiede l\u2019esigenza").get_by_role("listitem").nth(2)).to_have_text(
        re.compile("oltre 600 °C: smentito")
    )


def test_escape_closes_a_filter_and_gives_the_focus_back(page: Page) -> None:
    page.goto("/?need=casting")
    expect(page.get_by_role("article")).to_have_count(10)
    page.get_by_role("button", name="More filters").click()
    opener = page.get_by_role("button", name="Source")
    opener.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("checkbox", name="Y Combinator")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="Y Combinator")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(page.locator(".panel")).to_have_count(0)


def test_the_address_is_the_search_and_back_goes_back(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Sort aluminium scrap by alloy").click()
    expect(page).to_have_url(re.compile(r"\?need=Sort\+aluminium"))
    page.get_by_role("textbox").fill("emoji")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("article")).to_have_count(1)
    page.go_back()
    expect(page.get_by_role("article")).to_have_count(10)
    expect(page.get_by_role("textbox")).to_have_value("Sort aluminium scrap by alloy")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport()
    expect(page.get_by_role("article")).to_have_count(0)
    page.go_forward()
    expect(page.get_by_role("article")).to_have_count(10)


def test_a_shared_link_runs_its_search_and_what_it_cannot_mean_is_left_out(page: Page) -> None:
    link = "/?need=x&country=IT&country=nowhere&tag=&trl_min=12&trl_max=8&founded_min=abc&limit=7"
    asked = asked_by(page, lambda: page.goto(link))
    assert asked == {"need": "x", "limit": 10, "filters": {"country": ["IT"], "trl_max": 8}}
    expect(page.get_by_role("button", name="Remove the filter TRL up to 8")).to_be_visible()


def test_nothing_fits_is_said_first(page: Page) -> None:
    page.goto("/?need=nothing")
    expect(page.get_by_role("heading", level=2)).to_have_text(
        "Nothing in the corpus seems to meet this need; the nearest are below."
    )
    expect(page.get_by_text("Weak match")).to_have_count(4)
    page.goto("/?need=casting&tag=Qualit%C3%A0")
    expect(page.get_by_role("heading", level=2)).to_have_text("No startup passes these filters.")
    expect(page.get_by_role("button", name="Is a startup missing?")).to_have_count(1)


def test_what_no_match_speaks_of_is_named_and_how_likely_each_is(page: Page) -> None:
    page.goto("/?need=nothing")
    expect(page.locator("#count")).to_contain_text("None of the first ten mentions “stampo”")
    expect(page.locator("#count")).to_contain_text(stand_in.PAYLOAD)
    expect(page.locator(".badge").first).to_have_text("Weak match · 5%")
    page.goto("/?need=die+casting")
    expect(page.locator("#count")).not_to_contain_text("mentions")


def test_a_refusal_shows_the_services_own_words_as_text(page: Page) -> None:
    page.goto("/?need=refused")
    expect(page.get_by_role("alert")).to_contain_text("Change the need or the filters")
    expect(page.get_by_role("alert")).to_contain_text("the need <b>holds</b> no word: describe it in a sentence")


def test_a_crash_of_the_service_is_told_in_plain_words_and_can_be_retried(page: Page) -> None:
    page.goto("/?need=crash")
    expect(page.get_by_role("alert")).to_contain_text("Something went wrong in the service.")
    assert asked_by(page, page.get_by_role("button", name="Try again").click)["need"] == "crash"


def test_an_overloaded_service_is_not_taken_for_one_without_an_index(page: Page) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(
            status=503, headers={"Retry-After": "2"}, content_type="application/problem+json", body='{"code": "index-busy"}'
        )

    page.route("**/api/search", refuse)
    page.goto("/?need=casting")
    expect(page.get_by_role("alert")).to_contain_text("The service is busy.")


def test_without_a_snapshot_the_page_says_so_at_once_with_the_mend(browser: Browser) -> None:
    with stand_in.serving(stand_in.make_app(ready=False)) as origin:
        for page in watched(open_context(browser, origin), origin):
            page.goto("/")
            expect(page.get_by_role("alert")).to_contain_text("There is no index to search.")
            expect(page.get_by_role("alert")).to_contain_text("scout index")


def test_a_service_that_is_gone_is_told_and_the_page_recovers_nothing_by_itself(browser: Browser) -> None:
    with stand_in.serving(stand_in.make_app()) as origin:
        pages = watched(open_context(browser, origin), origin)
        page = next(pages)
        page.goto("/")
        expect(page.locator("#corpus")).to_have_text(re.compile("5,272 startups, 11,840 passages.*Index built on 4 Nov 2026"))
    page.get_by_role("textbox").fill("casting")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The service does not answer.")
    page.get_by_role("button", name="Italiano").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("alert")).to_contain_text("The service does not answer.")
    assert next(pages, None) is None


def test_an_empty_or_endless_need_is_not_sent_but_explained(page: Page) -> None:
    page.goto("/")
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if is_search(request) else None)
    field = page.get_by_role("textbox")
    field.press("Enter")
    expect(page.locator("#hint")).to_contain_text("Type the need first")
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("é" * 10_001)
    field.press("Enter")
    expect(page.locator("#hint")).to_contain_text("10,001 characters, at most 10,000")
    assert sent == []
    field.fill("casting")
    expect(field).to_have_attribute("aria-invalid", "false")


def test_a_newer_search_gives_up_the_older_and_the_wait_is_shown(page: Page) -> None:
    page.goto("/")
    page.get_by_role("textbox").fill("slow")
    with page.expect_event("requestfailed", is_search):
        page.keyboard.press("Enter")
        expect(page.locator("#skeleton")).to_be_visible()
        expect(page.locator("#answer")).to_have_attribute("aria-busy", "true")
        expect(page.locator("#summary")).to_have_attribute("inert", "")
        held = page.locator("#skeleton").bounding_box()
        page.get_by_role("textbox").fill("emoji")
        page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.locator("#summary")).not_to_have_attribute("inert", "")
    shown = page.get_by_role("article").bounding_box()
    assert held is not None
    assert shown is not None
    assert shown["y"] == pytest.approx(held["y"], abs=1), "results come where their places were held"
    page.wait_for_timeout(700)
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.locator("#skeleton")).to_be_hidden()


def test_the_language_follows_the_browser_then_the_choice_and_is_kept(italian: Page) -> None:
    italian.goto("/?need=casting&country=IT")
    expect(italian.locator("html")).to_have_attribute("lang", "it")
    expect(italian.get_by_text("Affinità forte").first).to_be_visible()
    expect(italian.locator("figcaption").first).to_contain_text("letto il 3 nov 2026")
    expect(italian.locator("#corpus")).to_contain_text("5.272 startup")
    expect(italian.get_by_role("button", name="Togli il filtro Italia")).to_be_visible()
    italian.get_by_role("button", name="English").click()
    expect(italian.locator("html")).to_have_attribute("lang", "en")
    expect(italian.get_by_text("Strong match").first).to_be_visible()
    italian.reload()
    expect(italian.get_by_role("button", name="English")).to_have_attribute("aria-pressed", "true")
    expect(italian.get_by_role("button", name="Remove the filter Italy")).to_be_visible()


def test_examples_come_in_both_languages_and_search_at_once(italian: Page) -> None:
    italian.goto("/")
    expect(italian.locator(".example[lang=it]")).to_have_count(4)
    expect(italian.locator(".example[lang=en]")).to_have_count(2)
    asked = asked_by(italian, italian.get_by_role("button", name="Rigenerare le sabbie").click)
    assert asked["need"] == "Rigenerare le sabbie esauste di fonderia"


def test_the_evidence_of_a_match_and_the_link_can_be_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/?need=casting")
    page.get_by_role("button", name="Copy the evidence for Porosense").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()").replace("\r\n", "\n").splitlines()
    assert copied[0] == "2. Porosense, Germany, TRL 7, 2016"
    assert copied[4] == "Applicazioni, read on 3 Nov 2026, https://www.example.com/it/applicazioni"
    assert copied[7] == "Technical data, p. 3, read on 3 Nov 2026, https://www.example.com/data.pdf#page=3"
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


@pytest.mark.parametrize("need", ["", "casting", "hostile", "refused"])
def test_nothing_is_wider_than_the_window_of_a_phone_or_tablet(phone: Page, need: str) -> None:
    phone.goto(f"/?need={need}&country=IT&trl_min=3" if need else "/")
    expect(phone.locator(":is(article, .notice, .example):visible").first).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    if need:
        phone.get_by_role("button", name="More filters").tap()
    for name in ("Country", "Tag", "Founded", "Read") if need in {"casting", "hostile"} else ():
        phone.get_by_role("button", name=re.compile(f"^{name}")).first.tap()
        expect(phone.locator(".panel")).to_be_visible()
        assert phone.evaluate("document.documentElement.scrollWidth") == 360
        phone.keyboard.press("Escape")
    phone.set_viewport_size({"width": 900, "height": 700})
    assert phone.evaluate("document.documentElement.scrollWidth") == 900
    phone.set_viewport_size({"width": 800, "height": 700})
    assert phone.evaluate("document.documentElement.scrollWidth") == 800


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_the_contrast_of_wcag_aa(browser: Browser, origin: str, scheme: str) -> None:
    for page in watched(open_context(browser, origin, color_scheme=scheme), origin):
        for address in ("/", "/?need=casting&country=IT&trl_min=5", "/?need=refused"):
            page.goto(address)
            expect(page.locator(":is(article, .notice, .example):visible").first).to_be_visible()
            expect(page.locator("#corpus")).not_to_be_empty()
            page.wait_for_function("document.querySelector('.busy') === null")
            assert page.evaluate(CONTRAST) == []


def test_everything_has_a_name_a_label_and_its_landmark(page: Page) -> None:
    page.goto("/?need=casting&country=IT")
    expect(page.get_by_role("article")).to_have_count(10)
    page.get_by_role("button", name="Founded").click()
    unnamed = page.locator("button, a[href], input, select, textarea").evaluate_all(UNNAMED)
    assert unnamed == []
    for landmark in ("banner", "main", "contentinfo", "search"):
        expect(page.get_by_role(landmark)).to_have_count(1)
    expect(page.get_by_role("region", name="Results")).to_be_visible()
    expect(page.get_by_role("region", name="Filters")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    ids = page.locator("[id]").evaluate_all("(all) => all.map((e) => e.id)")
    assert len(ids) == len(set(ids))
    assert page.locator("[tabindex]").evaluate_all("(all) => all.every((e) => e.tabIndex <= 0)")


def test_still_means_still_and_paper_shows_the_need_and_the_addresses(browser: Browser, origin: str) -> None:
    for page in watched(open_context(browser, origin, reduced_motion="reduce"), origin):
        page.goto("/?need=casting")
        expect(page.get_by_role("article")).to_have_count(10)
        assert page.locator(".skeleton div").first.evaluate("(e) => getComputedStyle(e).animationName") == "none"
        page.emulate_media(media="print")
        expect(page.locator("#asked")).to_be_visible()
        expect(page.get_by_role("textbox")).to_be_hidden()
        after = page.locator("cite a").first.evaluate("(e) => getComputedStyle(e, '::after').content")
        assert "https://www.example.com/technology" in after


def test_without_javascript_the_page_says_so_in_both_languages(browser: Browser, origin: str) -> None:
    for page in watched(open_context(browser, origin, java_script_enabled=False), origin):
        page.goto("/")
        expect(page.locator("noscript [lang=it]")).to_have_text(re.compile("JavaScript: attivalo"))
        expect(page.locator("noscript [lang=it]")).to_be_visible()
        expect(page.locator("noscript [lang=en]")).to_be_visible()
