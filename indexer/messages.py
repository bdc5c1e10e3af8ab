"""Long messages: which of their sentences say what is looked for, and which are greetings, thanks and news of the firm."""

import re
from functools import lru_cache

import numpy as np

from indexer import exclusions
from indexer.clauses import sentences
from indexer.courtesies import COURTESIES
from indexer.dense import DenseIndex, Scores
from indexer.encoder import Encoder, Vectors
from indexer.exclusions import Phrases
from indexer.requirements import certificates, quantities

FEWEST_WORDS = 50
"""Words of a need from which on it may be a letter; a shorter one is taken as it stands."""
MOST = 60
"""Sentences of a letter at most: each is held against all passages; what has more is a document, taken as it stands."""
SALUTATION = (
    r"\A\W*(?:dear|hello|hi|good (?:morning|afternoon|evening|day)|to whom it may concern|gentil[ei]|gent\.|egregi[oa]?|egr\."
    r"|spett(?:abile|\.le)?|buon ?(?:giorno|pomeriggio)|buona ?sera|salve|ciao|car[oaei]|illustr(?:e|issim[oa]))\b"
)
CLOSING = (
    r"\b(?:(?:kind|best|warm) regards|regards|best wishes|many thanks|yours (?:sincerely|faithfully|truly)|sincerely"
    r"|thank(?:s| you) (?:in advance|very much)|(?:cordiali|distinti|cari|tanti) saluti|cordialmente"
    r"|grazie (?:in anticipo|mille|ancora))\b[^\n]{0,80}\Z"
)
FORMULA = re.compile(f"{SALUTATION}|{CLOSING}", re.IGNORECASE)
"""How letters begin or end."""
COURTLY, FEWEST_COURTLY = 0.45, 2
"""Cosine to the nearest courtesy from which on a sentence is one, and how many make a letter that lacks the formulas."""
PLAIN = 0.4
"""Such a cosine from which on a sentence may be a courtesy: what it excludes or measures is not the offer's."""
SHORTEST = 3
"""Words of a sentence that is kept for its meaning: a shorter one may be a name."""
PASSAGES, LINES = 10, 3
"""How many passages of startups, and courtesies, a sentence is held against: the nearest, since one may be chance."""
KEPT = 0.8
"""A sentence is kept from this share of the best one's margin on."""
WRAPPED = re.compile(r"(?<=[^\s.!?;:…])[ \t]*\r?\n[ \t]*(?=[^\W\d_A-ZÀ-Þ]|\()")
"""Line breaks that a mail program put into sentences."""


class Messages:
    """Finds in a letter what it asks for: what is nearer to what startups say than to what letters say anyway.

    Immutable; safe to use from several threads.
    """

    def __init__(self, encoder: Encoder, passages: DenseIndex, phrases: Phrases) -> None:
        """Join an encoder, the passages that may answer and the glossary; nothing is encoded before the first long message."""
        self._encoder, self._passages, self._phrases = encoder, passages, phrases
        self._courtesies = lru_cache(self._encoded)

    def asked(self, text: str, language: str) -> str:
        """Return those sentences of a need in `language` ("it" or "en") that say what is looked for, a line each.

        Only a letter is shortened, and what excludes something, has a figure or names a certificate stays.
        """
        if len(text.split()) < FEWEST_WORDS:
            return text
        unwrapped = WRAPPED.sub(" ", text)
        spans = [(start, end) for start, end in sentences(unwrapped) if any(map(str.isalnum, unwrapped[start:end]))]
        if not 0 < len(spans) <= MOST:
            return text
        lines = [unwrapped[start:end] for start, end in spans]
        looks = [self._look(one, language) for one in lines]
        best = max((margin for one, (margin, _) in zip(lines, looks, strict=True) if len(one.split()) >= SHORTEST), default=0.0)
        is_letter = FORMULA.search(text) or sum(courtesy >= COURTLY for _, courtesy in looks) >= FEWEST_COURTLY
        if best <= 0 or not is_letter:
            return text
        excluded = [one.start for one in exclusions.find(unwrapped, language, self._phrases)]
        kept = [
            one
            for (start, end), one, (margin, courtesy) in zip(spans, lines, looks, strict=True)
            if (margin >= KEPT * best and len(one.split()) >= SHORTEST)
            or (courtesy < PLAIN and (any(start <= at < end for at in excluded) or _is_measured(one, language)))
        ]
        return text if len(kept) == len(lines) else "\n".join(kept)

    def _look(self, sentence: str, language: str) -> tuple[float, float]:
        """Return how much nearer a sentence is to what startups say than to courtesies, and the nearest one's cosine."""
        vector = self._encoder.encode_need(sentence)
        courtesies = self._courtesies(language) @ vector
        margin = _nearest(self._passages.scores(vector), PASSAGES) - _nearest(courtesies, LINES)
        return margin, float(courtesies.max())

    def _encoded(self, language: str) -> Vectors:
        return self._encoder.encode_passages([line.strip() for line in COURTESIES[language].strip().splitlines()])


def _is_measured(sentence: str, language: str) -> bool:
    """Tell whether a sentence has a figure with its unit or a certificate, which an offer meets or misses."""
    return bool(quantities.find(sentence, language) or certificates.find(sentence, typed=True))


def _nearest(cosines: Scores, count: int) -> float:
    """Return the mean of the highest cosines, at most `count`."""
    count = min(count, len(cosines))
    return float(np.partition(cosines, -count)[-count:].mean())
