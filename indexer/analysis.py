"""Italian and English text as index terms: elision, case, accents, stop words, Snowball stems."""

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import Stemmer
from bm25s.stopwords import STOPWORDS_EN_PLUS, STOPWORDS_ITALIAN

from crawler.language import likelier

WORD = re.compile(r"[^\W_\u02bc]+(?:[\u0300-\u036f][^\W_\u02bc]*)*(?:[.,](?=\d)\d+)*")
"""Letters with their accents, and digits; a decimal point or comma stays within its number. U+02BC is an apostrophe."""
ELISION = re.compile(
    r"\b(?:gl|[ldcmtsvn]|un|(?:d|n|a|s|c)?all|dell|nell|sull|dall|coll|quell|quest|bell|sant|tutt|mezz|senz|anch|nessun|ciascun|qualcun)"
    r"['’ʼ`´](?=\w)",  # noqa: RUF001  # the look-alikes are what it is about
    re.IGNORECASE,
)
"""Articles and prepositions that Italian writes onto the next word, with any apostrophe that people type."""
STEMMED = {"it": "italian", "en": "english"}


@dataclass(frozen=True, slots=True)
class Term:
    """An index term and the characters of the text that it was made from."""

    stem: str
    start: int
    end: int


def fold(text: str) -> str:
    """Return `text` in lower case without accents; used on single words, so offsets don't matter."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))


STOP_WORDS = {"it": frozenset(map(fold, STOPWORDS_ITALIAN)), "en": frozenset(map(fold, STOPWORDS_EN_PLUS))}

_own = threading.local()  # a Stemmer is not safe to share between threads


@lru_cache(maxsize=100_000)
def _stem(word: str, language: str) -> str:
    stemmers: dict[str, Stemmer.Stemmer] = _own.__dict__
    if language not in stemmers:
        stemmers[language] = Stemmer.Stemmer(STEMMED[language])
    stemmed: str = stemmers[language].stemWord(word)
    return stemmed


def terms(text: str, language: str) -> tuple[Term, ...]:
    """Return the index terms of `text` in order, analysed as Italian when `language` is "it", else as English.

    Stop words and single letters are left out; numbers are kept as they stand.
    """
    language = language if language in STEMMED else "en"
    plain = ELISION.sub(lambda m: " " * len(m.group()), text) if language == "it" else text
    found = []
    for match in WORD.finditer(plain):
        word = fold(match.group())
        if word in STOP_WORDS[language] or (len(word) == 1 and not word.isdigit()):
            continue
        found.append(Term(_stem(word, language), match.start(), match.end()))
    return tuple(found)


def query_stems(text: str, language: str) -> tuple[str, ...]:
    """Return the distinct stems that look `text` up among passages of both languages, in order of first appearance.

    Words are stemmed by the need's own language and, for loan words and names, by the other one as well.
    """
    other = "en" if language == "it" else "it"
    own = terms(text, language)
    crossing = {(t.start, t.end): t.stem for t in terms(text, other)}
    stems: dict[str, None] = {}
    for term in own:
        stems.setdefault(term.stem)
        stems.setdefault(crossing.get((term.start, term.end), term.stem))
    return tuple(stems)


def need_language(text: str) -> str:
    """Return "it" or "en" for a need of any length: by its function words, and where they don't tell by its letters."""
    words = [fold(match.group()) for match in WORD.finditer(ELISION.sub("la ", text))]
    italian = sum(word in STOP_WORDS["it"] for word in words)
    english = sum(word in STOP_WORDS["en"] for word in words)
    if italian != english:
        return "it" if italian > english else "en"
    return likelier(text, "en", "it")
