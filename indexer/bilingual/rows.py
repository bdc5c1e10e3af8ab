"""Text to input rows of the model: English by its own pieces, Italian by the English ones that it stands for."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.bilingual.body import Rows
from indexer.bilingual.tokens import MEANT, tokens_of
from indexer.bilingual.translations import Translation, Translations
from indexer.encoder import readable
from indexer.errors import ModelError
from indexer.glossary.entries import Entry
from indexer.glossary.phrases import Found, PhraseBook
from indexer.glossary.senses import NOTHING, Chosen, Senses, Shares, fitting, settled, spelling

MOST_PIECES = 6
"""English pieces that one Italian word is blended of."""
SHARPER = 1.5
"""Power of the translations' shares: the likelier ones count more than their share."""
SPELT_OUT = 0.2
"""A translation of several pieces that is likelier than this stands as these pieces, one after the other."""
LONGEST_SPELT = 6
ALIKE = 0.2
"""Cosine of two rows, their common mean taken off, from which they mean something like the same."""
SHORT = 3
"""Words of more letters that English has too, and that may mean there what their stem means here, are read as English."""
FORMS_OF_SENSE = 3
"""English forms of an entry that tell its sense from the others."""
SENSE_SHARPNESS = 10.0
"""How much likelier a sense is whose words lie nearer to the text's, per unit of the cosine, in natural logarithms."""
UNUSUAL = 0.3
"""What a sense counts at least of which the parallel texts know nothing."""
LATER_SENSE = 0.8
"""What a sense counts of the one before it in the glossary."""
CACHED = 20_000

Row = npt.NDArray[np.float32]


class English:
    """The base model's own reading: WordPiece over its vocabulary."""

    def __init__(self, base: Path) -> None:
        """Load tokenizer and word embeddings of the model in the folder `base`.

        Raises:
            ModelError: they cannot be read.
        """
        from safetensors import safe_open  # noqa: PLC0415  # what `scout --help` need not pay for
        from tokenizers import Tokenizer  # noqa: PLC0415

        try:
            with safe_open(base / "model.safetensors", "numpy") as weights:
                self.table: Row = np.asarray(weights.get_tensor("embeddings.word_embeddings.weight"), np.float32)
            self._tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
        except Exception as error:  # both raise what they like
            raise ModelError(f"cannot read the model in {base}: {error} (reinstall its package)") from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.vocabulary: Mapping[str, int] = self._tokenizer.get_vocab()
        self._begin, self._end = (self.table[[self.vocabulary[name]]] for name in ("[CLS]", "[SEP]"))

    def ids(self, text: str) -> list[int]:
        """Return the pieces of a text, without special ones."""
        found: list[int] = self._tokenizer.encode(readable(text), add_special_tokens=False).ids
        return found

    def rows(self, text: str) -> Rows:
        """Return the rows of a text, shape (pieces, width), without special ones."""
        return self.table.take(self.ids(text), axis=0)

    def framed(self, rows: Rows, longest: int) -> Rows:
        """Return the first `longest` of `rows` between those of [CLS] and [SEP]."""
        return np.concatenate([self._begin, rows[:longest], self._end])


