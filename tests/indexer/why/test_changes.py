"""Changed needs: the smallest first, each once, none that cannot be searched for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import indexer.why.changes
from indexer.results import Need
from indexer.searcher import Searcher, check
from indexer.why.changes import candidates
from indexer.why.reasons import StepKind
from indexer.why.words import units
from tests.indexer.conftest import WORDS, steady

PARTS = st.sampled_from(
    [*WORDS["en"], *WORDS["it"], "per", "the", ",", ".", "(", ")", "senza", "without", "visione artificiale"]
)
ADDED = ("powder", "sieve", "gauze")


@steady
@given(text=st.lists(PARTS, min_size=1, max_size=12).map(" ".join).filter(lambda text: any(map(str.isalnum, text))))
def test_changes_come_by_size_each_once_and_can_be_searched_for(searcher: Searcher, text: str) -> None:
    need = Need(text, 3)
    ranking, _ = searcher.ranker.best(need)
    found, _ = candidates(need, ranking, units(text, ranking, searcher._crossing), ADDED)
    assert [one.size for one in found] == sorted(one.size for one in found)
    needs = [one.need for one in found]
    assert len(set(needs)) == len(needs)
    assert need not in needs
    for one in found:
        check(one.need)
        assert all(step.what in text for step in one.steps if step.kind is StepKind.LEFT_OUT)
        assert one.size >= 1


def test_no_need_gets_longer_than_needs_may_be(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    need = Need("laser steel")
    ranking, _ = searcher.ranker.best(need)
    whole = units(need.text, ranking, searcher._crossing)
    monkeypatch.setattr(indexer.why.changes, "MAX_NEED_CHARACTERS", 17)
    found = [one.need.text for one in candidates(need, ranking, whole, ("mill", "powder"))[0]]
    assert found == ["laser steel, mill", "steel", "laser"]


def test_clauses_are_left_out_as_wholes_and_the_last_words_never(searcher: Searcher) -> None:
    need = Need("laser welding of steel, camera for castings, robot")
    ranking, _ = searcher.ranker.best(need)
    found, _ = candidates(need, ranking, units(need.text, ranking, searcher._crossing), ())
    assert "laser welding of steel, robot" in [one.need.text for one in found]
    for text, last in (("laser", "laser"), ("laser welding, without steel", "laser welding")):
        alone = Need(text)
        ranking, _ = searcher.ranker.best(alone)
        found, _ = candidates(alone, ranking, units(text, ranking, searcher._crossing), ())
        assert "without steel" not in [one.need.text for one in found]
        assert not any(step.what.strip(" ,") == last for one in found for step in one.steps)


def test_it_is_told_how_small_the_changes_are_that_are_left_aside(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    need = Need("laser welding of steel with a camera")
    ranking, _ = searcher.ranker.best(need)
    whole = units(need.text, ranking, searcher._crossing)
    words = ("mill", "powder", "sieve")
    assert candidates(need, ranking, whole, words)[1] is None
    monkeypatch.setattr(indexer.why.changes, "PAIRED", 2)
    assert candidates(need, ranking, whole, words)[1] == 2
    monkeypatch.setattr(indexer.why.changes, "SINGLES", 1)
    assert candidates(need, ranking, whole, words)[1] == 1
