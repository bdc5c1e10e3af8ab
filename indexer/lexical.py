"""BM25 over term counts, each text analysed in its own language: one term of a need may be several, each with a weight."""

import io
import json
import math
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import count
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.dense import Scores
from indexer.errors import SnapshotDamagedError

K1, B = 1.6, 0.3
"""BM25's saturation and length normalisation; less of the length effect than usual: startups' texts differ much in size."""
FEEDBACK_TERMS = 40
"""Stems of the first matches that are looked for elsewhere."""
FEEDBACK_LENGTH = 100
"""Stems that a text counts for at least, when the weight of one of them in it is reckoned: short texts have few of each."""
VOCABULARY = "vocabulary.json"

Group = tuple[tuple[str, float], ...]
"""A term of a need as its alternatives, each a stem and its weight (> 0): the translations of a word and their shares."""
Span = tuple[int, int, float]
"""Start and end of an alternative's postings, and its weight."""
Integers = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Postings:
    """Which stem stands in which text how often: stem i of the vocabulary has the postings `starts[i]:starts[i + 1]`."""

    starts: Integers
    """Shape (stems + 1,)."""
    rows: Integers
    """Rising within a stem."""
    counts: Integers
    """Parallel to `rows`."""
    lengths: Integers
    """Stems of each text, shape (texts,)."""

    def fit(self, stems: int) -> bool:
        """Tell whether the four arrays belong together and to a vocabulary of so many stems."""
        starts, rows, counts, lengths = arrays = (self.starts, self.rows, self.counts, self.lengths)
        if any(one.dtype != np.int32 or one.ndim != 1 for one in arrays) or len(starts) != stems + 1:
            return False
        size = len(lengths)
        if starts[0] != 0 or starts[-1] != len(rows) or len(rows) != len(counts) or np.any(np.diff(starts) < 1):
            return False
        if np.any(counts < 1) or np.any(rows < 0) or np.any(rows >= size):
            return False
        falls = np.flatnonzero(np.diff(rows) < 1) + 1
        of_texts = np.bincount(rows, counts, size)
        return bool(np.isin(falls, starts).all() and np.array_equal(of_texts, lengths))


