"""What the page loads when it is first wanted, in a real Chromium: further filters, classes, why a startup is missing."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from indexer.classes.scheme import packaged_classes
from tests.search_api.page import parts, server
from tests.search_api.page.browser import CONTRAST, UNNAMED, asked_by, open_context, watched

pytestmark = pytest.mark.browser

CASTING, VISION = "Casting and foundry", "Machine vision and quality control"


def listing_of(page: Page, action: Any) -> dict[str, list[str]]:  # noqa: ANN401 - a callable of the test
    """Return what the page asks for, without a need, when `action` is done."""
    with page.expect_request(lambda sent: urlsplit(sent.url).path == "/api/startups") as sent:
        action()
    return parse_qs(urlsplit(sent.value.url).query)


def why_of(page: Page, name: str) -> None:
    """Ask why a startup is not in the list that is shown."""
    page.get_by_role("button", name="Is a startup missing?").first.click()
    page.get_by_role("searchbox", name="Which startup did you expect?").fill(name)
    page.get_by_role("dialog").get_by_role("button", name=re.compile(rf"^{name}")).click()


def held_back(page: Page, address: str) -> list[Route]:
    """Return what the page asks for at `address` from now on, none of it answered."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(address, keep)
    return held


def test_nothing_of_it_is_loaded_before_it_is_wanted(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(urlsplit(request.url).path))
    page.goto("/?need=casting")
    expect(page.get_by_role("article")).to_have_count(10)
    expect(page.locator("#corpus")).not_to_be_empty()
    assert [path for path in sent if "/later/" in path] == []
    page.get_by_role("button", name="Country").click()
    expect(page.get_by_role("checkbox", name="Italy")).to_be_visible()
    assert sorted(path.rpartition("/")[2] for path in sent if "/later/" in path) == [
        "panels.js",
        "service.js",
        "style.css",
        "words.en.json",
        "words.it.json",
    ]


def test_further_filters_unfold_and_send_what_was_chosen(page: Page) -> None:
    page.goto("/?need=casting")
    page.get_by_role("button", name="Technology").click()
    asked = asked_by(page, lambda: page.get_by_role("checkbox", name=f"{CASTING} 14").check())
    assert asked["filters"] == {"class": ["casting"]}
    page.get_by_role("button", name="Region").click()
    asked_by(page, lambda: page.get_by_role("checkbox", name="Lombardia 40").check())
    expect(page.get_by_role("button", name="Language")).to_be_hidden()
    others = page.get_by_role("button", name="More filters")
    others.press("Enter")
    expect(others).to_have_attribute("aria-expanded", "true")
    page.get_by_role("button", name="Language").click()
    asked_by(page, lambda: page.get_by_role("checkbox", name="Italian 51").check())
    page.get_by_role("button", name="Read", exact=True).click()
    expect(page.get_by_role("radio")).to_have_count(4)
    asked_by(page, lambda: page.get_by_role("radio", name="since October 2026 25").check())
    asked = asked_by(page, lambda: page.get_by_label("From a certain day").fill("2026-11-02"))
    assert asked["filters"]["fetched_since"] == "2026-11-02"
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Read", exact=True)).to_be_focused()
    page.get_by_role("button", name="Own site").click()
    asked = asked_by(page, lambda: page.get_by_role("radio", name="From public lists alone 7").check())
    assert asked["filters"] == {
        "class": ["casting"],
        "region": ["Lombardia"],
        "language": ["it"],
        "fetched_since": "2026-11-02",
        "own_site": False,
    }
    page.keyboard.press("Escape")
    page.reload()
    for chip in (CASTING, "Lombardia", "Italian", "Read since 2 Nov 2026", "From public lists alone"):
        expect(page.get_by_role("button", name=f"Remove the filter {chip}")).to_be_visible()
    expect(page.get_by_role("button", name="Own site").first).to_be_visible()
    asked = asked_by(page, page.get_by_role("button", name="Remove the filter From public lists alone").click)
    assert "own_site" not in asked["filters"]


