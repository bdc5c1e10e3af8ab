"""An optional second look at the first matches: a reranker of the user's choice puts them into its own order, within a time."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from indexer.errors import RerankerChangedError
from indexer.fusion import Scores
from indexer.ranking import Listed
from indexer.results import Need, Plain, Reranked

logger = logging.getLogger(__name__)

AMONG = 20
"""Of the best matches, those that are put into another order; the ones behind keep theirs."""
BATCH = 4
"""Pairs that are scored between two looks at the clock."""


class Reranker(Protocol):
    """Scores how well passages answer a need, each read together with it."""

    @property
    def name(self) -> str:
        """The model's name for people."""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) that tells it from others."""

    def scores(self, need: str, texts: Sequence[str], until: float | None) -> Scores | None:
        """Return a score per text, higher for better, shape (len(texts),), or nothing.

        Args:
            need: the need.
            texts: the passages, a few.
            until: the moment, by `time.monotonic`, when it gives up waiting for its turn; never if None.
        """


@dataclass(frozen=True, slots=True)
class Look:
    """What came of a second look."""

    listed: Listed
    reranked: Reranked | None = None
    scores: Mapping[int, float] = field(default_factory=dict)
    """The reranker's, by row; none where the order before stands."""


def check(need: Need, key: str) -> None:
    """Refuse to go on behind pages that were put in order by another reranker than the one of a key.

    Raises:
        RerankerChangedError: they were.
    """
    if need.reranked and need.reranked != key:
        raise RerankerChangedError(
            "another reranker than the one in use ordered the pages before: ask for the first page again"
        )


class SecondLook:
    """Puts the first matches into a reranker's order if that takes no longer than it may. Safe to use from several threads."""

    def __init__(self, reranker: Reranker, budget: float) -> None:
        """Take a reranker, and the milliseconds that it may take for an answer."""
        self._reranker, self._budget = reranker, budget
        self._key = reranker.digest[:16]
        self._failed = False

    def at(self, need: Need, text: str, listed: Listed, best: Callable[[int], str]) -> Look:
        """Return matches in the reranker's order, or as they are; the scores that they are listed by stay theirs.

        An answer that goes on behind another keeps to what was done there, however long it takes: pages of one list have one
        order.

        Args:
            need: as it was asked for.
            text: what is searched for.
            listed: the matches from the first one on, best first, at least `AMONG` where there are so many.
            best: the best passage of the startup at a row.

        Raises:
            RerankerChangedError: the pages before were put in order by another reranker, or by this one, which failed now.
        """
        check(need, self._key)
        if need.diverse:
            return self._as_before(listed, Plain.DIVERSE)
        if need.reranked == "":
            return self._as_before(listed, Plain.PAGES_BEFORE)
        if need.offset >= AMONG:
            return Look(listed, Reranked(self.name, self._key))
        until = None if need.reranked else time.monotonic() + self._budget / 1000
        try:
            scores = self._scores(text, [best(row) for _, row, _ in listed[:AMONG]], until)
        except Exception as error:  # noqa: BLE001  # a model of the user's choice raises what it likes; what it says may hold the need
            if not self._failed:
                logger.warning("the reranker %s failed (%s): matches keep the order before it", self.name, type(error).__name__)
            self._failed = True
            if need.reranked:
                raise RerankerChangedError("the reranker failed: ask for the first page again") from None
            return self._as_before(listed, Plain.FAILED)
        if scores is None:
            return self._as_before(listed, Plain.BUDGET)
        order = [listed[place] for place in np.argsort(-scores, kind="stable")]
        by_row = {row: float(score) for (_, row, _), score in zip(listed, scores, strict=False)}
        return Look((*order, *listed[AMONG:]), Reranked(self.name, self._key), by_row)

    @property
    def name(self) -> str:
        """The reranker's name for people."""
        return self._reranker.name

    def _as_before(self, listed: Listed, why: Plain) -> Look:
        return Look(listed, Reranked(self.name, "", why))

    def _scores(self, text: str, passages: Sequence[str], until: float | None) -> Scores | None:
        """Return the scores of passages; nothing as soon as it is clear that they will not be there in time."""
        began, found = time.monotonic(), [np.zeros(0, np.float32)]
        for start in range(0, len(passages), BATCH):
            batch = self._reranker.scores(text, passages[start : start + BATCH], until)
            if batch is None:
                return None
            if not np.isfinite(batch).all():
                raise ValueError("a score is no number")
            found.append(batch)
            done = start + len(batch)
            if until is not None and began + (time.monotonic() - began) * len(passages) / done > until:
                return None
        return np.concatenate(found)
