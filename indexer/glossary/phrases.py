"""Glossary forms found in a text: the longest and the most exact ones, in the singular or plural, with articles or without."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from indexer.glossary.entries import Entry
from indexer.stems import stem
from indexer.words import STOP_WORDS, fold

WORD = re.compile(r"[^\W_]+")
_LINKS = {
    "it": """
        a ad ai agli al all alla alle allo con d da dagli dai dal dall dalla dalle dallo degli dei del dell della delle dello
        di e ed gli i il in l la le lo nei nel nell nella nelle nello per su sul sulla un una uno
    """,
    "en": "a an and by for in of on the to with",
}
LINKS = {language: frozenset(words.split()) for language, words in _LINKS.items()}
"""Words that a form may have between its others, or lack: acciaio da utensili, acciai per utensili."""
BREAK = re.compile(r"[.,;:!?()\[\]{}\"«»“”|\n/]")
"""What no form reaches over."""
CLITIC = re.compile(r"(?<=[aei]r)(?:l[oaie]|ne|ci|si|gli|mi|ti|vi)$")
"""Pronouns written onto an infinitive: trasformarlo."""
ENDING = {
    "it": re.compile(r"(?:h?[aeio]|i[oae])$"),
    "en": re.compile(r"(?:(?<=[^sui])s|(?<=sh)es|(?<=ch)es|(?<=ss)es|(?<=x)es)$"),
}
EXACT, LIGHT, STEMMED = 0, 1, 2
COST = (1.0, 1.1, 1.4)
"""Of a form found by its spelling, by its spelling but for the ending, and by its stems."""
UNKNOWN = 1.6
"""Of a word that belongs to no form."""
SHORT = 3
"""Words of fewer letters are found by their spelling alone."""

SHORTEST_STEMMED = 5
"""Single words of fewer letters, or as many, are not found by their stem."""
CACHED = 20_000
"""Words whose endings are remembered; texts say the same ones again and again."""

Doubts = Callable[[str, Entry], bool]


@dataclass(frozen=True, slots=True)
class Found:
    """A form of the glossary in a text."""

    start: int
    """Its first character."""
    end: int
    """The character after its last one."""
    senses: tuple[Entry, ...]
    """The entries that it may mean; several where it is ambiguous."""


def inflected(word: str, language: str) -> tuple[str, ...]:
    """Return the forms that a word in its basic form may take: plural, gender of an adjective, an infinitive without its e."""
    if language != "it":
        return (word, word + "s", word + "es", word[:-1] + "ies") if word.endswith("y") else (word, word + "s", word + "es")
    body, last = word[:-1], word[-1]
    endings = {"o": "oiae", "a": "aei", "e": "ei"}.get(last)
    if endings is None:
        return (word,)
    forms = [body + ending for ending in endings]
    if body.endswith(("c", "g")) and last in "oa":
        forms += [body + "hi", body + "he"]
    if body.endswith("i"):  # serbatoio, serbatoi
        forms.append(body)
    if body.endswith("r") and last == "e":
        forms.append(body)
    return tuple(dict.fromkeys(forms))


class PhraseBook:
    """Finds the forms of one language. Immutable; safe to use from several threads."""

    def __init__(self, entries: Iterable[Entry], language: str, doubts: Doubts | None = None) -> None:
        """Learn the forms of `entries` in `language` ("it" or "en").

        Args:
            entries: the glossary.
            language: of the texts in which they are to be found.
            doubts: whether a word that only shares its stem with an entry means something else.
        """
        self._language, self._doubts = language, doubts
        self._levels: tuple[dict[tuple[str, ...], dict[Entry, None]], ...] = ({}, {}, {})
        for entry in entries:
            for form in entry.forms(language):
                for level, keys in enumerate(self._forms([fold(m.group()) for m in WORD.finditer(form)])):
                    for key in keys:
                        self._levels[level].setdefault(key, {})[entry] = None
        self._longest = max((len(key) for key in self._levels[EXACT]), default=0)
        # The same words come again and again; kept per book, so that they go with it.
        self._known: Callable[[tuple[str, ...]], tuple[int, tuple[Entry, ...]] | None] = lru_cache(CACHED)(self._look_up)
        self._longest_from: Callable[[str], int] = lru_cache(CACHED)(self._measure)
        self._reach: tuple[dict[str, int], ...] = ({}, {}, {})
        """Per level, how many words the longest form has that begins with one."""
        for reach, forms in zip(self._reach, self._levels, strict=True):
            for key in forms:
                reach[key[0]] = max(len(key), reach.get(key[0], 0))

    def stemmed(self) -> Iterable[tuple[tuple[str, ...], Iterable[Entry]]]:
        """Return the forms as stems, without articles and prepositions, each with its entries."""
        return self._levels[STEMMED].items()

    def find(self, text: str) -> tuple[Found, ...]:
        """Return the forms found, in order and apart from each other: the fewest that say most of the text."""
        matches = list(WORD.finditer(text))
        words = [fold(m.group()) for m in matches]
        best: list[tuple[float, int, tuple[Entry, ...]]] = [(0.0, len(words), ())] * (len(words) + 1)
        for at in range(len(words) - 1, -1, -1):
            link = words[at] in LINKS[self._language]
            best[at] = (best[at + 1][0] + (0.0 if link else UNKNOWN), at + 1, ())
            for end, level, senses in self._from(text, matches, words, at):
                cost = best[end][0] + COST[level]
                if cost < best[at][0]:
                    best[at] = (cost, end, senses)
        found, at = [], 0
        while at < len(words):
            _, end, senses = best[at]
            if senses:
                found.append(Found(matches[at].start(), matches[end - 1].end(), senses))
            at = end
        return tuple(found)

    def _from(
        self, text: str, matches: Sequence[re.Match[str]], words: Sequence[str], at: int
    ) -> list[tuple[int, int, tuple[Entry, ...]]]:
        """Return (end, level, senses) of the forms that begin with the word `at`, the level the most exact one."""
        if words[at] in LINKS[self._language] and (words[at],) not in self._levels[EXACT]:
            return []
        found = []
        last, keys, longest = len(words), 0, self._longest_from(words[at])
        for end in range(at + 1, last + 1):
            if end > at + 1 and BREAK.search(text, matches[end - 2].end(), matches[end - 1].start()):
                break
            if words[end - 1] in LINKS[self._language]:
                if end == at + 1 and (words[at],) in self._levels[EXACT]:
                    found.append((end, EXACT, tuple(self._levels[EXACT][(words[at],)])))
                continue
            keys += 1
            if keys > longest:
                break
            if known := self._known(tuple(words[at:end])):
                found.append((end, *known))
        return found

    def _measure(self, word: str) -> int:
        """Return how many words a form may have that begins with this one."""
        if word in LINKS[self._language]:
            return self._longest  # its key begins with a later word
        spelt = (word, _light(word, self._language), stem(word, self._language))
        return max(1, *(reach.get(form, 0) for reach, form in zip(self._reach, spelt, strict=True)))

    def _look_up(self, words: tuple[str, ...]) -> tuple[int, tuple[Entry, ...]] | None:
        """Return what words mean that stand side by side, on the most exact level that knows them."""
        for level, key in enumerate(self._keys(words)):
            if key and (senses := self._meant(level, key, words[0])):
                return level, senses
        return None

    def _meant(self, level: int, key: tuple[str, ...], word: str) -> tuple[Entry, ...]:
        senses = tuple(self._levels[level].get(key, ()))
        if level == STEMMED and len(key) == 1 and self._doubts is not None:
            return tuple(entry for entry in senses if not self._doubts(word, entry))
        return senses

    def _forms(self, words: Sequence[str]) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """Return the keys by which a form of the glossary is found, per level."""
        exact, light, stems = self._keys(words)
        if len(exact) == 1 and light:  # corsa is not corso; the endings of a single word say much
            return (exact,), tuple((form,) for form in inflected(exact[0], self._language)), (stems,) if stems else ()
        return (exact,), (light,) if light else (), (stems,) if stems else ()

    def _keys(self, words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Return what a form is known by, per level; nothing where that says too little."""
        content = [word for word in words if word not in LINKS[self._language]] or list(words)
        light = tuple(_light(word, self._language) for word in content)
        stems = tuple(stem(word, self._language) for word in content)
        if len(content) == 1 and (len(content[0]) < SHORT or content[0] in STOP_WORDS[self._language]):
            return tuple(content), (), ()
        if len(content) == 1:
            bare = CLITIC.sub("", content[0]) if self._language == "it" else content[0]
            return tuple(content), (bare,), stems if len(content[0]) > SHORTEST_STEMMED else ()
        return tuple(content), light, stems


@lru_cache(CACHED)
def _light(word: str, language: str) -> str:
    """Return a word without the ending that tells number and gender."""
    if len(word) <= SHORT or not word.isalpha():
        return word
    if language == "it":
        word = CLITIC.sub("", word)
        return word if word.endswith("r") else ENDING["it"].sub("", word)
    return ENDING["en"].sub("", word)
