"""The measures are those of their formulas, and a file that cannot be read is told with its line."""

import math
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import EvaluationError
from indexer.evaluation.measures import DEPTH, Evaluation, Run, evaluate, make_run, write_run
from indexer.evaluation.topics import Qrels, Topic, read_qrels, read_topics
from indexer.searcher import Searcher
from tests.indexer.conftest import steady

NAMES = ("nDCG@10", "Recall@20", "MRR@10")


def by_hand(ranking: Sequence[str], judged: dict[str, int]) -> dict[str, float]:
    """The three measures of one topic, from their formulas (Järvelin and Kekäläinen 2002 with the grade as gain)."""

    def gain(grades: Sequence[int]) -> float:
        return sum(max(grade, 0) / math.log2(rank + 1) for rank, grade in enumerate(grades[:10], start=1))

    ideal = gain(sorted(judged.values(), reverse=True))
    measures = {"nDCG@10": gain([judged.get(one, 0) for one in ranking]) / ideal if ideal else 0.0}
    relevant = {one for one, grade in judged.items() if grade >= 2}
    if relevant:
        measures["Recall@20"] = len(relevant & set(ranking[:20])) / len(relevant)
        measures["MRR@10"] = next((1 / rank for rank, one in enumerate(ranking[:10], start=1) if one in relevant), 0.0)
    return measures


def check(run: Run, qrels: Qrels) -> Evaluation:
    found = evaluate(run, qrels)
    expected = {topic: by_hand([s for s, _ in ranking], dict(qrels.get(topic, {}))) for topic, ranking in run.items()}
    assert {topic: set(values) for topic, values in found.per_topic.items()} == {t: set(v) for t, v in expected.items()}
    for topic, values in expected.items():
        for name, value in values.items():
            assert found.per_topic[topic][name] == pytest.approx(value, abs=1e-6), (topic, name)
    for name in NAMES:
        of_topics = [one[name] for one in expected.values() if name in one]
        assert found.means[name] == pytest.approx(sum(of_topics) / len(of_topics) if of_topics else 0.0, abs=1e-6)
    return found