def test_filters_of_an_address_that_mean_nothing_are_left_out(page: Page) -> None:
    link = "/?need=x&language=Italian&fetched_since=2026-02-31&own_site=constructor&class=&region=Lombardia&browse=classes"
    assert asked_by(page, lambda: page.goto(link))["filters"] == {"region": ["Lombardia"]}


def test_a_panel_that_cannot_be_loaded_is_told_and_opens_when_the_service_is_back(page: Page) -> None:
    page.goto("/?need=casting")
    expect(page.get_by_role("article")).to_have_count(10)
    page.route("**/static/later/**", lambda route: route.abort())
    page.get_by_role("button", name="Country").click()
    expect(page.get_by_role("alert").filter(has_text="The service does not answer.")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(10)
    page.unroute("**/static/later/**")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("checkbox", name="Italy")).to_be_visible()
    expect(page.locator(".panel")).to_have_css("position", "absolute")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    page.get_by_role("button", name="TRL").click()
    expect(page.get_by_role("combobox", name="From")).to_be_visible()


def test_the_panel_that_was_asked_for_last_is_the_one_that_opens(page: Page) -> None:
    held = held_back(page, "**/api/classes")
    page.goto("/?need=casting")
    expect(page.get_by_role("article")).to_have_count(10)
    with page.expect_request("**/api/classes"):
        page.get_by_role("button", name="Technology").click()
    page.get_by_role("button", name="Country").click()
    expect(page.get_by_role("checkbox", name="Italy")).to_be_visible()
    with page.expect_response("**/api/classes"):
        held[0].continue_()
    page.wait_for_timeout(100)
    expect(page.get_by_role("button", name="Country")).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".panel")).to_have_count(1)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Technology").click()
    expect(page.get_by_role("checkbox", name=f"{CASTING} 14")).to_be_visible()


def test_a_panel_leaves_the_answers_own_failure_in_its_place(page: Page) -> None:
    page.goto("/?need=crash&country=IT")
    failure = page.get_by_role("alert").filter(has_text="Something went wrong in the service.")
    expect(failure).to_be_visible()
    page.get_by_role("button", name="Country").first.click()
    expect(page.get_by_role("checkbox", name="Italy")).to_be_visible()
    expect(failure).to_be_visible()


def test_a_module_that_a_browser_will_not_ask_for_again_comes_with_the_page_anew(page: Page) -> None:
    page.goto("/?need=casting")
    expect(page.get_by_role("article")).to_have_count(10)
    page.route("**/static/later/panels.js*", lambda route: route.abort())
    page.get_by_role("button", name="Country").click()
    for _ in range(2):
        with page.expect_event("requestfailed", lambda sent: "/panels.js?" in sent.url):
            page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    with page.expect_event("load"):
        page.get_by_role("button", name="Try again").click()
    page.unroute("**/static/later/panels.js*")
    expect(page.get_by_role("article")).to_have_count(10)
    page.get_by_role("button", name="Country").click()
    expect(page.get_by_role("checkbox", name="Italy")).to_be_visible()


def test_no_more_is_asked_for_while_a_newer_question_is_on_its_way(page: Page) -> None:
    page.goto("/?need=casting&country=IT")
    expect(page.get_by_role("article")).to_have_count(10)
    held = held_back(page, "**/api/search")
    with page.expect_request("**/api/search"):
        page.get_by_role("button", name="Remove the filter Italy").click()
    page.get_by_role("button", name="More results").click()
    (asked,) = held
    assert asked.request.post_data_json == {"need": "casting", "limit": 10, "filters": {}}
    asked.continue_()
    page.unroute("**/api/search")
    expect(page.locator("body")).not_to_have_class(re.compile("busy"))
    expect(page.get_by_role("article")).to_have_count(10)
    asked_for = asked_by(page, page.get_by_role("button", name="More results").click)
    assert asked_for["filters"] == {}
    expect(page.get_by_role("article")).to_have_count(20)


