"""What each part of the ranking, and of what makes Italian cross, gives; run by hand with --home, a home with the profiles."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from corpora import SHARED

from crawler.home import Home
from indexer.bilingual.encoder import PACKAGED, BilingualEncoder
from indexer.bilingual.translations import Translations
from indexer.crossing import Crossing, alike
from indexer.encoder import Encoder
from indexer.evaluation.measures import DEPTH, MEASURES, RELEVANT_FROM, Run, evaluate
from indexer.evaluation.topics import LANGUAGES, Topic, read_qrels, read_topics
from indexer.fusion import DENSE_WEIGHTS, Scores, fuse
from indexer.glossary.entries import packaged_entries
from indexer.routing import need_language
from indexer.searcher import Searcher
from indexer.sentence_models import SentenceTransformerEncoder
from indexer.snapshot import Snapshot, load_snapshot

QUALITY = Path(__file__).resolve().parents[1] / "quality"
SHORT = ("passage and summary vectors", "terms only (BM25)", "ours without feedback", "ours")
"""Ways that are shown of variants."""
RANK_CONSTANT = 60
"""Of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""
Way = Callable[[Scores, Scores, Scores, Scores], Scores]
"""Of the best passage, the summary, the terms and the feedback."""


def dense(passage: Scores, summary: Scores, *_: Scores) -> Scores:
    """Return the dense score that the ranking uses."""
    return np.asarray(
        DENSE_WEIGHTS["passage"] * np.maximum(passage, 0) + DENSE_WEIGHTS["summary"] * np.maximum(summary, 0), np.float32
    )


def reciprocal_ranks(*roads: Scores) -> Scores:
    """Return the sum of reciprocal ranks over several roads; what a road scores zero it does not list."""
    total = np.zeros(len(roads[0]), np.float32)
    for scores in roads:
        order = np.argsort(-scores, kind="stable")
        listed = order[scores[order] > 0]
        total[listed] += 1 / (RANK_CONSTANT + np.arange(1, len(listed) + 1, dtype=np.float32))
    return total


WAYS: dict[str, Way] = {
    "best passage's vector only": lambda passage, _summary, _lexical, _feedback: passage,
    "passage and summary vectors": dense,
    "terms only (BM25)": lambda _passage, _summary, lexical, _feedback: lexical,
    "reciprocal rank fusion": lambda p, s, lexical, _feedback: reciprocal_ranks(dense(p, s), lexical),
    "ours without feedback": lambda passage, summary, lexical, _feedback: fuse(passage, summary, lexical)[0],
    "ours": lambda passage, summary, lexical, feedback: fuse(passage, summary, lexical, feedback)[0],
}


def runs(snapshot: Snapshot, encoder: Encoder, crossing: Crossing, topics: Sequence[Topic], language: str) -> dict[str, Run]:
    """Return a run per way of ranking."""
    manifest = replace(snapshot.manifest, model_digest=encoder.digest)  # a variant of it, whose English vectors are the same
    searcher = Searcher(replace(snapshot, manifest=manifest), encoder, crossing)
    row_of = {startup.id: row for row, startup in enumerate(snapshot.startups)}
    starts = np.searchsorted([row_of[p.startup_id] for p in snapshot.passages], np.arange(len(row_of)))
    found: dict[str, dict[str, list[tuple[str, float]]]] = {name: {} for name in WAYS}
    for topic in topics:
        text = topic.wordings[language]
        vector = encoder.encode_need(text)
        passage = np.maximum.reduceat(snapshot.dense.scores(vector), starts)
        summary = snapshot.dense_startups.scores(vector)
        lexical = snapshot.lexical_startups.scores(crossing.groups(text, need_language(text, crossing.known)))
        feedback = searcher._feedback(fuse(passage, summary, lexical)[0], ())
        for name, way in WAYS.items():
            scores = way(passage, summary, lexical, feedback)
            best = np.argsort(-scores, kind="stable")[:DEPTH]
            found[name][topic.id] = [(snapshot.startups[row].id, float(scores[row])) for row in best]
    return dict(found)


def variants(cache: Path) -> dict[str, tuple[Encoder, Crossing]]:
    """Return the search as it is, and with parts of what makes Italian cross; English passages have the same vectors in all."""
    entries, words = packaged_entries(), Translations.load(PACKAGED)
    no_words = Translations("", (), (), np.zeros(1, np.uint32), np.zeros(0, np.uint32), np.zeros(0, np.uint8))
    whole, transplant = BilingualEncoder(entries, cache), BilingualEncoder((), cache)
    return {
        "whole": (whole, Crossing(words, entries, whole.senses)),
        "senses not told apart in terms": (whole, Crossing(words, entries, alike)),
        "terms cross by glossary only": (whole, Crossing(no_words, entries, whole.senses)),
        "terms cross by alignment only": (whole, Crossing(words, (), alike)),
        "terms do not cross": (whole, Crossing(no_words, (), alike)),
        "no glossary at all": (transplant, Crossing(words, (), alike)),
        "base model, terms do not cross": (SentenceTransformerEncoder(), Crossing(no_words, (), alike)),
    }


def main(home: Annotated[Path | None, typer.Option(help="A home with the profiles of ../shared indexed.")] = None) -> None:
    """Print the measures of each way of ranking and of each variant of the crossing, per language and collection."""
    if home is None or not SHARED.is_dir():
        typer.echo("ablation: left out; it needs ../shared and --home, a home with its profiles indexed")
        return
    collections = {"dev": SHARED / "eval/dev", "own": QUALITY / "own_needs", "twice": QUALITY / "judged_twice"}
    snapshot = load_snapshot(Home(home))
    for variant, (encoder, crossing) in variants(Home(home).models).items():
        typer.echo(f"{variant:<36}" + "".join(f"{name:>11}" for name in MEASURES))
        for collection, folder in collections.items():
            qrels = read_qrels(folder / "qrels.txt")
            topics = [one for one in read_topics(folder / "topics.tsv") if max(qrels[one.id].values()) >= RELEVANT_FROM]
            for language in LANGUAGES:
                for name, run in runs(snapshot, encoder, crossing, topics, language).items():
                    if variant != "whole" and name not in SHORT:
                        continue
                    means = evaluate(run, qrels).means
                    typer.echo(f"  {collection} {language}  {name:<27}" + "".join(f"{means[m]:>11.4f}" for m in MEASURES))


if __name__ == "__main__":
    typer.run(main)
