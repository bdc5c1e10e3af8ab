"""Startups that offer what a need excludes go down, exactly; those that say they do without it do not."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from crawler.corpus.corpus import Corpus
from crawler.home import Home
from crawler.records import Profile, Startup
from indexer.build import build
from indexer.results import MAX_LIMIT, Confidence, Filters, Match, Need
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.snapshot import load_snapshot
from tests.indexer.conftest import WHEN, FakeEncoder

TEXTS = {
    "made of it": "Laser cutting machines for sheet metal with a fibre laser.",
    "mentions it": "Cutting machines for sheet metal and tubes, with automatic loading, sorting, nesting software, spare parts,"
    " training, remote service, financing, and next to waterjet, shearing, punching and sawing also a laser in our workshop.",
    "does without": "Cutting machines for sheet metal without any laser.",
    "says nothing": "Cutting machines for sheet metal with a waterjet.",
    "in Italian": "Macchine per il taglio laser della lamiera in officina.",
    "far away": "Accounting software for dentists.",
}


@pytest.fixture(scope="module")
def searchers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Searcher, Searcher]:
    """One that tells exclusions apart and one that does not, over the same snapshot."""
    return _searchers(tmp_path_factory.mktemp("home"), TEXTS)


def _searchers(folder: Path, texts: Mapping[str, str]) -> tuple[Searcher, Searcher]:
    home, fake = Home(folder), FakeEncoder()
    with Corpus(home.corpus) as corpus, corpus.transaction():
        for name, text in texts.items():
            corpus.put_startup(Startup(name, "Firm", tags=(name,)))
            corpus.put_profile(Profile(name, "test", text, "it" if name == "in Italian" else "en", WHEN))
    build(home, fake, index_settings())
    snapshot = load_snapshot(home)
    return Searcher(snapshot, fake), Searcher(snapshot, fake, excluding=False)


def _kept(searcher: Searcher, need: str) -> dict[str, float]:
    """Return the share of its score that each startup keeps."""
    matches = searcher.search(Need(need, MAX_LIMIT)).matches
    return {m.startup.id: m.score / (m.score - m.scores["excluded"]) for m in matches if m.score > 0}


@pytest.mark.parametrize("need", ["cutting of sheet metal, no laser", "taglio della lamiera senza laser"])
def test_the_more_of_the_excluded_a_startup_offers_the_less_it_keeps(searchers: tuple[Searcher, Searcher], need: str) -> None:
    kept = _kept(searchers[0], need)
    assert kept["made of it"] < kept["mentions it"] < kept["says nothing"] < kept["does without"] == pytest.approx(1.0)
    assert kept["in Italian"] < kept["says nothing"]


def test_without_the_room_the_excluded_pulls_up(searchers: tuple[Searcher, Searcher]) -> None:
    with_room, without = (s.search(Need("cutting of sheet metal, no laser")) for s in searchers)
    assert without.matches[0].startup.id == "made of it"
    assert without.exclusions == ()
    assert [m.startup.id for m in with_room.matches][:2] == ["does without", "says nothing"]
    assert with_room.matches[0].confidence != Confidence.WEAK


def test_parts_sum_to_the_score_which_stays_within_zero_and_one(searchers: tuple[Searcher, Searcher]) -> None:
    for match in searchers[0].search(Need("sheet metal cutting without laser, no dentists", MAX_LIMIT)).matches:
        assert match.scores["excluded"] <= 0
        assert sum(match.scores.values()) == pytest.approx(match.score, abs=1e-5)
        assert 0 <= match.score <= 1


def test_an_ignored_exclusion_is_searched_for_like_all_words(searchers: tuple[Searcher, Searcher]) -> None:
    text = "cutting of sheet metal, no laser"
    answer = searchers[0].search(Need(text, MAX_LIMIT, ignore_exclusions=("LASER",)))
    assert [(one.text, one.applied) for one in answer.exclusions] == [("laser", False)]
    assert _facts(answer.matches) == _facts(searchers[1].search(Need(text, MAX_LIMIT)).matches)


def test_a_need_that_excludes_nothing_is_answered_as_without_the_room(searchers: tuple[Searcher, Searcher]) -> None:
    for text in ("laser cutting", "taglio senza contatto", "cutting without stopping the line", "no laser"):
        one, other = (s.search(Need(text, MAX_LIMIT)) for s in searchers)
        assert one.exclusions == ()
        assert _facts(one.matches) == _facts(other.matches)


def _facts(matches: tuple[Match, ...]) -> list[tuple[str, float, dict[str, float], Confidence]]:
    return [(m.startup.id, m.score, m.scores, m.confidence) for m in matches]


def test_the_best_few_are_the_first_of_all_whatever_the_filter(tmp_path: Path) -> None:
    chance = np.random.default_rng(7)
    words = ["laser", "without laser", "cutting", "sheet", "metal", "robot", "drones", "no drones", "dust", "oven"]
    texts = {f"s{n}": f"We make {', '.join(chance.choice(words, 4))}." for n in range(120)}
    searcher, _ = _searchers(tmp_path, texts)
    for need in ("sheet metal robot, no laser", "oven and dust without drones or laser"):
        whole = searcher.search(Need(need, MAX_LIMIT)).matches
        assert [m.score for m in whole] == sorted((m.score for m in whole), reverse=True)
        for limit in (1, 5, 30):
            assert _facts(searcher.search(Need(need, limit)).matches) == _facts(whole[:limit])
        tags = tuple(sorted(texts)[::3])
        some = searcher.search(Need(need, MAX_LIMIT, Filters(tags=tags))).matches
        shown = {m.startup.id for m in whole}
        assert [m.startup.id for m in some if m.startup.id in shown] == [m.startup.id for m in whole if m.startup.id in tags]


def test_a_need_full_of_exclusions_is_answered(searchers: tuple[Searcher, Searcher]) -> None:
    answer = searchers[0].search(Need("cutting, " + "no laser, " * 900))
    assert 0 < len(answer.exclusions) <= 8
    assert answer.matches