def test_similar_startups_lead_back_to_one_behind_the_tenth(page: Page) -> None:
    page.goto("/?need=casting")
    page.get_by_role("button", name="More results").click()
    expect(page.get_by_role("article")).to_have_count(20)
    page.get_by_role("button", name="Startups similar to Startup 15").click()
    expect(page.get_by_role("button", name="Back to the results")).to_be_focused()
    page.get_by_role("button", name="Back to the results").click()
    expect(page.get_by_role("article")).to_have_count(20)
    expect(page.get_by_role("article", name="Startup 15")).to_be_focused()


def test_the_focus_stays_where_a_newer_question_took_it(page: Page) -> None:
    page.goto("/?need=casting")
    held_back(page, "**/similar?*")
    with page.expect_request("**/similar?*"):
        page.get_by_role("button", name="Startups similar to Porosense").click()
    field = page.get_by_role("textbox", name="The need")
    field.fill("scrap")
    asked_by(page, lambda: field.press("Enter"))
    expect(page.get_by_role("status")).to_contain_text("10 startups shown")
    expect(field).to_be_focused()


def test_more_results_go_on_with_the_token_and_keep_what_is_shown(page: Page) -> None:
    page.goto("/?need=casting&country=IT")
    first = page.get_by_role("article").first
    first.get_by_role("button", name="Show the whole passage").click()
    more = page.get_by_role("button", name="More results")
    expect(page.locator("#more-line")).to_contain_text("10 of 60")
    asked = asked_by(page, more.click)
    assert asked["page"]
    assert {name: asked[name] for name in ("need", "limit", "filters")} == {
        "need": "casting",
        "limit": 10,
        "filters": {"country": ["IT"]},
    }
    expect(page.get_by_role("article")).to_have_count(20)
    expect(page.get_by_role("article").nth(10)).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text("20 startups shown")
    expect(first.get_by_role("button", name="Show less")).to_be_visible()
    assert "limit=20" in page.url
    page.reload()
    expect(page.get_by_role("article")).to_have_count(20)
    for shown in (30, 40, 50, 60):
        more.click()
        expect(page.get_by_role("article")).to_have_count(shown)
    assert page.locator(".rank").all_inner_texts() == [str(rank) for rank in range(1, 61)]
    expect(page.locator("#more-line")).to_contain_text("These are all: 60.")
    expect(more).to_have_count(0)


def test_a_list_whose_snapshot_is_gone_stays_and_is_offered_anew(page: Page) -> None:
    page.goto("/?need=renewed")
    page.get_by_role("button", name="More results").click()
    expect(page.locator("#more-line")).to_contain_text("The index has been renewed.")
    expect(page.get_by_role("status")).to_contain_text("The index has been renewed.")
    expect(page.get_by_role("article")).to_have_count(10)
    again = page.get_by_role("button", name="Search again")
    expect(again).to_be_focused()
    assert page.evaluate(CONTRAST) == []
    assert asked_by(page, again.click) == {"need": "renewed", "limit": 10, "filters": {}}
    expect(page.get_by_role("button", name="More results")).to_be_visible()
    expect(page.locator("#answer")).to_be_focused()


def test_more_results_that_do_not_come_leave_the_list_and_can_be_asked_for_again(page: Page) -> None:
    page.goto("/?need=casting")
    expect(page.get_by_role("article")).to_have_count(10)
    page.route("**/api/search", lambda route: route.abort())
    page.get_by_role("button", name="More results").click()
    expect(page.locator("#more-line")).to_contain_text("The service does not answer.")
    expect(page.get_by_role("article")).to_have_count(10)
    page.unroute("**/api/search")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("article")).to_have_count(20)
    expect(page.locator("#more-line .notice")).to_have_count(0)


