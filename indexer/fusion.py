"""Several scores per startup to one: their weighted sum, each on the same scale (CombSUM, Fox and Shaw, TREC-2 1994)."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
Parts = Mapping[str, Scores]

DENSE_WEIGHTS = {"passage": 1.0, "summary": 0.5}
"""Of the best passage's and of the summary's cosine in the dense score."""
ROAD_WEIGHTS = {"dense": 0.415, "lexical": 0.415, "kind": 0.17}
FEEDBACK = 1.0
"""Of the words of the first matches, beside those of the need itself, in the lexical score."""
LEAST = 1e-9
"""What a score is divided by at least."""


def fuse(
    passage: Scores,
    summary: Scores,
    lexical: Scores,
    feedback: Scores | None = None,
    *,
    kind: Scores | None = None,
) -> tuple[Scores, dict[str, Scores]]:
    """Return the score of each startup, from 0 to 1, and the parts that it is the sum of.

    The dense score counts from the mean of all startups, since no text is without likeness to another; what lies below it
    has none. Scores are divided by their highest. Both over the whole snapshot, so that a filter leaves the order of what it
    passes alone.

    Args:
        passage: cosine of the need and the startup's best passage, shape (startups,).
        summary: cosine of the need and the startup's summary, shape (startups,).
        lexical: BM25 of the startup, shape (startups,).
        feedback: BM25 of the startup for the words of the first matches, shape (startups,); None before they are known.
        kind: how far the startup is of the kind of technology that is asked for, shape (startups,); None if it is not told.
    """
    near = {
        "passage": DENSE_WEIGHTS["passage"] * np.maximum(passage, 0.0),
        "summary": DENSE_WEIGHTS["summary"] * np.maximum(summary, 0.0),
    }
    together = near["passage"] + near["summary"]
    if len(together) and together.max() > together.mean():  # else all are alike, as one alone is
        near = {name: scores - scores.mean() for name, scores in near.items()}
    dense = near["passage"] + near["summary"]
    scale = np.where(dense > 0, ROAD_WEIGHTS["dense"] / max(float(dense.max(initial=0.0)), LEAST), 0.0)
    parts = {name: (scale * scores).astype(np.float32) for name, scores in near.items()}

    words = {"lexical": share_of_highest(lexical)}
    if feedback is not None:
        words["feedback"] = FEEDBACK * share_of_highest(feedback)
    highest = max(float(np.sum(list(words.values()), axis=0).max(initial=0.0)), LEAST)
    parts |= {name: (ROAD_WEIGHTS["lexical"] / highest * scores).astype(np.float32) for name, scores in words.items()}
    if kind is not None:
        parts["kind"] = np.float32(ROAD_WEIGHTS["kind"]) * share_of_highest(kind)
    return np.sum(list(parts.values()), axis=0, dtype=np.float32), parts


def share_of_highest(scores: Scores) -> Scores:
    """Return non-negative scores divided by their highest; zeros where there is none above zero."""
    positive = np.maximum(scores, 0.0)
    return (positive / max(float(positive.max(initial=0.0)), LEAST)).astype(np.float32)
