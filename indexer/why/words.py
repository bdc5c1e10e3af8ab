"""The words and phrases of a need, as they may be left out, and those of a startup, as they may be added."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from indexer.analysis import query_terms, terms
from indexer.crossing import TAG, TELLING, Crossing, tagged
from indexer.lexical import Group, LexicalIndex
from indexer.ranking import Ranking
from indexer.results import Passage
from indexer.words import fold

SHORTEST = 3
"""Letters of a word that is added, at least."""
WORD = re.compile(r"[^\W_]+")
BREAK = re.compile(r"[.,;:!?()\[\]\n]+(?=\s|$)|[()\[\]\n]")
"""What parts clauses."""
EMPTY = re.compile(r"\(\s*\)|\[\s*\]")
DANGLING = re.compile(r"\s+(?=[\s.,;:!?)\]])")
"""What a cut leaves behind."""
CLOSING = re.compile(r"[)\]][.,;:!?]*$")
"""The end of a clause in brackets: it stays with their beginning."""
EDGES = " \n\t.,;:!?()[]"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the need: `need[start:end]`."""

    start: int
    end: int
    groups: tuple[Group, ...]
    """What is searched for by it."""

    def is_said(self, stems: Collection[str]) -> bool:
        """Tell whether a text with these stems says it, in either language."""
        return any(stem in stems for group in self.groups for stem, weight in group if weight >= TELLING)


@dataclass(frozen=True, slots=True)
class Unit:
    """A word of the need, or the words of a phrase that the glossary holds as a whole."""

    words: tuple[Word, ...]

    @property
    def start(self) -> int:
        """Its first character in the need."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """The character after its last one."""
        return self.words[-1].end

    @property
    def groups(self) -> tuple[Group, ...]:
        """What is searched for by it."""
        return tuple(dict.fromkeys(group for word in self.words for group in word.groups))

    def lacked(self, stems: Collection[str]) -> tuple[Span, ...]:
        """Return what of it a text with these stems says in neither language.

        Of a phrase that is said in part, words are missing only where the part is said in the need's own language: in the other
        one the phrase may have other words.
        """
        if not any(word.is_said(stems) for word in self.words):
            return ((self.start, self.end),)
        if not any(group[0][0] in stems for group in self.groups):
            return ()
        return tuple((word.start, word.end) for word in self.words if not word.is_said(stems))


def units(text: str, ranking: Ranking, crossing: Crossing) -> tuple[Unit, ...]:
    """Return what a need consists of, in order; what it excludes is left aside."""
    language = ranking.language
    out = [(one.start, one.end) for one in ranking.exclusions if one.applied]
    own = [term for term in query_terms(text, language) if not any(s < term.end and term.start < e for s, e in out)]
    groups = _by_stem(ranking.groups, language)
    phrases = [(found.start, found.end) for found in crossing.phrases(text, language)]
    made: dict[Span, list[Word]] = {}
    for term in own:
        whole = next((span for span in phrases if span[0] <= term.start and term.end <= span[1]), (term.start, term.end))
        stem = tagged(term.stem, language)
        made.setdefault(whole, []).append(Word(term.start, term.end, tuple(groups.get(stem, [((stem, 1.0),)]))))
    return tuple(Unit(tuple(words)) for words in made.values())


def without(text: str, unit: Span, others: Sequence[Span]) -> str:
    """Return a need without a unit, and without the small words that join it to what stands before, or else to what follows.

    Args:
        text: the need.
        unit: what is left out.
        others: what is not: the other units, and what is excluded.
    """
    clause = next(span for span in clauses(text) if span[0] <= unit[0] < span[1])
    before = [end for _, end in others if clause[0] < end <= unit[0]]
    behind = [start for start, _ in others if unit[1] <= start < clause[1]]
    if before:
        return cut(text, max(before), unit[1])
    return cut(text, unit[0], min(behind)) if behind else cut(text, *clause)


def cut(text: str, start: int, end: int) -> str:
    """Return a need without the characters from `start` to `end`."""
    closing = CLOSING.search(text, start, end)
    left = EMPTY.sub("", f"{text[:start].rstrip()} {text[closing.start() if closing else end :].lstrip()}")
    return DANGLING.sub("", left).strip(" \n\t,;:")


def clauses(text: str) -> tuple[Span, ...]:
    """Return the character ranges that punctuation and line breaks part; together they are the whole text."""
    ends = [match.end() for match in BREAK.finditer(text)]
    return tuple((start, end) for start, end in zip([0, *ends], [*ends, len(text)], strict=True) if start < end)


def telling_words(
    weights: Mapping[str, float], passages: Sequence[Passage], index: LexicalIndex, *, known: Collection[str], most: int
) -> tuple[str, ...]:
    """Return the words that tell a startup best from others; names, and what no other startup says, come last.

    Args:
        weights: its stems with their BM25 in it.
        passages: where the words are to stand.
        index: of all startups.
        known: stems that are not wanted.
        most: words at most.
    """
    spelt: dict[str, list[str]] = {}
    for passage in passages:
        for term in terms(passage.text, passage.language):
            spelt.setdefault(tagged(term.stem, passage.language), []).append(passage.text[term.start : term.end])
    ranked = []
    for stem, forms in spelt.items():
        small = next((form for form in forms if form.islower()), None)
        word = small or forms[0]
        if stem in weights and stem not in known and len(word) >= SHORTEST and word.isalpha():
            ranked.append((small is None, index.document_frequency(stem) == 1, -weights[stem], word))
    return tuple(dict.fromkeys(word for *_, word in sorted(ranked)))[:most]


def is_named(name: str, text: str) -> bool:
    """Tell whether a text has all words of a startup's name, one after the other."""
    wanted, said = ([fold(word) for word in WORD.findall(one)] for one in (name, text))
    return bool(wanted) and any(said[at : at + len(wanted)] == wanted for at in range(len(said)))


def stems_of(text: str) -> frozenset[str]:
    """Return the stems of a text in either language."""
    return frozenset(tagged(term.stem, language) for language in ("en", "it") for term in terms(text, language))


def _by_stem(groups: Sequence[Group], language: str) -> dict[str, list[Group]]:
    """Return groups by the need's own stem that they are of: the further words of a translation go with the one before."""
    found: dict[str, list[Group]] = {}
    current = ""
    for group in groups:
        head = group[0][0]
        if head.startswith(TAG) == (language == "it"):
            current = head
        found.setdefault(current, []).append(group)
    return found