def test_variety_is_a_switch_that_stays_in_the_address_and_tells_the_rank_by_score(page: Page) -> None:
    page.goto("/?need=casting")
    expect(page.get_by_role("article")).to_have_count(10)
    switch = page.get_by_role("button", name="More variety")
    expect(switch).to_have_attribute("aria-pressed", "false")
    assert asked_by(page, lambda: switch.press("Enter"))["diverse"] is True
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(switch).to_be_focused()
    expect(page.get_by_role("article").first).not_to_contain_text("by score")
    expect(page.get_by_role("article").nth(1)).to_contain_text("no. 3 by score")
    expect(page.locator("#count")).to_contain_text("Those too much like others go down")
    asked = asked_by(page, page.get_by_role("button", name="More results").click)
    assert asked["diverse"] is True
    expect(page.get_by_role("article")).to_have_count(20)
    heights = page.locator(".standing > *").evaluate_all("(all) => all.map((e) => e.getBoundingClientRect().height)")
    assert max(heights) < 30, "each on one line"
    page.reload()
    expect(switch).to_have_attribute("aria-pressed", "true")
    assert "diverse" not in asked_by(page, switch.click)


def test_classes_are_browsed_from_the_start_page_to_a_search_within_one(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Technologies").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("Startups by technology")
    tiles = page.locator("#matches").get_by_role("button")
    expect(tiles).to_have_text([re.compile("All startups *60"), f"{CASTING}14", f"{VISION}31", "Measuring and metrology9"])
    page.get_by_role("button", name="Country").click()
    assert listing_of(page, page.get_by_role("checkbox", name="Italy").check)["country"] == ["IT"]
    page.keyboard.press("Escape")
    asked = listing_of(page, lambda: tiles.nth(1).press("Enter"))
    assert asked == {"limit": ["10"], "offset": ["0"], "class": ["casting"], "country": ["IT"]}
    expect(page.get_by_role("heading", level=2)).to_have_text(CASTING)
    (casting,) = (one for one in packaged_classes() if one.id == "casting")
    expect(page.locator("#count")).to_contain_text(
        f"10 of 14 startups, those that belong there most first. {casting.about_english}"
    )
    expect(page.locator("#answer")).to_be_focused()
    card = page.get_by_role("article", name="Fondivista")
    expect(card.locator(".facts")).to_contain_text("Italy, Lombardia")
    expect(card.locator("blockquote").first).to_have_text(parts.TELLING)
    expect(card.get_by_role("list", name="Technologies of the startup").get_by_role("listitem")).to_have_text([VISION, CASTING])
    assert listing_of(page, page.get_by_role("button", name="More results").click)["offset"] == ["10"]
    expect(page.get_by_role("article")).to_have_count(14)
    expect(page.get_by_role("article").nth(10)).to_be_focused()
    expect(page.get_by_role("button", name="Is a startup missing?")).to_have_count(0)
    page.get_by_role("textbox", name="The need").fill("scrap")
    asked = asked_by(page, lambda: page.keyboard.press("Enter"))
    assert asked == {"need": "scrap", "limit": 10, "filters": {"class": ["casting"], "country": ["IT"]}}
    page.go_back()
    expect(page.get_by_role("heading", level=2)).to_have_text(CASTING)


def test_browsing_leads_to_similar_startups_to_other_classes_and_back(page: Page) -> None:
    page.goto("/?browse=startups&class=casting")
    with page.expect_request("**/similar?*"):
        page.get_by_role("button", name="Startups similar to Porosense").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("Startups similar to Porosense")
    page.get_by_role("button", name="Back to the results").click()
    expect(page.get_by_role("article", name="Porosense")).to_be_focused()
    asked = listing_of(page, page.get_by_role("article").first.get_by_role("button", name=VISION).click)
    assert asked["class"] == ["vision"]
    expect(page.get_by_role("heading", level=2)).to_have_text(VISION)
    page.get_by_role("button", name="All technologies").click()
    expect(page.locator(".tile")).to_have_count(4)
    expect(page.locator("#matches").get_by_role("button", name=VISION)).to_be_focused()
    page.locator("#matches").get_by_role("button", name="All startups").click()
    expect(page.locator("#count")).to_have_text("10 of 60 startups")


def test_what_a_startup_says_is_left_out_where_it_cannot_be_had_and_an_empty_class_says_so(page: Page) -> None:
    page.route("**/api/startups/fondivista", lambda route: route.abort())
    page.goto("/?browse=startups&class=casting")
    expect(page.get_by_role("article", name="Porosense").locator("blockquote").first).to_be_visible()
    expect(page.get_by_role("article", name="Fondivista").locator("blockquote")).to_have_count(0)
    expect(page.get_by_role("alert").locator("h2")).to_have_count(0)
    page.goto("/?browse=startups&class=casting&tag=Qualit%C3%A0")
    expect(page.locator("#count")).to_have_text("No startup passes these filters.")


def test_a_list_of_a_class_whose_snapshot_is_gone_is_offered_anew(page: Page) -> None:
    page.goto("/?browse=startups&trl_min=9")
    page.get_by_role("button", name="More results").click()
    expect(page.locator("#more-line")).to_contain_text("The index has been renewed.")
    expect(page.get_by_role("article")).to_have_count(10)
    assert listing_of(page, page.get_by_role("button", name="Search again").click)["offset"] == ["0"]


def test_browsing_without_a_service_is_told(page: Page) -> None:
    page.goto("/")
    page.route("**/api/startups?*", lambda route: route.abort())
    page.get_by_role("link", name="Technologies").click()
    expect(page.get_by_role("alert")).to_contain_text("The service does not answer.")
    page.unroute("**/api/startups?*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".tile")).to_have_count(4)


def test_why_is_asked_with_the_keyboard_and_a_change_brings_the_startup_in(page: Page) -> None:
    page.goto("/?need=casting, machining, no laser&country=IT&trl_min=5")
    expect(page.get_by_role("article")).to_have_count(10)
    opener = page.get_by_role("button", name="Is a startup missing?").first
    opener.press("Enter")
    dialog = page.get_by_role("dialog", name="Why is it not in the list?")
    expect(page.get_by_role("searchbox", name="Which startup did you expect?")).to_be_focused()
    page.keyboard.type("startup 4")
    expect(dialog.get_by_role("status")).to_have_text("And 3 more: type on.")
    page.keyboard.press("ArrowDown")
    expect(dialog.get_by_role("button", name="Startup 4 ").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.type("0")
    expect(dialog.get_by_role("status")).to_have_text("One startup: choose it.")
    with page.expect_request("**/api/search/why") as sent:
        page.keyboard.press("Enter")
    assert sent.value.post_data_json == {
        "need": "casting, machining, no laser",
        "limit": 10,
        "filters": {"country": ["IT"], "trl_min": 5},
        "snapshot": server.SNAPSHOT,
        "startup_id": "startup 40",
    }
    expect(dialog).to_contain_text("It is no. 37 of 60: the first 10 are nearer.")
    expect(dialog.get_by_role("heading", name="Startup 40")).to_be_visible()
    expect(dialog.locator(".reason")).to_be_focused()
    expect(dialog.locator(".lack")).to_have_text(["die casting", "scrap"])
    expect(dialog.locator(".change")).to_have_text(
        [
            "widen the filter Country, widen the filter TRLno. 1",
            "stop excluding “laser”no. 2",
            "take “stampo” for stamping dieno. 3",
            "leave out “machining”no. 4",
            "add “porosity”, add “<b>x-ray”no. 5",
        ]
    )
    dialog.locator("summary").click()
    expect(dialog.get_by_role("row")).to_have_text(
        [
            "What countsStartup 40Startup 10",
            "Words of the need0.020.31",
            "Nearest passage0.40.52",
            "Profile as a whole0.20.18",
            "Kind of technology0.10.12",
        ]
    )
    assert page.evaluate(CONTRAST) == []
    assert dialog.locator("button, input, summary").evaluate_all(UNNAMED) == []
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(page.locator("dialog")).to_have_count(0)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("widen the filter", {"filters": {"country": ["IT", "US"]}}),
        ("stop excluding", {"ignore_exclusions": ["laser"]}),
        ("leave out", {"need": "casting"}),
        ("add", {"need": "casting, machining, no laser, porosity <b>x-ray"}),
    ],
)
def test_a_change_is_searched_as_it_was_tried_and_leads_to_the_startup(
    page: Page, label: str, expected: dict[str, Any]
) -> None:
    page.goto("/?need=casting, machining, no laser&country=IT&trl_min=5&diverse=true")
    why_of(page, "Startup 9")
    asked = asked_by(page, page.locator(".change", has_text=label).click)
    kept = {"need": "casting, machining, no laser", "limit": 10, "filters": {"country": ["IT"], "trl_min": 5}}
    assert asked == kept | expected
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.get_by_role("article", name="Startup 9")).to_be_focused()
    expect(page.get_by_role("textbox", name="The need")).to_have_value(asked["need"])
    page.go_back()
    expect(page.get_by_role("textbox", name="The need")).to_have_value("casting, machining, no laser")
    expect(page.get_by_role("button", name="More variety")).to_have_attribute("aria-pressed", "true")


