"""The real lists, where the development data is there: no record is lost."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import NotRequired, TypedDict

import pytest

from crawler.directories.catalogue import directories, read_document
from crawler.directories.entries import Entry
from crawler.gazetteer.tables import provinces
from crawler.seeds import Problem, read_profiles, read_seeds
from tests.crawler.directories.samples import read

pytestmark = pytest.mark.shared


class Row(TypedDict):
    """A line of the development data's profiles."""

    id: str
    source: str
    name: str
    text: str
    country: str | None
    tags: list[str]
    founded: NotRequired[int]
    trl: NotRequired[int]
    parent_organisations: NotRequired[list[str]]


def listed(shared: Path, name: str, file: str) -> tuple[list[Entry], list[Problem]]:
    return read(directories()[name], read_document(shared / "corpus" / file))


def write(path: Path, entries: list[Entry]) -> Path:
    path.write_text("".join(json.dumps(entry.line(), ensure_ascii=False) + "\n" for entry in entries), encoding="utf-8")
    return path


def known(shared: Path, source: str) -> dict[str, Row]:
    lines = (shared / "corpus" / "profiles.jsonl").read_text(encoding="utf-8").split("\n")
    return {row["id"]: row for row in map(json.loads, filter(None, lines)) if row["source"] == source}


def test_every_company_of_y_combinator_is_taken(shared: Path, tmp_path: Path) -> None:
    entries, problems = listed(shared, "yc", "yc_companies.csv")
    assert len(entries) == 4663
    assert all(problem.kept for problem in problems)
    assert Counter("address" in problem.reason for problem in problems)[False] == 5
    assert sum(entry.startup.url is not None for entry in entries) == 4627
    assert all(entry.text for entry in entries)
    profiles = known(shared, "yc")
    assert {entry.startup.id for entry in entries} == set(profiles)
    for entry in entries:
        row = profiles[entry.startup.id]
        assert (entry.startup.name, entry.startup.country, entry.startup.founded) == (
            " ".join(row["name"].split()),
            row["country"],
            row.get("founded"),
        )
        assert set(entry.startup.tags) - {"inactive", "acquired", "public"} == set(row["tags"])
    path = write(tmp_path / "seeds.jsonl", entries)
    seeds = read_seeds(path)
    assert len(seeds.startups) == 4627
    assert all(problem.kept for problem in seeds.problems)
    assert sum(not isinstance(item, Problem) for item in read_profiles(write(path, entries[::10]))) == 467


def test_every_record_of_knowledge_share_is_taken(shared: Path, tmp_path: Path) -> None:
    entries, problems = listed(shared, "knowledge-share", "knowledge_share.json")
    assert (len(entries), problems) == (350, [])
    profiles = known(shared, "knowledge-share")
    assert {entry.startup.id for entry in entries} == set(profiles)
    for entry in entries:
        row = profiles[entry.startup.id]
        assert (entry.startup.name, entry.startup.trl) == (row["name"], row["trl"])
        assert list(entry.startup.parent_organisations) == row["parent_organisations"]
        words = Counter(row["text"].replace(" ", "").replace("\n", ""))
        ours = Counter("".join(entry.text.split()))
        assert not words - ours, entry.startup.id
        assert "<" not in entry.text or "<" in row["text"]
    assert sum("KS @ Confindustria Varese" in entry.startup.tags for entry in entries) == 64
    assert sum(not isinstance(item, Problem) for item in read_profiles(write(tmp_path / "seeds.jsonl", entries))) == 350


def test_every_startup_of_the_register_is_taken(shared: Path, tmp_path: Path) -> None:
    entries, problems = listed(shared, "registro-imprese", "registro_imprese_startup.csv")
    assert (len(entries), problems) == (12_292, [])
    assert len({entry.startup.id for entry in entries}) == 12_292
    with (shared / "corpus" / "registro_imprese_startup.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    regions = {province.region.upper() for province in provinces().values()}
    assert len(regions) == 20
    for entry, row in zip(entries, rows, strict=True):
        assert entry.startup.tags[0].upper() == row["Regione"]
        assert entry.startup.founded is not None
        assert f"Comune {row['Comune']}".split()[-1].lower() in entry.text.lower()
    same = sum(
        entry.startup.name.lower() == " ".join(row["nome"].split()).lower() for entry, row in zip(entries, rows, strict=True)
    )
    assert same / len(rows) > 0.98
    assert sum(not isinstance(item, Problem) for item in read_profiles(write(tmp_path / "seeds.jsonl", entries[::10]))) == 1230
