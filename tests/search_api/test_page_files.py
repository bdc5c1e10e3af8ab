"""The page's files as they lie: words in two languages, no inline code, no markup from strings, light."""

import json
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

import search_api

STATIC = Path(search_api.__file__).parent / "static"
MODULES = sorted(STATIC.glob("*.js"))
SOURCE = "\n".join(path.read_text("utf-8") for path in MODULES)
HTML = (STATIC / "index.html").read_text("utf-8")


def words(language: str) -> dict[str, str]:
    return json.loads((STATIC / f"words.{language}.json").read_text("utf-8"))


def test_both_languages_say_the_same_things_about_the_same_values() -> None:
    def places(language: str) -> dict[str, list[str]]:
        return {key: sorted(set(re.findall(r"\{\w+\}", sentence))) for key, sentence in words(language).items()}

    assert places("it") == places("en")
    assert all(sentence.strip() for language in ("it", "en") for sentence in words(language).values())


def test_every_word_asked_for_exists_and_every_word_is_asked_for() -> None:
    asked = set(re.findall(r"'([a-z]+(?:\.[a-z-]+)+)'", SOURCE)) | set(re.findall(r"say(?:Count)?\('(\w+)'", SOURCE))
    asked |= set(re.findall(r'data-words(?:-label|-placeholder)?="([^"]+)"', HTML))
    beginnings = tuple(re.findall(r"`([a-z]+(?:\.[a-z]+)*\.)\$\{", SOURCE))
    known = set(words("en"))
    counted = {key.rsplit(".", 1)[0] for key in known if key.endswith((".one", ".other"))}
    unknown = {key for key in asked - known - counted if key != "scout.language"}
    assert unknown == set()
    unasked = {
        key
        for key in known
        if not {key, key.removesuffix(".one").removesuffix(".other")} & asked and not key.startswith(beginnings)
    }
    assert unasked == set()


def test_the_html_holds_no_visible_words_but_the_sentence_for_a_browser_without_javascript() -> None:
    page = BeautifulSoup(HTML, "lxml")
    sentences = page.noscript.extract()  # type: ignore[union-attr]
    assert [p["lang"] for p in sentences.find_all("p")] == ["it", "en"]
    assert page.body is not None
    assert page.body.get_text(strip=True) == ""
    assert not page.find_all(attrs={"placeholder": True})
    assert not page.find_all(attrs={"aria-label": True})


def test_the_html_holds_no_inline_code_or_style_and_loads_only_own_files() -> None:
    page = BeautifulSoup(HTML, "lxml")
    assert page.find_all("style") == []
    assert [script.get("src") for script in page.find_all("script")] == ["/static/app.js"]
    assert not [name for element in page.find_all(True) for name in element.attrs if name == "style" or name.startswith("on")]
    addresses = [element.get("src") or element.get("href") for element in page.find_all(["script", "link", "img"])]
    assert all((STATIC / str(address).removeprefix("/static/")).is_file() for address in addresses)
    preloaded = {link["href"] for link in page.find_all("link", rel="modulepreload")}
    assert preloaded | {"/static/app.js"} == {f"/static/{path.name}" for path in MODULES}


def test_no_string_ever_becomes_markup_or_code() -> None:
    for sink in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "DOMParser",
        "srcdoc",
        "eval(",
        "new Function",
    ):
        assert sink not in SOURCE
    assert SOURCE.count("href:") == 1, "addresses enter through webLink alone"


def test_the_page_names_no_other_origin() -> None:
    everything = SOURCE + HTML + (STATIC / "style.css").read_text("utf-8")
    assert re.findall(r"https?://(?!\W)[\w.]+", everything) == []


def test_the_whole_page_weighs_less_than_80_kb() -> None:
    assert sum(path.stat().st_size for path in STATIC.iterdir()) < 80_000


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_is_one_idea(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 300
