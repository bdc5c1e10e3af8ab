"""Which English words an Italian word stands for: IBM model 1 (Brown et al. 1993) over parallel texts.

Positions count as in fast_align (Dyer et al. 2013), and a rare form leans on all forms of its stem.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.bilingual.parallel import Pair
from indexer.bilingual.tokens import words_of
from indexer.stems import stem

ROUNDS = 5
"""Of expectation and maximisation."""
DIAGONAL = 4.0
"""How strongly words in like places of their sentences are held together."""
NOTHING = 0.08
"""Probability that an English word stands for no Italian one."""
STEM_WEIGHT = 8.0
"""Occurrences that the translations of a word's stem count for, beside the word's own."""
LONGEST = 40
"""Words of a side; longer texts are left out."""

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Links between Italian and English words, sorted by the Italian word; all arrays have a place per link."""

    italian: tuple[str, ...]
    english: tuple[str, ...]
    source: Ints
    """Row of the link's Italian word in `italian`."""
    target: Ints
    """Row of the link's English word in `english`."""
    probability: Floats
    """That the Italian word stands for this English one, given the Italian word."""
    count: Floats
    """How often the link is expected in the data, by weight."""


def align(pairs: Sequence[Pair], on_progress: Progress | None = None) -> Alignment:
    """Learn the translations of all words of `pairs`; `on_progress` is told (rounds done, rounds)."""
    report = on_progress or (lambda _done, _all: None)
    texts = [(words_of(p.italian), words_of(p.english), p.weight) for p in pairs]
    texts = [text for text in texts if 0 < len(text[0]) <= LONGEST and 0 < len(text[1]) <= LONGEST]
    italian, english = _vocabulary(text[0] for text in texts), _vocabulary(text[1] for text in texts)
    source, target, slot, prior, weight = _links(texts, italian, english)
    width = len(english)
    keys, link = np.unique(source.astype(np.int64) * width + target, return_inverse=True)
    link = link.astype(np.int32)
    of_word, to_word = (keys // width).astype(np.int32), (keys % width).astype(np.int32)
    stem_keys, stem_link = np.unique(_stems(italian)[of_word].astype(np.int64) * width + to_word, return_inverse=True)
    of_stem = stem_keys // width

    seen = np.bincount(link, minlength=len(keys)).astype(np.float64)
    probability = 2 * seen / (np.bincount(of_word, seen)[of_word] + np.bincount(to_word, seen)[to_word])  # Dice
    count: Floats = seen
    for done in range(ROUNDS):
        share = probability[link].astype(np.float32) * prior
        share /= np.bincount(slot, share)[slot]
        count = np.bincount(link, share * weight, minlength=len(keys)).astype(np.float64)
        of_stems = np.bincount(stem_link, count)
        smooth = of_stems / np.maximum(np.bincount(of_stem, of_stems)[of_stem], 1e-12)
        probability = (count + STEM_WEIGHT * smooth[stem_link]) / (np.bincount(of_word, count)[of_word] + STEM_WEIGHT)
        report(done + 1, ROUNDS)
    real = of_word < len(italian)  # the others belong to no Italian word
    return Alignment(tuple(italian), tuple(english), of_word[real], to_word[real], probability[real], count[real])


def _vocabulary(texts: Iterable[list[str]]) -> dict[str, int]:
    counted = Counter(word for text in texts for word in text)
    return {word: row for row, word in enumerate(sorted(counted, key=lambda word: (-counted[word], word)))}


def _stems(italian: dict[str, int]) -> Ints:
    """Return a number per Italian word, the same for words of a stem, and one more for no word at all."""
    stems = [stem(word, "it") for word in italian]
    number = {one: n for n, one in enumerate(dict.fromkeys(stems))}
    return np.array([*(number[one] for one in stems), len(number)], np.int32)


def _links(
    texts: Sequence[tuple[list[str], list[str], float]], italian: dict[str, int], english: dict[str, int]
) -> tuple[Ints, Ints, Ints, npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return every English word's possible origins: Italian word, English word, its slot, prior of the place, weight."""
    source, target, slot, prior, weight = [], [], [], [], []
    priors: dict[tuple[int, int], npt.NDArray[np.float32]] = {}
    slots = 0
    for one, other, heavy in texts:
        rows, columns = len(other), len(one)
        if (rows, columns) not in priors:
            priors[rows, columns] = _prior(rows, columns)
        source.append(np.tile(np.array([*(italian[word] for word in one), len(italian)], np.int32), rows))
        target.append(np.repeat(np.array([english[word] for word in other], np.int32), columns + 1))
        slot.append(np.repeat(np.arange(slots, slots + rows, dtype=np.int32), columns + 1))
        prior.append(priors[rows, columns])
        weight.append(np.full(rows * (columns + 1), heavy, np.float32))
        slots += rows
    return (
        np.concatenate(source),
        np.concatenate(target),
        np.concatenate(slot),
        np.concatenate(prior),
        np.concatenate(weight),
    )


def _prior(rows: int, columns: int) -> npt.NDArray[np.float32]:
    places = np.arange(columns)[np.newaxis] / max(columns - 1, 1) - np.arange(rows)[:, np.newaxis] / max(rows - 1, 1)
    near = np.exp(-DIAGONAL * np.abs(places)) if min(rows, columns) > 1 else np.ones((rows, columns))
    near = (1 - NOTHING) * near / near.sum(axis=1, keepdims=True)
    return np.concatenate([near, np.full((rows, 1), NOTHING)], axis=1).ravel().astype(np.float32)
