"""What kind of technology a need asks for, and how far startups are of that kind: by the classes that both are of."""

from collections.abc import Mapping, Sequence

import numpy as np

from indexer.classes.assigning import OF_WORDS, Scores
from indexer.classes.scheme import TechnologyClass
from indexer.encoder import Vector, unit

SPREAD = 0.3
"""How much nearer a class is to a need than another, in standard deviations of the cosines between classes, to count e times as
much."""
LEAST = 1e-6
"""What a standard deviation counts as at least."""


def belonging(nearness: Scores, words: Scores) -> Scores:
    """Return how far each startup is of each class, none below zero, shape (startups, classes).

    Unlike `class_scores` it asks for no lead over other classes: a startup may be of several.

    Args:
        nearness: of `class_nearness`.
        words: of `class_words`.
    """
    return np.maximum(nearness + OF_WORDS * words, 0.0).astype(np.float32)


class Kinds:
    """How far the startups of a snapshot are of the kind that a need asks for. Immutable; safe to use from several threads."""

    def __init__(self, classes: Sequence[TechnologyClass], vector_of: Mapping[str, Vector], belonging: Scores) -> None:
        """Take the classes and who is of them.

        Args:
            classes: two at least.
            vector_of: the unit vectors of all `texts` of the classes.
            belonging: of `belonging`.
        """
        self._belonging = np.ascontiguousarray(belonging.T)
        means = [np.mean([vector_of[text] for text in dict.fromkeys(one.texts)], axis=0) for one in classes]
        self._classes = unit(np.array(means, np.float32))
        between = (self._classes @ self._classes.T)[~np.eye(len(classes), dtype=bool)]
        self._spread = max(SPREAD * float(between.std()), LEAST)

    def shares(self, need: Vector) -> Scores:
        """Return how far a need is of each class, by its unit vector, shape (classes,); they sum to one."""
        cosines = self._classes @ need
        shares = np.exp((cosines - cosines.max()) / self._spread)
        return np.asarray(shares / shares.sum(), np.float32)

    def scores(self, need: Vector) -> Scores:
        """Return how far each startup is of the kind that a need asks for, by the need's unit vector, shape (startups,)."""
        return np.asarray(self.shares(need) @ self._belonging, np.float32)
