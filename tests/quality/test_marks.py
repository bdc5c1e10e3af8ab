"""The clause of a passage that answers the need is found, also across the languages and where they share no word."""

import csv
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from indexer.bilingual.encoder import BilingualEncoder
from indexer.clauses import LEAST, ClauseReader, Span, split
from indexer.crossing import telling
from indexer.encoders import packaged_crossing
from indexer.evidence import marks
from indexer.results import Evidence, Passage
from indexer.routing import need_language
from tests.quality.conftest import MEASURED

HERE = Path(__file__).parent
FLOORS = tomllib.loads((HERE / "floors.toml").read_text())["marks"]
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Case:
    number: int
    need: str
    passage: Passage
    gold: Span


def read() -> tuple[Case, ...]:
    with (HERE / "marks/passages.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    cases = []
    for row in rows:
        said = row["passage"]
        text = said.replace("[", "").replace("]", "")
        passage = Passage("s", None, "S", "", text, 0, len(text), row["language"], NOW, "site")
        cases.append(Case(int(row["id"]), row["need"], passage, (said.index("["), said.index("]") - 1)))
    return tuple(cases)


CASES = read()
PARTS: Mapping[str, Callable[[Case], bool]] = {
    "all": lambda _: True,
    "built on": lambda case: case.number % 3 != 1,
    "held out": lambda case: case.number % 3 == 1,
    "Italian passages": lambda case: case.passage.language == "it",
    "English passages": lambda case: case.passage.language == "en",
    "across": lambda case: case.passage.language != need_language(case.need),
}


def is_found(found: Span | None, gold: Span) -> bool:
    """Half of the characters that both have together are in both."""
    if found is None:
        return False
    return 2 * max(0, min(found[1], gold[1]) - max(found[0], gold[0])) >= max(found[1], gold[1]) - min(found[0], gold[0])


def shares(found: Sequence[Span | None]) -> dict[str, float]:
    pairs = list(zip(CASES, found, strict=True))
    return {
        name: float(np.mean([is_found(span, case.gold) for case, span in pairs if is_in(case)]))
        for name, is_in in PARTS.items()
    }


@pytest.fixture(scope="module")
def measured(encoder: BilingualEncoder, pytestconfig: pytest.Config) -> Mapping[str, Mapping[str, float]]:
    """The share of clauses that are found: by the words' vectors, as shipped; by marked words alone; by the whole model."""
    crossing, reader = packaged_crossing(encoder), ClauseReader(encoder)
    ours: list[Span | None] = []
    by_words: list[Span | None] = []
    by_model: list[Span | None] = []
    for case in CASES:
        language = need_language(case.need, crossing.known)
        (shown,) = reader.marked([Evidence(case.passage, ())], reader.need(case.need, language))
        ours.append(shown.clause)
        spans, marked = split(case.passage.text), marks(case.passage, telling(crossing.groups(case.need, language)))
        held = [sum(start <= mark[0] < end for mark in marked) for start, end in spans]
        by_words.append(spans[int(np.argmax(held))] if max(held) else None)
        near = encoder.encode_passages([case.passage.text[slice(*span)] for span in spans]) @ encoder.encode_need(case.need)
        by_model.append(spans[int(near.argmax())] if near.max() >= LEAST else None)
    found = {"ours": shares(ours), "words": shares(by_words), "model": shares(by_model)}
    lines = pytestconfig.stash.setdefault(MEASURED, [])
    for name in PARTS:
        row = FLOORS.get(name)
        note = f"   floor {row['floor']:.2f}, {row['measured']:.3f} on {row['on']}" if row else ""
        others = f"(words {found['words'][name]:.4f}, model {found['model'][name]:.4f})"
        lines.append(f"marks {name:<17}{found['ours'][name]:8.4f}   {others}{note}")
    return found


@pytest.mark.parametrize("name", list(FLOORS))
def test_the_clause_that_answers_the_need_is_found(measured: Mapping[str, Mapping[str, float]], name: str) -> None:
    assert measured["ours"][name] >= FLOORS[name]["floor"], f"marks {name} fell to {measured['ours'][name]:.4f}"


def test_words_that_both_have_find_far_fewer_and_the_whole_model_not_many_more(
    measured: Mapping[str, Mapping[str, float]],
) -> None:
    assert measured["words"]["all"] + 0.3 < measured["ours"]["all"]
    assert measured["model"]["all"] < measured["ours"]["all"] + 0.05


def test_every_clause_in_brackets_can_be_found() -> None:
    assert all(any(is_found(span, case.gold) for span in split(case.passage.text)) for case in CASES)


def test_the_passages_are_as_many_as_promised() -> None:
    assert len(CASES) >= 60
    assert 3 * sum(map(PARTS["held out"], CASES)) >= len(CASES)
    assert len({case.passage.text for case in CASES}) == len(CASES)
