"""The clauses of a passage, and which of them carries a match: also where it shares no word with the need."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from indexer.analysis import Term, fold, query_terms
from indexer.encoder import Vector, Vectors, WordReader, unit
from indexer.evidence import words
from indexer.passages import SENTENCE_END
from indexer.results import Evidence, Passage

Span = tuple[int, int]

FEWEST_WORDS = 6
"""A clause with fewer words belongs to its neighbour in the sentence."""
LEAST = 0.2
"""Cosine with the need from which a clause carries anything of it."""
REMEMBERED = 10_000
"""Passages whose clauses are kept, for what is shown once is shown again: some 2 kB each."""
SCALE = 127
CLOSING = re.compile(r"[.!?;…\n]")
"""What a sentence may end with; `SENTENCE_END` tells whether it does."""
JOINT = re.compile(
    r"[;:,\s](?:(?<=[;:])\s+|(?<=\s)[\u2013\u2014-]\s+|(?<=,)\s+(?=(?:"
    r"and|but|or|so|which|who|while|where|whereas|when|because|since|with|without|thanks|even|before|after"
    r"|e|ed|ma|o|oppure|mentre|che|dove|quando|perché|poiché|grazie|con|senza|così|anche|prima|dopo)\b))",
    re.IGNORECASE,
)
"""Where a sentence falls into clauses: at a semicolon, a colon, a dash, or a comma before what joins clauses."""


@dataclass(frozen=True, slots=True)
class Clauses:
    """The clauses of a passage, in order, and where the words of each lead: unit vectors times `SCALE`, or zeros."""

    spans: tuple[Span, ...]
    vectors: npt.NDArray[np.int8]


class ClauseReader:
    """Finds the clause of a passage that is nearest to a need, word by word. Safe to use from several threads.

    A clause leads where its words lead together, each counted alike and stop words left out. The whole model over each clause
    chooses no better (tests/quality/marks) and takes a thousand times as long.
    """

    def __init__(self, reader: WordReader) -> None:
        """Take what knows the words of both languages."""
        self._reader = reader
        self._clauses: Callable[[Passage], Clauses] = lru_cache(REMEMBERED)(self._read)

    def need(self, text: str, language: str) -> Vector:
        """Return where the words of a need lead together, shape (dimension,)."""
        total = self._vectors(text, query_terms(text, language), language).sum(axis=0)
        vector: Vector = unit(total[np.newaxis])[0]
        return vector

    def marked(self, shown: Sequence[Evidence], need: Vector) -> tuple[Evidence, ...]:
        """Return evidence with the clause of each passage that carries the need; none where nothing is near."""
        return tuple(replace(one, clause=self._carrying(self._clauses(one.passage), need)) for one in shown)

    @staticmethod
    def _carrying(clauses: Clauses, need: Vector) -> Span | None:
        near = clauses.vectors.astype(np.float32) @ need / SCALE
        best = int(near.argmax())
        return clauses.spans[best] if near[best] >= LEAST else None

    def _read(self, passage: Passage) -> Clauses:
        spans, said = split(passage.text), words(passage)
        vectors = self._vectors(passage.text, said, passage.language)
        starts = [term.start for term in said]
        edges = [0, *(bisect_left(starts, start) for start, _ in spans[1:]), len(said)]
        led = unit([vectors[first:last].sum(axis=0) for first, last in pairwise(edges)])
        return Clauses(spans, np.rint(SCALE * led).astype(np.int8))

    def _vectors(self, text: str, terms: Sequence[Term], language: str) -> Vectors:
        return self._reader.word_vectors([fold(text[term.start : term.end]) for term in terms], language)


def split(text: str) -> tuple[Span, ...]:
    """Return where the clauses of a text begin and end, in order, without the spaces around them."""
    found: list[Span] = []
    for start, end in sentences(text):
        clauses: list[Span] = []
        for span in _between(text, start, end, [joint.span() for joint in JOINT.finditer(text, start, end)]):
            joined = clauses and min(_length(text, clauses[-1]), _length(text, span)) < FEWEST_WORDS
            clauses.append((clauses.pop()[0], span[1]) if joined else span)
        found += clauses
    return tuple(found)


def sentences(text: str) -> Iterator[Span]:
    """Yield where the sentences of a text begin and end, in order, without the spaces around them."""
    # Tried at each character of a text, the expression takes ten times as long.
    ends = (SENTENCE_END.match(text, sign.start() if sign[0] == "\n" else sign.end()) for sign in CLOSING.finditer(text))
    return _between(text, 0, len(text), [(end.end(), end.end()) for end in ends if end])


def _length(text: str, span: Span) -> int:
    return len(text[slice(*span)].split())


def _between(text: str, start: int, end: int, joints: Sequence[Span]) -> Iterator[Span]:
    """Yield what lies between the joints, trimmed, without what is empty."""
    for stop, after in (*joints, (end, end)):
        inner = text[start:stop]
        if inner.strip():
            left = start + len(inner) - len(inner.lstrip())
            yield left, left + len(inner.strip())
        start = after
