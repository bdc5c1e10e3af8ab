"""What a need excludes turns the ranking: pairs of startups that differ in it, beside traps that exclude nothing."""

import csv
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from indexer.encoder import Encoder
from indexer.results import Filters, Need
from indexer.searcher import Searcher
from tests.quality.conftest import beside_floors, tagged_snapshot

HERE = Path(__file__).parent
FLOORS = tomllib.loads((HERE / "floors.toml").read_text())["exclusions"]
SIDES = ("fits", "other")
with (HERE / "exclusions/pairs.tsv").open(encoding="utf-8", newline="") as file:
    PAIRS = tuple(csv.DictReader(file, delimiter="\t"))
PARTS: Mapping[str, Callable[[dict[str, str]], bool]] = {
    "all": lambda _: True,
    "Italian": lambda pair: pair["language"] == "it",
    "English": lambda pair: pair["language"] == "en",
    "traps": lambda pair: pair["kind"] == "trap",
    "built on": lambda pair: int(pair["id"]) % 2 == 0,
    "held out": lambda pair: int(pair["id"]) % 2 == 1,
}


def _accuracies(searcher: Searcher) -> Mapping[str, float]:
    right = []
    for pair in PAIRS:
        first = searcher.search(Need(pair["need"], 1, Filters(tags=(f"pair {pair['id']}",)))).matches[0]
        right.append((pair, first.startup.id.endswith(SIDES[0])))
    return {
        name: sum(hit for pair, hit in right if is_in(pair)) / sum(is_in(pair) for pair, _ in right)
        for name, is_in in PARTS.items()
    }


@pytest.fixture(scope="module")
def measured(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Mapping[str, float]:
    """The share of pairs whose fitting startup goes first, all of them in one index; "off" is without the room."""
    texts = [(f"{pair['id']}-{side}", f"pair {pair['id']}", pair[side]) for pair in PAIRS for side in SIDES]
    snapshot = tagged_snapshot(tmp_path_factory.mktemp("pairs"), encoder, texts)
    found = dict(_accuracies(Searcher(snapshot, encoder)))
    found["off"] = _accuracies(Searcher(snapshot, encoder, excluding=False))["all"]
    beside_floors(pytestconfig, "exclusions", found, FLOORS)
    return found


@pytest.mark.parametrize("name", list(FLOORS))
def test_who_offers_what_is_excluded_goes_behind(measured: Mapping[str, float], name: str) -> None:
    assert measured[name] >= FLOORS[name]["floor"], f"exclusions {name} fell to {measured[name]:.4f}"


def test_the_pairs_are_hard_for_a_search_that_knows_no_exclusions(measured: Mapping[str, float]) -> None:
    assert measured["off"] < 0.5


def test_the_pairs_are_as_many_as_promised() -> None:
    assert len(PAIRS) >= 120
    assert sum(pair["language"] == "it" for pair in PAIRS) >= 60
    assert sum(pair["kind"] == "trap" for pair in PAIRS) >= 20
    assert len({pair["need"] for pair in PAIRS}) == len(PAIRS)
