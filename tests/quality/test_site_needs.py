"""Needs over real sites, crawled and indexed end to end: the right startups, with the right page among the evidence."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.corpus.corpus import Corpus
from indexer.build import build
from indexer.encoder import Encoder
from indexer.encoders import packaged_crossing
from indexer.evaluation.measures import DEPTH, RELEVANT_FROM, evaluate
from indexer.evaluation.topics import LANGUAGES, Qrels, Topic, read_qrels, read_topics
from indexer.results import Answer, Need
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.snapshot import load_snapshot
from tests.frozen_web import CrawledSites
from tests.quality.conftest import MEASURED, RememberingEncoder

FOLDER = Path(__file__).with_name("site_needs")
FLOORS = tomllib.loads(Path(__file__).with_name("floors.toml").read_text(encoding="utf-8"))["site needs"]
WORDINGS = {"plain": "topics", "short": "short", "long": "long", "hurried": "hurried", "English terms": "english_terms"}
"""How the needs are put, and the file that has them so."""
KINDS = {name: ("it",) if name == "English terms" else LANGUAGES for name in WORDINGS}
FIRST = 10


@dataclass(frozen=True)
class Judged:
    """The judgements of pages, and whose pages they are."""

    pages: Qrels
    owners: Mapping[str, str]

    def startups(self, topic: str) -> dict[str, int]:
        """Return what each startup is worth: what its best page is."""
        best: dict[str, int] = {}
        for url, grade in self.pages[topic].items():
            best[self.owners[url]] = max(grade, best.get(self.owners[url], 0))
        return best

    def proved(self, topic: str, answer: Answer) -> list[bool]:
        """Tell of each relevant startup among the first whether one of its best pages is among its evidence."""
        startups, proved = self.startups(topic), []
        for match in answer.matches[:FIRST]:
            grade = startups.get(match.startup.id, 0)
            if grade >= RELEVANT_FROM:
                own = {url for url, one in self.pages[topic].items() if one == grade and self.owners[url] == match.startup.id}
                proved.append(any(one.passage.url in own for one in match.evidence))
        return proved


@dataclass(frozen=True)
class Found:
    """What the needs of one kind found in one language."""

    ndcg: float
    evidence: float
    """Of the relevant startups among the first ten, the share that shows a page which proves it."""


@pytest.fixture(scope="module")
def judged(crawled_sites: CrawledSites) -> Judged:
    with Corpus(crawled_sites.home.corpus, read_only=True) as corpus:
        return Judged(read_qrels(FOLDER / "qrels.txt"), {page.url: page.startup_id for page in corpus.pages()})


@pytest.fixture(scope="module")
def found(
    crawled_sites: CrawledSites, judged: Judged, encoder: Encoder, vectors_folder: Path, pytestconfig: pytest.Config
) -> Mapping[tuple[str, str], Found]:
    build(crawled_sites.home, RememberingEncoder(encoder, vectors_folder), index_settings())
    searcher = Searcher(load_snapshot(crawled_sites.home), encoder, packaged_crossing(encoder))
    startups = {topic: judged.startups(topic) for topic in judged.pages}
    measured = {}
    lines = pytestconfig.stash.setdefault(MEASURED, [])
    for name in WORDINGS:
        for language in KINDS[name]:
            answers = {one.id: searcher.search(Need(one.wordings[language], DEPTH)) for one in _topics(name)}
            run = {key: [(match.startup.id, match.score) for match in answer.matches] for key, answer in answers.items()}
            proved = [one for key, answer in answers.items() for one in judged.proved(key, answer)]
            one = Found(evaluate(run, startups).means["nDCG@10"], sum(proved) / len(proved))
            measured[name, language] = one
            lines.append(f"{language}  nDCG@10 {one.ndcg:.4f}, right page {one.evidence:.4f}   (needs over real sites: {name})")
    return measured


@pytest.mark.shared
@pytest.mark.parametrize("language", LANGUAGES)
def test_needs_find_the_startups_of_real_sites_crawled_end_to_end(
    found: Mapping[tuple[str, str], Found], language: str
) -> None:
    assert found["plain", language].ndcg >= FLOORS[language]["nDCG@10"]["floor"]


@pytest.mark.shared
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_that_proves_it_is_among_the_evidence(found: Mapping[tuple[str, str], Found], language: str) -> None:
    assert found["plain", language].evidence >= FLOORS[language]["right page"]["floor"]


@pytest.mark.shared
@pytest.mark.parametrize(("name", "language"), [(name, one) for name in WORDINGS for one in KINDS[name] if name != "plain"])
def test_other_wordings_of_a_need_lose_little(found: Mapping[tuple[str, str], Found], name: str, language: str) -> None:
    lost = found["plain", language].ndcg - found[name, language].ndcg
    assert lost <= FLOORS[language][f"lost, {name}"]["ceiling"], f"{name} needs lose {lost:.4f}"


@pytest.mark.shared
def test_every_judged_page_is_stored_and_every_need_has_one_that_proves_it(judged: Judged) -> None:
    for topic in _topics("plain"):
        assert set(judged.pages[topic.id]) <= set(judged.owners), f"{topic.id} judges a page that is not stored"
        assert max(judged.pages[topic.id].values()) > RELEVANT_FROM, topic.id


def test_each_need_is_put_in_every_way() -> None:
    ids = [topic.id for topic in _topics("plain")]
    assert all([topic.id for topic in _topics(name)] == ids for name in WORDINGS)
    for language in LANGUAGES:
        assert all(2 <= len(topic.wordings[language].split()) <= 5 for topic in _topics("short"))
        assert all(60 <= len(topic.wordings[language].split()) <= 140 for topic in _topics("long"))
        assert all(topic.wordings[language].isascii() for topic in _topics("hurried"))


def _topics(name: str) -> tuple[Topic, ...]:
    return read_topics(FOLDER / f"{WORDINGS[name]}.tsv")
