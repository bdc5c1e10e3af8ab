"""Texts per second and time per need of each road of the default encoder, beside plain SentenceTransformer.encode (fp32).

All in the same run, turn by turn, tokenising counted in. Ends with exit code 1 when the fast road misses a target.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from corpora import SHARED
from sentence_transformers import SentenceTransformer

from crawler.demo.sites import load_sites
from indexer.bilingual.body import OnnxBody, TorchBody
from indexer.bilingual.encoder import BilingualEncoder
from indexer.encoder import Encoder, Vectors, packaged_model
from indexer.glossary.entries import packaged_entries

WORDS = 60
"""Of a passage, about as many as `scout index` cuts."""
PAUSE = 0.02
"""Seconds before each need, in which the threads of the last call go to sleep."""
SPEED, QUERY, COSINE = 3.5, 0.2, 0.99
"""Targets: texts per second at least, time per need at most, both beside the plain road; mean cosine at least."""
NEEDS = {
    "en": (
        "Find surface defects on die-cast aluminium parts in the line, before they go to machining",
        "A robot arm for welding small batches, which the operators can program themselves in minutes",
        "Recover the waste heat of melting furnaces and use it to dry moulds or make electricity",
    ),
    "it": (
        "Trovare difetti superficiali sui pezzi pressofusi in alluminio direttamente in linea, prima delle lavorazioni",
        "Un braccio robotico per saldare piccoli lotti, che gli operatori sappiano programmare da soli in pochi minuti",
        "Recuperare il calore dei forni fusori e usarlo per essiccare gli stampi o produrre energia elettrica",
    ),
}
Road = Callable[[Sequence[str]], Vectors]


def passages() -> Iterator[str]:
    """Yield the texts of the profiles of ../shared in pieces of some 60 words, else those of the demo web, over and over."""
    profiles = SHARED / "corpus" / "profiles.jsonl"
    if profiles.is_file():
        with profiles.open(encoding="utf-8") as lines:
            sources = [json.loads(line)["text"] for line in lines]
    else:
        sources = [section.text for site in load_sites() for page in site.pages for section in page.sections]
    while True:
        for source in sources:
            words = source.split()
            for start in range(0, len(words), WORDS):
                if len(words[start : start + WORDS]) > WORDS // 2:
                    yield " ".join(words[start : start + WORDS])


def italian_passages() -> Iterator[str]:
    """Yield the Italian texts of the demo web in pieces of some 60 words; the real profiles are English."""
    for site in load_sites():
        for page in site.pages:
            words = " ".join(section.text for section in page.sections).split()
            if (page.language or site.language) == "it":
                yield from (" ".join(words[at : at + WORDS]) for at in range(0, len(words) - WORDS // 2, WORDS))


def roads(cache: Path) -> dict[str, tuple[Road, Road]]:
    """Return how passages and how needs are encoded: the plain road first, then ours by name, fp32 before int8."""
    plain = SentenceTransformer(str(packaged_model()), device="cpu")

    def as_it_comes(texts: Sequence[str]) -> Vectors:
        return np.asarray(plain.encode(list(texts), show_progress_bar=False), np.float32)

    found: dict[str, tuple[Road, Road]] = {"SentenceTransformer.encode": (as_it_comes, as_it_comes)}
    for folder in (None, cache):
        ours = BilingualEncoder(packaged_entries(), folder)
        found[ours.road] = (ours.encode_passages, one_by_one(ours))
    return found


def one_by_one(encoder: Encoder) -> Road:
    """Return the way of needs: each by itself."""
    return lambda texts: np.stack([encoder.encode_need(text) for text in texts])


def query_seconds(road: Road, need: str) -> float:
    """Return how long one need takes, after a rest."""
    time.sleep(PAUSE)
    began = time.perf_counter()
    road([need])
    return time.perf_counter() - began


def main(
    texts: Annotated[int, typer.Option(help="Passages per language, at most.")] = 1000,
    turns: Annotated[int, typer.Option(help="Parts that the passages are split into; the median counts.")] = 10,
) -> None:
    """Measure each road; targets: 3.5 times the texts per second, a fifth of the time per need, mean cosine 0.99."""
    with tempfile.TemporaryDirectory() as folder:
        found = roads(Path(folder))
    missed = [measure("English", list(islice(passages(), texts)), NEEDS["en"], turns, found)]
    missed.append(measure("Italian", list(islice(italian_passages(), texts)), NEEDS["it"], turns, found))
    typer.echo(f"targets of {OnnxBody.name}: ratios {SPEED} and {QUERY}, cosine {COSINE}: {'missed' if any(missed) else 'met'}")
    raise typer.Exit(int(any(missed)))


def measure(language: str, given: Sequence[str], needs: Sequence[str], turns: int, found: dict[str, tuple[Road, Road]]) -> bool:
    """Print a table of one language; returns whether the fast road missed a target."""
    took: dict[str, list[float]] = {name: [] for name in found}
    asked: dict[str, list[float]] = {name: [] for name in found}
    vectors: dict[str, list[Vectors]] = {name: [] for name in found}
    for passage_road, need_road in found.values():
        passage_road(needs), need_road(needs)  # warms up
    for turn in range(turns):
        part = given[turn::turns]
        for name, (passage_road, _) in found.items():  # turn by turn, so that what else the machine does weighs on all
            began = time.perf_counter()
            vectors[name].append(passage_road(part))
            took[name].append(time.perf_counter() - began)
        for need in needs:
            for name, (_, need_road) in found.items():
                asked[name].append(query_seconds(need_road, need))
    plain = next(iter(found))
    exact = np.concatenate(vectors[TorchBody.name])
    typer.echo(f"{language}: {len(given)} passages, {statistics.mean(len(text.split()) for text in given):.0f} words each")
    typer.echo(f"{'':<28}{'texts/s':>9}{'ratio':>7}{'ms/need':>9}{'ratio':>7}{'cosine to fp32':>16}{'least':>8}")
    missed = False
    for name in found:
        speed = statistics.median(a / b for a, b in zip(took[plain], took[name], strict=True))
        query = statistics.median(b / a for a, b in zip(asked[plain], asked[name], strict=True))
        cosines = (np.concatenate(vectors[name]) * exact).sum(axis=1)
        rate, need_ms = len(given) / sum(took[name]), statistics.median(asked[name]) * 1000
        line = f"{name:<28}{rate:>9.0f}{speed:>7.2f}{need_ms:>9.1f}{query:>7.2f}"
        typer.echo(line + (f"{cosines.mean():>16.4f}{cosines.min():>8.4f}" if name != plain else ""))
        if name == OnnxBody.name:
            missed = speed < SPEED or query > QUERY or cosines.mean() < COSINE
    return missed


if __name__ == "__main__":
    typer.run(main)
