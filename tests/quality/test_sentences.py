"""The default encoder on texts that it was not made from: translations found again, Italian questions and their paragraphs."""

import gzip
import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

from indexer.encoder import Encoder
from tests.quality.conftest import MEASURED

FLOORS = tomllib.loads((Path(__file__).parent / "floors.toml").read_text())["sentences"]
SENTENCES, EVERY = 500, 8
"""Of NTREX-128, the first; of SQuAD-it's paragraphs, every eighth with its first question: as in the trials."""


def _check(name: str, value: float, config: pytest.Config) -> None:
    row = FLOORS[name]
    line = f"{name:<24}{value:8.4f}   floor {row['floor']:.2f}, {row['measured']:.3f} on {row['on']}"
    config.stash.setdefault(MEASURED, []).append(line)
    assert value >= row["floor"], f"{name} fell to {value:.4f}"


@pytest.mark.shared
def test_an_italian_sentence_finds_its_english_translation(shared: Path, encoder: Encoder, pytestconfig: pytest.Config) -> None:
    lines = (shared / "parallel/ntrex_eval.tsv").read_text(encoding="utf-8").split("\n")[:SENTENCES]
    italian, english = zip(*(line.split("\t") for line in lines), strict=True)
    needs = np.stack([encoder.encode_need(text) for text in italian])
    nearest = (needs @ encoder.encode_passages(english).T).argmax(axis=1)
    _check("NTREX it->en acc@1", float(np.mean(nearest == np.arange(SENTENCES))), pytestconfig)


@pytest.mark.shared
def test_an_italian_question_finds_its_italian_paragraph(shared: Path, encoder: Encoder, pytestconfig: pytest.Config) -> None:
    with gzip.open(shared / "parallel/SQuAD_it-test.json.gz", "rt", encoding="utf-8") as file:
        paragraphs = [one for article in json.load(file)["data"] for one in article["paragraphs"]][::EVERY]
    asked = [(row, one["qas"][0]["question"]) for row, one in enumerate(paragraphs) if one["qas"]]
    needs = np.stack([encoder.encode_need(question) for _, question in asked])
    nearest = (needs @ encoder.encode_passages([one["context"] for one in paragraphs]).T).argmax(axis=1)
    _check("SQuAD-it it->it R@1", float(np.mean(nearest == np.array([row for row, _ in asked]))), pytestconfig)
