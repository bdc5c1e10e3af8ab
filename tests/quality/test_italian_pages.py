"""English and Italian needs find the Italian pages that answer them, and the startups behind these; few are told `nothing`."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import ir_measures
import pytest
from ir_measures import RR, R

from crawler.corpus.corpus import Corpus
from crawler.home import Home
from indexer.build import build
from indexer.encoder import Encoder
from indexer.encoders import packaged_crossing
from indexer.evaluation.measures import RELEVANT_FROM, evaluate, make_run
from indexer.evaluation.topics import LANGUAGES, Qrels, Topic, read_qrels, read_topics
from indexer.results import Need, Verdict
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.snapshot import Snapshot, load_snapshot
from tests.quality.conftest import MEASURED, RememberingEncoder
from tests.quality.italian_pages.pages import StartupPages, demo_sites, real_sites

FOLDER = Path(__file__).with_name("italian_pages")
FLOORS = tomllib.loads((FOLDER / "floors.toml").read_text(encoding="utf-8"))
DEEPEST = 100
PAGE_MEASURES = {"MRR@10": RR(rel=RELEVANT_FROM) @ 10, "Recall@5": R(rel=RELEVANT_FROM) @ 5}
STARTUP_MEASURE = "nDCG@10"
ANSWERED = "answered"
"""The share of needs, all of which the pages answer, that do not get the verdict `nothing`."""

Figures = Mapping[str, Mapping[str, float]]
"""Per language of the need, the figures by measure."""


class Lab:
    """The needs of one collection, and the index over its pages."""

    def __init__(self, name: str, sites: Iterable[StartupPages], encoder: Encoder, home: Home, vectors: Path) -> None:
        self.name = name
        self.topics = read_topics(FOLDER / name / "topics.tsv")
        self.qrels = read_qrels(FOLDER / name / "qrels.txt")
        with Corpus(home.corpus) as corpus, corpus.transaction():
            for startup, pages in sites:
                corpus.put_startup(startup)
                for page in pages:
                    corpus.put_page(page)
        with Corpus(home.corpus, read_only=True) as corpus:
            self.owner_and_language = {page.url: (page.startup_id, page.language) for page in corpus.pages()}
        self._encoder = RememberingEncoder(encoder, vectors)
        self._encoder.encode_need = cache(encoder.encode_need)  # every need is asked of pages and of startups
        build(home, self._encoder, index_settings())
        self._snapshot = load_snapshot(home)
        self._searcher = Searcher(self._snapshot, self._encoder, packaged_crossing(encoder))

    def figures(self) -> Figures:
        """Measure pages by the dense side alone, startups by the whole search."""
        found = {}
        for language in LANGUAGES:
            run = {topic.id: _best_pages(self._snapshot, self._encoder, topic.wordings[language]) for topic in self.topics}
            pages = ir_measures.calc_aggregate(list(PAGE_MEASURES.values()), self.qrels, run)
            startups = evaluate(make_run(self.topics, language, self._searcher.search), self.startup_qrels())
            found[language] = {name: pages[measure] for name, measure in PAGE_MEASURES.items()}
            found[language][STARTUP_MEASURE] = startups.means[STARTUP_MEASURE]
            verdicts = [self._searcher.search(Need(topic.wordings[language])).verdict for topic in self.topics]
            found[language][ANSWERED] = sum(one is not Verdict.NOTHING for one in verdicts) / len(verdicts)
        return found

    def startup_qrels(self) -> Qrels:
        """A startup is worth what its best page is worth."""
        judged: dict[str, dict[str, int]] = {}
        for topic, pages in self.qrels.items():
            for url, grade in pages.items():
                owner, _ = self.owner_and_language[url]
                judged.setdefault(topic, {})[owner] = max(grade, judged.get(topic, {}).get(owner, 0))
        return judged


def _best_pages(snapshot: Snapshot, encoder: Encoder, need: str) -> dict[str, float]:
    """Rank pages by their best passage."""
    best: dict[str, float] = {}
    for passage, score in zip(snapshot.passages, snapshot.dense.scores(encoder.encode_need(need)), strict=True):
        url = passage.url or ""
        best[url] = max(float(score), best.get(url, -1.0))
    return dict(sorted(best.items(), key=lambda item: -item[1])[:DEEPEST])


def _report(config: pytest.Config, name: str, figures: Figures) -> None:
    lines = config.stash.setdefault(MEASURED, [])
    for language in LANGUAGES:
        for measure, value in figures[language].items():
            row = FLOORS[language][f"{name} {measure}"]
            floor = f"floor {row['floor']:.2f}, {row['measured']:.3f} on {row['on']}"
            lines.append(f"{language}  {measure:<10}{value:8.4f}   {floor}   (Italian pages: {name})")


@pytest.fixture(scope="module")
def demo(encoder: Encoder, vectors_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab("demo", demo_sites(), encoder, Home(tmp_path_factory.mktemp("demo-pages")), vectors_folder)


@pytest.fixture(scope="module")
def sites(shared: Path, encoder: Encoder, vectors_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab("sites", real_sites(shared / "web"), encoder, Home(tmp_path_factory.mktemp("site-pages")), vectors_folder)


@pytest.fixture(scope="module")
def demo_figures(demo: Lab, pytestconfig: pytest.Config) -> Figures:
    found = demo.figures()
    _report(pytestconfig, demo.name, found)
    return found


@pytest.fixture(scope="module")
def sites_figures(sites: Lab, pytestconfig: pytest.Config) -> Figures:
    found = sites.figures()
    _report(pytestconfig, sites.name, found)
    return found


def _floors_of(name: str) -> Sequence[tuple[str, str]]:
    """Return (language, measure) of every floor of a collection."""
    return [(one, key.split()[1]) for one in LANGUAGES for key in FLOORS[one] if key.split()[0] == name]


def _keeps(figures: Figures, name: str, language: str, measure: str) -> None:
    value = figures[language][measure]
    assert value >= FLOORS[language][f"{name} {measure}"]["floor"], f"{language}, {name}: {measure} fell to {value:.4f}"


@pytest.mark.parametrize(("language", "measure"), _floors_of("demo"))
def test_needs_find_the_italian_pages_of_the_demo_web(demo_figures: Figures, language: str, measure: str) -> None:
    _keeps(demo_figures, "demo", language, measure)


@pytest.mark.shared
@pytest.mark.parametrize(("language", "measure"), _floors_of("sites"))
def test_needs_find_the_italian_pages_of_real_sites(sites_figures: Figures, language: str, measure: str) -> None:
    _keeps(sites_figures, "sites", language, measure)


def test_every_need_on_the_demo_web_is_answered_by_an_italian_page(demo: Lab) -> None:
    _check_judgements(demo)


@pytest.mark.shared
def test_every_need_on_real_sites_is_answered_by_an_italian_page(sites: Lab) -> None:
    _check_judgements(sites)


def _check_judgements(lab: Lab) -> None:
    assert {topic.id for topic in lab.topics} == set(lab.qrels)
    assert all(map(_is_short, lab.topics))
    for topic, pages in lab.qrels.items():
        assert set(pages) <= set(lab.owner_and_language), f"{topic} judges a page that is not there"
        answers = [url for url, grade in pages.items() if grade >= RELEVANT_FROM]
        assert any(lab.owner_and_language[url][1] == "it" for url in answers), topic


def _is_short(topic: Topic) -> bool:
    return all(2 <= len(wording.split()) <= 25 for wording in topic.wordings.values())
