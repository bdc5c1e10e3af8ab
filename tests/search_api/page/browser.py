"""A real Chromium on the page, and what the tests look at in it."""

import json
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request

CHROMIUM = shutil.which("chromium")
# Visible elements with text of their own whose contrast to the first opaque ground behind them is below 4.5.
CONTRAST = """() => {
  const channels = (css) => css.match(/[\\d.]+/g).map(Number);
  const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const ground = (e) => {
    const colour = channels(getComputedStyle(e).backgroundColor);
    return colour[3] === 0 && e.parentElement ? ground(e.parentElement) : colour;
  };
  const poor = [];
  for (const e of document.querySelectorAll('body *')) {
    const says = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!says || !e.checkVisibility({ visibilityProperty: true })) continue;
    const [a, b] = [light(channels(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push([e.tagName, e.className, ratio]);
  }
  return poor;
}"""
UNNAMED = """(all) => all
  .filter((e) => e.checkVisibility() && !(e.ariaLabel || e.innerText?.trim() || e.labels?.length))
  .map((e) => e.outerHTML)"""
ISOLATED = """(all) => all
  .map((e) => getComputedStyle(e).unicodeBidi)
  .every((bidi) => bidi.startsWith('isolate') || bidi === 'plaintext')"""


def open_context(browser: Browser, origin: str, **options: Any) -> BrowserContext:  # noqa: ANN401 - Playwright's own options
    known = {"base_url": origin, "locale": "en-GB", "viewport": {"width": 1366, "height": 768}, "timezone_id": "Europe/Rome"}
    context = browser.new_context(**known | options)
    context.set_default_timeout(5000)
    return context


def watched(context: BrowserContext, origin: str) -> Iterator[Page]:
    """Yield a page; afterwards: no dialog, no error, no breach of the policy, no request to anywhere else."""
    page = context.new_page()
    wrong: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        wrong.append(dialog.message)
        dialog.dismiss()

    page.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", dismissed)
    context.on("request", lambda sent: None if sent.url.startswith(origin) else wrong.append(sent.url))
    yield page
    context.close()
    # Chromium reports every answer of 4xx and 5xx, and a server that is gone, in these words.
    assert [text for text in wrong if not text.startswith("Failed to load resource")] == []


def is_search(request: Request) -> bool:
    return urlsplit(request.url).path == "/api/search"


def asked_by(page: Page, action: Any) -> dict[str, Any]:  # noqa: ANN401 - a callable of the test
    """Return what the page asks the service for when `action` is done."""
    with page.expect_request(is_search) as sent:
        action()
    asked: dict[str, Any] = json.loads(sent.value.post_data or "")
    return asked
