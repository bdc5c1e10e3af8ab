"""A need's parts are told as by hand, and what passages say of them is told with hardly a mistake, in both languages."""

import csv
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from indexer import exclusions
from indexer.encoder import Encoder
from indexer.encoders import packaged_crossing
from indexer.requirements.parts import split
from indexer.results import Filters, Need
from indexer.searcher import Searcher
from tests.quality.conftest import beside_floors, tagged_snapshot

HERE = Path(__file__).parent
FLOORS = tomllib.loads((HERE / "floors.toml").read_text())["requirements"]
Row = dict[str, str]


def _rows(name: str) -> tuple[Row, ...]:
    with (HERE / "requirements" / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, delimiter="\t"))


NEEDS, PAIRS = _rows("needs.tsv"), _rows("pairs.tsv")
PARTS: Mapping[str, Callable[[Row], bool]] = {"all": lambda _: True, "held out": lambda row: int(row["id"]) % 3 == 0}


def _by_hand(row: Row) -> dict[tuple[int, int], str]:
    """Return the kind of each part by its place."""
    found, at = {}, 0
    for part in row["parts"].split("|"):
        kind, text = part.split("=", 1)
        start = row["need"].index(text, at)
        at = start + len(text)
        found[start, at] = kind
    return found


def _splits(encoder: Encoder, rows: Sequence[Row]) -> dict[str, float]:
    phrases = packaged_crossing(encoder).phrases
    wanted = found = same = alike = 0
    for row in rows:
        need, language = row["need"], row["language"]
        parts = split(need, language, phrases, exclusions.find(need, language, phrases))
        ours = {(p.requirement.start, p.requirement.end): p.requirement.kind.value for p in parts}
        theirs = _by_hand(row)
        both = ours.keys() & theirs.keys()
        wanted, found, same = wanted + len(theirs), found + len(ours), same + len(both)
        alike += sum(ours[place] == theirs[place] for place in both)
    return {"split F1": 2 * same / (wanted + found), "kind": alike / same}


def _told(searcher: Searcher, row: Row) -> str:
    """Return what is said of the requirement that shares most characters with the one of a pair."""
    start = row["need"].index(row["requirement"])
    end = start + len(row["requirement"])
    (match,) = searcher.search(Need(row["need"], 1, Filters(tags=(f"pair {row['id']}",)))).matches
    shared = [(min(end, c.requirement.end) - max(start, c.requirement.start), c.status.value) for c in match.coverage]
    most, status = max(shared)
    return status if most > 0 else "not stated"


def _precisions(told: Mapping[str, str], rows: Sequence[Row]) -> dict[str, float]:
    found = {}
    for status in ("met", "contradicted"):
        right = sum(told[row["id"]] == status == row["status"] for row in rows)
        found[f"{status} precision"] = right / sum(told[row["id"]] == status for row in rows)
        found[f"{status} recall"] = right / sum(row["status"] == status for row in rows)
    return found


@pytest.fixture(scope="module")
def measured(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Mapping[str, float]:
    texts = [(row["id"], f"pair {row['id']}", row["passage"]) for row in PAIRS]
    searcher = Searcher(tagged_snapshot(tmp_path_factory.mktemp("pairs"), encoder, texts), encoder)
    told = {row["id"]: _told(searcher, row) for row in PAIRS}
    found = {}
    for part, is_in in PARTS.items():
        figures = _splits(encoder, [row for row in NEEDS if is_in(row)]) | _precisions(
            told, [row for row in PAIRS if is_in(row)]
        )
        found.update({f"{name}, {part}": value for name, value in figures.items()})
    beside_floors(pytestconfig, "requirements", found, FLOORS)
    return found


@pytest.mark.parametrize("name", list(FLOORS))
def test_parts_and_what_is_said_of_them_are_told_as_by_hand(measured: Mapping[str, float], name: str) -> None:
    assert measured[name] >= FLOORS[name]["floor"], f"requirements {name} fell to {measured[name]:.4f}"


def test_the_collection_is_as_large_as_promised() -> None:
    assert len({row["need"] for row in NEEDS}) == len(NEEDS) >= 60
    assert len({(row["need"], row["requirement"], row["passage"]) for row in PAIRS}) == len(PAIRS) >= 120
    assert min(sum(row["language"] == language for row in NEEDS) for language in ("it", "en")) >= 30
    assert min(sum(row["status"] == status for row in PAIRS) for status in ("met", "not stated", "contradicted")) >= 30
    assert all(row["requirement"] in row["need"] for row in PAIRS)
    assert all(_by_hand(row) for row in NEEDS)
