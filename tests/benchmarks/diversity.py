"""What `diverse` gives and costs: likeness of the ten shown and nDCG@10; run by hand with --home, a home with the profiles."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from corpora import SHARED

from crawler.home import Home
from indexer.diversity import AMONG, RELEVANCE, spread
from indexer.encoders import chosen_crossing, chosen_encoder
from indexer.evaluation.measures import RELEVANT_FROM, evaluate
from indexer.evaluation.topics import LANGUAGES, read_qrels, read_topics
from indexer.results import Need
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.snapshot import load_snapshot

QUALITY = Path(__file__).resolve().parents[1] / "quality"
SHOWN = 10
TRIED = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
PAIRS = np.triu_indices(SHOWN, 1)


def main(home: Annotated[Path | None, typer.Option(help="A home with the profiles of ../shared indexed.")] = None) -> None:
    """Print the likeness of the ten shown (mean cosine of pairs) and nDCG@10 per weight of relevance; 1.0 is the plain list."""
    if home is None or not SHARED.is_dir():
        typer.echo("diversity: left out; it needs ../shared and --home, a home with its profiles indexed")
        return
    settings = index_settings()
    encoder = chosen_encoder(settings, Home(home).models)
    snapshot = load_snapshot(Home(home))
    searcher = Searcher(snapshot, encoder, chosen_crossing(settings, encoder))
    row_of = {startup.id: row for row, startup in enumerate(snapshot.startups)}
    vectors = snapshot.dense_startups.vectors()
    folders = {"dev": SHARED / "eval/dev", "own": QUALITY / "own_needs", "twice": QUALITY / "judged_twice"}
    typer.echo(f"the first {AMONG} are spread; chosen: {RELEVANCE}")
    typer.echo(f"{'':<10}" + "".join(f"{one:>17.1f}" for one in TRIED))
    for name, folder in folders.items():
        qrels = read_qrels(folder / "qrels.txt")
        topics = [one for one in read_topics(folder / "topics.tsv") if max(qrels[one.id].values()) >= RELEVANT_FROM]
        for language in LANGUAGES:
            found = {one.id: searcher.search(Need(one.wordings[language], AMONG)).matches for one in topics}
            cells = []
            for relevance in TRIED:
                run, alike = {}, []
                for topic, matches in found.items():
                    rows = [row_of[match.startup.id] for match in matches]
                    order = spread(np.array([match.score for match in matches], np.float32), vectors[rows], relevance)
                    run[topic] = [(matches[place].startup.id, -float(rank)) for rank, place in enumerate(order)]
                    shown = vectors[[rows[place] for place in order[:SHOWN]]]
                    alike.append(float((shown @ shown.T)[PAIRS].mean()))
                cells.append(f"{np.mean(alike):>9.3f}{evaluate(run, qrels).means['nDCG@10']:>8.3f}")
            typer.echo(f"{name:<6}{language:<4}" + "".join(cells))


if __name__ == "__main__":
    typer.run(main)
