"""How a need ranks the startups of a snapshot, before any of them is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer.demotion import Unwanted
from indexer.facets import Mask
from indexer.fusion import Parts, Scores
from indexer.lexical import Group
from indexer.readings import Ambiguity, Exclusion

Listed = Sequence[tuple[int, int, float]]
"""The rank by score, the row, and the share of its score that it keeps, of each match; best first."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the road of a query knows of all startups; arrays have a row per startup unless said otherwise."""

    language: str
    exclusions: tuple[Exclusion, ...]
    """What the need excludes, in its order."""
    things: tuple[Unwanted, ...]
    """What of that counts."""
    ambiguities: tuple[Ambiguity, ...]
    """Its ambiguous words, in its order."""
    text: str
    """What is searched for: the need without what counts as excluded."""
    groups: tuple[Group, ...]
    """Its terms."""
    masks: Mapping[str, Mask]
    """Per filtered field, which startups pass."""
    passing: Mask
    """Which pass all of them."""
    cosines: Scores
    """Of the need and each passage, shape (passages,)."""
    nearest: Scores
    """Of the need and the startup's best passage."""
    summaries: Scores
    """Of the need and the startup's summary."""
    lexical: Scores
    """BM25."""
    scores: Scores
    parts: Parts
    """What `scores` is the sum of."""

    def ranks_of(self, row: int) -> dict[str, int]:
        """Return a startup's rank by each part of the score alone, among all of the snapshot: 1 is best, equals share it."""
        return {name: 1 + int((part > part[row]).sum()) for name, part in self.parts.items()}

    def parts_of(self, row: int, kept: float) -> dict[str, float]:
        """Return the parts of one startup's score that keeps so much of it."""
        parts = {name: float(part[row]) for name, part in self.parts.items()}
        return parts | ({"excluded": float(self.scores[row]) * (kept - 1.0)} if self.things else {})
