"""Why a startup is not in the list: its rank, what lost it, and changes that hold when the search is run with them."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import indexer.why.why
from crawler.corpus.companies import Companies
from crawler.corpus.corpus import Corpus
from crawler.home import Home
from crawler.records import Profile, Startup
from indexer.build import build
from indexer.encoder import Encoder
from indexer.errors import FilterError, NeedError, SenseError, UnknownStartupError
from indexer.ranker import Ranker
from indexer.results import MAX_LIMIT, Filters, Need
from indexer.searcher import Searcher
from indexer.settings import index_settings
from indexer.snapshot import load_snapshot
from indexer.why.reasons import Standing, StepKind, Why
from tests.indexer.conftest import WHEN, FakeEncoder, fill, steady
from tests.indexer.test_searcher import FILTERS, NEEDS, are_ranges, passes

IDS = st.integers(0, 39).map(lambda number: f"s{number:03}")
WITHOUT = st.sampled_from(["", "", " without laser", " senza acciaio"])


def place_of(startup_id: str, searcher: Searcher, need: Need) -> int | None:
    """The rank of a startup in an answer."""
    return next((match.rank for match in searcher.search(need).matches if match.startup.id == startup_id), None)


def assert_changes_hold(why: Why, searcher: Searcher) -> None:
    """Run with any change, the search gives the rank that was said; the smallest come first."""
    assert [change.size for change in why.changes] == sorted(change.size for change in why.changes)
    for change in why.changes:
        assert change.rank <= why.need.limit
        assert place_of(why.startup.id, searcher, change.need) == change.rank
        assert len(change.steps) >= 1
        assert {step.what for step in change.steps if step.kind is StepKind.FILTER} == {lost.field for lost in why.filters}


@settings(steady, max_examples=40)
@given(text=NEEDS, without=WITHOUT, filters=FILTERS, startup_id=IDS, limit=st.integers(1, 6))
def test_rank_and_losses_are_those_of_a_search_and_every_change_holds_when_it_is_run(
    searcher: Searcher, text: str, *, without: str, filters: Filters, startup_id: str, limit: int
) -> None:
    assume(are_ranges(filters))
    need = Need(text + without, limit, filters)
    why = searcher.why(need, startup_id)
    whole = searcher.search(replace(need, limit=MAX_LIMIT)).matches
    assert why.rank == place_of(startup_id, searcher, replace(need, limit=MAX_LIMIT))
    assert why.rank_of_all == place_of(startup_id, searcher, replace(need, limit=MAX_LIMIT, filters=Filters()))
    assert (why.need, why.total) == (need, len(whole))
    assert (why.rank is None) == bool(why.filters) == (not passes(why.startup, filters))
    expected = Standing.FILTERED if why.rank is None else Standing.LISTED if why.rank <= limit else Standing.OUTRANKED
    assert why.standing is expected
    for lost in why.filters:
        assert lost.field not in {other.field for other in searcher.why(lost.need, startup_id).filters}
    last = whole[:limit][-1] if whole else None
    if last is None or last.startup.id == startup_id:
        assert (why.last, why.parts) == (None, ())
    else:
        assert why.last is not None
        assert (why.last.startup, why.last.rank) == (last.startup, last.rank)
        assert {part.part: part.last for part in why.parts} == last.scores
        losses = [part.own - part.last for part in why.parts]
        assert losses == sorted(losses)
        of_all = searcher.search(replace(need, limit=MAX_LIMIT, filters=Filters())).matches
        assert {part.part: part.own for part in why.parts} == of_all[why.rank_of_all - 1].scores
    assert_changes_hold(why, searcher)
    assert why.standing is not Standing.LISTED or (why.changes, why.tried, why.complete) == ((), 0, True)


TEXTS = {
    "near": "Laser welding of steel frames, controlled by a camera.",
    "next": "Laser welding of steel tubes with a camera.",
    "third": "Laser welding of copper with a camera.",
    "sieve": "Powder sieving for welding shops with ultrasonic sieves.",
    "drone": "Drones photograph bridges. Sieving is not their trade.",
    "gauze": "Woven gauze for bakeries and mills.",
    "mute": "Mute works.",
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, fake: FakeEncoder) -> Searcher:
    """Seven startups, told apart by their words."""
    return searcher_over(tmp_path_factory.mktemp("small"), fake, {key: ("en", text) for key, text in TEXTS.items()})


def searcher_over(folder: Path, encoder: Encoder, texts: dict[str, tuple[str, str]]) -> Searcher:
    home = Home(folder)
    facts = {"near": ("IT", 9), "next": ("IT", 3), "sieve": ("DE", 5)}
    startups = [
        Startup(key, f"{key.title()} Works", country=c, trl=t) for key in texts for c, t in [facts.get(key, (None, None))]
    ]
    fill(home, startups, [], [Profile(key, "yc", text, language, WHEN) for key, (language, text) in texts.items()])
    build(home, encoder, index_settings())
    return Searcher(load_snapshot(home), encoder)


def steps(why: Why) -> list[list[tuple[str, str]]]:
    return [[(step.kind.value, step.what) for step in change.steps] for change in why.changes]


def test_a_startup_in_the_list_is_said_to_be_there(small: Searcher) -> None:
    why = small.why(Need("laser welding of steel"), "near")
    assert (why.standing, why.rank, why.changes, why.tried) == (Standing.LISTED, 1, (), 0)


def test_words_that_it_lacks_are_named_and_adding_its_own_brings_it_in(small: Searcher) -> None:
    why = small.why(Need("laser welding and sieving", 1), "sieve")
    assert why.standing is Standing.OUTRANKED
    assert why.lacks == ("laser",)
    assert [("added", "ultrasonic")] in steps(why)
    assert_changes_hold(why, small)


def test_leaving_out_a_word_brings_it_in(small: Searcher) -> None:
    why = small.why(Need("frames controlled by a camera without steel", 1), "near")
    assert [("left out", "camera")] in steps(why)
    assert "frames controlled without steel" in [change.need.text for change in why.changes]
    assert_changes_hold(why, small)


def test_where_one_word_is_not_enough_two_are_added(small: Searcher) -> None:
    why = small.why(Need("sieving copper laser", 1), "sieve")
    assert {change.size for change in why.changes} == {2}
    assert_changes_hold(why, small)


def test_filters_say_what_it_has_and_what_they_would_have_to_be(small: Searcher) -> None:
    why = small.why(Need("powder sieving", 1, Filters(("IT",), trl_min=6, trl_max=9)), "sieve")
    assert (why.standing, why.rank, why.rank_of_all) == (Standing.FILTERED, None, 1)
    assert {lost.field: lost.own for lost in why.filters} == {"country": ("DE",), "trl": ("5",)}
    (change,) = why.changes
    assert (change.size, change.rank) == (2, 1)
    assert change.need.filters == Filters(("IT", "DE"), trl_min=5, trl_max=9)
    assert_changes_hold(why, small)


def test_a_fact_that_is_not_known_lets_no_filter_pass_so_it_is_left_out(small: Searcher) -> None:
    why = small.why(Need("woven gauze", 1, Filters(("IT",), trl_max=4)), "gauze")
    assert {lost.field: lost.own for lost in why.filters} == {"country": (), "trl": ()}
    assert why.changes[0].need.filters == Filters()
    assert_changes_hold(why, small)


def test_where_a_filter_and_words_lost_it_the_change_has_both(small: Searcher) -> None:
    why = small.why(Need("laser welding and sieving", 1, Filters(("IT",))), "sieve")
    assert steps(why)
    assert all(one[0] == ("filter", "country") and len(one) == 2 for one in steps(why))
    assert_changes_hold(why, small)


def test_an_exclusion_that_lost_it_may_be_ignored(small: Searcher) -> None:
    why = small.why(Need("laser welding of frames without steel", 1), "near")
    assert why.standing is Standing.OUTRANKED
    assert why.parts[0].part == "excluded"
    assert steps(why)[0] == [("exclusion", "steel")]
    assert_changes_hold(why, small)
    more = steps(small.why(Need("laser welding of frames without steel", 2), "near"))
    assert any(step[0] == "added" for one in more for step in one)
    assert [("added", "steel")] not in more, "what the need excludes is no word to add to it"


def test_where_nothing_brings_it_in_that_is_said(small: Searcher) -> None:
    why = small.why(Need("camera, photograph, bridges", 1), "mute")
    assert why.changes == ()
    assert why.tried == 3
    assert why.complete


def test_the_searches_are_bounded_and_it_says_when_it_stopped(small: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexer.why.why, "MOST_TRIED", 2)
    why = small.why(Need("camera, photograph, bridges", 1), "mute")
    assert (why.changes, why.tried, why.complete) == ((), 2, False)
    monkeypatch.setattr(indexer.why.why, "LONGEST", 0.0)
    why = small.why(Need("camera, photograph, bridges", 1), "mute")
    assert (why.changes, why.tried, why.complete) == ((), 1, False)


def test_it_is_not_complete_where_changes_as_small_were_left_aside(small: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    need = Need("camera, photograph, bridges", 1)
    assert small.why(need, "mute").complete
    monkeypatch.setattr(indexer.why.changes, "SINGLES", 1)
    assert not small.why(need, "mute").complete
    monkeypatch.undo()
    one, two = Need("laser welding and sieving", 1), Need("sieving copper laser", 1)
    assert [why.changes[0].size for why in (small.why(one, "sieve"), small.why(two, "sieve"))] == [1, 2]
    monkeypatch.setattr(indexer.why.changes, "PAIRED", 2)
    assert small.why(one, "sieve").complete
    assert not small.why(two, "sieve").complete


def test_an_error_of_senses_is_passed_over_only_where_senses_are_chosen(
    small: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    need = Need("camera, photograph, bridges", 1)
    ranked = Ranker.best

    def broken(ranker: Ranker, one: Need) -> object:
        if one.text != need.text:
            raise SenseError("a fault")
        return ranked(ranker, one)

    monkeypatch.setattr(Ranker, "best", broken)
    with pytest.raises(SenseError, match="a fault"):
        small.why(need, "mute")


def test_a_need_with_the_name_in_it_is_told_so(small: Searcher) -> None:
    assert small.why(Need("something like the GAUZE works of mills"), "gauze").named
    assert not small.why(Need("gauze that works"), "gauze").named


def test_its_name_is_no_word_to_add(small: Searcher) -> None:
    why = small.why(Need("laser welding", 1), "sieve")
    added = {what for one in steps(why) for kind, what in one if kind == "added"}
    assert added
    assert not any(word.casefold().startswith(("siev", "work")) for word in added)


def test_what_is_held_for_the_same_company_is_named_with_its_rank(tmp_path: Path, fake: FakeEncoder) -> None:
    home = Home(tmp_path)
    searcher_over(tmp_path, fake, {key: ("en", text) for key, text in TEXTS.items()})
    with Corpus(home.corpus) as corpus, corpus.transaction():
        Companies(corpus).link("near", "gauze", "vat")
    build(home, fake, index_settings())
    searcher = Searcher(load_snapshot(home), fake)
    (other,) = searcher.why(Need("laser welding of steel", 1), "gauze").same_company
    assert (other.startup.id, other.rank) == ("near", 1)
    (other,) = searcher.why(Need("laser welding of steel", 1, Filters(trl_max=3)), "gauze").same_company
    assert other.rank is None


def test_a_sense_that_was_taken_may_be_another(tmp_path: Path, encoder: Encoder) -> None:
    texts = {
        "die": ("en", "Stamping dies for sheet metal parts, made and repaired."),
        "mould": ("en", "Injection moulds with conformal cooling for plastics."),
        "press": ("en", "Printing press for books and newspapers."),
    }
    searcher = searcher_over(tmp_path, encoder, texts)
    whys = [searcher.why(Need("uno stampo e un forno", 1), key) for key in texts]
    assert any(change.steps[0].kind is StepKind.SENSE for why in whys for change in why.changes)
    choices = [(key, f"stampo={sense}") for key in texts for sense in ("mould", "stamping die")]
    whys += [searcher.why(Need("uno stampo e un forno", 1, senses=(choice,)), key) for key, choice in choices]
    left_out = [change.need for why in whys[3:] for change in why.changes if "stampo" not in change.need.text]
    assert left_out
    assert {need.senses for need in left_out} == {()}
    for why in whys:
        assert_changes_hold(why, searcher)


@pytest.mark.parametrize(
    ("need", "startup_id", "error"),
    [
        (Need("laser"), "nobody", UnknownStartupError),
        (Need(" "), "near", NeedError),
        (Need("laser", 0), "near", NeedError),
        (Need("laser", filters=Filters(("XX",))), "near", FilterError),
        (Need("laser", senses=("laser=light",)), "near", SenseError),
    ],
)
def test_what_cannot_be_answered_is_refused(small: Searcher, need: Need, startup_id: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        small.why(need, startup_id)
