"""The passages shown are the best ones, each says something of its own, and marks lie on words of the need."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import terms
from indexer.crossing import tagged
from indexer.evidence import SHOWN, TELLING_WORDS, choose, marks
from indexer.results import Passage
from tests.indexer.conftest import steady

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = st.sampled_from(["laser", "robot", "steel", "vision", "forge", "drone", "foam", "😀", "İ"])
TEXTS = st.lists(WORDS, min_size=1, max_size=20).map(" ".join)


def passage(text: str, language: str = "en") -> Passage:
    return Passage("acme", None, "Acme", "", text, 0, len(text), language, NOW, "yc")


def telling(label: str) -> str:
    """A text of words that no other label has."""
    return " ".join(f"{label}{number}" for number in range(TELLING_WORDS))


def shown(*scored: tuple[str, float]) -> list[str]:
    found = choose([(passage(telling(label)), score) for label, score in scored], ())
    return [one.passage.text.partition("0")[0] for one in found]


def test_the_best_come_first_and_three_at_most() -> None:
    assert shown(("one", 0.9), ("two", 1.0), ("three", 0.8), ("four", 0.95)) == ["two", "four", "one"]


def test_a_third_is_shown_only_where_it_is_worth_it_and_a_second_always() -> None:
    assert shown(("one", 1.0), ("two", 0.1), ("three", 0.05)) == ["one", "two"]
    assert shown(("one", 1.0), ("two", 0.61), ("three", 0.605)) == ["one", "two", "three"]


def test_what_says_the_same_is_shown_once() -> None:
    again = telling("one").upper() + " indeed"
    found = choose([(passage(telling("one")), 1.0), (passage(again), 0.9), (passage(telling("two")), 0.7)], ())
    assert [one.passage.text for one in found] == [telling("one"), telling("two")]


def test_a_heading_proves_less_than_a_sentence_of_a_lower_score() -> None:
    found = choose([(passage("laser welding"), 1.0), (passage(telling("one")), 0.5)], ())
    assert [one.passage.text for one in found] == [telling("one"), "laser welding"]


@steady
@given(st.lists(st.tuples(TEXTS, st.floats(0, 2)), min_size=1, max_size=12))
def test_there_is_always_evidence_and_never_more_than_is_shown(scored: list[tuple[str, float]]) -> None:
    given_ones = [(passage(text), score) for text, score in scored]
    found = choose(given_ones, {"laser"})
    assert 1 <= len(found) <= SHOWN
    assert all(one.passage in [passage for passage, _ in given_ones] for one in found)


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