def test_why_tells_filters_company_and_where_nothing_helps(page: Page) -> None:
    page.goto("/?need=casting&country=IT&trl_min=5")
    why_of(page, parts.LEFT_OUT)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The filters leave it out. Without any it would be no. 37.")
    expect(dialog.locator("section").first).to_contain_text(re.compile("Country: it has United States.*TRL: not known"))
    expect(dialog).to_contain_text("Of the same company: Startup 10, no. 10.")
    expect(dialog).to_contain_text("The need has its name in it")
    expect(dialog.locator(".change").first).to_contain_text("widen the filter Country, drop the filter TRL")
    dialog.get_by_role("searchbox").fill(parts.HELD_BACK)
    dialog.get_by_role("button", name=re.compile(parts.HELD_BACK)).click()
    expect(dialog.locator(".none")).to_have_text(
        "None of the 60 changes tried brings it into the first ten: the others answer better."
        " Others were not tried, for want of time."
    )
    expect(dialog.locator(".change")).to_have_count(0)
    dialog.get_by_role("searchbox").fill("Porosense")
    dialog.get_by_role("button", name=re.compile("^Porosense")).click()
    expect(dialog).to_contain_text("It is in the list: no. 2 of 60.")
    dialog.get_by_role("button", name="Go to the startup").click()
    expect(page.get_by_role("article", name="Porosense")).to_be_focused()


