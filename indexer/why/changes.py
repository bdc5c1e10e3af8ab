"""Changes of a need that may bring a startup into its list, the smallest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from indexer.ambiguity import BETWEEN
from indexer.glossary.senses import spelling
from indexer.ranking import Ranking
from indexer.results import MAX_NEED_CHARACTERS, Need
from indexer.why.reasons import Step, StepKind
from indexer.why.words import EDGES, Unit, clauses, cut, without

PAIRED = 6
"""Of the words that may be added, those that are tried two at a time."""
SINGLES = 20
"""Words of the need that are left out one at a time, at most."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change that is not tried yet."""

    steps: tuple[Step, ...]
    size: int
    need: Need


def candidates(
    need: Need, ranking: Ranking, units: Sequence[Unit], words: Sequence[str]
) -> tuple[tuple[Candidate, ...], int | None]:
    """Return changed needs by their size, each once, and the size of the smallest that are left aside for being too many.

    Args:
        need: the one to change.
        ranking: how it was read.
        units: what it consists of, in the order in which they are to be tried.
        words: what may be added, the most promising first.
    """
    left_out = list(_left_out(need, ranking, units))
    singles = [one for one in left_out if one.size == 1]
    larger = [one for one in left_out if one.size > 1]
    aside = 1 if len(singles) > SINGLES else 2 if len(words) > PAIRED else None
    shorter = [*singles[:SINGLES], *larger, *_clauses(need, units)]
    found = [*_ignored(need, ranking), *_taken(need, ranking), *_added(need, words), *shorter]
    made = {need: Candidate((), 0, need)}
    for one in sorted(found, key=lambda one: one.size):
        text = one.need.text
        if one.need not in made and any(map(str.isalnum, text)) and len(text) <= MAX_NEED_CHARACTERS:
            made[one.need] = one
    return tuple(made.values())[1:], aside


def _ignored(need: Need, ranking: Ranking) -> Iterator[Candidate]:
    for one in ranking.exclusions:
        if one.applied:
            ignored = replace(need, ignore_exclusions=(*need.ignore_exclusions, one.text))
            yield Candidate((Step(StepKind.EXCLUSION, one.text),), 1, ignored)


def _taken(need: Need, ranking: Ranking) -> Iterator[Candidate]:
    for one in ranking.ambiguities:
        kept = tuple(choice for choice in need.senses if _word(choice) != spelling(one.text))
        for sense in one.senses:
            if sense != one.taken:
                choice = f"{one.text}{BETWEEN}{sense.english}"
                yield Candidate((Step(StepKind.SENSE, choice),), 1, replace(need, senses=(*kept, choice)))


def _added(need: Need, words: Sequence[str]) -> Iterator[Candidate]:
    for added in [*((word,) for word in words), *combinations(words[:PAIRED], 2)]:
        # Behind a comma, which ends what the need may exclude last.
        text = f"{need.text.rstrip(EDGES)}, {' '.join(added)}"
        yield Candidate(tuple(Step(StepKind.ADDED, word) for word in added), len(added), replace(need, text=text))


def _left_out(need: Need, ranking: Ranking, units: Sequence[Unit]) -> Iterator[Candidate]:
    words = [(word.start, word.end) for one in units for word in one.words]
    kept = [*words, *((one.start, one.end) for one in ranking.exclusions)]
    for start, end, size in [*((*word, 1) for word in words), *((one.start, one.end, len(one.words)) for one in units)]:
        if size < len(words):
            yield _shorter(need, need.text[start:end], size, without(need.text, (start, end), kept))


def _clauses(need: Need, units: Sequence[Unit]) -> Iterator[Candidate]:
    words = [word for one in units for word in one.words]
    for start, end in clauses(need.text):
        size = sum(start <= word.start < end for word in words)
        if 0 < size < len(words):
            yield _shorter(need, need.text[start:end].strip(EDGES), size, cut(need.text, start, end))


def _shorter(need: Need, what: str, size: int, text: str) -> Candidate:
    """Return the change that leaves words out, and with them the senses that were chosen for them."""
    senses = tuple(choice for choice in need.senses if f" {_word(choice)} " in f" {spelling(text)} ")
    return Candidate((Step(StepKind.LEFT_OUT, what),), size, replace(need, text=text, senses=senses))


def _word(choice: str) -> str:
    return spelling(choice.rpartition(BETWEEN)[0])
