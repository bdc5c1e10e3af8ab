"""Which passages are shown for a match, and which of their words are marked."""

import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache

from indexer.analysis import Term, terms
from indexer.crossing import tagged
from indexer.results import Evidence, Passage

SHOWN = 3
"""Passages per match, at most."""
WORTH = 0.6
"""A further passage is shown from this share of the best one's score on."""
TELLING_WORDS = 12
"""A passage with fewer words counts for less, in proportion: a heading or a list of tags proves little."""
ANALYSED = 2_000
"""Passages whose terms are kept: those of one answer are read for their marks and for each part of the need."""
SAME = 0.8
"""Passages that share this much of their words say the same: only the better one is shown."""


def choose(passages: Sequence[tuple[Passage, float]], stems: Collection[str]) -> tuple[Evidence, ...]:
    """Return the best two or three passages, best first, with their marks.

    Args:
        passages: a startup's passages with their scores for the need (positive), in any order.
        stems: the need's stems in both languages, see `crossing.telling`.
    """
    worth = [(passage, score * min(1.0, len(passage.text.split()) / TELLING_WORDS)) for passage, score in passages]
    ranked = sorted(worth, key=lambda pair: -pair[1])
    chosen: list[Passage] = []
    for passage, score in ranked:
        if len(chosen) == SHOWN or (len(chosen) > 1 and score < WORTH * ranked[0][1]):
            break
        if not any(_same(passage.text, other.text) for other in chosen):
            chosen.append(passage)
    return tuple(Evidence(passage, marks(passage, stems)) for passage in chosen)


def marks(passage: Passage, stems: Collection[str]) -> tuple[tuple[int, int], ...]:
    """Return the character ranges of the passage's words that the need has too, in order, without overlap."""
    wanted, text, language = set(stems), passage.text, passage.language
    return tuple((t.start, _whole(text, t.end)) for t in words(passage) if tagged(t.stem, language) in wanted)


@lru_cache(ANALYSED)
def words(passage: Passage) -> tuple[Term, ...]:
    """Return the index terms of a passage."""
    return terms(passage.text, passage.language)


def _whole(text: str, end: int) -> int:
    """Return where the character ends that begins before `end`: accents and the like that follow a letter belong to it."""
    while end < len(text) and unicodedata.category(text[end]).startswith("M"):
        end += 1
    return end


def _same(one: str, other: str) -> bool:
    a, b = set(one.lower().split()), set(other.lower().split())
    return len(a & b) >= SAME * min(len(a), len(b))
