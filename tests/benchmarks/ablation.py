"""What each part of the ranking, and of what makes Italian cross, gives; run by hand with --home, a home with the profiles.

Tried over the same three collections and not kept, the gain in nDCG@10 as the mean over collections and languages, weights
fitted and measured by cross-validation over needs (intervals: 95 %, paired bootstrap). Beside the ranking of 23 November
2026, before the kind of technology counted: pairs of neighbouring words +0.003 [-0.001, 0.007]; nearness to the first
matches' vectors +0.007 [0.000, 0.015]; new weights for the four parts -0.001. Beside those two together and the kind of
technology: names, tags, first lines or their vectors as fields, the second-best passage, terms covered by one passage or in
all, the parts of the need each by its own vector (mean, least), length and number of passages: -0.006 to +0.001. With weights
by hand, no gain beyond noise: BM25F over name, tags, first line and rest (weights 0 to 4, lengths 0 to 0.75), idf to other
powers, terms weighed or expanded by the vectors of words, whitened vectors, a latent semantic index, scores smoothed over
like startups. Beside the kind of technology as it is now, pairs of words give +0.005 [-0.001, 0.011] and would want an index
of their own, the first matches' vectors +0.001 [-0.002, 0.004].
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from corpora import SHARED

from crawler.home import Home
from indexer.bilingual.encoder import PACKAGED, BilingualEncoder
from indexer.bilingual.translations import Translations
from indexer.crossing import Crossing
from indexer.encoder import Encoder
from indexer.evaluation.measures import DEPTH, MEASURES, RELEVANT_FROM, Run, evaluate
from indexer.evaluation.topics import LANGUAGES, Topic, read_qrels, read_topics
from indexer.fusion import DENSE_WEIGHTS, Scores, fuse
from indexer.glossary.entries import packaged_entries
from indexer.glossary.senses import alike
from indexer.routing import need_language
from indexer.searcher import Searcher
from indexer.sentence_models import SentenceTransformerEncoder
from indexer.snapshot import Snapshot, load_snapshot

QUALITY = Path(__file__).resolve().parents[1] / "quality"
SHORT = ("passage and summary vectors", "terms only (BM25)", "ours without feedback", "ours without kinds", "ours")
"""Ways that are shown of variants."""
RANK_CONSTANT = 60
"""Of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""
IDEAS = ("ours without feedback", "ours without kinds")
"""What the whole is compared with, need by need."""
RESAMPLED = 4_000
"""Times that the needs are drawn for an interval."""


@dataclass(frozen=True)
class Roads:
    """The scores of all startups for a need."""

    passage: Scores
    summary: Scores
    lexical: Scores
    kind: Scores
    feedback: Scores
    feedback_without_kinds: Scores
    """Of first matches that were found without them."""


Way = Callable[[Roads], Scores]


def dense(roads: Roads) -> Scores:
    """Return the dense score that the ranking uses."""
    near = np.maximum(roads.passage, 0), np.maximum(roads.summary, 0)
    return np.asarray(DENSE_WEIGHTS["passage"] * near[0] + DENSE_WEIGHTS["summary"] * near[1], np.float32)


def reciprocal_ranks(*roads: Scores) -> Scores:
    """Return the sum of reciprocal ranks over several roads; what a road scores zero it does not list."""
    total = np.zeros(len(roads[0]), np.float32)
    for scores in roads:
        order = np.argsort(-scores, kind="stable")
        listed = order[scores[order] > 0]
        total[listed] += 1 / (RANK_CONSTANT + np.arange(1, len(listed) + 1, dtype=np.float32))
    return total


WAYS: dict[str, Way] = {
    "best passage's vector only": lambda roads: roads.passage,
    "passage and summary vectors": dense,
    "terms only (BM25)": lambda roads: roads.lexical,
    "reciprocal rank fusion": lambda roads: reciprocal_ranks(dense(roads), roads.lexical),
    "ours without feedback": lambda r: fuse(r.passage, r.summary, r.lexical, kind=r.kind)[0],
    "ours without kinds": lambda r: fuse(r.passage, r.summary, r.lexical, r.feedback_without_kinds)[0],
    "ours": lambda r: fuse(r.passage, r.summary, r.lexical, r.feedback, kind=r.kind)[0],
}


