"""The ranking of judged needs over the profiles does not fall below its recorded floors, nor Italian behind English."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from indexer.evaluation.measures import RELEVANT_FROM, Evaluation, evaluate, make_run
from indexer.evaluation.topics import LANGUAGES, read_qrels, read_topics
from indexer.searcher import Searcher
from tests.quality.conftest import MEASURED

HERE = Path(__file__).parent
FLOORS = tomllib.loads((HERE / "floors.toml").read_text())
TRANSLATED = {"own": "translated", "twice": "twice translated"}
COLLECTIONS = ("dev", "own", "translated", "twice", "twice translated")
Measured = Mapping[str, Mapping[str, Evaluation]]


@pytest.fixture(scope="module")
def measured(shared: Path, profiles_searcher: Searcher, pytestconfig: pytest.Config) -> Measured:
    """Of the collections in both languages; those in this folder are ours, their judgements name startups of ../shared.

    Needs for which nothing is relevant are left out.

    "translated" are our needs with the Italian put into English by a translator who saw nothing else: what English itself
    makes of the Italian wordings.
    """
    topics = {"dev": shared / "eval/dev/topics.tsv"}
    for name, folder in (("own", HERE / "own_needs"), ("twice", HERE / "judged_twice")):
        topics |= {name: folder / "topics.tsv", TRANSLATED[name]: folder / "translated.tsv"}
    search = cache(profiles_searcher.search)  # the Italian wordings of a collection and of its translation are the same
    found: dict[str, dict[str, Evaluation]] = {}
    for name, file in topics.items():
        qrels = read_qrels(file.with_name("qrels.txt"))
        needs = [one for one in read_topics(file) if max(qrels[one.id].values()) >= RELEVANT_FROM]
        found[name] = {one: evaluate(make_run(needs, one, search), qrels) for one in LANGUAGES}
    lines = pytestconfig.stash.setdefault(MEASURED, [])
    for name, evaluations in found.items():
        for one, evaluation in evaluations.items():
            lines += [f"{name} {one}  {m:<10}{v:8.4f}   {_floor(name, one, m)}" for m, v in evaluation.means.items()]
        lines += [
            f"{name} it/en  {m:<10}{_ratio(evaluations, m):8.4f}   {_floor(name, 'ratio', m)}" for m in FLOORS[name]["ratio"]
        ]
    return found


def _ratio(evaluations: Mapping[str, Evaluation], measure: str) -> float:
    return evaluations["it"].means[measure] / evaluations["en"].means[measure]


def _floor(name: str, language: str, measure: str) -> str:
    row = FLOORS[name][language].get(measure)
    return "" if row is None else f"floor {row['floor']:.2f}, {row['measured']:.3f} on {row['on']}"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "language", "measure"),
    [(name, one, measure) for name in COLLECTIONS for one in LANGUAGES for measure in FLOORS[name][one]],
)
def test_the_ranking_keeps_its_floors(measured: Measured, name: str, language: str, measure: str) -> None:
    value = measured[name][language].means[measure]
    assert value >= FLOORS[name][language][measure]["floor"], f"{name} {language} {measure} fell to {value:.4f}"


@pytest.mark.shared
@pytest.mark.parametrize(("name", "measure"), [(name, measure) for name in COLLECTIONS for measure in FLOORS[name]["ratio"]])
def test_italian_needs_do_not_fall_behind_english_ones(measured: Measured, name: str, measure: str) -> None:
    ratio = _ratio(measured[name], measure)
    assert ratio >= FLOORS[name]["ratio"][measure]["floor"], f"{name} {measure} in Italian is {ratio:.4f} of English"