def test_why_tells_what_is_wrong_and_how_to_go_on(page: Page) -> None:
    page.goto("/?need=casting")
    why_of(page, parts.RENEWED)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("The index has been renewed.")
    dialog.get_by_role("searchbox").fill("zzz")
    expect(dialog.get_by_role("status")).to_have_text("No startup of this name has been read so far.")
    page.route("**/api/search/why", lambda route: route.abort())
    dialog.get_by_role("searchbox").fill("Porosense")
    dialog.get_by_role("button", name=re.compile("^Porosense")).click()
    expect(dialog.get_by_role("alert")).to_contain_text("The service does not answer.")
    page.unroute("**/api/search/why")
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog).to_contain_text("It is in the list")
    dialog.get_by_role("searchbox").fill(parts.RENEWED)
    dialog.get_by_role("button", name=re.compile(parts.RENEWED)).click()
    assert asked_by(page, dialog.get_by_role("button", name="Search again").click)["need"] == "casting"
    expect(page.locator("dialog")).to_have_count(0)


def test_why_opens_once_however_often_it_is_pressed_and_closes_with_the_step_back(page: Page) -> None:
    page.goto("/?need=casting")
    page.get_by_role("textbox", name="The need").fill("scrap")
    asked_by(page, lambda: page.keyboard.press("Enter"))
    expect(page.locator("body")).not_to_have_class(re.compile("busy"))
    page.get_by_role("button", name="Is a startup missing?").first.dblclick()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_timeout(100)
    expect(page.locator("dialog")).to_have_count(1)
    page.go_back()
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.get_by_role("textbox", name="The need")).to_have_value("casting")


def test_enter_takes_nothing_that_was_offered_for_an_older_name(page: Page) -> None:
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/why") else None)
    page.goto("/?need=casting")
    page.get_by_role("button", name="Is a startup missing?").first.click()
    name = page.get_by_role("searchbox", name="Which startup did you expect?")
    name.fill("Startup 40")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".offer")).to_have_count(1)
    name.fill("Porosense")
    name.press("Enter")
    expect(dialog.locator(".offer")).to_have_text(re.compile("^Porosense"))
    assert sent == []
    page.route("**/api/search/why", lambda route: route.abort())
    name.press("Enter")
    expect(dialog.get_by_role("alert")).to_be_visible()
    expect(dialog.locator(".reason")).to_be_focused()


