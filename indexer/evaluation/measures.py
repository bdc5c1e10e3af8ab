"""nDCG@10, Recall@20 and MRR@10 of a run, by ir-measures; runs in TREC's form."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ir_measures
from ir_measures import RR, R, nDCG

from indexer.evaluation.topics import Qrels, Topic
from indexer.results import Answer, Match, Need

RELEVANT_FROM = 2
"""The relevance from which a startup counts as relevant for Recall and MRR; nDCG takes the grades as gains."""
DEPTH = 100
"""Startups per topic in a run."""
MEASURES = {"nDCG@10": nDCG @ 10, "Recall@20": R(rel=RELEVANT_FROM) @ 20, "MRR@10": RR(rel=RELEVANT_FROM) @ 10}

Run = Mapping[str, Sequence[tuple[str, float]]]
"""Per topic, (startup id, score) with the best first."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The measures of a run: their means over topics, and per topic."""

    means: Mapping[str, float]
    per_topic: Mapping[str, Mapping[str, float]]


def make_run(topics: Sequence[Topic], language: str, search: Callable[[Need], Answer]) -> Run:
    """Answer every topic in one of its languages, to a depth of `DEPTH` startups.

    Where a reranker put them in order, a startup's score is the inverse of its rank: measuring programs go by the scores.
    """
    answers = ((topic.id, search(Need(topic.wordings[language], DEPTH))) for topic in topics)
    return {key: [(m.startup.id, _listed_by(m, answer)) for m in answer.matches] for key, answer in answers}


def _listed_by(match: Match, answer: Answer) -> float:
    return 1 / match.rank if answer.reranked and answer.reranked.key else match.score


def evaluate(run: Run, qrels: Qrels) -> Evaluation:
    """Measure a run over the topics that it has.

    Recall and MRR say nothing of a topic for which nothing is judged relevant: they are means over the others.
    """
    judged = {topic: dict(qrels.get(topic, {})) for topic in run}
    # Ranks decide, not scores: equal scores must not be put into another order by the measuring library.
    ranked = {topic: {startup: -float(rank) for rank, (startup, _) in enumerate(found)} for topic, found in run.items()}
    answerable = {topic for topic, found in judged.items() if max(found.values(), default=0) >= RELEVANT_FROM}
    per_topic: dict[str, dict[str, float]] = {
        topic: {name: 0.0 for name in MEASURES if name == "nDCG@10" or topic in answerable} for topic in run
    }
    names = {measure: name for name, measure in MEASURES.items()}
    for metric in ir_measures.iter_calc(list(names), judged, ranked):
        if names[metric.measure] in per_topic[metric.query_id]:
            per_topic[metric.query_id][names[metric.measure]] = float(metric.value)
    means = {name: _mean([values[name] for values in per_topic.values() if name in values]) for name in MEASURES}
    return Evaluation(means, per_topic)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def write_run(path: Path, run: Run, tag: str) -> None:
    """Write a run in TREC's form: topic Q0 startup rank score tag; white space in a startup's id becomes `_`."""
    lines = [
        f"{topic} Q0 {'_'.join(startup.split())} {rank} {score:.6f} {tag}\n"
        for topic, found in run.items()
        for rank, (startup, score) in enumerate(found, start=1)
    ]
    path.write_text("".join(lines), encoding="utf-8")
