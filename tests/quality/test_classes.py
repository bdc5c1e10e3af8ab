"""Startups are in the classes where a scout expects them: startups of the development profiles, judged in classes/."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from indexer.browsing import Browse
from indexer.classes.scheme import packaged_classes
from indexer.results import MAX_LIMIT
from indexer.searcher import Searcher
from tests.quality.conftest import beside_floors

HERE = Path(__file__).parent
FLOORS = tomllib.loads((HERE / "floors.toml").read_text())["classes"]
PARTS = ("chosen on", "held out")
ROWS = [line.split("\t") for line in (HERE / "classes/judged.tsv").read_text(encoding="utf-8").splitlines()[1:]]
JUDGED = {key: {*classes.split()} for key, _, classes in ROWS}
PART_OF = {key: part for key, part, _ in ROWS}


@pytest.fixture(scope="module")
def measured(profiles_searcher: Searcher, pytestconfig: pytest.Config) -> Mapping[str, float]:
    """Precision and recall per part."""
    startups = profiles_searcher.browse(Browse()).total
    pages = (profiles_searcher.browse(Browse(limit=MAX_LIMIT, offset=offset)) for offset in range(0, startups, MAX_LIMIT))
    found = {one.startup.id: {known.id for known, _ in one.classes} for page in pages for one in page.startups}
    values: dict[str, float] = {}
    for part in PARTS:
        keys = [key for key in JUDGED if PART_OF[key] == part]
        right = sum(len(found[key] & JUDGED[key]) for key in keys)
        values[f"{part} precision"] = right / sum(len(found[key]) for key in keys)
        values[f"{part} recall"] = right / sum(len(JUDGED[key]) for key in keys)
    beside_floors(pytestconfig, "classes", values, FLOORS)
    return values


@pytest.mark.shared
@pytest.mark.parametrize("name", list(FLOORS))
def test_startups_are_in_the_classes_where_a_judge_puts_them(measured: Mapping[str, float], name: str) -> None:
    assert measured[name] >= FLOORS[name]["floor"], f"classes {name} fell to {measured[name]:.4f}"


def test_a_third_of_the_startups_is_held_out_and_nearly_all_classes_are_judged() -> None:
    held_out = [key for key, part in PART_OF.items() if part == "held out"]
    assert {*PART_OF.values()} == {*PARTS}
    assert 0.3 < len(held_out) / len(ROWS) < 0.35
    known = {one.id for one in packaged_classes()}
    assert {one for classes in JUDGED.values() for one in classes} <= known
    assert len({one for classes in JUDGED.values() for one in classes}) >= len(known) - 1
    assert len(JUDGED) == len(ROWS) >= 200
