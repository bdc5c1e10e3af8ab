"""The passages shown are the best ones, each says something of its own, and marks lie on words of the need."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import terms
from indexer.crossing import tagged
from indexer.evidence import SHOWN, TELLING_WORDS, Chooser, marks
from indexer.results import Passage
from tests.indexer.conftest import steady

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = st.sampled_from(["laser", "robot", "steel", "vision", "forge", "drone", "foam", "😀", "İ"])
TEXTS = st.lists(WORDS, min_size=1, max_size=20).map(" ".join)


def passage(text: str, language: str = "en", url: str | None = None) -> Passage:
    return Passage("acme", url, "Acme", "", text, 0, len(text), language, NOW, "yc")


def telling(label: str) -> str:
    """A text of words that no other label has."""
    return " ".join(f"{label}{number}" for number in range(TELLING_WORDS))


def chosen(scored: Sequence[tuple[Passage, float]], shared: Sequence[float] = (), stems: Collection[str] = ()) -> list[Passage]:
    """Return what is shown of one startup's passages, by their nearness and how far they have the words."""
    starts = np.array([0, len(scored)])
    near = np.array([score for _, score in scored], np.float32)
    words = np.array(shared or [0.0] * len(scored), np.float32)
    return [one.passage for one in Chooser([one for one, _ in scored], starts).chosen(0, near, words, stems)]


def shown(*scored: tuple[str, float], shared: Sequence[float] = ()) -> list[str]:
    """Return the labels of what is shown; what stands before a slash is the page."""
    given_ones = [(passage(telling(label), url=label.rpartition("/")[0]), score) for label, score in scored]
    return [one.text.partition("0")[0] for one in chosen(given_ones, shared)]


def test_the_best_come_first_and_three_at_most() -> None:
    assert shown(("a/one", 0.9), ("b/two", 1.0), ("c/three", 0.8), ("d/four", 0.95)) == ["b/two", "d/four", "a/one"]


def test_a_third_is_shown_only_where_it_is_worth_it_and_a_second_always() -> None:
    assert shown(("a/one", 1.0), ("b/two", 0.1), ("c/three", 0.05)) == ["a/one", "b/two"]
    assert shown(("a/one", 1.0), ("b/two", 0.61), ("c/three", 0.605)) == ["a/one", "b/two", "c/three"]


def test_pages_of_their_own_are_shown_before_more_of_a_page() -> None:
    scored = (("home/one", 1.0), ("home/two", 0.9), ("home/three", 0.9), ("plant/four", 0.8), ("team/five", 0.7))
    assert shown(*scored) == ["home/one", "plant/four", "team/five"]


def test_what_is_left_is_filled_from_the_same_pages_best_first() -> None:
    assert shown(("home/one", 1.0), ("home/two", 0.9), ("home/three", 0.8)) == ["home/one", "home/two", "home/three"]
    assert shown(("home/one", 1.0), ("home/two", 0.9), ("plant/three", 0.6)) == ["home/one", "home/two", "plant/three"]
    assert shown(("home/one", 1.0), ("home/two", 0.9), ("plant/three", 0.1)) == ["home/one", "home/two"]


def test_a_page_that_says_more_of_it_goes_before_one_that_is_near_by_chance() -> None:
    assert shown(("news/one", 0.8), ("news/two", 0.0), ("plant/three", 0.75), ("plant/four", 0.75))[0] == "plant/three"


def test_the_page_of_a_passage_counts_by_its_two_nearest_and_not_by_its_length() -> None:
    rest = [(f"plant/{number}", 0.0) for number in range(9)]
    assert shown(("plant/one", 0.9), ("plant/two", 0.8), *rest, ("news/three", 0.85)) == [
        "plant/one",
        "news/three",
        "plant/two",
    ]


def test_words_of_the_need_count_half_of_nearness() -> None:
    assert shown(("a/one", 0.5), ("b/two", 0.6), shared=(1.0, 0.0)) == ["a/one", "b/two"]
    assert shown(("a/one", 0.5), ("b/two", 0.8), shared=(1.0, 0.0)) == ["b/two", "a/one"]


def test_what_says_the_same_is_shown_once() -> None:
    again = telling("one").upper() + " indeed"
    found = chosen([(passage(telling("one")), 1.0), (passage(again), 0.9), (passage(telling("two")), 0.7)])
    assert [one.text for one in found] == [telling("one"), telling("two")]


