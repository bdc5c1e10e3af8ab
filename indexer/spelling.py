"""Needs typed in haste: words that nobody knows are read as the known word one slip away (Damerau, CACM 1964)."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from indexer.crossing import Crossing, tagged
from indexer.lexical import LexicalIndex
from indexer.readings import Respelt
from indexer.stems import stem
from indexer.words import STOP_WORDS, fold

SHORTEST, LONGEST = 4, 30
"""Letters of a word that is read as another: of shorter ones too many are near, and longer ones are none."""
LONG = 7
"""Letters of a word that is read as another although something is joined to it, too."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
JOINED = "\\w'’@/&‐‑\u0300-\u036f\u00ad\u200b-\u200d-"  # noqa: RUF001  # apostrophes and hyphens as they are typed
WORD = re.compile(rf"(?<![{JOINED}.])[^\W\d_]+(?![{JOINED}]|\.\w)")
"""Words that stand alone: not those of codes, compounds and addresses, nor what stands between invisible signs."""
ELIDED = re.compile(r"((?:a|da|de|ne|su|co)?ll|l|d|un|quest|quell|sott|dov|com|cos)(?=[aeiouh])")
"""Words that Italian joins to the next with an apostrophe, which haste leaves out: allestero, lozono."""


class Speller:
    """Reads misspelt words by those of the dictionaries and of one index. Immutable; safe to use from several threads."""

    def __init__(self, crossing: Crossing, index: LexicalIndex) -> None:
        """Join what is known of words and what the startups say.

        Args:
            crossing: knows words and what they mean in the other language.
            index: the words of all startups.
        """
        self._crossing, self._index = crossing, index
        self._meant = lru_cache(10_000)(self._find)

    def read(self, text: str, language: str) -> tuple[str, tuple[Respelt, ...]]:
        """Return a need in `language` ("it" or "en") as it is meant, and which of its words are read as others."""
        respelt: dict[str, Respelt] = {}

        def meant(match: re.Match[str]) -> str:
            word = match[0]
            if not SHORTEST <= len(word) <= LONGEST or not word.islower():  # a name or an abbreviation
                return word
            found = self._meant(fold(word), language)
            if found is None:
                return word
            if found[-1] == fold(word[-1]):
                found = found[:-1] + word[-1]  # Italian's accent, which dictionaries here lack
            respelt[word] = Respelt(word, found)
            return found

        return WORD.sub(meant, text), tuple(respelt.values())

    def _find(self, word: str, language: str) -> str | None:
        """Return the word that an unknown one stands for; None where it is known, or nothing is near."""
        languages = ("it", "en") if language == "it" else ("en",)
        if any(self._knows(word, one) or self._stands(word, one) for one in ("it", "en")):
            return None
        if any(self._crossing.knows_stem(word, one) for one in languages):
            return None
        elided = ELIDED.match(word) if language == "it" else None
        article, rest = (elided[1] + "'", word[elided.end() :]) if elided else ("", "")
        if rest and (self._knows(rest, "it") or self._crossing.knows_stem(rest, "it")) and self._weight(rest, "it"):
            return article + rest
        for slips in SLIPS:
            for one in languages:
                if found := self._likeliest(slips(word), one):
                    return None if stem(found, one) == stem(word, one) else found
        for slips in SLIPS if len(rest) >= LONG else ():
            if found := self._likeliest(slips(rest), "it"):
                return article + found
        return None

    def _likeliest(self, words: Iterable[str], language: str) -> str | None:
        """Return the known word that is said most."""
        near = {one: self._weight(one, language) for one in words if self._knows(one, language)}
        return max(near, key=lambda one: (near[one], one), default=None)

    def _knows(self, word: str, language: str) -> bool:
        return word in STOP_WORDS[language] or self._crossing.knows(word, language)

    def _stands(self, word: str, language: str) -> bool:
        """Tell whether a startup says a word, in one form or another."""
        return self._index.document_frequency(tagged(stem(word, language), language)) > 0

    def _weight(self, word: str, language: str) -> float:
        """Return in how many startups a word, or what it means in the other language, stands."""
        if word in STOP_WORDS[language]:
            return float(len(self._index))
        groups = self._crossing.groups(word, language)
        return sum(weight * self._index.document_frequency(one) for group in groups for one, weight in group)


def _doubled(word: str) -> Iterator[str]:
    """Yield the words of which a double letter was typed once, or a single one twice."""
    for at, letter in enumerate(word):
        yield word[:at] + letter + word[at:]
        if word[at : at + 1] == word[at + 1 : at + 2]:
            yield word[:at] + word[at + 1 :]


def _swapped(word: str) -> Iterator[str]:
    """Yield the words of which two letters that follow each other were swapped; the first letter is seldom wrong."""
    for at in range(1, len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _left_out(word: str) -> Iterator[str]:
    """Yield the words of which a letter was left out; what is left of a short one may be a word of its own."""
    for at in range(1, len(word) + 1 if len(word) > SHORTEST else 0):
        yield from (word[:at] + letter + word[at:] for letter in LETTERS)


SLIPS: tuple[Callable[[str], Iterator[str]], ...] = (_doubled, _swapped, _left_out)
"""The slips that are looked for, the safest first. A wrong letter, or one too many, would make other words of rare ones."""