@steady
@given(seed=st.integers(0, 10_000), topics=st.integers(1, 5), size=st.integers(1, 60), lowest=st.sampled_from([-1, 0]))
def test_measures_equal_a_second_implementation(seed: int, topics: int, size: int, lowest: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # test data
    startups = [f"s{n}" for n in range(size)]
    run = {
        f"t{topic}": [
            (s, float(score)) for s, score in zip(chance.sample(startups, size), sorted(ties(chance, size)), strict=True)
        ]
        for topic in range(topics)
    }
    qrels = {
        f"t{topic}": {s: chance.randint(lowest, chance.randint(0, 3)) for s in chance.sample(startups, chance.randint(1, size))}
        for topic in range(topics + 2)
        if topic != 1
    }
    check(run, qrels)


def ties(chance: random.Random, size: int) -> list[float]:
    return [-chance.choice([0.0, 0.1, 0.5, 1.0]) for _ in range(size)]


def test_ranks_decide_and_not_scores_that_are_equal_or_out_of_order() -> None:
    qrels = {"1": {"b": 3}}
    assert check({"1": [("b", 0.5), ("a", 0.5)]}, qrels).means["MRR@10"] == 1.0
    assert check({"1": [("a", 0.5), ("b", 0.5)]}, qrels).means["MRR@10"] == 0.5
    assert check({"1": [("a", 0.1), ("b", 0.9)]}, qrels).means["MRR@10"] == 0.5


def test_topics_without_relevant_startups_without_judgements_or_without_matches_are_measured() -> None:
    qrels = {"none": {"a": 0, "b": 1}, "good": {"a": 3}, "empty": {"a": 3}}
    found = check({"none": [("b", 1.0)], "unjudged": [("a", 1.0)], "good": [("a", 1.0)], "empty": []}, qrels)
    assert found.per_topic["none"] == {"nDCG@10": 1.0}
    assert found.per_topic["unjudged"] == {"nDCG@10": 0.0}
    assert found.per_topic["empty"] == {"nDCG@10": 0.0, "Recall@20": 0.0, "MRR@10": 0.0}
    assert found.means["Recall@20"] == 0.5


def test_nothing_to_measure_is_zero() -> None:
    assert evaluate({}, {"1": {"a": 1}}).means == dict.fromkeys(NAMES, 0.0)
    assert evaluate({"1": []}, {"2": {"a": 1}}).means == dict.fromkeys(NAMES, 0.0)


def test_every_topic_is_answered_in_the_language_asked_for(searcher: Searcher) -> None:
    topics = (Topic("7", {"en": "laser welding", "it": "saldatura"}), Topic("2", {"en": "steel", "it": "acciaio"}))
    for language in ("en", "it"):
        run = make_run(topics, language, searcher.search)
        assert list(run) == ["7", "2"]
        assert all(len(found) == min(DEPTH, searcher.manifest.startups) for found in run.values())
    assert make_run(topics, "en", searcher.search) != make_run(topics, "it", searcher.search)


def test_a_run_is_written_as_trec_has_it(tmp_path: Path) -> None:
    path = tmp_path / "out.trec"
    write_run(path, {"7": [("yc-1", 0.75), ("white space", 0.5)], "8": [("ks-è", 1.0)]}, "startup-scout-en")
    assert path.read_text(encoding="utf-8").splitlines() == [
        "7 Q0 yc-1 1 0.750000 startup-scout-en",
        "7 Q0 white_space 2 0.500000 startup-scout-en",
        "8 Q0 ks-è 1 1.000000 startup-scout-en",
    ]


def test_topics_are_read_in_order_whatever_wrote_the_file(tmp_path: Path) -> None:
    path = tmp_path / "topics.tsv"
    path.write_bytes('\ufeffid\ten\tit\r\n7\tA "quoted" need\tUn\u2028bisogno\r\n\r\n2\t two \tdue\r\n'.encode())
    assert read_topics(path) == (
        Topic("7", {"en": 'A "quoted" need', "it": "Un\u2028bisogno"}),
        Topic("2", {"en": "two", "it": "due"}),
    )
    path.write_text("it\tnote\ten\tid\ndue\tx\ttwo\t2", encoding="utf-8")
    assert read_topics(path) == (Topic("2", {"en": "two", "it": "due"}),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "header"),
        (b"\n", "header"),
        (b"id,en,it\n1,a,b\n", "header"),
        (b"id\ten\n1\ta\n", "header"),
        (b"id\ten\tit\n", "no topics"),
        (b"id\ten\tit\n1\ta\tb\n2\tc\n", "line 3"),
        (b"id\ten\tit\n1\ta\tb\tc\n", "line 2"),
        (b"id\ten\tit\n1\t \tb\n", "line 2"),
        (b"id\ten\tit\n1\ta\tb\n\n1\tc\td\n", "line 4"),
        (b"id\ten\tit\n1 2\ta\tb\n", "line 2"),
        (b"id\ten\tit\n1\t" + b"x" * 200_000 + b"\n", "line 2"),
        (b"\xff\xfeid", "cannot read"),
    ],
)
def test_topics_that_cannot_be_read_are_told_with_the_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "topics.tsv"
    path.write_bytes(content)
    with pytest.raises(EvaluationError, match=said) as raised:
        read_topics(path)
    assert str(path) in str(raised.value)
    assert len(str(raised.value)) < 500


def test_judgements_are_read_with_any_white_space(tmp_path: Path) -> None:
    path = tmp_path / "qrels.txt"
    path.write_text("7 0 yc-1 3\r\n\n7\t0\tyc-2   0\n8 Q0 x -1", encoding="utf-8")
    assert read_qrels(path) == {"7": {"yc-1": 3, "yc-2": 0}, "8": {"x": -1}}


@pytest.mark.parametrize(
    "line", ["7 0 yc-1", "7 0 yc-1 3 4", "7 0 yc-1 high", "7 0 yc-1 2.5", "7 0 x --1", "7 0 x \u00b2", "7 0 x " + "9" * 5000]
)
def test_judgements_that_cannot_be_read_are_told_with_the_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "qrels.txt"
    path.write_text(f"7 0 yc-1 3\n\n{line}\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="line 3") as raised:
        read_qrels(path)
    assert len(str(raised.value)) < 500


def test_files_that_are_not_there_or_hold_nothing_are_told(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(EvaluationError, match="no judgements"):
        read_qrels(tmp_path / "empty")
    for read in (read_topics, read_qrels):
        for path in (tmp_path / "missing", tmp_path):
            with pytest.raises(EvaluationError, match="cannot read"):
                read(path)
