"""Which sense an ambiguous Italian word of a need has, by the words around it (after Lesk, SIGDOC 1986).

One sense per text (Gale, Church and Yarowsky, HLT 1992). Passages are read by `rows.Italian.senses`, which their stored vectors
come from; it is right in 0.57 of the needs held out in tests/quality/senses, this in 0.85.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from indexer.analysis import terms
from indexer.bilingual.rows import CACHED, English, Italian, Row
from indexer.bilingual.tokens import tokens_of
from indexer.encoder import readable
from indexer.glossary.entries import Entry
from indexer.glossary.phrases import Found
from indexer.stems import stem
from indexer.words import STOP_WORDS

FORMS = 3
"""English forms of an entry that tell its sense from the others."""
NEAR = 21.0
"""What a sense gains in natural logarithms per unit of the cosine between its words and the nearest of the need's."""
BESIDE = 1.6
"""What it gains for a word of the need that stands beside it in a phrase of the glossary, or in what is said of the sense."""
FIELD = 1.6
"""What it gains for another phrase of the need from its own field."""
MOST = 2
"""Of such words and phrases that count."""
LATER = 0.2
"""What it loses to the one before it in the glossary."""

Directions = Row


@dataclass(frozen=True, slots=True, eq=False)
class _Sense:
    """An entry as one of the senses of a phrase; a key by itself, since entries take long to compare."""

    entry: Entry
    said: Directions
    """Where each piece of what says the sense leads, shape (pieces, width)."""


class SenseChoice:
    """How likely the senses of a need's phrases are. Immutable; safe to use from several threads."""

    def __init__(self, english: English, italian: Italian) -> None:
        """Choose among the senses of `italian`'s glossary, words compared by the rows of `english`."""
        self._english = english
        self._phrases: Mapping[str, list[tuple[frozenset[str], Entry]]] = _by_word(italian)
        self._mean = english.table.mean(axis=0)
        self._pull = italian.pull
        # The same words come again and again; kept per choice, so that they go with it.
        self._direction: Callable[[str], Row] = lru_cache(CACHED)(self._make_direction)
        self._senses: Callable[[tuple[Entry, ...]], tuple[_Sense, ...]] = lru_cache(CACHED)(self._make_senses)
        self._likeness: Callable[[str, _Sense], list[float]] = lru_cache(CACHED)(self._make_likeness)
        self._beside: Callable[[frozenset[str], _Sense], frozenset[str]] = lru_cache(CACHED)(self._make_beside)

    def __call__(self, text: str, found: Sequence[Found]) -> tuple[tuple[float, ...], ...]:
        """Return the share of each sense of each phrase; phrases with the same senses have the same shares."""
        text = readable(text)
        ambiguous = dict.fromkeys(phrase.senses for phrase in found if len(phrase.senses) > 1)
        shares = {senses: self._shares(text, senses, found) for senses in ambiguous}
        return tuple(shares.get(phrase.senses, (1.0,)) for phrase in found)

    def _shares(self, text: str, senses: tuple[Entry, ...], found: Sequence[Found]) -> tuple[float, ...]:
        own = [phrase for phrase in found if phrase.senses == senses]
        rest = _without(text, own)
        around = [word for word in tokens_of(rest) if word.isalpha() and word not in STOP_WORDS["it"]]
        stems = {term.stem for term in terms(rest, "it")}
        spelt = frozenset(stem(word, "it") for word in tokens_of(text[own[0].start : own[0].end]))
        fields = [{sense.field for sense in phrase.senses} for phrase in found if phrase.senses != senses]
        scores = []
        for rank, sense in enumerate(self._senses(senses)):
            nearest = list(map(max, zip(*(self._likeness(word, sense) for word in around), strict=True)))
            near = sum(nearest) / len(nearest) if nearest else 0.0
            beside = min(len(stems & self._beside(spelt, sense)), MOST)
            same_field = min(sum(sense.entry.field in one for one in fields), MOST)
            scores.append(NEAR * near + BESIDE * beside + FIELD * same_field - LATER * rank)
        likely = [math.exp(score - max(scores)) for score in scores]
        total = sum(likely)
        return tuple(share / total for share in likely)

    def _make_direction(self, word: str) -> Row:
        return _unit(self._pull(word))

    def _make_senses(self, senses: tuple[Entry, ...]) -> tuple[_Sense, ...]:
        said = (self._english.rows(f"{' '.join(sense.english[:FORMS])} {sense.sense_en}") - self._mean for sense in senses)
        return tuple(_Sense(sense, _unit(rows)) for sense, rows in zip(senses, said, strict=True))

    def _make_likeness(self, word: str, sense: _Sense) -> list[float]:
        """Return the cosine between a word and each piece of what says a sense."""
        likeness: list[float] = (sense.said @ self._direction(word)).tolist()
        return likeness

    def _make_beside(self, spelt: frozenset[str], sense: _Sense) -> frozenset[str]:
        """Return the Italian stems that stand beside a word where it has this sense."""
        own = sense.entry
        meant = _stems(own.english, "en")
        phrases = [pair for word in spelt for pair in self._phrases.get(word, ())]
        beside = [stems for stems, entry in phrases if entry != own and _stems(entry.english[:FORMS], "en") & meant]
        return frozenset().union(_stems((own.sense_it,), "it"), *beside) - spelt


def _by_word(italian: Italian) -> Mapping[str, list[tuple[frozenset[str], Entry]]]:
    """Return the glossary's phrases of several words, as stems, by each of them."""
    found: dict[str, list[tuple[frozenset[str], Entry]]] = {}
    for stems, entries in italian.book.stemmed():
        for word in stems if len(stems) > 1 else ():
            found.setdefault(word, []).extend((frozenset(stems), entry) for entry in entries)
    return found


def _without(text: str, own: Sequence[Found]) -> str:
    starts, ends = [0, *(phrase.end for phrase in own)], [*(phrase.start for phrase in own), len(text)]
    return " ".join(text[start:end] for start, end in zip(starts, ends, strict=True))


def _stems(forms: Sequence[str], language: str) -> frozenset[str]:
    return frozenset(term.stem for form in forms for term in terms(form, language))


def _unit(rows: Row) -> Row:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9), np.float32)
