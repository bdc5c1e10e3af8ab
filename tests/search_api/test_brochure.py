"""An Italian site with an English datasheet as PDF: from the crawl to the evidence, its page and its proof."""

import json
from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from crawler.home import Home
from crawler.settings import crawl_settings
from crawler.sites.crawling import crawl
from indexer.build import build
from indexer.settings import index_settings
from tests.crawler.conftest import Reply, Web
from tests.crawler.test_documents import pdf
from tests.search_api.conftest import WordEncoder

ITALIAN = (
    "I nostri forni fusori a induzione scaldano la lega di alluminio in modo uniforme, e la centralina registra la temperatura"
    " di ogni colata per i controlli di qualità che le fonderie chiedono ai loro fornitori."
)
ENGLISH = (
    "The crucible furnace holds two tonnes of molten aluminium and is heated by four burners, which the controller"
    " switches one by one so that the metal is never overheated while it waits for the next casting."
)
SHEET = (
    "Catalogo dei forni\nLa gamma completa dei forni fusori per le fonderie che lavorano le leghe leggere e il bronzo.",
    "Technical data of the furnace\nThe lining of the crucible is replaced every eight hundred\ncastings by our own people.",
    "Where to find us\nOur workshop is open to visitors who want to see a furnace at work.",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The site crawled and indexed."""
    made, web = Home(tmp_path_factory.mktemp("brochure")), Web()
    page = (
        f"<html lang=it><head><title>Forni</title></head><body><h1>Forni fusori</h1><p>{ITALIAN}</p>"
        f'<h2>Datasheet</h2><p>{ENGLISH}</p><p><a href="/forni.pdf">Scheda tecnica in PDF</a></p></body></html>'
    )
    site = web.site("forni", {"/": page, "/forni.pdf": Reply(pdf(*SHEET, title="Catalogo forni"), kind="application/pdf")})
    crawl([site], made.corpus, crawl_settings(delay=0.02, loopback=True))
    web.server.shutdown()
    web.server.server_close()
    build(made, WordEncoder(), index_settings())
    return made


@pytest.fixture
def shown(home: Home, make_app: Callable[..., FastAPI]) -> Callable[[str], dict[str, Any]]:
    """Ask a need of the API; returns the first evidence."""

    def ask(need: str) -> dict[str, Any]:
        with TestClient(make_app(home), base_url="http://127.0.0.1") as client:
            (match,) = client.post("/api/search", json={"need": need}).json()["matches"]
            first: dict[str, Any] = match["evidence"][0]
            return first

    return ask


def test_evidence_from_a_pdf_says_its_page_and_is_proved(
    home: Home, shown: Callable[[str], dict[str, Any]], scout: Callable[..., CompletedProcess[str]]
) -> None:
    evidence = shown("lining of the crucible replaced after castings")
    assert evidence["text"].endswith("The lining of the crucible is replaced every eight hundred castings by our own people.")
    assert (evidence["url"].endswith("/forni.pdf"), evidence["page_number"], evidence["title"]) == (True, 2, "Catalogo forni")
    assert "visitors" not in evidence["text"]
    proved = scout("corpus", "prove", evidence["text"], "--json", home=home.root)
    (proof,) = json.loads(proved.stdout)["proofs"]
    assert (proof["verified"], proof["number"], proof["url"]) == (True, 2, evidence["url"])


def test_italian_and_english_of_one_page_are_told_apart(shown: Callable[[str], dict[str, Any]]) -> None:
    english = shown("crucible furnace with burners for molten aluminium")
    italian = shown("forni fusori a induzione che scaldano la lega di alluminio")
    assert (english["text"].startswith(ENGLISH), english["language"], english["page_number"]) == (True, "en", None)
    assert (italian["text"], italian["language"], italian["page_number"]) == (ITALIAN, "it", None)
    assert english["url"] == italian["url"]