class LexicalIndex:
    """BM25 scores of all texts for a need. Immutable after it is made; safe to use from several threads.

    A need's term is a group of weighted alternatives, counted as one term (probabilistic structured queries: Darwish and
    Oard, SIGIR 2003): it is in a text as often as the weighted sum of its alternatives' counts, and in as many texts as
    the weighted sum of theirs.
    """

    def __init__(self, vocabulary: dict[str, int], postings: _Postings) -> None:
        """Wrap postings and the place of each stem in them; use `build` or `load`."""
        self._vocabulary = vocabulary
        self._postings = postings
        lengths = postings.lengths
        relative = lengths * (len(lengths) / max(1, lengths.sum()))
        self._halfway = (K1 * (1 - B + B * relative)).astype(np.float32)  # the count that gives half of what a term can

    @classmethod
    def build(cls, texts: Iterable[Sequence[str]]) -> "LexicalIndex":
        """Index texts given as their stems, text i under row i."""
        vocabulary: defaultdict[str, int] = defaultdict(count().__next__)
        stems, sizes = array("i"), array("i")
        for text in texts:
            stems.extend(map(vocabulary.__getitem__, text))
            sizes.append(len(text))
        lengths = np.array(sizes, np.int32)
        places = np.array(stems, np.int64) * len(lengths) + np.repeat(np.arange(len(lengths)), lengths)
        places, counts = np.unique(places, return_counts=True)
        owners, rows = np.divmod(places, len(lengths))
        starts = np.searchsorted(owners, np.arange(len(vocabulary) + 1))
        return cls(dict(vocabulary), _Postings(*(one.astype(np.int32) for one in (starts, rows, counts, lengths))))

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Read what `save` wrote.

        Raises:
            SnapshotDamagedError: the folder does not hold a BM25 index.
        """
        damaged = SnapshotDamagedError(f"{folder} cannot be read as a BM25 index: run `scout index --full`")
        try:
            stems = json.loads((folder / VOCABULARY).read_bytes().decode("utf-8", "surrogatepass"))
            postings = _Postings(*(_read(_file(folder, field.name)) for field in fields(_Postings)))
        except Exception as error:  # damaged files fail in a dozen ways: numpy's headers are parsed as Python
            raise damaged from error
        if not isinstance(stems, list) or not all(isinstance(stem, str) for stem in stems):
            raise damaged
        vocabulary = {stem: place for place, stem in enumerate(stems)}
        if len(vocabulary) != len(stems) or not postings.fit(len(stems)):
            raise damaged
        return cls(vocabulary, postings)

    def save(self, folder: Path) -> None:
        """Write the index into an existing folder: the same bytes for the same texts."""
        stems = json.dumps(list(self._vocabulary), ensure_ascii=False)
        (folder / VOCABULARY).write_bytes(stems.encode("utf-8", "surrogatepass"))
        for field in fields(_Postings):
            content = io.BytesIO()  # numpy's own writing to a file may miss a full disk
            np.save(content, getattr(self._postings, field.name), allow_pickle=False)
            _file(folder, field.name).write_bytes(content.getbuffer())

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self._postings.lengths)

    def document_frequency(self, stem: str) -> int:
        """Return the number of texts that hold a stem."""
        return sum(end - start for start, end, _ in self._spans(((stem, 1.0),)))

    def scores(self, groups: Sequence[Group]) -> Scores:
        """Return the BM25 score of every text for the terms of a need, shape (len(self),); 0 where none occurs.

        Raises:
            ValueError: a weight is not above zero, or not finite.
        """
        scores = np.zeros(len(self), np.float32)
        for group in groups:
            spans = self._spans(group)
            if spans:
                often = self._often(spans)
                often /= often + self._halfway
                often *= np.float32(self._worth(spans))
                scores += often
        return scores

    def holding(self, group: Group) -> npt.NDArray[np.bool_]:
        """Tell which texts have an alternative of a term, shape (len(self),).

        Raises:
            ValueError: a weight is not above zero, or not finite.
        """
        held = np.zeros(len(self), np.bool_)
        for start, end, _ in self._spans(group):
            held[self._postings.rows[start:end]] = True
        return held

    def ceiling(self, groups: Sequence[Group]) -> float:
        """Return the highest score that any text could have for the terms of a need (each one endlessly often in it).

        A term of which no alternative occurs in any text counts as the rarest there can be.

        Raises:
            ValueError: a weight is not above zero, or not finite.
        """
        return sum(self.worths(groups), 0.0)

    def worths(self, groups: Sequence[Group]) -> list[float]:
        """Return what each term of a need can add to a score at most.

        Raises:
            ValueError: a weight is not above zero, or not finite.
        """
        return [self._worth(self._spans(group)) for group in groups]

    def shares(self, groups: Sequence[Group], rows: Sequence[int]) -> Scores:
        """Return what each term adds to the score of each text, as a share of its worth, shape (groups, rows)."""
        known = self._vocabulary
        found = [(place, known[stem], weight) for place, group in enumerate(groups) for stem, weight in group if stem in known]
        order, starts, stems = self._by_text
        own = [slice(starts[row], starts[row + 1]) for row in rows]
        weights, wanted = np.zeros((len(groups), len(found))), np.array([stem for _, stem, _ in found], np.int64)
        for place, (group, _, weight) in enumerate(found):
            weights[group, place] = weight
        size = len(known)
        held = np.concatenate([np.zeros(0, np.int64), *(stems[one] + at * size for at, one in enumerate(own))])
        counts = self._postings.counts[np.concatenate([np.zeros(0, np.int32), *(order[one] for one in own)])]
        keys = np.arange(len(rows))[:, None] * size + wanted
        at = np.searchsorted(held, keys)
        there = np.append(held, -1)[at] == keys
        often = weights @ np.where(there, np.append(counts, 0)[at], 0).T
        return np.asarray(often / (often + self._halfway[np.asarray(rows, np.int64)]), np.float32)

    def held(self, stems: Iterable[str], rows: Sequence[int]) -> frozenset[str]:
        """Return those of `stems` that any of the texts `rows` holds."""
        _, starts, of_texts = self._by_text
        there = np.zeros(len(self._vocabulary), bool)
        for row in rows:
            there[of_texts[starts[row] : starts[row + 1]]] = True
        return frozenset(stem for stem in stems if stem in self._vocabulary and there[self._vocabulary[stem]])

    def feedback(self, rows: npt.NDArray[np.int64], shares: Scores) -> Scores:
        """Return the BM25 score of every text, shape (len(self),), for the stems that several of the texts `rows` share.

        Pseudo-relevance feedback (RM3: Abdul-Jaleel et al., TREC 2004): a stem weighs what it makes of these texts, times its
        idf; only the weightiest count.

        Args:
            rows: the texts, each once.
            shares: how much each of them counts, parallel to `rows`.
        """
        weight, holding = np.zeros(len(self._vocabulary)), np.zeros(len(self._vocabulary), np.int32)
        order, starts, of_texts = self._by_text
        for row, share in zip(rows, shares, strict=True):
            own, stems = order[starts[row] : starts[row + 1]], of_texts[starts[row] : starts[row + 1]]
            length = max(int(self._postings.lengths[row]), FEEDBACK_LENGTH)
            weight[stems] += share * self._postings.counts[own] / length
            holding[stems] += 1
        scores = np.zeros(len(self), np.float32)
        common = np.flatnonzero(holding > 1)
        worth = {int(stem): self._worth([self._span(int(stem), 1.0)]) for stem in common}
        weight[common] *= np.fromiter(worth.values(), np.float64, len(common))
        best = common[np.argsort(-weight[common], kind="stable")[:FEEDBACK_TERMS]]
        total = max(float(weight[best].sum()), 1e-9)
        for stem in map(int, best):
            start, end, _ = self._span(stem, 1.0)
            held, often = self._postings.rows[start:end], self._postings.counts[start:end].astype(np.float32)
            scores[held] += np.float32(weight[stem] / total * worth[stem]) * often / (often + self._halfway[held])
        return scores

    def of_text(self, row: int) -> dict[str, float]:
        """Return the stems of a text with their BM25 in it: the higher, the better they tell it from others."""
        order, starts, of_texts = self._by_text
        own, stems = order[starts[row] : starts[row + 1]], of_texts[starts[row] : starts[row + 1]]
        often = self._postings.counts[own] / (self._postings.counts[own] + self._halfway[row])
        worth = [float(n) * self._worth([self._span(int(stem), 1.0)]) for stem, n in zip(stems, often, strict=True)]
        return {self._stems[stem]: one for stem, one in zip(stems, worth, strict=True)}

    @cached_property
    def _stems(self) -> tuple[str, ...]:
        """The vocabulary in order of its places."""
        return tuple(self._vocabulary)

    @cached_property
    def _by_text(self) -> tuple[Integers, Integers, Integers]:
        """The postings sorted by text: their places, where each text's begin, shape (texts + 1,), and their stems."""
        order = np.argsort(self._postings.rows, kind="stable").astype(np.int32)
        sizes = np.bincount(self._postings.rows, minlength=len(self))
        stems = np.searchsorted(self._postings.starts, order, side="right") - 1
        return order, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32), stems.astype(np.int32)

    def _span(self, place: int, weight: float) -> Span:
        return int(self._postings.starts[place]), int(self._postings.starts[place + 1]), weight

    def _spans(self, group: Group) -> list[Span]:
        """Return the postings of the alternatives that occur."""
        spans = []
        for stem, weight in group:
            if not 0 < weight < math.inf:
                raise ValueError(f"a term's alternative has the weight {weight}: it must be above zero, and finite")
            place = self._vocabulary.get(stem)
            if place is not None:
                spans.append(self._span(place, weight))
        return spans

    def _often(self, spans: Sequence[Span]) -> Scores:
        """Return the weighted count in every text, shape (len(self),)."""
        rows = np.concatenate([self._postings.rows[start:end] for start, end, _ in spans])
        counts = [np.multiply(self._postings.counts[start:end], weight, dtype=np.float32) for start, end, weight in spans]
        often = np.zeros(len(self), np.float32)
        np.add.at(often, rows, np.concatenate(counts))
        return often

    def _worth(self, spans: Sequence[Span]) -> float:
        """Return the idf of a group, Lucene's way: never below zero."""
        size = len(self)
        holding = min(size, sum(weight * (end - start) for start, end, weight in spans))
        return math.log(1.0 + (size - holding + 0.5) / (holding + 0.5))


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.npy"


def _read(path: Path) -> Integers:
    with path.open("rb") as file:
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))
