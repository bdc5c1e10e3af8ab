"""What each part of the ranking gives on the development needs; run by hand with --home, a home with the profiles indexed."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from corpora import SHARED

from crawler.home import Home
from indexer.analysis import need_language, query_stems
from indexer.encoder import SentenceTransformerEncoder
from indexer.evaluation.measures import DEPTH, MEASURES, Run, evaluate
from indexer.evaluation.topics import LANGUAGES, Topic, read_qrels, read_topics
from indexer.fusion import DENSE_WEIGHTS, Scores, fuse
from indexer.settings import index_settings
from indexer.snapshot import Snapshot, load_snapshot

RANK_CONSTANT = 60
"""Of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""
Way = Callable[[Scores, Scores, Scores], Scores]


def dense(passage: Scores, summary: Scores, _: Scores) -> Scores:
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
    "best passage's vector only": lambda passage, _summary, _lexical: passage,
    "passage and summary vectors": dense,
    "terms only (BM25)": lambda _passage, _summary, lexical: lexical,
    "reciprocal rank fusion": lambda p, s, lexical: reciprocal_ranks(dense(p, s, lexical), lexical),
    "ours": lambda passage, summary, lexical: fuse(passage, summary, lexical)[0],
}


def runs(snapshot: Snapshot, encoder: SentenceTransformerEncoder, topics: Sequence[Topic], language: str) -> dict[str, Run]:
    """Return a run per way of ranking."""
    row_of = {startup.id: row for row, startup in enumerate(snapshot.startups)}
    starts = np.searchsorted([row_of[p.startup_id] for p in snapshot.passages], np.arange(len(row_of)))
    found: dict[str, dict[str, list[tuple[str, float]]]] = {name: {} for name in WAYS}
    for topic in topics:
        text = topic.wordings[language]
        vector = encoder.encode_need(text)
        passage = np.maximum.reduceat(snapshot.dense.scores(vector), starts)
        summary = snapshot.dense_startups.scores(vector)
        lexical = snapshot.lexical_startups.scores(query_stems(text, need_language(text)))
        for name, way in WAYS.items():
            scores = way(passage, summary, lexical)
            best = np.argsort(-scores, kind="stable")[:DEPTH]
            found[name][topic.id] = [(snapshot.startups[row].id, float(scores[row])) for row in best]
    return dict(found)


def main(home: Annotated[Path | None, typer.Option(help="A home with the profiles of ../shared indexed.")] = None) -> None:
    """Print the measures of each way of ranking, per language."""
    if home is None or not SHARED.is_dir():
        typer.echo("ablation: left out; it needs ../shared and --home, a home with its profiles indexed")
        return
    topics, qrels = read_topics(SHARED / "eval/dev/topics.tsv"), read_qrels(SHARED / "eval/dev/qrels.txt")
    encoder, snapshot = SentenceTransformerEncoder(index_settings().model), load_snapshot(Home(home))
    typer.echo(f"{'':<34}" + "".join(f"{name:>11}" for name in MEASURES))
    for language in LANGUAGES:
        for name, run in runs(snapshot, encoder, topics, language).items():
            means = evaluate(run, qrels).means
            typer.echo(f"{language}  {name:<30}" + "".join(f"{means[measure]:>11.4f}" for measure in MEASURES))


if __name__ == "__main__":
    typer.run(main)
