"""A list whose startups differ from each other: maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998)."""

import numpy as np

from indexer.encoder import Vectors
from indexer.fusion import LEAST, Scores

AMONG = 50
"""Of the best matches, those that are put into another order; the ones behind keep theirs."""
RELEVANCE = 0.6
"""What nearness to the need counts; the rest counts likeness to what stands before."""


def spread(scores: Scores, vectors: Vectors, relevance: float = RELEVANCE) -> tuple[int, ...]:
    """Return the places of matches in their new order: each is the best for its score less its likeness to those before it.

    Args:
        scores: best first, shape (matches,); the first one keeps its place.
        vectors: of length one, parallel to `scores`.
        relevance: what the scores count, 0 to 1.
    """
    worth = relevance * scores / max(float(scores.max(initial=0.0)), LEAST)
    alike = vectors @ vectors.T
    nearest = np.full(len(scores), -1.0, np.float32)
    open_ = np.ones(len(scores), bool)
    order: list[int] = []
    for place in range(len(scores)):
        marginal = worth - (1.0 - relevance) * nearest if place else worth
        chosen = int(np.argmax(np.where(open_, marginal, -np.inf)))
        order.append(chosen)
        open_[chosen] = False
        nearest = np.maximum(nearest, alike[chosen])
    return tuple(order)
