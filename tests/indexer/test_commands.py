"""`scout index`, `scout eval` and `scout status` as they are typed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from crawler.errors import CorpusError, ScoutError, SettingsError
from crawler.home import Home
from crawler.records import Startup
from indexer import commands
from indexer.errors import EvaluationError, ModelError, NoSnapshotError, NothingToIndexError, SnapshotDamagedError
from indexer.settings import IndexSettings
from indexer.snapshot import current_manifest
from tests.indexer.conftest import FakeEncoder, fill

TOPICS = "id\ten\tit\n1\tlaser welding of steel\tsaldatura dell\u2019acciaio\n2\tfurnace\tforno\n"


@pytest.fixture(autouse=True)
def _small(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work on the small home, with the model that loads in no time."""
    monkeypatch.setenv("SCOUT_HOME", str(home.root))
    monkeypatch.setattr(commands, "chosen_encoder", lambda settings, *_: FakeEncoder(settings.model or "fake"))


def scout(*arguments: str) -> str:
    result = _invoke(arguments)
    assert (result.exit_code, result.stderr) == (0, ""), result.exception
    return result.stdout


def refused(*arguments: str) -> ScoutError:
    result = _invoke(arguments)
    assert isinstance(result.exception, ScoutError)
    assert result.stdout == ""
    return result.exception


def _invoke(arguments: tuple[str, ...]) -> Result:
    return CliRunner().invoke(commands.app, arguments)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "topics.tsv").write_text(TOPICS, encoding="utf-8")
    (tmp_path / "qrels.txt").write_text("1 0 s001 3\n1 0 s002 2\n2 0 s003 1\n", encoding="utf-8")
    return ("eval", "--topics", str(tmp_path / "topics.tsv"), "--qrels", str(tmp_path / "qrels.txt"))


def test_index_says_what_it_did_and_that_nothing_was_to_do(home: Home) -> None:
    said = scout("index")
    assert said.startswith(f"snapshot {current_manifest(home).id}: 12 startups, ")
    assert said.endswith(" texts embedded, 0 taken over\n")
    assert "is up to date: 12 startups" in scout("index")
    assert "texts embedded" in scout("index", "--full")


def test_index_prints_json(home: Home) -> None:
    report = json.loads(scout("index", "--json"))
    assert report["snapshot"] == current_manifest(home).id
    assert (report["startups"], report["changed"], report["embedded"] > 0) == (12, True, True)
    assert report["taken_over"] == 0
    nothing = {"changed": False, "embedded": 0, "taken_over": report["embedded"]}
    assert json.loads(scout("index", "--json")) == {**report, **nothing}


def test_index_says_what_is_missing_before_the_model_is_loaded(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_model(settings: IndexSettings, *_: object) -> FakeEncoder:
        raise ModelError(settings.model)

    monkeypatch.setattr(commands, "chosen_encoder", no_model)
    assert isinstance(refused("index"), ModelError)
    monkeypatch.setenv("SCOUT_HOME", str(tmp_path / "nothing"))
    assert isinstance(refused("index"), CorpusError)
    assert not (tmp_path / "nothing").exists()
    monkeypatch.setenv("SCOUT_INDEX_PASSAGE_WORDS", "none")
    assert isinstance(refused("index"), SettingsError)
    assert home.corpus.exists()


def test_index_of_an_empty_corpus_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(Home(tmp_path / "empty"))
    monkeypatch.setenv("SCOUT_HOME", str(tmp_path / "empty"))
    assert isinstance(refused("index"), NothingToIndexError)


def test_eval_prints_a_line_per_language(files: tuple[str, ...]) -> None:
    scout("index")
    head, *rows = scout(*files).splitlines()
    assert head.split() == ["nDCG@10", "Recall@20", "MRR@10", "topics"]
    assert [row.split()[0] for row in rows] == ["en", "it"]
    assert all(0 <= float(value) <= 1 for row in rows for value in row.split()[1:4])
    assert [row.split()[0] for row in scout(*files, "--language", "it").splitlines()[1:]] == ["it"]


def test_eval_prints_json_with_every_topic(files: tuple[str, ...]) -> None:
    scout("index")
    found = json.loads(scout(*files, "--json"))
    assert list(found) == ["en", "it"]
    for one in found.values():
        assert set(one) == {"nDCG@10", "Recall@20", "MRR@10", "topics"}
        assert set(one["topics"]) == {"1", "2"}
        assert one["Recall@20"] == one["topics"]["1"]["Recall@20"]


def test_eval_writes_runs(files: tuple[str, ...], tmp_path: Path) -> None:
    scout("index")
    scout(*files, "--run", str(tmp_path / "out.trec"))
    scout(*files, "--run", str(tmp_path / "one.trec"), "--language", "it")
    english, italian = ((tmp_path / f"out-{one}.trec").read_text().splitlines() for one in ("en", "it"))
    assert len(english) == len(italian) == 2 * 12
    assert all(line.split()[1] == "Q0" and len(line.split()) == 6 for line in english)
    assert (tmp_path / "one.trec").read_text().splitlines() == italian


def test_eval_refuses_what_it_cannot_use(files: tuple[str, ...], tmp_path: Path) -> None:
    assert isinstance(refused(*files), NoSnapshotError)
    scout("index")
    assert "--language" in str(refused(*files, "--language", "de"))
    assert isinstance(refused(*files, "--run", str(tmp_path / "no" / "folder.trec")), EvaluationError)
    assert isinstance(refused(*files[:-1], str(tmp_path / "missing")), EvaluationError)


def test_status_tells_corpus_and_snapshot_at_every_stage(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = json.loads(scout("status", "--json"))
    assert (before["home"], before["corpus"]["startups"]) == (str(home.root), 12)
    assert "scout index" in before["snapshot"]
    scout("index")
    after = json.loads(scout("status", "--json"))["snapshot"]
    assert (after["id"], after["startups"], after["model"], after["up_to_date"]) == (
        current_manifest(home).id,
        12,
        "fake",
        True,
    )
    assert (after["max_tokens"], after["prompts"], after["normalised"]) == (60, {"query": "", "passage": ""}, True)
    shown = scout("status")
    assert 'query "", passage ""' in shown
    assert all(word in shown for word in ("startups", "12", "fake", after["id"], "up to date"))
    monkeypatch.setenv("SCOUT_HOME", str(tmp_path / "nothing"))
    nothing = json.loads(scout("status", "--json"))
    assert "scout crawl" in nothing["corpus"]
    assert "scout crawl" in scout("status")


def test_status_tells_a_change_and_damage(home: Home) -> None:
    scout("index")
    fill(home, [Startup("s000", "Renamed")])
    assert json.loads(scout("status", "--json"))["snapshot"]["up_to_date"] is False
    home.current.write_text("garbage")
    assert "scout index --full" in json.loads(scout("status", "--json"))["snapshot"]
    assert isinstance(_invoke(("eval", "--topics", "x", "--qrels", "y")).exception, EvaluationError | SnapshotDamagedError)


def test_eval_says_when_judgements_and_topics_do_not_belong_together(files: tuple[str, ...], tmp_path: Path) -> None:
    scout("index")
    (tmp_path / "qrels.txt").write_text("other 0 a 2\n")
    assert "judges none of the topics" in str(refused(*files))
