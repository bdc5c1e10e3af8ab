"""Who belongs to a class: what is like its texts, in whatever scale a model measures, wherever it stands in the corpus."""

import numpy as np
import pytest

from indexer.analysis import terms
from indexer.classes.assigning import BELONGS, class_nearness, class_scores, class_words, members
from indexer.classes.scheme import TechnologyClass
from indexer.crossing import tagged
from indexer.encoder import Vector, Vectors, unit
from indexer.encoders import packaged_crossing
from indexer.lexical import LexicalIndex
from tests.indexer.conftest import FakeEncoder

CLASSES = (
    TechnologyClass(
        "weld", "Welding", "Saldatura", "arc welding, laser welding, seams, brazing.", "saldatura ad arco, cordoni."
    ),
    TechnologyClass("cast", "Casting", "Fonderia", "die casting, foundries, moulds, melting.", "pressofusione, stampi, getti."),
    TechnologyClass(
        "water", "Water", "Acqua", "desalination, leaks, purification, sewage.", "dissalazione, perdite, depurazione."
    ),
    TechnologyClass("chips", "Chips", "Chip", "semiconductors, wafers, boards, firmware.", "semiconduttori, schede, circuiti."),
)
STARTS = np.array([0, 2, 3])


def unit_at_random(rows: int, seed: int) -> Vectors:
    return unit(np.random.default_rng(seed).standard_normal((rows, 24)))


def vectors_of_classes(seed: int) -> dict[str, Vector]:
    """Vectors at random; both descriptions of a class have the same, since they say the same."""
    found: dict[str, Vector] = {}
    for place, one in enumerate(CLASSES):
        made = unit_at_random(len(one.texts), seed + place)
        found |= dict(zip(one.texts, made, strict=True))
        found[one.descriptions[1]] = found[one.descriptions[0]]
    return found


def nearness(vector_of: dict[str, Vector], passages: Vectors, summaries: Vectors) -> Vectors:
    return class_nearness(CLASSES, vector_of, passages=passages, summaries=summaries, starts=STARTS)


@pytest.mark.parametrize("seed", range(5))
def test_a_model_in_which_all_texts_are_near_each_other_finds_the_same(seed: int) -> None:
    def crowded(vectors: Vectors) -> Vectors:
        """Vectors whose cosines are 0.1 of these, and 0.9 more."""
        return np.hstack([np.sqrt(0.1) * vectors, np.full((len(vectors), 1), np.sqrt(0.9))]).astype(np.float32)

    vector_of, passages, summaries = vectors_of_classes(seed), unit_at_random(5, seed + 50), unit_at_random(3, seed + 60)
    close = {text: crowded(vector[None])[0] for text, vector in vector_of.items()}
    plain = nearness(vector_of, passages, summaries)
    assert np.allclose(plain, nearness(close, crowded(passages), crowded(summaries)), atol=0.02)
    assert plain.std() > 0.2


def test_the_best_passage_counts_and_the_order_of_startups_does_not() -> None:
    vector_of, passages, summaries = vectors_of_classes(1), unit_at_random(5, 2), unit_at_random(3, 3)
    plain = nearness(vector_of, passages, summaries)
    turned = class_nearness(
        CLASSES, vector_of, passages=passages[[3, 4, 2, 0, 1]], summaries=summaries[::-1], starts=np.array([0, 2, 3])
    )
    assert np.allclose(turned, plain[::-1], atol=1e-5)
    better = passages.copy()
    better[1] = vector_of[CLASSES[2].descriptions[0]]
    assert nearness(vector_of, better, summaries)[0, 2] > plain[0, 2]


def test_words_count_in_either_language_as_a_share_of_what_could_be_said() -> None:
    texts = (("pressofusione, stampi, fusione", "it"), ("a quartet for strings", "en"))
    index = LexicalIndex.build([[tagged(term.stem, language) for term in terms(text, language)] for text, language in texts])
    words = class_words(CLASSES, index, packaged_crossing(FakeEncoder()))
    assert words.shape == (2, len(CLASSES))
    assert words[0].argmax() == 1
    assert (words >= 0).all()
    assert (words <= 1).all()
    assert not words[1].any()


def test_the_lead_over_other_classes_is_worth_something_and_being_behind_costs_it() -> None:
    near = np.array([[3.0, 1.0, 0.0, 0.0]], np.float32)
    none = np.zeros_like(near)
    assert class_scores(near, none).tolist() == [[4.0, 0.0, -1.5, -1.5]]
    assert class_scores(near, none + np.float32(0.2)).tolist() == [[5.0, 1.0, -0.5, -0.5]]


def test_a_startup_is_in_several_classes_in_one_or_in_none_the_one_where_it_belongs_most_first() -> None:
    high = BELONGS + 1
    scores = np.array([[BELONGS, high, 0, 0], [0, 0, 0, 0], [0, 0, BELONGS - 0.01, BELONGS]], np.float32)
    found = members(("a", "b", "c"), CLASSES, scores)
    assert [(one.startup_id, one.class_id) for one in found] == [("a", "cast"), ("a", "weld"), ("c", "chips")]
    assert found[0].score == pytest.approx(high)


def test_who_says_what_a_class_says_belongs_there_and_who_says_other_things_does_not() -> None:
    encoder = FakeEncoder(dimension=400)
    said = [f"{one.english} {one.about_english}" for one in CLASSES] + ["a wedding planner for gardens and music"] * 8
    vectors = encoder.encode_passages(said)
    vector_of = {text: encoder.encode_need(text) for one in CLASSES for text in one.texts}
    near = class_nearness(CLASSES, vector_of, passages=vectors, summaries=vectors, starts=np.arange(len(said)))
    index = LexicalIndex.build([[tagged(term.stem, "en") for term in terms(text, "en")] for text in said])
    words = class_words(CLASSES, index, packaged_crossing(encoder))
    found = members([str(n) for n in range(len(said))], CLASSES, class_scores(near, words))
    assert [(one.startup_id, one.class_id) for one in found] == [(str(n), one.id) for n, one in enumerate(CLASSES)]