def test_why_that_takes_long_says_so_and_is_given_up_when_it_is_closed(page: Page) -> None:
    page.goto("/?need=slow")
    expect(page.get_by_role("article")).to_have_count(10)
    with page.expect_event("requestfailed", lambda sent: sent.url.endswith("/why")):
        why_of(page, "Startup 40")
        expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("some seconds")
        page.get_by_role("button", name="Close").click()
    expect(page.locator("dialog")).to_have_count(0)


def test_why_that_cannot_be_loaded_is_told_above_the_list(page: Page) -> None:
    page.goto("/?need=casting")
    expect(page.get_by_role("article")).to_have_count(10)

    def refuse(route: Route) -> None:
        route.abort()

    page.route("**/static/later/**", refuse)
    page.get_by_role("button", name="Is a startup missing?").first.click()
    expect(page.get_by_role("alert")).to_contain_text("The service does not answer.")
    expect(page.get_by_role("article")).to_have_count(10)
    page.unroute("**/static/later/**", refuse)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_css("overflow-y", "auto")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_of_it_reads_well_in_italian_on_a_phone(browser: Browser, origin: str, scheme: str) -> None:
    options = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "locale": "it-IT", "color_scheme": scheme}
    for page in watched(open_context(browser, origin, **options), origin):

        def is_well() -> bool:
            width = page.evaluate("document.documentElement.scrollWidth")  # noqa: B023 - called within its turn
            return bool(page.evaluate(CONTRAST) == [] and width == 360)  # noqa: B023 - called within its turn

        page.goto("/?browse=classes")
        expect(page.get_by_role("heading", level=2)).to_have_text("Le startup per tecnologia")
        expect(page.locator(".tile").nth(1)).to_have_text("Fonderia e pressofusione14")
        assert is_well()
        page.locator(".tile").nth(1).tap()
        expect(page.locator("article blockquote").first).to_be_visible()
        assert is_well()
        page.goto("/?need=casting&trl_min=5&class=casting&own_site=true")
        expect(page.get_by_role("button", name="Togli il filtro Fonderia e pressofusione")).to_be_visible()
        page.get_by_role("button", name="Lettura", exact=True).tap()
        expect(page.get_by_role("radio", name="da novembre 2026 5")).to_be_visible()
        assert is_well()
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Manca una startup?").first.tap()
        page.get_by_role("searchbox").fill(parts.LEFT_OUT)
        page.get_by_role("dialog").get_by_role("button", name=re.compile(parts.LEFT_OUT)).tap()
        expect(page.get_by_role("dialog")).to_contain_text("Senza filtri sarebbe al posto 37.")
        assert is_well()
        assert page.get_by_role("dialog").evaluate("(e) => e.scrollWidth") == 360


def test_hostile_names_stay_text_in_what_is_loaded_later(page: Page) -> None:
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("x") else None)
    body = {
        "total": 1,
        "snapshot": server.SNAPSHOT,
        "facets": server.FACETS,
        "startups": [parts.listed(server.hostile_matches()[0].startup).model_dump(mode="json")],
    }
    page.route("**/api/startups?*", lambda route: route.fulfill(json=body))
    page.route("**/api/startups/*", lambda route: route.fulfill(json={"pages": []}))
    page.goto("/?browse=startups")
    expect(page.locator("article h3")).to_have_text(server.PAYLOAD)
    page.goto("/?need=casting")
    page.get_by_role("button", name="Is a startup missing?").first.click()
    page.get_by_role("searchbox").fill("img")
    expect(page.locator(".offer")).to_contain_text(server.PAYLOAD)
    assert page.locator(":is(main, dialog) :is(script, img, iframe, object, svg, style)").count() == 0
    assert sent == []
