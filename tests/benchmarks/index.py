"""How many texts a second a build indexes, beside plain SentenceTransformer.encode of the same texts in the same run."""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from corpora import fill
from sentence_transformers import SentenceTransformer

from crawler.home import Home
from indexer.bilingual.encoder import BilingualEncoder
from indexer.build import build
from indexer.encoder import Vectors, packaged_model
from indexer.glossary.entries import packaged_entries
from indexer.settings import index_settings
from indexer.snapshot import current_manifest


class NotingEncoder(BilingualEncoder):
    """The packaged model; keeps the texts that it was given."""

    given: Sequence[str] = ()

    def encode_passages(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        """Return the vectors of `texts`."""
        self.given = list(texts)
        return super().encode_passages(texts, on_progress)


def main(
    startups: Annotated[int, typer.Option(help="Startups to index.")] = 50,
    rounds: Annotated[int, typer.Option(help="Turns of both; the quickest counts.")] = 2,
) -> None:
    """Measure `scout index` beside encoding the same passages and summaries, and once more when nothing changed."""
    settings = index_settings()
    plain = SentenceTransformer(str(packaged_model()), device="cpu")
    built, encoded = [], []
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        encoder = NotingEncoder(packaged_entries(), home.models)
        fill(home.corpus, startups)
        build(home, encoder, settings)  # warms up
        for _ in range(rounds):  # turn by turn, so that what else the machine does weighs on both
            encoded.append(seconds(lambda: plain.encode(encoder.given, show_progress_bar=False)))
            built.append(seconds(lambda: build(home, encoder, settings, full=True)))
        again = seconds(lambda: build(home, encoder, settings))
        manifest = current_manifest(home)
    texts = len(encoder.given)
    typer.echo(f"{manifest.startups} startups, {manifest.passages} passages, {texts} texts with the summaries")
    typer.echo(f"{'':<30}{'seconds':>9}{'texts/s':>9}{'ratio':>8}")
    rows = (("SentenceTransformer.encode", min(encoded)), ("build", min(built)), ("build, nothing changed", again))
    for name, took in rows:
        typer.echo(f"{name:<30}{took:>9.2f}{texts / took:>9.0f}{took / min(encoded):>8.2f}")


def seconds(call: Callable[[], object]) -> float:
    """Return how long one call takes."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


if __name__ == "__main__":
    typer.run(main)
