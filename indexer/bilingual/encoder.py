"""The default encoder: all-MiniLM-L6-v2 that reads Italian too, without a network and without having been trained for it."""

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from indexer.bilingual.body import Body, OnnxBody, Rows, TorchBody
from indexer.bilingual.quantise import prepare
from indexer.bilingual.rows import English, Italian
from indexer.bilingual.senses import SenseChoice
from indexer.bilingual.translations import Translations
from indexer.encoder import Vector, Vectors, packaged_model, unit
from indexer.errors import ArtefactError, ModelError
from indexer.glossary.entries import Entry, packaged_entries
from indexer.glossary.senses import NOTHING, Chosen
from indexer.routing import languages, need_language, words_by_language

logger = logging.getLogger(__name__)

PACKAGED = Path(__file__).parent / "data" / "translations.npz"
NAME = "all-MiniLM-L6-v2 with Italian"
LONGEST = 254
"""Rows of a text that the model reads, beside [CLS] and [SEP]."""
CHUNK = 256
"""Texts between two reports of progress."""
LEAST_SHARE = 0.1
"""A need is read in a language only if it is likely to be in it by this much."""
READINGS = {"it": 2, "en": 1}
"""How often a need is read in a language; the readings share its weight."""
WORDS_KEPT = 10_000
"""English words of several pieces whose sums are kept."""
RECIPE = "2"
"""Raised when the same files give other vectors."""


class BilingualEncoder:
    """An Encoder for English and Italian; each text is read in its own language. Safe to call from several threads.

    English goes in as the base model reads it, Italian by the English that it stands for. An Italian need goes in twice, word
    by word and with the glossary's phrases in English, and its vector lies between both; a passage once, its rows between both,
    and by the packaged glossary, so that its vector outlives a change of one's own.
    """

    name = NAME
    prompts: Mapping[str, str] = {"query": "", "passage": ""}  # nobody changes it
    max_tokens = LONGEST

    def __init__(
        self,
        entries: Sequence[Entry],
        cache: Path | None = None,
        translations: Path = PACKAGED,
        on_progress: Callable[[str], None] | None = None,
    ) -> None:
        """Put base model, artefact and glossary together.

        Args:
            entries: the glossary.
            cache: where the fast body is kept once it is made; None: fp32 by torch, slower and exact.
            translations: the artefact.
            on_progress: told what is prepared, in a few words; only the first start has something to prepare.

        Raises:
            ArtefactError: the artefact cannot be read, or was made for another base model.
            ModelError: the base model cannot be read.
        """
        base = packaged_model()
        words = Translations.load(translations)
        digest = base_digest(base)
        if words.base != digest:
            raise ArtefactError(
                f"the Italian words {translations} were made for another base model than {base.name}:"
                " make them anew with `scout model build`, or install the versions of the constraints file"
            )
        self._english = English(base)
        packaged = packaged_entries()
        self._italian = Italian(self._english, words, entries)
        self._stored = self._italian if tuple(entries) == packaged else Italian(self._english, words, packaged)
        self.translations, self.entries = words, tuple(entries)
        self.senses, self.book = SenseChoice(self._english, self._italian), self._italian.book
        self._known = words_by_language(entries)
        self._mean = self._english.table.mean(axis=0)
        self._spelt: Callable[[str], Vector] = lru_cache(WORDS_KEPT)(self._make_spelt)
        self._body = _body(base, cache, on_progress)
        self.dimension = int(self._english.table.shape[1])
        total = hashlib.sha256(f"{RECIPE}|{digest}|{packaged}|".encode())
        total.update(translations.read_bytes())
        self.digest = total.hexdigest()

    @property
    def road(self) -> str:
        """How the body is computed: "onnx-int8", or "torch-fp32" where that cannot be had."""
        return self._body.name

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many rows each text has, special tokens not counted."""
        return [len(self._reader(text).rows(text)) for text in texts]

    def encode_passages(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        """Return unit vectors of shape (len(texts), dimension); `on_progress` is told how many texts are done."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), CHUNK):
            chunk = texts[start : start + CHUNK]
            vectors[start : start + len(chunk)] = self._body.vectors(self.rows(text) for text in chunk)
            if on_progress is not None:
                on_progress(start + len(chunk))
        return vectors

    def encode_need(self, text: str) -> Vector:
        """Return the unit vector of a need, shape (dimension,)."""
        return self.encode_chosen(text, NOTHING)

    def encode_chosen(self, text: str, chosen: Chosen) -> Vector:
        """Return the unit vector of a need, its words in the senses `chosen`, else in the likeliest."""
        share = dict(languages(text, self._known))
        read = [language for language in READINGS if share[language] > LEAST_SHARE]
        weights = [share[language] / READINGS[language] for language in read for _ in range(READINGS[language])]
        texts = (self._framed(rows) for rows in self._readings(text, read, chosen))
        if len(weights) == 1:
            alone: Vector = self._body.vectors(list(texts))[0]
            return alone
        vectors = self._body.readings(texts)
        total = np.zeros((1, self.dimension), np.float32)
        for weight, vector in zip(weights, vectors, strict=True):
            total += weight * vector
        summed: Vector = unit(total)[0]
        return summed

    def _readings(self, text: str, read: Sequence[str], chosen: Chosen) -> Iterator[Rows]:
        for language in read:
            if language == "it":
                yield from self._italian.both_rows(text, self.senses, chosen)
            else:
                yield self._english.rows(text)

    def word_vectors(self, words: Sequence[str], language: str) -> Vectors:
        """Return unit vectors, or zeros, of folded words of a text in `language`, shape (len(words), dimension)."""
        if language == "it":
            pulls = [self._italian.pull(word) for word in words]
            return unit(np.array(pulls, np.float32).reshape(len(words), self.dimension))
        ids = [self._english.vocabulary.get(word, -1) for word in words]
        vectors: Vectors = self._english.table[ids] - self._mean
        for place in (place for place, one in enumerate(ids) if one < 0):
            vectors[place] = self._spelt(words[place])
        return unit(vectors)

    def _make_spelt(self, word: str) -> Vector:
        return np.asarray((self._english.rows(word) - self._mean).sum(axis=0), np.float32)

    def rows(self, text: str) -> Rows:
        """Return what goes into the body for a passage: the rows of its words, [CLS] first and [SEP] last."""
        return self._framed(self._reader(text).rows(text))

    def _reader(self, text: str) -> English | Italian:
        return self._stored if need_language(text) == "it" else self._english

    def _framed(self, rows: Rows) -> Rows:
        return self._english.framed(rows, LONGEST)


def base_digest(base: Path) -> str:
    """Return the SHA-256 (hex) of the weights of the model in the folder `base`.

    Raises:
        ModelError: they cannot be read.
    """
    try:
        with (base / "model.safetensors").open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"cannot read the model in {base}: {error.strerror or error} (reinstall its package)") from error


def _body(base: Path, cache: Path | None, on_progress: Callable[[str], None] | None) -> Body:
    if cache is None:
        return TorchBody(base)
    try:
        return OnnxBody(prepare(base, cache, on_progress))
    except ModelError as error:
        logger.warning("encoding goes the slow way, by torch: %s", error)
        return TorchBody(base)
