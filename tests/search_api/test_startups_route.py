"""`/api/startups/{id}`: all that the snapshot holds of a startup, whatever characters its id is made of."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from crawler.corpus.corpus import Corpus
from crawler.home import Home
from crawler.records import Block, Page, Startup
from indexer.build import build
from indexer.settings import index_settings
from tests.search_api.conftest import WordEncoder


def test_a_startup_has_its_facts_and_its_pages_in_reading_order(client: TestClient) -> None:
    detail = client.get("/api/startups/yc-3").json()
    assert detail["startup"]["name"] == "Weldbot"
    assert detail["startup"]["tags"] == ["Welding", "Robots"]
    assert [page["url"] for page in detail["pages"]] == ["https://weldbot.example/", "https://weldbot.example/about"]
    home = detail["pages"][0]
    assert list(home) == ["url", "title", "language", "fetched_at", "source", "passages"]
    assert (home["title"], home["language"], home["source"]) == ("Weldbot: home", "en", "site")
    assert home["passages"] == ["Our robots weld steel frames without programming. Machine vision finds the seam."]


def test_a_page_is_in_the_language_of_most_of_its_text(tmp_path: Path, make_app: Callable[..., FastAPI]) -> None:
    sheet, texts = "The furnace holds two tonnes.", ("Il forno fonde la lega.", "Il crogiolo tiene due tonnellate di lega.")
    blocks = (Block("", sheet, "en"), *(Block("", text) for text in texts))
    page = Page("https://a.example/", "a", "A", "it", blocks, datetime(2026, 11, 3, tzinfo=UTC))
    home = Home(tmp_path)
    with Corpus(home.corpus) as corpus:
        corpus.put_startup(Startup("a", "A"))
        corpus.put_page(page)
    build(home, WordEncoder(), index_settings())
    with TestClient(make_app(home), base_url="http://127.0.0.1") as client:
        (found,) = client.get("/api/startups/a").json()["pages"]
    assert (found["language"], found["passages"]) == ("it", [sheet, *texts])


def test_every_match_of_an_answer_can_be_opened(client: TestClient) -> None:
    matches = client.post("/api/search", json={"need": "vision", "limit": 100}).json()["matches"]
    assert len(matches) == 6
    for match in matches:
        detail = client.get(f"/api/startups/{quote(match['startup']['id'], safe='')}").json()
        assert detail["startup"] == match["startup"]
        texts = [text for page in detail["pages"] for text in page["passages"]]
        assert all(shown["text"] in texts for shown in match["evidence"])


@pytest.mark.parametrize("spelling", ["a/b:6 è", "a%2Fb%3A6%20%C3%A8", "a/b:6%20%C3%A8"])
def test_an_id_with_slashes_and_accents_is_found_in_any_spelling(client: TestClient, spelling: str) -> None:
    detail = client.get(f"/api/startups/{spelling}").json()
    assert detail["startup"]["id"] == "a/b:6 è"
    (page,) = detail["pages"]
    assert (page["source"], page["url"]) == ("knowledge-share", "https://directory.example/6")


@pytest.mark.parametrize(
    "startup_id", ["nobody", "ks-1/", "KS-1", "%00", "%ED%A0%80", "%F0%9F%94%A5", "..%2F..%2Fetc%2Fpasswd", "x" * 5000, ""]
)
def test_an_unknown_id_is_404(client: TestClient, assert_problem: Callable[..., str], startup_id: str) -> None:
    said = assert_problem(client.get(f"/api/startups/{startup_id}"), 404, "unknown-startup")
    assert said.startswith("there is no startup ")
