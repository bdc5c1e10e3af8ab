"""Which startups belong to which class: those whose vectors and words are as near to the class's as a threshold wants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.classes.scheme import TechnologyClass
from indexer.crossing import Crossing
from indexer.encoder import Vector, Vectors, unit
from indexer.lexical import LexicalIndex

Scores = npt.NDArray[np.float32]

NEAREST_PHRASES, SAID_PHRASES = 5, 3
"""Of a class, those that a startup is nearest to, and those that it says most of; few startups do all that a class lists."""
OF_LEAD, OF_WORDS = 0.5, 5.0
"""What the lead over other classes, and the words said, count for beside nearness."""
BELONGS = 3.5
"""The lowest score that is enough, in steps of 0.1: the first with which 82 of 100 pairs are right on the two thirds of
tests/quality/classes that it was chosen on."""
FEW = 50
"""Startups at which half of what is usual in a corpus is believed; of a few, what is usual says little."""


@dataclass(frozen=True, slots=True)
class Member:
    """A startup in a class."""

    startup_id: str
    class_id: str
    score: float
    """How much it belongs there, `BELONGS` at least; comparable between classes."""


@dataclass(frozen=True, slots=True)
class Classified:
    """The classes of a snapshot, and who belongs to them: several classes, one or none."""

    classes: tuple[TechnologyClass, ...] = ()
    members: tuple[Member, ...] = ()
    """In order of startups; the class where it belongs most first."""


def class_scores(nearness: Scores, words: Scores) -> Scores:
    """Return how much each startup belongs to each class, shape (startups, classes).

    Args:
        nearness: of `class_nearness`.
        words: of `class_words`.
    """
    ordered = np.sort(nearness, axis=1)
    best = ordered[:, -1:]
    lead = nearness - np.where(nearness == best, ordered[:, -2:-1], best)
    return np.asarray(nearness + OF_LEAD * lead + OF_WORDS * words, np.float32)


def class_nearness(
    classes: Sequence[TechnologyClass],
    vector_of: Mapping[str, Vector],
    *,
    passages: Vectors,
    summaries: Vectors,
    starts: npt.NDArray[np.int64],
) -> Scores:
    """Return how near each startup's vectors are to each class's, shape (startups, classes).

    A startup's nearness to a text is the mean of two cosines, of its summary and of its best passage; to a class, the mean of
    its nearness to the description and to the nearest phrases. From this is taken how much nearer than others the class is to
    most startups of the corpus. What is left is counted from the mean cosine of two classes, in their standard deviations:
    models differ in what cosine means near.

    Args:
        classes: three at least.
        vector_of: the unit vectors of all `texts` of the classes.
        passages: unit vectors in order of startups.
        summaries: a unit vector per startup.
        starts: where each startup's passages begin, shape (startups,).
    """
    described = unit(np.stack([np.add(*(vector_of[text] for text in one.descriptions)) for one in classes]))
    found = np.empty((len(summaries), len(classes)), np.float32)
    for place, one in enumerate(classes):
        texts = np.stack([described[place], *(vector_of[text] for text in one.phrases)])
        cosines = (summaries @ texts.T + np.maximum.reduceat(passages @ texts.T, starts)) / 2
        phrases = np.sort(cosines[:, 1:], axis=1)[:, -NEAREST_PHRASES:]
        found[:, place] = (cosines[:, 0] + phrases.mean(axis=1)) / 2
    usual = np.median(found, axis=0)
    found -= (usual - usual.mean()) * len(found) / (len(found) + FEW)
    between = (described @ described.T)[~np.eye(len(classes), dtype=bool)]
    return np.asarray((found - between.mean()) / between.std(), np.float32)


def class_words(classes: Sequence[TechnologyClass], startups: LexicalIndex, crossing: Crossing) -> Scores:
    """Return how much of each class's words each startup says, in either language, 0 to 1, shape (startups, classes).

    It is the mean over the phrases that it says most of, each as a share of what a text could have at most.
    """
    return np.stack([_said(one, startups, crossing) for one in classes], axis=1)


def _said(one: TechnologyClass, startups: LexicalIndex, crossing: Crossing) -> Scores:
    shares = []
    for phrase in one.phrases:
        groups = crossing.groups(phrase, "en")
        ceiling = startups.ceiling(groups)
        shares.append(startups.scores(groups) / ceiling if ceiling else np.zeros(len(startups), np.float32))
    return np.asarray(np.sort(np.stack(shares, axis=1), axis=1)[:, -SAID_PHRASES:].mean(axis=1), np.float32)


def members(startup_ids: Sequence[str], classes: Sequence[TechnologyClass], scores: Scores) -> tuple[Member, ...]:
    """Return who belongs where, by the scores of `class_scores`."""
    return tuple(
        Member(startup_ids[row], classes[place].id, round(float(scores[row, place]), 3))
        for row in range(len(startup_ids))
        for place in np.argsort(-scores[row], kind="stable")
        if scores[row, place] >= BELONGS
    )