def runs(snapshot: Snapshot, encoder: Encoder, crossing: Crossing, topics: Sequence[Topic], language: str) -> dict[str, Run]:
    """Return a run per way of ranking."""
    manifest = replace(snapshot.manifest, model_digest=encoder.digest)  # a variant of it, whose English vectors are the same
    searcher = Searcher(replace(snapshot, manifest=manifest), encoder, crossing)
    kinds = searcher.ranker._kinds
    if kinds is None:
        raise ValueError("the snapshot has no classes")
    row_of = {startup.id: row for row, startup in enumerate(snapshot.startups)}
    starts = np.searchsorted([row_of[p.startup_id] for p in snapshot.passages], np.arange(len(row_of)))
    found: dict[str, dict[str, list[tuple[str, float]]]] = {name: {} for name in WAYS}
    for topic in topics:
        text = topic.wordings[language]
        vector = encoder.encode_need(text)
        passage = np.maximum.reduceat(snapshot.dense.scores(vector), starts)
        summary = snapshot.dense_startups.scores(vector)
        lexical = snapshot.lexical_startups.scores(crossing.groups(text, need_language(text, crossing.known)))
        kind = kinds.scores(vector)
        feedback = [searcher.ranker.feedback(fuse(passage, summary, lexical, kind=one)[0], ()) for one in (kind, None)]
        roads = Roads(passage, summary, lexical, kind, *feedback)
        for name, way in WAYS.items():
            scores = way(roads)
            best = np.argsort(-scores, kind="stable")[:DEPTH]
            found[name][topic.id] = [(snapshot.startups[row].id, float(scores[row])) for row in best]
    return dict(found)


def show_gains(found: Mapping[str, Mapping[str, Mapping[str, Sequence[float]]]]) -> None:
    """Print what each idea gives in nDCG@10, a need being the mean of its languages, with intervals by paired bootstrap.

    Args:
        found: nDCG@10 per need, by collection, way and language.
    """
    for idea in IDEAS:
        gains = {
            name: np.mean([np.subtract(ways["ours"][one], ways[idea][one]) for one in LANGUAGES], axis=0)
            for name, ways in found.items()
        }
        chance = np.random.default_rng(0)
        drawn = {name: chance.choice(one, (RESAMPLED, len(one))).mean(axis=1) for name, one in gains.items()}
        drawn["mean"] = np.mean(list(drawn.values()), axis=0)
        means = {name: float(one.mean()) for name, one in gains.items()}
        means["mean"] = float(np.mean(list(means.values())))
        for name, one in drawn.items():
            low, high = np.quantile(one, (0.025, 0.975))
            typer.echo(f"  ours over {idea:<24}{name:<6}{means[name]:>+8.4f} [{low:+.3f}, {high:+.3f}]")


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
        per_need: dict[str, dict[str, dict[str, list[float]]]] = {}
        for collection, folder in collections.items():
            of_ways = per_need.setdefault(collection, {name: {} for name in WAYS})
            qrels = read_qrels(folder / "qrels.txt")
            topics = [one for one in read_topics(folder / "topics.tsv") if max(qrels[one.id].values()) >= RELEVANT_FROM]
            for language in LANGUAGES:
                for name, run in runs(snapshot, encoder, crossing, topics, language).items():
                    if variant != "whole" and name not in SHORT:
                        continue
                    measured = evaluate(run, qrels)
                    means = measured.means
                    of_ways[name][language] = [measured.per_topic[one.id]["nDCG@10"] for one in topics]
                    typer.echo(f"  {collection} {language}  {name:<27}" + "".join(f"{means[m]:>11.4f}" for m in MEASURES))
        if variant == "whole":
            show_gains(per_need)


if __name__ == "__main__":
    typer.run(main)