class Italian:
    """Italian read through English pieces: each word is the blend of what it may mean (vocabulary transplant).

    Words are looked up as they stand, then by their stem; what is unknown is read as English.
    """

    def __init__(self, english: English, translations: Translations, entries: Iterable[Entry]) -> None:
        """Read with the base model's rows, an artefact's translations and a glossary."""
        self._english, self._translations = english, translations
        self.book = PhraseBook(entries, "it", self._means_other)
        self._norms = np.linalg.norm(english.table, axis=1)
        self._mean = english.table.mean(axis=0)
        self._nothing: Rows = english.table[:0]
        # The same words come again and again; kept per reader, so that they go with it.
        self._word: Callable[[str], Rows] = lru_cache(CACHED)(self._make_word)
        self._form: Callable[[str], Rows] = lru_cache(CACHED)(english.rows)
        self.pull: Callable[[str], Row] = lru_cache(CACHED)(self._make_pull)
        """Where a word leads: the sum of its rows, from the mean of all."""
        self._sense: Callable[[Entry], Row] = lru_cache(CACHED)(self._make_sense)
        self._choice = lru_cache(CACHED)(self._make_choice)
        self._drawn: Callable[[str, str], Rows] = lru_cache(CACHED)(self._make_drawn)

    def rows(self, text: str) -> Rows:
        """Return the rows of a passage, shape (rows, width), without special ones.

        Phrases of the glossary stand in English, drawn to what their words may mean by the parallel texts; the rest word by
        word.
        """
        rows = [self._nothing]
        text = readable(text)
        found = self.book.find(text)
        for spelt, english in _parts(text, found, self.senses(text, found)):
            rows += [self._drawn(english, spelt)] if english else self._words(spelt)
        return np.concatenate(rows)

    def both_rows(self, text: str, senses: Senses | None = None, chosen: Chosen = NOTHING) -> Iterator[Rows]:
        """Yield the rows of a need as two readings: word by word, as early as can be, and with phrases in English.

        Args:
            text: the need.
            senses: how likely its phrases' senses are; as for passages unless given.
            chosen: the senses that were chosen; phrases with one stand in English in both readings.
        """
        text = readable(text)
        if not chosen:
            yield np.concatenate([self._nothing, *self._words(text)])
        found = fitting(text, self.book.find(text))
        parts = _parts(text, found, settled(text, found, senses or self.senses, chosen))
        if chosen:
            yield self._together(parts, lambda spelt: spelling(spelt) in chosen)
        yield self._together(parts, lambda _: True)

    def _together(self, parts: Iterable[tuple[str, str]], in_english: Callable[[str], bool]) -> Rows:
        """Return the rows of a text's parts, in English those that have some and for which `in_english` holds."""
        rows = [self._nothing]
        for spelt, english in parts:
            rows += [self._form(english)] if english and in_english(spelt) else self._words(spelt)
        return np.concatenate(rows)

    def senses(self, text: str, found: Sequence[Found]) -> tuple[tuple[float, ...], ...]:
        """Return how likely each sense of each phrase is: near to the rest of the text, usual, early in the glossary."""
        text = readable(text)
        whole = self._towards(text) if any(len(phrase.senses) > 1 for phrase in found) else self._mean
        return tuple(self._shares(text[phrase.start : phrase.end], phrase.senses, whole) for phrase in found)

    def _shares(self, spelt: str, senses: tuple[Entry, ...], whole: Row) -> tuple[float, ...]:
        if len(senses) == 1:
            return (1.0,)
        usual, directions, own = self._choice(spelt, senses)
        likely = usual * np.exp(SENSE_SHARPNESS * (directions @ _of_length_one(whole - own)))
        return tuple(map(float, likely / likely.sum()))

    def _make_choice(self, spelt: str, senses: tuple[Entry, ...]) -> tuple[Row, Rows, Row]:
        """Return how usual each sense of a phrase is, where each leads, shape (senses, width), and where the phrase does."""
        agreed = [self._translations.agreement(spelt, entry.english) or 0.0 for entry in senses]
        usual = (UNUSUAL + np.array(agreed)) * LATER_SENSE ** np.arange(len(senses))
        return usual.astype(np.float32), np.stack([self._sense(entry) for entry in senses]), self._towards(spelt)

    def _towards(self, text: str) -> Row:
        """Return where the words of a text lead together, from the mean of all rows."""
        return sum(map(self.pull, tokens_of(text)), start=np.zeros_like(self._mean))

    def _make_pull(self, word: str) -> Row:
        return np.asarray((self._word(word) - self._mean).sum(axis=0), np.float32)

    def _means_other(self, word: str, entry: Entry) -> bool:
        return self._translations.agreement(word, entry.english) == 0.0

    def _make_sense(self, entry: Entry) -> Row:
        rows = self._english.rows(f"{' '.join(entry.english[:FORMS_OF_SENSE])} {entry.sense_en}")
        return _of_length_one((rows - self._mean).sum(axis=0))

    def _make_drawn(self, meant: str, spelt: str) -> Rows:
        """Return a phrase's English rows, each halfway to the nearest of its words' if one is near, and the others behind.

        One word that is one word in English is surely meant by it, however far; a word of which nothing is known adds nothing.
        """
        english = self._form(meant)
        own = np.concatenate([self._nothing, *(self._word(word) for word in tokens_of(spelt) if self._is_known(word))])
        if not len(own):
            return english
        likeness = self._centred(english) @ self._centred(own).T
        near = np.flatnonzero(likeness.max(axis=1) > ALIKE) if likeness.size > 1 else np.zeros(1, np.int64)
        nearest = likeness[near].argmax(axis=1)
        drawn = english.copy()
        drawn[near] = _between(english[near], own[nearest])
        return np.concatenate([drawn, np.delete(own, nearest, axis=0)])

    def _centred(self, rows: Rows) -> Rows:
        centred = rows - self._mean
        return np.asarray(centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9), np.float32)

    def _words(self, text: str) -> list[Rows]:
        """Return the rows of each word of a text."""
        return [self._word(word) for word in tokens_of(text)]

    def _is_known(self, word: str) -> bool:
        known = word in MEANT or word in self._english.vocabulary
        return known or bool(self._translations.of(word) or self._translations.of_stem(word))

    def _make_word(self, word: str) -> Rows:
        english = self._english
        if word in MEANT:
            return english.rows(MEANT[word])
        if not word.isalpha():
            return english.rows(word)
        translation = self._translations.of(word)
        if not translation:
            translation = self._translations.of_stem(word)
            if len(word) > SHORT and word in english.vocabulary and word in dict(translation):
                return english.rows(word)
        return self._blend(translation) if translation else english.rows(word)

    def _blend(self, translation: Translation) -> Rows:
        pieces = [(self._english.ids(word), share) for word, share in translation]
        first, likeliest = pieces[0]
        if likeliest > SPELT_OUT and 1 < len(first) <= LONGEST_SPELT:
            return self._english.table[first]
        weights: dict[int, float] = {}
        for ids, share in pieces:
            for one in ids:
                weights[one] = weights.get(one, 0.0) + share**SHARPER / len(ids)
        best = sorted(weights, key=lambda one: (-weights[one], one))[:MOST_PIECES]
        shares = np.array([weights[one] for one in best], np.float32)
        shares /= shares.sum()
        blended = shares @ self._english.table[best]
        # A mean is shorter than what it is the mean of; the model expects rows of the usual length.
        usual = float(shares @ self._norms[best]) / max(float(np.linalg.norm(blended)), 1e-9)
        return np.asarray(blended[np.newaxis] * usual, np.float32)


def _parts(text: str, found: Sequence[Found], likely: Shares) -> list[tuple[str, str]]:
    """Return what stands between the glossary's phrases, and the phrases, each of these with its English."""
    parts: list[tuple[str, str]] = []
    at = 0
    for phrase, shares in zip(found, likely, strict=True):
        english = phrase.senses[shares.index(max(shares))].english[0]
        parts += [(text[at : phrase.start], ""), (text[phrase.start : phrase.end], english)]
        at = phrase.end
    return [*parts, (text[at:], "")]


def _of_length_one(direction: Row) -> Row:
    return np.asarray(direction / max(math.sqrt(direction @ direction), 1e-9), np.float32)


def _between(these: Rows, those: Rows) -> Rows:
    """Return the rows halfway between two times as many, of the usual length."""
    total = these + those
    usual = (np.linalg.norm(these, axis=1) + np.linalg.norm(those, axis=1)) / 2
    return np.asarray(total * (usual / np.maximum(np.linalg.norm(total, axis=1), 1e-9))[:, np.newaxis], np.float32)
