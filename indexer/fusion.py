"""Several scores per startup to one: the sum of scores, each divided by its highest (CombSUM, Fox and Shaw, TREC-2 1994)."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
Parts = Mapping[str, Scores]

DENSE_WEIGHTS = {"passage": 1.0, "summary": 0.5}
"""Of the best passage's and of the summary's cosine in the dense score."""
ROAD_WEIGHTS = {"dense": 0.5, "lexical": 0.5}


def fuse(passage: Scores, summary: Scores, lexical: Scores) -> tuple[Scores, dict[str, Scores]]:
    """Return the score of each startup, at most 1, and the three parts that it is the sum of.

    Scores are divided by their highest over the whole snapshot, so that a filter leaves the order of what it passes alone.

    Args:
        passage: cosine of the need and the startup's best passage, shape (startups,).
        summary: cosine of the need and the startup's summary, shape (startups,).
        lexical: BM25 of the startup, shape (startups,).
    """
    near = {"passage": np.maximum(passage, 0.0), "summary": np.maximum(summary, 0.0)}
    weighted = {name: DENSE_WEIGHTS[name] * scores for name, scores in near.items()}
    highest = max(float(np.sum(list(weighted.values()), axis=0).max(initial=0.0)), 1e-9)
    parts = {name: (ROAD_WEIGHTS["dense"] / highest * scores).astype(np.float32) for name, scores in weighted.items()}
    parts["lexical"] = share_of_highest(lexical) * np.float32(ROAD_WEIGHTS["lexical"])
    return np.sum(list(parts.values()), axis=0, dtype=np.float32), parts


def share_of_highest(scores: Scores) -> Scores:
    """Return non-negative scores divided by their highest; zeros where there is none above zero."""
    positive = np.maximum(scores, 0.0)
    return (positive / max(float(positive.max(initial=0.0)), 1e-9)).astype(np.float32)
