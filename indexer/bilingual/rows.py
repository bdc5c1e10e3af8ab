"""Text to input rows of the model: English by its own pieces, Italian by the English ones that it stands for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
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

MOST_PIECES = 6
"""English pieces that one Italian word is blended of."""
SHARPER = 1.5
"""Power of the translations' shares: the likelier ones count more than their share."""
SPELT_OUT = 0.5
"""A translation of several pieces that is likelier than this stands as these pieces, one after the other."""
LONGEST_SPELT = 4
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

    def ids(self, text: str) -> list[int]:
        """Return the pieces of a text, without special ones."""
        found: list[int] = self._tokenizer.encode(readable(text), add_special_tokens=False).ids
        return found

    def rows(self, text: str) -> Rows:
        """Return the rows of a text, shape (pieces, width), without special ones."""
        return self.table[self.ids(text)]

    def framed(self, rows: Rows, longest: int) -> Rows:
        """Return the first `longest` of `rows` between those of [CLS] and [SEP]."""
        ends = self.table[[self.vocabulary["[CLS]"], self.vocabulary["[SEP]"]]]
        return np.concatenate([ends[:1], rows[:longest], ends[1:]])


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
        # The same words come again and again; kept per reader, so that they go with it.
        self._word: Callable[[str], Rows] = lru_cache(CACHED)(self._make_word)
        self._form: Callable[[str], Rows] = lru_cache(CACHED)(english.rows)
        self._sense: Callable[[Entry], Row] = lru_cache(CACHED)(self._make_sense)

    def rows(self, text: str) -> Rows:
        """Return the rows of a text word by word, shape (rows, width), without special ones."""
        return self._stack([self._word(token) for token in tokens_of(readable(text))])

    def translated_rows(self, text: str) -> Rows:
        """Return the rows of a text whose glossary phrases are spelt in English, the rest word by word."""
        text = readable(text)
        parts, at = [], 0
        found = self.book.find(text)
        for phrase, shares in zip(found, self.senses(text, found), strict=True):
            parts += [self._word(token) for token in tokens_of(text[at : phrase.start])]
            parts.append(self._form(phrase.senses[int(np.argmax(shares))].english[0]))
            at = phrase.end
        parts += [self._word(token) for token in tokens_of(text[at:])]
        return self._stack(parts)

    def senses(self, text: str, found: Sequence[Found]) -> tuple[tuple[float, ...], ...]:
        """Return how likely each sense of each phrase is: near to the rest of the text, usual, early in the glossary."""
        return tuple(self._shares(readable(text), phrase) for phrase in found)

    def _shares(self, text: str, phrase: Found) -> tuple[float, ...]:
        if len(phrase.senses) == 1:
            return (1.0,)
        around = np.concatenate([self.rows(text[: phrase.start]), self.rows(text[phrase.end :])])
        context, spelt = self._direction(around), text[phrase.start : phrase.end]
        likely = np.array(
            [
                (UNUSUAL + (self._translations.agreement(spelt, entry.english) or 0.0))
                * LATER_SENSE**place
                * np.exp(SENSE_SHARPNESS * float(self._sense(entry) @ context))
                for place, entry in enumerate(phrase.senses)
            ]
        )
        return tuple(map(float, likely / likely.sum()))

    def _means_other(self, word: str, entry: Entry) -> bool:
        return self._translations.agreement(word, entry.english) == 0.0

    def _make_sense(self, entry: Entry) -> Row:
        return self._direction(self._english.rows(f"{' '.join(entry.english[:FORMS_OF_SENSE])} {entry.sense_en}"))

    def _direction(self, rows: Rows) -> Row:
        total = (rows - self._mean).sum(axis=0)
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), np.float32)

    def _stack(self, parts: Sequence[Rows]) -> Rows:
        return np.concatenate(parts) if parts else np.zeros((0, self._english.table.shape[1]), np.float32)

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
