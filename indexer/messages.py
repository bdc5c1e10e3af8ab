"""Long messages: which of their sentences say what is looked for, and which are greetings, thanks and news of the firm."""

from functools import lru_cache

import numpy as np

from indexer.courtesies import COURTESIES
from indexer.dense import DenseIndex, Scores
from indexer.encoder import Encoder, Vectors
from indexer.passages import SENTENCE_END

FEWEST_WORDS = 50
"""Words of a need from which on it may be a letter; a shorter one is taken as it stands."""
SHORTEST = 3
"""Words of a sentence: a shorter one is a name or a greeting."""
PASSAGES, LINES = 10, 3
"""How many passages of startups, and lines of letters, a sentence is held against: the nearest, since one may be chance."""
KEPT = 0.8
"""A sentence is kept from this share of the best one's margin on."""


class Messages:
    """Finds in a letter what it asks for: what is nearer to what startups say than to what letters say anyway.

    Immutable; safe to use from several threads.
    """

    def __init__(self, encoder: Encoder, passages: DenseIndex) -> None:
        """Join an encoder and the passages that may answer; nothing is encoded before the first long message."""
        self._encoder, self._passages = encoder, passages
        self._courtesies = lru_cache(self._encoded)

    def asked(self, text: str, language: str) -> str:
        """Return those sentences of a need in `language` ("it" or "en") that say what is looked for."""
        if len(text.split()) < FEWEST_WORDS:
            return text
        sentences = [one for one in _sentences(text) if len(one.split()) >= SHORTEST]
        margins = [self._margin(one, language) for one in sentences]
        best = max(margins, default=0.0)
        if best <= 0 or min(margins) > 0:  # nothing that the startups say is in it, or nothing else
            return text
        kept = [one for one, margin in zip(sentences, margins, strict=True) if margin >= KEPT * best]
        return text if len(kept) == len(sentences) else " ".join(kept)

    def _margin(self, sentence: str, language: str) -> float:
        """Return how much nearer a sentence is to what startups say than to what letters say."""
        vector = self._encoder.encode_need(sentence)
        return _nearest(self._passages.scores(vector), PASSAGES) - _nearest(self._courtesies(language) @ vector, LINES)

    def _encoded(self, language: str) -> Vectors:
        return self._encoder.encode_passages([line.strip() for line in COURTESIES[language].strip().splitlines()])


def _nearest(cosines: Scores, count: int) -> float:
    """Return the mean of the highest cosines, at most `count`."""
    count = min(count, len(cosines))
    return float(np.partition(cosines, -count)[-count:].mean())


def _sentences(text: str) -> list[str]:
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    return [text[start:end].strip() for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
