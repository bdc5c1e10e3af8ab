"""The fit behind the confidence of matches, and what it is worth on needs left out; run by hand with three indexed homes."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from corpora import SHARED

from crawler.home import Home
from indexer import trust
from indexer.bilingual.encoder import BilingualEncoder
from indexer.calibration import INTERCEPT, POSSIBLE, STRONG, WEIGHTS, Signs, measured
from indexer.evaluation.measures import RELEVANT_FROM
from indexer.evaluation.topics import LANGUAGES, read_qrels, read_topics
from indexer.glossary.entries import packaged_entries
from indexer.results import MAX_LIMIT, Need
from indexer.searcher import Searcher
from indexer.snapshot import load_snapshot

QUALITY = Path(__file__).resolve().parents[1] / "quality"
FOLDS, BINS, STEPS = 10, 10, 30
RIDGE = 0.01
"""Keeps the weights finite."""
EXPECTED = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6)
"""Bounds of what is expected among the first ten, for the table of verdicts."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """The first matches of a need."""

    corpus: str
    collection: str
    need: str
    language: str
    answerable: bool
    signs: Sequence[Signs]
    relevant: Sequence[bool]

    @property
    def fitted(self) -> bool:
        """Every second foreign need is left out of the fit for good."""
        return self.collection != "foreign" or int(self.need[1:]) % 2 == 1


def ask(searcher: Searcher, text: str) -> tuple[list[str], tuple[Signs, ...]]:
    """Return the ids of the first matches, and the signs of each."""
    ranking, listed = searcher.ranker.best(Need(text, MAX_LIMIT))
    rows = [(row, kept) for _, row, kept in listed]
    ids = [searcher._snapshot.startups[row].id for row, _ in rows]
    return ids, trust.signs(ranking, searcher._snapshot.lexical_startups, rows)


def judged(searcher: Searcher, corpus: str, folders: Mapping[str, Path]) -> Iterator[Asked]:
    """Ask the judged needs of some collections in both languages, and the foreign ones each in its own."""
    owner = {passage.url: passage.startup_id for passage in searcher.passages}
    for name, folder in folders.items():
        qrels = read_qrels(folder / "qrels.txt")
        for topic in read_topics(folder / "topics.tsv"):
            right = {owner.get(key, key) for key, grade in qrels[topic.id].items() if grade >= RELEVANT_FROM}
            for language in LANGUAGES:
                ids, signs = ask(searcher, topic.wordings[language])
                yield Asked(corpus, name, f"{name} {topic.id}", language, bool(right), signs, [one in right for one in ids])
    with (QUALITY / "foreign_needs/needs.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            ids, signs = ask(searcher, row["need"])
            yield Asked(
                corpus, "foreign", row["id"], row["language"], answerable=False, signs=signs, relevant=[False] * len(ids)
            )


def table(asked: Sequence[Asked]) -> tuple[Floats, Floats]:
    """Return what is measured of all matches, a row each with a one before it, and which are relevant."""
    rows = [(1.0, *measured(one)) for need in asked for one in need.signs]
    return np.array(rows), np.array([right for need in asked for right in need.relevant], float)


def fit(asked: Sequence[Asked]) -> Floats:
    """Return the weights of a logistic regression, the intercept first, by Newton's steps."""
    rows, right = table(asked)
    weights, ridge = np.zeros(rows.shape[1]), RIDGE * np.eye(rows.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (right - chance) - ridge @ weights
        weights += np.linalg.solve(rows.T @ (rows * (chance * (1 - chance))[:, None]) + ridge, slope)
    return weights


def left_out(asked: Sequence[Asked]) -> list[Floats]:
    """Return the probabilities of each need's matches by a fit that has not seen it, in either language or any corpus."""
    names = sorted({one.need for one in asked})
    fold = dict(zip(np.random.default_rng(0).permutation(names), np.arange(len(names)) % FOLDS, strict=True))
    weights = [fit([one for one in asked if one.fitted and fold[one.need] != number]) for number in range(FOLDS)]
    return [1 / (1 + np.exp(-table([one])[0] @ weights[fold[one.need]])) for one in asked]


def calibration_error(chances: Floats, right: Floats) -> float:
    """Return the expected calibration error over bins of equal size."""
    bins = np.array_split(np.argsort(chances, kind="stable"), BINS)
    return float(sum(len(one) / len(right) * abs(chances[one].mean() - right[one].mean()) for one in bins))


def area(chances: Floats, right: Floats) -> float:
    """Return the area under the ROC curve."""
    ranks = np.empty(len(right))
    ranks[np.argsort(chances, kind="stable")] = np.arange(1, len(right) + 1)
    hits = right.sum()
    return float((ranks[right > 0].sum() - hits * (hits + 1) / 2) / max(hits * (len(right) - hits), 1))


def show_matches(name: str, chosen: Sequence[tuple[Asked, Floats]]) -> None:
    """Print how far the probabilities of the first ten matches can be trusted."""
    chances = np.concatenate([found[: trust.FIRST] for _, found in chosen])
    right = np.concatenate([np.array(one.relevant[: trust.FIRST], float) for one, _ in chosen])
    parts = [chances >= STRONG, (chances >= POSSIBLE) & (chances < STRONG), chances < POSSIBLE]
    shares = "".join(f"{right[part].mean() if part.any() else np.nan:>9.2f}{part.sum():>6}" for part in parts)
    brier, error = float(np.mean((chances - right) ** 2)), calibration_error(chances, right)
    typer.echo(f"{name:<22}{error:>7.3f}{brier:>8.4f}{area(chances, right):>7.3f}{shares}")


def show_needs(name: str, chosen: Sequence[tuple[Asked, Floats]]) -> None:
    """Print how many of these needs get a strong match, and the verdict `nothing` at several bounds."""
    strong = np.mean([max(found[: trust.FIRST]) >= STRONG for _, found in chosen])
    expected = np.array([found[: trust.FIRST].sum() if max(found[: trust.FIRST]) < STRONG else np.inf for _, found in chosen])
    typer.echo(f"{name:<30}{len(chosen):>5}{strong:>8.3f}" + "".join(f"{np.mean(expected < one):>8.3f}" for one in EXPECTED))


def main(
    home: Annotated[Path | None, typer.Option(help="A home with the profiles of ../shared indexed.")] = None,
    demo: Annotated[Path | None, typer.Option(help="One with the demo web.")] = None,
    sites: Annotated[Path | None, typer.Option(help="One with the sites of ../shared/web.")] = None,
) -> None:
    """Print the weights of the fit, and what it is worth on needs left out."""
    if home is None or demo is None or sites is None or not SHARED.is_dir():
        typer.echo(
            "calibration: left out; it needs ../shared, --home, --demo and --sites, homes with the three corpora indexed"
        )
        return
    collections = {"dev": SHARED / "eval/dev", "own": QUALITY / "own_needs", "twice": QUALITY / "judged_twice"}
    pages = {name: {name: QUALITY / "italian_pages" / name} for name in ("demo", "sites")}
    encoder, asked = BilingualEncoder(packaged_entries(), Home(home).models), list[Asked]()
    for corpus, place, folders in (
        ("profiles", home, collections),
        ("demo", demo, pages["demo"]),
        ("sites", sites, pages["sites"]),
    ):
        asked += judged(Searcher(load_snapshot(Home(place)), encoder), corpus, folders)
    weights = fit([one for one in asked if one.fitted])
    typer.echo(f"intercept {weights[0]:.3f}, weights {', '.join(f'{one:.3f}' for one in weights[1:])}")
    typer.echo(f"as it is: {INTERCEPT}, weights {', '.join(map(str, WEIGHTS))}")
    known = list(zip(asked, left_out(asked), strict=True))
    words = "".join(f"{word:>9}{'n':>6}" for word in ("strong", "possible", "weak"))
    typer.echo(f"\n{'matches, needs left out':<22}{'ECE':>7}{'Brier':>8}{'AUC':>7}{words}")
    for corpus in pages | {"profiles": collections}:
        own = [pair for pair in known if pair[0].corpus == corpus]
        show_matches(corpus, own)
        for language in LANGUAGES:
            show_matches(f"  {language}", [pair for pair in own if pair[0].language == language])
        for name in dict.fromkeys(one.collection for one, _ in own):
            show_matches(f"  {name}", [pair for pair in own if pair[0].collection == name])
    typer.echo(f"\n{'needs':<30}{'n':>5}{'strong':>8}" + "".join(f"{f'<{one}':>8}" for one in EXPECTED))
    for corpus in pages | {"profiles": collections}:
        own = [pair for pair in known if pair[0].corpus == corpus]
        groups = {
            "answerable": [pair for pair in own if pair[0].answerable],
            "answerable, English": [pair for pair in own if pair[0].answerable and pair[0].language == "en"],
            "answerable, Italian": [pair for pair in own if pair[0].answerable and pair[0].language == "it"],
            "near, not answerable": [pair for pair in own if not pair[0].answerable and pair[0].collection != "foreign"],
            "foreign, fitted": [pair for pair in own if pair[0].collection == "foreign" and pair[0].fitted],
            "foreign, left out": [pair for pair in own if not pair[0].fitted],
        }
        for name, chosen in groups.items():
            if chosen:
                show_needs(f"{corpus}: {name}", chosen)


if __name__ == "__main__":
    typer.run(main)
