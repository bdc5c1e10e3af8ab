"""The index's commands: `scout index`, `scout eval`, `scout status`."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from crawler.corpus.corpus import Corpus
from crawler.errors import CorpusError
from crawler.home import Home
from indexer.build import BuildReport, build
from indexer.cross_encoders import chosen_second_look
from indexer.encoders import chosen_crossing, chosen_encoder
from indexer.errors import EvaluationError, NoSnapshotError, SnapshotDamagedError
from indexer.evaluation.measures import Evaluation, evaluate, make_run, write_run
from indexer.evaluation.topics import LANGUAGES, read_qrels, read_topics
from indexer.searcher import Searcher
from indexer.settings import LONGEST_BUDGET, index_settings, rerank_settings
from indexer.snapshot import Manifest, current_manifest, load_snapshot

app = typer.Typer(no_args_is_help=True, help="Corpus in, ranked startups out.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def index(
    full: Annotated[bool, typer.Option("--full", help="Embed every passage anew, changed or not.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a new snapshot of the corpus and switch to it.

    Settings are read from SCOUT_INDEX_* (model, glossary, query_prompt, passage_prompt, passage_words, keep_snapshots).
    """
    settings = index_settings()
    home = Home.from_environment()
    Corpus(home.corpus, read_only=True).close()  # says at once that there is none, before the model is loaded
    with embedding_bar() as show:
        report = build(home, chosen_encoder(settings, home.models, note), settings, full=full, on_progress=show)
    typer.echo(json.dumps(dataclasses.asdict(report)) if as_json else as_text(report))


def note(text: str) -> None:
    """Say on a terminal what takes a while once."""
    console = Console(stderr=True)
    if console.is_terminal:
        console.print(text, highlight=False)


@app.command("eval")
def evaluate_command(
    topics: Annotated[Path, typer.Option("--topics", help="Needs: TSV with the header id, en, it.")],
    qrels: Annotated[Path, typer.Option("--qrels", help="Judgements: topic 0 startup relevance, as TREC has them.")],
    language: Annotated[str, typer.Option("--language", help="en or it; both unless given.")] = "",
    run: Annotated[Path | None, typer.Option("--run", help="Write the ranking in TREC's form (-en, -it for both).")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure the ranking: nDCG@10, Recall@20 and MRR@10 per language."""
    if language and language not in LANGUAGES:
        raise EvaluationError(f"--language must be {' or '.join(LANGUAGES)}, this is {language[:20]!r}")
    needs, judged = read_topics(topics), read_qrels(qrels)
    if not any(topic.id in judged for topic in needs):
        raise EvaluationError(f"{qrels} judges none of the topics of {topics}: check the ids")
    home = Home.from_environment()
    settings = index_settings()
    encoder = chosen_encoder(settings, home.models, note)
    second_look = chosen_second_look(rerank_settings(budget=LONGEST_BUDGET))  # its worth is measured, not its speed
    searcher = Searcher(load_snapshot(home), encoder, chosen_crossing(settings, encoder), second_look=second_look)
    found: dict[str, Evaluation] = {}
    chosen = (language,) if language else LANGUAGES
    for one in chosen:
        ranking = make_run(needs, one, searcher.search)
        found[one] = evaluate(ranking, judged)
        if run is not None:
            path = run if language else run.with_name(f"{run.stem}-{one}{run.suffix}")
            try:
                write_run(path, ranking, f"startup-scout-{one}")
            except OSError as error:
                raise EvaluationError(f"cannot write {path}: {error.strerror or error}") from error
    if as_json:
        typer.echo(json.dumps({one: {**e.means, "topics": e.per_topic} for one, e in found.items()}))
        return
    names = list(found[chosen[0]].means)
    typer.echo(f"{'':<4}" + "".join(f"{name:>12}" for name in names) + f"{'topics':>8}")
    for one, evaluation in found.items():
        values = "".join(f"{evaluation.means[name]:>12.4f}" for name in names)
        typer.echo(f"{one:<4}{values}{len(evaluation.per_topic):>8}")


@app.command()
def status(as_json: AsJson = False) -> None:
    """Say what the corpus and the current snapshot hold: counts, dates, model."""
    home = Home.from_environment()
    facts: dict[str, object] = {"home": str(home.root)}
    try:
        with Corpus(home.corpus, read_only=True) as corpus:
            facts["corpus"] = dataclasses.asdict(corpus.counts())
            digest = corpus.digest()
    except CorpusError as error:
        facts["corpus"], digest = str(error), ""
    try:
        manifest = current_manifest(home)
        facts["snapshot"] = _facts(manifest) | {"up_to_date": manifest.corpus_digest == digest}
    except (NoSnapshotError, SnapshotDamagedError) as error:
        facts["snapshot"] = str(error)
    if as_json:
        typer.echo(json.dumps(facts, default=str))
        return
    for part, value in facts.items():
        if isinstance(value, dict):
            typer.echo(part)
            for name, one in value.items():
                typer.echo(f"  {name.replace('_', ' '):<18} {_shown(one)}")
        else:
            typer.echo(f"{part:<20} {value}")


@contextmanager
def embedding_bar() -> Iterator[Callable[[int, int], None] | None]:
    """Show a progress bar for `build` when standard error is a terminal; yields what to pass as `on_progress`."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("embedding"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("embedding", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def as_text(report: BuildReport) -> str:
    """Return one line that says what a build did."""
    counts = f"{report.startups} startups, {report.passages} passages"
    if not report.changed:
        return f"snapshot {report.snapshot} is up to date: {counts}"
    return f"snapshot {report.snapshot}: {counts}, {report.embedded} texts embedded, {report.taken_over} taken over"


def _facts(manifest: Manifest) -> dict[str, object]:
    return {name: value for name, value in dataclasses.asdict(manifest).items() if name not in ("files", "format")}


def _shown(value: object) -> str:
    if isinstance(value, dict):
        shown = {name: json.dumps(one, ensure_ascii=False) if isinstance(one, str) else one for name, one in value.items()}
        return ", ".join(f"{name} {one}" for name, one in shown.items()) or "none"
    return "none" if value is None else str(value)
