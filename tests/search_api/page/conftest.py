"""A browser, and the page in it: in English, in Italian, on a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.search_api.page import server
from tests.search_api.page.browser import CHROMIUM, open_context, watched


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium on PATH: install Debian's package chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with server.serving(server.make_app()) as address:
        yield address


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    yield from watched(open_context(browser, origin), origin)


@pytest.fixture
def italian(browser: Browser, origin: str) -> Iterator[Page]:
    yield from watched(open_context(browser, origin, locale="it-IT"), origin)


@pytest.fixture
def phone(browser: Browser, origin: str) -> Iterator[Page]:
    yield from watched(open_context(browser, origin, viewport={"width": 360, "height": 740}, has_touch=True), origin)
