"""A build embeds what is new, survives being killed, and gives what a build from nothing gives."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from crawler.corpus.corpus import Corpus
from crawler.errors import CorpusError
from crawler.home import Home
from crawler.records import Block, Page, Profile, Startup
from indexer.build import build
from indexer.errors import NothingToIndexError, SnapshotBusyError
from indexer.passages import summary
from indexer.results import Need
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.snapshot import Snapshot, current_manifest, load_snapshot
from tests.indexer.conftest import WHEN, FakeEncoder, a_page, a_startup, fill, fill_at_random

SETTINGS = index_settings(passage_words=12)


def texts(snapshot: Snapshot) -> set[str]:
    return {one.text for one in snapshot.passages}


def assert_equal(one: Snapshot, other: Snapshot) -> None:
    assert (one.startups, one.passages) == (other.startups, other.passages)
    np.testing.assert_allclose(one.dense.vectors(), other.dense.vectors(), atol=1e-6)
    np.testing.assert_allclose(one.dense_startups.vectors(), other.dense_startups.vectors(), atol=1e-6)
    for stem in ("laser", "it:acciai"):
        groups = [((stem, 1.0),)]
        assert one.lexical_passages.scores(groups).any()
        np.testing.assert_array_equal(one.lexical_passages.scores(groups), other.lexical_passages.scores(groups))
        np.testing.assert_array_equal(one.lexical_startups.scores(groups), other.lexical_startups.scores(groups))


def test_vectors_belong_to_their_passages_and_summaries(home: Home, fake: FakeEncoder) -> None:
    report = build(home, fake, SETTINGS)
    snapshot = load_snapshot(home)
    assert (report.startups, report.passages, report.snapshot) == (12, len(snapshot.passages), snapshot.manifest.id)
    np.testing.assert_allclose(snapshot.dense.vectors(), [fake.encode_need(one.text) for one in snapshot.passages], atol=1e-6)
    tokens = fake.count_tokens([one.text for one in snapshot.passages])
    for row, startup in enumerate(snapshot.startups):
        own = [(p, t) for p, t in zip(snapshot.passages, tokens, strict=True) if p.startup_id == startup.id]
        text = summary(startup, [p for p, _ in own], [t for _, t in own], max_tokens=fake.max_tokens)
        np.testing.assert_allclose(snapshot.dense_startups.vectors()[row], fake.encode_need(text), atol=1e-6)


def test_passages_stand_in_the_order_of_startups_with_profiles_and_home_pages_first(home: Home, fake: FakeEncoder) -> None:
    build(home, fake, SETTINGS)
    snapshot = load_snapshot(home)
    assert [s.id for s in snapshot.startups] == sorted({p.startup_id for p in snapshot.passages})
    for startup in snapshot.startups:
        own = [p for p in snapshot.passages if p.startup_id == startup.id]
        depths = [-1 if p.source != "site" else (p.url or "").count("deep/") for p in own]
        assert depths == sorted(depths)
    assert [p.startup_id for p in snapshot.passages] == sorted(p.startup_id for p in snapshot.passages)


def test_a_startup_without_text_is_not_in_the_index(home: Home, fake: FakeEncoder) -> None:
    fill(
        home, [Startup("empty", "Empty"), Startup("blank", "Blank")], [Page("https://b.example/", "blank", "B", "en", (), WHEN)]
    )
    build(home, fake, SETTINGS)
    assert {"empty", "blank"}.isdisjoint(s.id for s in load_snapshot(home).startups)


def test_an_unchanged_corpus_is_left_alone(home: Home) -> None:
    encoder = FakeEncoder()
    first = build(home, encoder, SETTINGS)
    encoder.encoded.clear()
    second = build(home, encoder, SETTINGS)
    assert (second.changed, second.embedded, second.snapshot) == (False, 0, first.snapshot)
    assert (second.startups, second.passages) == (first.startups, first.passages)
    assert encoder.encoded == []
    assert len([p for p in home.snapshots.iterdir() if p.is_dir()]) == 1


def test_another_glossary_builds_again_and_embeds_nothing(home: Home, tmp_path: Path) -> None:
    encoder = FakeEncoder()
    build(home, encoder, SETTINGS)
    glossary = tmp_path / "own.tsv"
    for english in ("moulding line", "casting line"):
        glossary.write_text(f"italian\tenglish\nlinea di formatura\t{english}\n", encoding="utf-8")
        own = SETTINGS.model_copy(update={"glossary": glossary})
        assert [build(home, encoder, own).changed for _ in range(2)] == [True, False]
        assert current_manifest(home).embedded == 0
    assert build(home, encoder, SETTINGS).changed


def test_of_a_changed_page_only_the_new_passages_and_the_summary_are_embedded(home: Home) -> None:
    encoder = FakeEncoder()
    build(home, encoder, SETTINGS)
    before = texts(load_snapshot(home))
    encoder.encoded.clear()
    with Corpus(home.corpus) as corpus:
        page = next(corpus.pages("s000"))
        corpus.put_page(replace(page, blocks=(*page.blocks, Block("News", "A sentence that was not there."))))
    report = build(home, encoder, SETTINGS)
    assert report.changed
    assert "A sentence that was not there." in encoder.encoded
    assert report.embedded == len(encoder.encoded) <= 2
    assert texts(load_snapshot(home)) - before == {"A sentence that was not there."}
    fresh = Home(home.root.parent / "fresh")
    fresh.root.mkdir()
    with Corpus(home.corpus, read_only=True) as corpus:
        fill(fresh, corpus.startups(), corpus.pages(), corpus.profiles())
    build(fresh, FakeEncoder(), SETTINGS)
    assert_equal(load_snapshot(home), load_snapshot(fresh))


def test_a_changed_tag_embeds_one_summary_and_a_new_fetch_time_nothing(home: Home) -> None:
    encoder = FakeEncoder()
    build(home, encoder, SETTINGS)
    encoder.encoded.clear()
    with Corpus(home.corpus) as corpus:
        corpus.put_startup(Startup("s001", "Startup 1", tags=("Foundry",)))
    assert build(home, encoder, SETTINGS).embedded == len(encoder.encoded) == 1
    assert "Foundry" in encoder.encoded[0]
    with Corpus(home.corpus) as corpus:
        corpus.put_page(replace(next(corpus.pages("s001")), fetched_at=WHEN.replace(year=2027)))
    report = build(home, encoder, SETTINGS)
    assert (report.changed, report.embedded) == (True, 0)
    manifest = current_manifest(home)
    assert (manifest.embedded, manifest.taken_over) == (0, report.taken_over)
    assert report.taken_over >= report.passages
    assert {p.fetched_at.year for p in load_snapshot(home).passages if p.startup_id == "s001"} >= {2027}


def test_a_passage_is_indexed_in_the_language_of_its_block(home: Home, fake: FakeEncoder) -> None:
    blocks = (Block("", "Acciaio fuso."), Block("", "Acciaio al crogiolo.", "es"), Block("", "Acciaio al crogiolo.", number=7))
    fill(home, [Startup("a", "A")], [Page("https://a.example/a.pdf", "a", "A", "it", blocks, WHEN)])
    build(home, fake, SETTINGS)
    snapshot = load_snapshot(home)
    own = [row for row, p in enumerate(snapshot.passages) if p.startup_id == "a"]
    assert [(snapshot.passages[row].language, snapshot.passages[row].number) for row in own] == [
        ("it", None),
        ("es", None),
        ("it", 7),
    ]
    assert [snapshot.lexical_passages.scores([(("it:acciai", 1.0),)])[row] > 0 for row in own] == [True, False, True]


def test_what_left_the_corpus_leaves_the_index(home: Home, fake: FakeEncoder) -> None:
    build(home, fake, SETTINGS)
    with Corpus(home.corpus) as corpus:
        page = next(corpus.pages("s002"))
        corpus.put_page(replace(page, blocks=(Block("", "Only this is left."),)))
    build(home, fake, SETTINGS)
    assert [p.text for p in load_snapshot(home).passages if p.url == page.url] == ["Only this is left."]


def test_another_model_embeds_everything_anew(home: Home) -> None:
    build(home, FakeEncoder(), SETTINGS)
    other = FakeEncoder("other", dimension=20)
    report = build(home, other, SETTINGS)
    snapshot = load_snapshot(home)
    assert report.changed
    assert set(other.encoded) >= texts(snapshot)
    assert (snapshot.manifest.model, snapshot.manifest.dimension, snapshot.dense.dimension) == ("other", 20, 20)


def test_full_embeds_everything_anew_and_another_passage_size_builds_again(home: Home) -> None:
    encoder = FakeEncoder()
    first = build(home, encoder, SETTINGS)
    encoder.encoded.clear()
    report = build(home, encoder, SETTINGS, full=True)
    assert (report.changed, report.embedded) == (True, first.embedded)
    assert build(home, encoder, index_settings(passage_words=60)).changed
    assert current_manifest(home).passage_words == 60


def test_each_text_is_embedded_once_and_progress_is_told(home: Home) -> None:
    encoder, told = FakeEncoder(), list[tuple[int, int]]()
    report = build(home, encoder, SETTINGS, on_progress=lambda done, total: told.append((done, total)))
    assert len(set(encoder.encoded)) == len(encoder.encoded) == report.embedded
    assert told == [(report.embedded, report.embedded)]


def test_old_snapshots_are_deleted(home: Home, fake: FakeEncoder) -> None:
    made = [build(home, fake, index_settings(keep_snapshots=2), full=True).snapshot for _ in range(4)]
    assert sorted(p.name for p in home.snapshots.iterdir() if p.is_dir()) == made[2:]


def test_a_damaged_current_snapshot_does_not_stop_a_build(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    encoder = FakeEncoder()
    first = build(home, encoder, SETTINGS)
    for damage in ("startups.jsonl", "manifest.json", "current"):
        path = home.current if damage == "current" else home.snapshots / current_manifest(home).id / damage
        path.write_bytes(b"\0" + path.read_bytes()[1:])
        encoder.encoded.clear()
        report = build(home, encoder, SETTINGS)
        assert (report.changed, report.embedded) == (True, first.embedded)
        assert "embedded anew" in caplog.text
        assert "scout index" not in caplog.text
        assert len(load_snapshot(home).passages) == first.passages


def test_an_empty_corpus_is_told(tmp_path: Path, fake: FakeEncoder) -> None:
    home = Home(tmp_path)
    with pytest.raises(CorpusError, match="no corpus"):
        build(home, fake, SETTINGS)
    fill(home, [Startup("a", "A")])
    with pytest.raises(NothingToIndexError, match="crawl or import"):
        build(home, fake, SETTINGS)
    assert not home.current.exists()


def test_startups_that_are_added_meanwhile_wait_for_the_next_build(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder, startups = FakeEncoder(), Corpus.startups

    def and_then_another(corpus: Corpus) -> object:
        found = list(startups(corpus))
        newcomer = Startup("a-newcomer", "Newcomer")
        profile = Profile(newcomer.id, "yc", "New text.", "en", WHEN)
        fill(home, [newcomer], [a_page(newcomer.id, 0, random.Random(5))], [profile])  # noqa: S311  # test data
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Corpus, "startups", and_then_another)
        report = build(home, encoder, SETTINGS)
    assert report.startups == 12
    assert len(Searcher(load_snapshot(home), encoder).search(Need("laser", 100)).matches) == 12
    assert build(home, encoder, SETTINGS).startups == 13


def test_texts_that_are_not_plain_are_indexed_and_come_back(home: Home, fake: FakeEncoder) -> None:
    odd = "Nul \x00, separators \u2028\x85\x1c, 😀 e\u0301 İ <b>&amp;</b> \\ \" 'quoted'"
    fill(home, [Startup("odd", "Odd \u2028 name")], [Page("https://odd.example/", "odd", odd, "en", (Block(odd, odd),), WHEN)])
    build(home, fake, SETTINGS)
    snapshot = load_snapshot(home)
    with Corpus(home.corpus, read_only=True) as corpus:
        page = next(corpus.pages("odd"))
    own = [p for p in snapshot.passages if p.startup_id == "odd"]
    assert own
    assert all(p.text == page.text[p.start : p.end] and p.title == odd for p in own)


def test_texts_without_any_term_are_indexed(tmp_path: Path, fake: FakeEncoder) -> None:
    home = Home(tmp_path)
    fill(home, [Startup("a", "?")], profiles=[Profile("a", "yc", "the of and", "en", WHEN)])
    build(home, fake, SETTINGS)
    (match,) = Searcher(load_snapshot(home), fake).search(Need("robot")).matches
    assert (match.startup.id, match.scores["lexical"]) == ("a", 0.0)


STOPPED = """
    import sys, time
    from pathlib import Path
    from crawler.home import Home
    from indexer import snapshot
    from indexer.build import build
    from indexer.settings import index_settings
    from tests.indexer.conftest import FakeEncoder

    home, stage = Home(Path(sys.argv[1])), sys.argv[2]

    def stop(*_, **__):
        print("there", flush=True)
        time.sleep(600)

    encoder = FakeEncoder()
    if stage == "embedding":
        encoder.encode_passages = stop
    elif stage == "writing":
        snapshot._write_lines = stop
    elif stage == "written":
        snapshot._sync = stop
    elif stage == "renamed":
        snapshot._point = stop
    elif stage == "pointing":
        Path.replace = stop
    build(home, encoder, index_settings(passage_words=12), full=True)
