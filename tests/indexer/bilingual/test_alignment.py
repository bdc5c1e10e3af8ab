"""A toy parallel corpus teaches which words stand for which, by their company, their weights and their stems."""

import numpy as np
import pytest

from indexer.bilingual.alignment import LONGEST, ROUNDS, Alignment, align
from indexer.bilingual.parallel import Pair

NOUNS = {"robot": "robot", "forno": "furnace", "acciaio": "steel", "pressa": "press", "tornio": "lathe", "getto": "casting"}
VERBS = {"taglia": "cuts", "misura": "measures", "sposta": "moves", "scalda": "heats"}
TOY = tuple(
    Pair(f"il {one} {verb} un {other}", f"the {NOUNS[one]} {VERBS[verb]} a {NOUNS[other]}", 1.0)
    for one in NOUNS
    for verb in VERBS
    for other in NOUNS
    if one != other
)


def shares(alignment: Alignment, word: str) -> dict[str, float]:
    """What a word stands for, and how surely."""
    own = alignment.source == alignment.italian.index(word)
    return {alignment.english[t]: p for t, p in zip(alignment.target[own], alignment.probability[own], strict=True)}


def best(alignment: Alignment, word: str) -> str:
    found = shares(alignment, word)
    return max(found, key=found.__getitem__)


@pytest.fixture(scope="module")
def toy() -> Alignment:
    return align(TOY)


@pytest.mark.parametrize(("italian", "english"), [*NOUNS.items(), *VERBS.items(), ("il", "the"), ("un", "a")])
def test_each_word_is_aligned_with_what_it_means(toy: Alignment, italian: str, english: str) -> None:
    assert best(toy, italian) == english
    assert shares(toy, italian)[english] > 0.8


def test_the_arrays_belong_together_and_are_sorted_by_the_italian_word(toy: Alignment) -> None:
    assert len(toy.source) == len(toy.target) == len(toy.probability) == len(toy.count)
    assert (np.diff(toy.source) >= 0).all()
    assert set(toy.source) == set(range(len(toy.italian)))
    assert set(toy.target) == set(range(len(toy.english)))
    assert (toy.probability >= 0).all()
    assert (toy.count >= 0).all()
    np.testing.assert_allclose(np.bincount(toy.source, toy.probability), 1.0, atol=1e-6)
    assert toy.count.sum() <= sum(len(pair.english.split()) for pair in TOY)


def test_the_same_data_give_the_same_alignment(toy: Alignment) -> None:
    again = align(TOY)
    assert (again.italian, again.english) == (toy.italian, toy.english)
    for name in ("source", "target", "probability", "count"):
        np.testing.assert_array_equal(getattr(again, name), getattr(toy, name))


def test_a_pair_that_weighs_more_says_more() -> None:
    def shape(own: float, other: float) -> dict[str, float]:
        return shares(align([Pair("tempra", "hardening", own), Pair("tempra", "tempering", other)]), "tempra")

    assert shape(3.0, 1.0)["hardening"] > shape(1.0, 1.0)["hardening"] > shape(1.0, 3.0)["hardening"]
    assert shape(1.0, 1.0)["hardening"] == pytest.approx(shape(1.0, 1.0)["tempering"])


def test_a_rare_form_leans_on_the_other_forms_of_its_stem() -> None:
    rare = Pair("torni usati", "used lathes and presses", 1.0)
    several = [Pair("tornio", "lathes", 1.0)] * 20
    alone, together = align([rare]), align([rare, *several])
    assert shares(together, "torni")["lathes"] > shares(alone, "torni")["lathes"]
    assert best(together, "torni") == "lathes"


def test_words_in_like_places_are_held_together() -> None:
    found = align([Pair("prima seconda terza quarta", "first second third fourth", 1.0)])
    assert [best(found, word) for word in ("prima", "quarta")] == ["first", "fourth"]


def test_texts_without_words_or_with_too_many_are_left_out() -> None:
    long = " ".join(f"parola{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(LONGEST + 1))
    found = align([Pair("forno", "furnace", 1.0), Pair("12", "twelve", 1.0), Pair("dodici", "12 %", 1.0), Pair(long, "x", 1.0)])
    assert (found.italian, found.english) == (("forno",), ("furnace",))


def test_progress_is_told_by_round() -> None:
    told: list[tuple[int, int]] = []
    align(TOY[:5], lambda done, total: told.append((done, total)))
    assert told == [(n + 1, ROUNDS) for n in range(ROUNDS)]
