"""The ranking on the development needs does not fall below its recorded floors."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from indexer.evaluation.measures import Evaluation, evaluate, make_run
from indexer.evaluation.topics import LANGUAGES, read_qrels, read_topics
from indexer.searcher import Searcher
from tests.quality.conftest import MEASURED

FLOORS = tomllib.loads(Path(__file__).with_name("floors.toml").read_text())


@pytest.fixture(scope="module")
def measured(shared: Path, profiles_searcher: Searcher, pytestconfig: pytest.Config) -> Mapping[str, Evaluation]:
    topics = read_topics(shared / "eval/dev/topics.tsv")
    qrels = read_qrels(shared / "eval/dev/qrels.txt")
    found = {one: evaluate(make_run(topics, one, profiles_searcher.search), qrels) for one in LANGUAGES}
    pytestconfig.stash[MEASURED] = [
        f"{one}  {name:<10}{value:8.4f}   {_floor(one, name)}" for one, e in found.items() for name, value in e.means.items()
    ]
    return found


def _floor(language: str, measure: str) -> str:
    row = FLOORS[language].get(measure)
    return "" if row is None else f"floor {row['floor']:.2f}, {row['measured']:.3f} on {row['on']}"


@pytest.mark.shared
@pytest.mark.parametrize(("language", "measure"), [(one, name) for one, rows in FLOORS.items() for name in rows])
def test_the_ranking_keeps_its_floors(measured: Mapping[str, Evaluation], language: str, measure: str) -> None:
    value = measured[language].means[measure]
    assert value >= FLOORS[language][measure]["floor"], f"{language} {measure} fell to {value:.4f}"
