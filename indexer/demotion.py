"""How far startups go down that offer what a need excludes: judged by the words of their passages, in both languages."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush
from itertools import chain, islice

import numpy as np
import numpy.typing as npt

from indexer.analysis import terms
from indexer.crossing import TAG, TELLING, tagged
from indexer.dense import Scores
from indexer.exclusions import may_deny, negated
from indexer.lexical import Group
from indexer.results import Passage
from indexer.snapshot import Snapshot, Starts

SILENT = 0.4
"""The share of its score that a startup keeps which neither offers what is excluded nor says that it does without."""
HEAVIEST = 0.85
"""The share of that which a startup loses at most that offers it."""
MENTION = 0.4
"""What a mention counts of a passage that is all about the thing."""
ALL_ABOUT = 12
"""Terms of a passage, for each word of a thing, of which it is all about it."""
MOST_OF_IT = 0.6
"""A passage names a thing that has so much of its words, by their worth."""
REMEMBERED = 50_000
"""Passages whose words are kept."""

SUSPECT, SILENCED, JUDGED = range(3)
"""How well it is known what a startup keeps: at most all, at most what a silent one does, exactly."""

Order = list[tuple[int, float]]
"""Rows of startups, best first, with the share of its score that each keeps."""
Unwanted = tuple[tuple[Group, float], ...]
"""An excluded thing: its terms in both languages, with their worth."""


@dataclass(frozen=True, slots=True)
class _Said:
    """How often each stem stands in a passage, those of what it says it does without apart."""

    offered: Mapping[str, int]
    denied: Mapping[str, int]
    italian: bool


class Offers:
    """What the startups of a snapshot offer, read as far as needs ask for it. Safe to use from several threads."""

    def __init__(self, snapshot: Snapshot, starts: Starts) -> None:
        """Take a snapshot, and where the passages of each of its startups begin, shape (startups + 1,)."""
        self._snapshot, self._starts = snapshot, starts
        self._doubtful: Callable[[int], bool] = lru_cache(REMEMBERED)(
            lambda place: may_deny(snapshot.passages[place].text, snapshot.passages[place].language)
        )
        self._said: Callable[[int], _Said] = lru_cache(REMEMBERED)(lambda place: _said(snapshot.passages[place]))

    def unwanted(self, groups: Sequence[Group]) -> Unwanted:
        """Return a thing as it is looked for, from its terms: without their unlikely translations."""
        told = (tuple(one for one in group if one[1] >= TELLING) for group in groups)
        return tuple((group, self._snapshot.lexical_startups.ceiling([group])) for group in told if group)

    def ranked(self, scores: Scores, passing: npt.NDArray[np.bool_], things: Sequence[Unwanted], limit: int) -> Order:
        """Return the best `limit` rows of those that pass, exactly: as if every startup had been judged.

        Args:
            scores: of all startups, none below zero where anything is excluded.
            passing: which of them may be shown.
            things: what is excluded.
            limit: rows at most.
        """
        if not things:
            order = np.argsort(-scores, kind="stable")
            return [(row, 1.0) for row in islice((int(row) for row in order if passing[row]), limit)]
        index, passages = self._snapshot.lexical_startups, self._snapshot.lexical_passages
        groups = [[group for group, _ in thing] for thing in things]
        suspects = np.logical_or.reduce([index.scores(one) > 0 for one in groups])
        naming = np.logical_or.reduce([passages.scores(one) > 0 for one in groups])
        bounds = np.where(suspects, scores, SILENT * scores)
        rows = (int(row) for row in np.argsort(-bounds, kind="stable") if passing[row])
        heap: list[tuple[float, int, int, float]] = []
        best: Order = []
        for row in chain(rows, [None]):
            while heap and len(best) < limit and (row is None or -heap[0][0] > bounds[row]):
                bound, stage, held, kept = heappop(heap)
                if stage == JUDGED:
                    best.append((held, kept))
                    continue
                if stage == SUSPECT and not self._may_deny(held, naming):
                    heappush(heap, (SILENT * bound, SILENCED, held, SILENT))
                    continue
                kept = _together([self._kept(held, thing, naming) for thing in things])
                heappush(heap, (-float(scores[held]) * kept, JUDGED, held, kept))
            if len(best) == limit or row is None:
                break
            heappush(heap, (-float(bounds[row]), SUSPECT if suspects[row] else JUDGED, row, SILENT))
        return best

    def _may_deny(self, row: int, naming: npt.NDArray[np.bool_]) -> bool:
        return any(self._doubtful(place) for place in self._named(row, naming))

    def _named(self, row: int, naming: npt.NDArray[np.bool_]) -> list[int]:
        """Return the places of a startup's passages that hold a word of what is excluded."""
        first, end = int(self._starts[row]), int(self._starts[row + 1])
        return [first + int(place) for place in np.flatnonzero(naming[first:end])]

    def _kept(self, row: int, thing: Unwanted, naming: npt.NDArray[np.bool_]) -> float:
        """Return the share of its score that a startup keeps: the less, the more of it is about the thing."""
        own = [self._said(place) for place in self._named(row, naming)]
        offering = [share for said in own if (share := _about(said.offered, thing, italian=said.italian)) > 0]
        denying = sum(_about(said.denied, thing, italian=said.italian) > 0 for said in own)
        if denying and denying >= len(offering):
            return 1.0
        often = MENTION + (1 - MENTION) * len(offering) / int(self._starts[row + 1] - self._starts[row])
        return SILENT * (1.0 - HEAVIEST * often * max(offering, default=0.0))


def trusted(kept: float) -> float:
    """Return what a startup that keeps so much of its score keeps of its nearness: all, where it does not offer the thing."""
    return min(1.0, kept / SILENT)


def _together(kept: Sequence[float]) -> float:
    """Return what is left where several things are excluded: who offers one of them is judged by it alone."""
    return min(kept) if min(kept) < SILENT else sum(kept) / len(kept)


def _about(counts: Mapping[str, int], thing: Unwanted, *, italian: bool) -> float:
    """Return how much of a passage is about a thing, 0 to 1; 0 where most of its words, by their worth, are missing.

    Words that have no form in the passage's language are left aside.
    """
    held = total = 0.0
    words = found = 0
    for group, worth in thing:
        forms = [stem for stem, _ in group if stem.startswith(TAG) == italian]
        often = sum(counts.get(stem, 0) for stem in forms)
        words, found = words + bool(forms), found + often
        total, held = total + worth * bool(forms), held + worth * bool(often)
    if not found or held < MOST_OF_IT * total:
        return 0.0
    return MENTION + (1 - MENTION) * min(1.0, ALL_ABOUT * found / (words * sum(counts.values())))


def _said(passage: Passage) -> _Said:
    without = negated(passage.text, passage.language)
    offered, denied = Counter[str](), Counter[str]()
    for term in terms(passage.text, passage.language):
        within = any(start <= term.start < end for start, end in without)
        (denied if within else offered)[tagged(term.stem, passage.language)] += 1
    return _Said(offered, denied, passage.language == "it")
