"""Startups go by the classes that the need is of, in whatever scale a model measures."""

import numpy as np
import pytest

from indexer.classes.kinds import Kinds, belonging
from indexer.encoder import Vector, Vectors, unit
from tests.indexer.classes.test_assigning import CLASSES, vectors_of_classes

BELONGING = np.array([[3, 0, 0, 0], [0, 2, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0]], np.float32)


def need_like(*texts: str, seed: int = 0) -> Vector:
    vector_of = vectors_of_classes(seed)
    need: Vector = unit(np.sum([vector_of[text] for text in texts], axis=0)[None])[0]
    return need


@pytest.mark.parametrize("place", range(len(CLASSES)))
def test_a_need_in_the_words_of_a_class_is_of_that_class(place: int) -> None:
    kinds = Kinds(CLASSES, vectors_of_classes(0), BELONGING)
    shares = kinds.shares(need_like(*CLASSES[place].texts))
    assert shares.argmax() == place
    assert shares.sum() == pytest.approx(1)
    np.testing.assert_allclose(kinds.scores(need_like(*CLASSES[place].texts)), BELONGING @ shares, rtol=1e-5)


def test_startups_of_the_class_of_a_need_go_before_those_of_others() -> None:
    kinds = Kinds(CLASSES, vectors_of_classes(0), BELONGING)
    welding, casting = (kinds.scores(need_like(*one.texts)) for one in CLASSES[:2])
    assert welding.argsort().tolist()[::-1] == [0, 2, 1, 3]
    assert casting.argmax() == 1
    assert welding[3] == casting[3] == 0


def test_a_model_in_which_all_texts_are_near_each_other_says_the_same() -> None:
    def crowded(vectors: Vectors) -> Vectors:
        """Vectors whose cosines are 0.1 of these, and 0.9 more."""
        return np.hstack([np.sqrt(0.1) * vectors, np.full((len(vectors), 1), np.sqrt(0.9))]).astype(np.float32)

    vector_of, need = vectors_of_classes(3), need_like(*CLASSES[1].texts[:3], seed=3)
    plain = Kinds(CLASSES, vector_of, BELONGING).shares(need)
    close = Kinds(CLASSES, {text: crowded(one[None])[0] for text, one in vector_of.items()}, BELONGING)
    shares = close.shares(crowded(need[None])[0])
    assert shares.argmax() == plain.argmax() == 1
    np.testing.assert_allclose(shares, plain, atol=0.1)


def test_classes_that_a_model_cannot_tell_apart_count_alike() -> None:
    same = dict.fromkeys((text for one in CLASSES for text in one.texts), np.eye(24, dtype=np.float32)[0])
    np.testing.assert_allclose(Kinds(CLASSES, same, BELONGING).shares(np.eye(24, dtype=np.float32)[1]), 0.25)


def test_nobody_is_of_a_class_by_less_than_nothing_and_words_count() -> None:
    found = belonging(np.array([[-2.0, 0.5]], np.float32), np.array([[0.1, 0.2]], np.float32))
    np.testing.assert_allclose(found, [[0.0, 1.5]])
