"""The page's files as they lie: words in two languages, no inline code, no markup from strings, light.

What the first view loads lies in `static`; what is loaded when it is first wanted lies in `static/later`.
"""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup

import search_api
from indexer.fusion import fuse

STATIC = Path(search_api.__file__).parent / "static"
LATER = STATIC / "later"
FOLDERS = (STATIC, LATER)
LANGUAGES = ("it", "en")
FIRST_MODULES, LATER_MODULES = (sorted(folder.glob("*.js")) for folder in FOLDERS)
MODULES = FIRST_MODULES + LATER_MODULES
HTML = (STATIC / "index.html").read_text("utf-8")


def source(modules: list[Path]) -> str:
    return "\n".join(path.read_text("utf-8") for path in modules)


def words(folder: Path, language: str) -> dict[str, str]:
    said: dict[str, str] = json.loads((folder / f"words.{language}.json").read_text("utf-8"))
    return said


def asked_in(text: str) -> set[str]:
    """Return the words that code asks for by their whole key."""
    asked = set(re.findall(r"'([a-z]+(?:\.[a-z-]+)+)'", text)) | set(re.findall(r"say(?:Count)?\('(\w+)'", text))
    return asked - {"scout.language"}


def plain(keys: set[str]) -> set[str]:
    """Return keys without the ending that says how many."""
    return {key.removesuffix(".one").removesuffix(".other") for key in keys}


def weight(folder: Path) -> int:
    """Return the bytes of a folder's files, those of its subfolders left aside, with the words of one language: the longer."""
    sizes = {path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()}
    both = [sizes.pop(f"words.{language}.json") for language in LANGUAGES]
    return sum(sizes.values()) + max(both)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_both_languages_say_the_same_things_about_the_same_values(folder: Path) -> None:
    def places(language: str) -> dict[str, list[str]]:
        return {key: sorted(set(re.findall(r"\{\w+\}", text))) for key, text in words(folder, language).items()}

    assert places("it") == places("en")
    assert all(sentence.strip() for language in LANGUAGES for sentence in words(folder, language).values())


def test_every_word_asked_for_exists_and_every_word_is_asked_for() -> None:
    first, later = (set(words(folder, "en")) for folder in FOLDERS)
    in_html = set(re.findall(r'data-words(?:-label|-placeholder)?="([^"]+)"', HTML))
    asked_first, asked_later = asked_in(source(FIRST_MODULES)) | in_html, asked_in(source(LATER_MODULES))
    assert asked_first - first - plain(first) == set()
    assert asked_later - first - plain(first) - later - plain(later) == set()
    for known, asked, text in (
        (first, asked_first | asked_later, source(MODULES)),
        (later, asked_later, source(LATER_MODULES)),
    ):
        beginnings = tuple(re.findall(r"`([a-z]+(?:\.[a-z]+)*\.)\$\{", text))
        assert {key for key in known if not {key, *plain({key})} & asked and not key.startswith(beginnings)} == set()


def test_every_part_of_a_score_has_its_word() -> None:
    ones = np.ones(2, np.float32)
    parts = fuse(ones, ones, ones, ones, kind=ones)[1]
    assert {f"why.part.{part}" for part in parts} - set(words(LATER, "en")) == set()


def test_a_word_stands_in_one_place() -> None:
    assert set(words(STATIC, "en")) & set(words(LATER, "en")) == set()


def test_the_html_holds_no_visible_words_but_the_sentence_for_a_browser_without_javascript() -> None:
    page = BeautifulSoup(HTML, "lxml")
    assert page.noscript is not None
    sentences = page.noscript.extract()
    assert [p["lang"] for p in sentences.find_all("p")] == ["it", "en"]
    assert page.body is not None
    assert page.body.get_text(strip=True) == ""
    assert not page.select("[placeholder]")
    assert not page.select("[aria-label]")


def test_the_html_holds_no_inline_code_or_style_and_loads_only_own_files() -> None:
    page = BeautifulSoup(HTML, "lxml")
    assert page.find_all("style") == []
    assert [script.get("src") for script in page.find_all("script")] == ["/static/app.js"]
    assert not [name for element in page.find_all(True) for name in element.attrs if name == "style" or name.startswith("on")]
    addresses = [element.get("src") or element.get("href") for element in page.find_all(["script", "link", "img"])]
    assert all((STATIC / str(address).removeprefix("/static/")).is_file() for address in addresses)
    preloaded = {link["href"] for link in page.find_all("link", rel="modulepreload")}
    assert preloaded | {"/static/app.js"} == {f"/static/{path.name}" for path in FIRST_MODULES}


def test_what_is_loaded_later_is_named_by_nothing_that_the_first_view_loads() -> None:
    imported = re.findall(r"^(?:import|export) .*?from '([^']+)';", source(FIRST_MODULES), re.MULTILINE)
    assert imported
    assert [path for path in imported if "later/" in path] == []
    (style,) = (link for link in BeautifulSoup(HTML, "lxml").find_all("link") if "/later/" in str(link["href"]))
    assert style.has_attr("disabled")
    wanted = set(re.findall(r"\blater\('(\w+)'\)", source(FIRST_MODULES)))
    brought = set(re.findall(r"from '\./(\w+)\.js';", source(LATER_MODULES)))
    assert wanted | brought == {path.stem for path in LATER_MODULES}


def test_no_string_ever_becomes_markup_or_code() -> None:
    code = source(MODULES)
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
        assert sink not in code
    assert code.count("href:") == 1, "addresses enter through webLink alone"
    assert re.findall(r"\bimport\(.*", code) == [
        "import(`./later/${name}.js${tried ? `?${tried}` : ''}`).catch((error) => gone(error, tried)), common()]);"
    ]


def test_the_page_names_no_other_origin() -> None:
    everything = source(MODULES) + HTML + "".join((folder / "style.css").read_text("utf-8") for folder in FOLDERS)
    assert re.findall(r"https?://(?!\W)[\w.]+", everything) == []


def test_what_the_first_view_loads_weighs_less_than_80_kb() -> None:
    assert weight(STATIC) < 80_000


def test_what_is_loaded_later_weighs_at_most_60_kb() -> None:
    assert weight(LATER) <= 60_000


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_module_is_one_idea(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 300
