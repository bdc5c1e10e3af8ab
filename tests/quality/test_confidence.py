"""The confidence of matches and the verdict of answers say what they promise, in both languages, and keep their floors."""

import csv
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from indexer.evaluation.measures import RELEVANT_FROM
from indexer.evaluation.topics import LANGUAGES, read_qrels, read_topics
from indexer.results import Answer, Confidence, Need, Verdict
from indexer.searcher import Searcher
from tests.quality.conftest import beside_floors

HERE = Path(__file__).parent
FLOORS = tomllib.loads((HERE / "floors.toml").read_text())["confidence"]
BINS = 10
with (HERE / "foreign_needs/needs.tsv").open(encoding="utf-8", newline="") as file:
    FOREIGN = tuple(csv.DictReader(file, delimiter="\t"))


@dataclass(frozen=True)
class Asked:
    """A judged need in one language, or a foreign one, with its answer."""

    language: str
    answerable: bool
    foreign: str
    """The id of a foreign need, else empty."""
    answer: Answer
    right: Sequence[bool]
    """Which of the matches are relevant."""

    @property
    def fits(self) -> bool:
        return self.answer.verdict is Verdict.FITS

    @property
    def told_nothing(self) -> bool:
        return self.answer.verdict is Verdict.NOTHING


def _asked(shared: Path, searcher: Searcher) -> Iterable[Asked]:
    for folder in (shared / "eval/dev", HERE / "own_needs", HERE / "judged_twice"):
        qrels = read_qrels(folder / "qrels.txt")
        for topic in read_topics(folder / "topics.tsv"):
            relevant = {key for key, grade in qrels[topic.id].items() if grade >= RELEVANT_FROM}
            for language in LANGUAGES:
                answer = searcher.search(Need(topic.wordings[language]))
                yield Asked(language, bool(relevant), "", answer, [m.startup.id in relevant for m in answer.matches])
    for row in FOREIGN:
        answer = searcher.search(Need(row["need"]))
        yield Asked(row["language"], answerable=False, foreign=row["id"], answer=answer, right=[False] * len(answer.matches))


def _calibration(asked: Sequence[Asked]) -> float:
    """Return one less the expected calibration error of the matches, over bins of equal size."""
    chances = np.array([match.probability for one in asked for match in one.answer.matches])
    right = np.array([relevant for one in asked for relevant in one.right], float)
    bins = np.array_split(np.argsort(chances, kind="stable"), BINS)
    return 1 - float(sum(len(one) / len(right) * abs(chances[one].mean() - right[one].mean()) for one in bins))


def _share(values: Iterable[bool]) -> float:
    return float(np.mean(list(values)))


@pytest.fixture(scope="module")
def measured(shared: Path, profiles_searcher: Searcher, pytestconfig: pytest.Config) -> Mapping[str, float]:
    """Over the profiles; the fit has seen all needs but every second foreign one, see `tests/benchmarks/calibration.py`."""
    asked = tuple(_asked(shared, profiles_searcher))
    answerable, foreign = [one for one in asked if one.answerable], [one for one in asked if one.foreign]
    found = {"calibration": _calibration(asked)}
    for language in LANGUAGES:
        found[f"calibration {language}"] = _calibration([one for one in asked if one.language == language])
        own = [one for one in answerable if one.language == language]
        found[f"answerable not told nothing {language}"] = _share(not one.told_nothing for one in own)
    for word in (Confidence.STRONG, Confidence.POSSIBLE):
        pairs = [(m.confidence, right) for one in asked for m, right in zip(one.answer.matches, one.right, strict=True)]
        found[f"{word} and relevant"] = _share(right for confidence, right in pairs if confidence is word)
    found["answerable and a fit"] = _share(one.fits for one in answerable)
    found["foreign and no fit"] = _share(not one.fits for one in foreign)
    found["foreign, left out of the fit, and no fit"] = _share(not one.fits for one in foreign if int(one.foreign[1:]) % 2 == 0)
    found["foreign told nothing"] = _share(one.told_nothing for one in foreign)
    found["near, not answerable, and no fit"] = _share(not one.fits for one in asked if not one.answerable and not one.foreign)
    beside_floors(pytestconfig, "confidence", found, FLOORS)
    return found


@pytest.mark.shared
@pytest.mark.parametrize("name", list(FLOORS))
def test_confidence_keeps_its_floors(measured: Mapping[str, float], name: str) -> None:
    assert measured[name] >= FLOORS[name]["floor"], f"confidence, {name}: fell to {measured[name]:.4f}"


def test_the_foreign_needs_are_as_many_as_promised_and_half_of_them_play_on_words_of_the_shop_floor() -> None:
    assert len({row["need"] for row in FOREIGN}) == 100
    for language in LANGUAGES:
        own = [row for row in FOREIGN if row["language"] == language]
        assert len(own) == 50
        assert sum(row["word"] != "-" for row in own) >= 25
    assert len({row["field"] for row in FOREIGN}) >= 20
    assert {row["word"] for row in FOREIGN} >= {"fusione", "stampa", "forno", "casting", "press", "oven"}