def test_a_heading_proves_less_than_a_sentence_of_a_lower_score() -> None:
    found = chosen([(passage("laser welding", url="a"), 1.0), (passage(telling("one"), url="b"), 0.5)])
    assert [one.text for one in found] == [telling("one"), "laser welding"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("We weld frames.\n\u00bb Back to the home page", "We weld frames."),
        ("We weld frames.\n\u00bb Next: steel\n\u00bb About us", "We weld frames."),
        ("\u2190 All products\n We weld frames.\nIn steel.\nRead more \u2192", " We weld frames.\nIn steel."),
        ("We weld.\n\u00bb Steel\nWe cut.", "We weld.\n\u00bb Steel\nWe cut."),
        ("\u00bbWir schwei\u00dfen\u00ab\nWe weld.", "\u00bbWir schwei\u00dfen\u00ab\nWe weld."),
        ("We weld.\nRead more \u00bb", "We weld."),
        ("We weld.\nThe \u00abquiet seam\u00bb", "We weld.\nThe \u00abquiet seam\u00bb"),
        ("\u00bb Back to the home page", "\u00bb Back to the home page"),
    ],
)
def test_links_at_the_ends_of_a_passage_are_not_shown_and_the_rest_stands_where_it_stood(text: str, shown: str) -> None:
    (found,) = chosen([(replace(passage(text), start=7, end=7 + len(text)), 1.0)])
    assert found.text == shown == text[found.start - 7 : found.end - 7]


def test_passages_of_other_startups_are_not_looked_at() -> None:
    passages = [passage(telling("one")), replace(passage(telling("two")), startup_id="other")]
    found = Chooser(passages, np.array([0, 1, 2])).chosen(1, np.ones(2, np.float32), np.ones(2, np.float32), ())
    assert [one.passage for one in found] == passages[1:]


@steady
@given(st.lists(st.tuples(TEXTS, st.floats(0, 1), st.floats(0, 1), st.sampled_from("abc")), min_size=1, max_size=12))
def test_there_is_always_evidence_never_too_much_and_none_twice(scored: list[tuple[str, float, float, str]]) -> None:
    given_ones = [(passage(text, url=page), near) for text, near, _, page in sorted(scored, key=lambda one: one[3])]
    found = chosen(given_ones, [shared for _, _, shared, _ in scored], {"laser"})
    assert 1 <= len(found) <= SHOWN
    assert all(one in [passage for passage, _ in given_ones] for one in found)
    assert len({one.text for one in found}) == len(found)


def test_marks_are_the_words_of_the_need_in_any_form() -> None:
    text = "Dell\u2019acciaio fuso: robot per saldature, 😀 saldatura İ robot."
    found = marks(passage(text, "it"), {"it:sald", "it:acciai", "it:robot"})
    assert [text[start:end] for start, end in found] == ["acciaio", "robot", "saldature", "saldatura", "robot"]


def test_a_term_is_marked_in_texts_of_its_own_language_only() -> None:
    text = "fine robot"
    for language, stems in (("it", {"it:fin"}), ("en", {"fine"}), ("de", {"fine"})):
        assert marks(passage(text, language), stems) == ((0, 4),)
    assert marks(passage(text, "it"), {"fine", "fin", "robot"}) == marks(passage(text), {"it:fin", "it:robot"}) == ()


@steady
@given(text=st.text(max_size=60), need=st.text(max_size=60), language=st.sampled_from(["it", "en", "de", "und"]))
def test_marks_lie_in_the_text_in_order_without_overlap(text: str, need: str, language: str) -> None:
    last = 0
    stems = {tagged(term.stem, language) for term in terms(need + text, language)}
    for start, end in marks(passage(text, language), stems):
        assert last <= start < end <= len(text)
        last = end


def test_a_mark_takes_in_what_belongs_to_its_last_letter() -> None:
    text = "Il caffe\u0301\u0323 con acciaio\ufe0f fuso."
    stems = {tagged(term.stem, "it") for term in terms("caff\u00e9 acciaio", "it")}
    assert [text[start:end] for start, end in marks(passage(text, "it"), stems)] == ["caffe\u0301\u0323", "acciaio\ufe0f"]