"""
UNENDING = """
    import sys
    from pathlib import Path
    from crawler.home import Home
    from indexer.build import build
    from indexer.settings import index_settings
    from tests.indexer.conftest import FakeEncoder

    home, encoder = Home(Path(sys.argv[1])), FakeEncoder()
    print("there", flush=True)
    while True:
        build(home, encoder, index_settings(passage_words=12, keep_snapshots=2), full=True)
"""


def started(root: Path, script: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", textwrap.dedent(script), *arguments]
    process = subprocess.Popen(command, env=environment, cwd=root, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "there\n"
    return process


def kill(process: subprocess.Popen[str]) -> None:
    with process:
        process.send_signal(signal.SIGKILL)


def leavings(home: Home) -> list[str]:
    return [p.name for p in (*home.snapshots.glob(".building-*"), *home.root.glob(".current-*"))]


@pytest.mark.parametrize("stage", ["embedding", "writing", "written", "renamed", "pointing"])
def test_a_build_that_is_killed_leaves_the_old_snapshot_and_the_next_one_works(
    root: Path, home: Home, fake: FakeEncoder, stage: str
) -> None:
    old = build(home, fake, SETTINGS)
    with Corpus(home.corpus) as corpus:
        corpus.put_startup(Startup("s003", "Another name"))
    process = started(root, STOPPED, str(home.root), stage)
    try:
        with pytest.raises(SnapshotBusyError):
            build(home, fake, SETTINGS)
        assert load_snapshot(home).manifest.id == old.snapshot
    finally:
        kill(process)
    assert load_snapshot(home).manifest.id == old.snapshot
    report = build(home, fake, SETTINGS)
    assert report.changed
    assert load_snapshot(home).manifest.id == report.snapshot > old.snapshot
    assert leavings(home) == []
    assert "Another name" in {s.name for s in load_snapshot(home).startups}


def test_killed_at_any_moment_a_whole_snapshot_is_current(root: Path, tmp_path: Path, fake: FakeEncoder) -> None:
    home = Home(tmp_path)
    fill_at_random(home, 6)
    build(home, fake, SETTINGS)
    right = load_snapshot(home)
    chance = random.Random(11)  # noqa: S311  # test data
    for _ in range(4):
        process = started(root, UNENDING, str(home.root))
        time.sleep(chance.uniform(0.05, 0.5))
        kill(process)
        assert_equal(load_snapshot(home), right)
    assert_equal_after_build(home, fake, right)


def assert_equal_after_build(home: Home, encoder: FakeEncoder, right: Snapshot) -> None:
    build(home, encoder, SETTINGS, full=True)
    assert_equal(load_snapshot(home), right)
    assert leavings(home) == []


def test_a_reader_sees_the_old_snapshot_or_the_new_one_while_builds_go_on(
    root: Path, tmp_path: Path, fake: FakeEncoder
) -> None:
    home, chance = Home(tmp_path), random.Random(2)  # noqa: S311  # test data
    fill(home, [a_startup(n, chance) for n in range(4)], [a_page(f"s{n:03}", 0, chance) for n in range(4)])
    build(home, fake, SETTINGS)
    right = load_snapshot(home)
    process = started(root, UNENDING, str(home.root))
    seen: set[str] = set()
    try:
        until = time.monotonic() + 300
        while len(seen) < 4:
            assert process.poll() is None
            assert time.monotonic() < until, "the builds switch no more"
            snapshot = load_snapshot(home)
            seen.add(snapshot.manifest.id)
            assert_equal(snapshot, right)
    finally:
        kill(process)
