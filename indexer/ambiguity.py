"""Ambiguous words of a need: which senses the glossary knows, which one is taken, and which one a scout chose.

Of Italian needs alone: an English one goes into the model as it stands, and of the several Italian words that the glossary has
for one of its words all are looked up, so that there is nothing to choose.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from indexer.errors import SenseError
from indexer.glossary.senses import Chosen, spelling
from indexer.readings import Ambiguity, Exclusion
from indexer.words import fold

BETWEEN = "="
"""Stands in a choice between the word and its sense."""


def read(choices: Iterable[str]) -> Chosen:
    """Return what `choices` of the form `word=sense` say.

    Raises:
        SenseError: one of them is not of that form, or a word has two senses.
    """
    chosen: dict[str, str] = {}
    for choice in choices:
        word, _, sense = (part.strip() for part in choice.rpartition(BETWEEN))
        if not spelling(word) or not sense:
            raise SenseError(f"{choice[:200]!r} chooses no sense: write WORD=SENSE, as `choice` in an answer has it")
        if chosen.setdefault(spelling(word), fold(sense)) != fold(sense):
            raise SenseError(f"two senses are chosen for {word[:200]!r}: choose one of them")
    return chosen


def check(chosen: Chosen, ambiguities: Iterable[Ambiguity]) -> None:
    """Refuse choices that a need does not offer.

    Raises:
        SenseError: the message says what it offers.
    """
    offered: Mapping[str, list[str]] = {spelling(one.text): [sense.english for sense in one.senses] for one in ambiguities}
    for word, sense in chosen.items():
        if word not in offered:
            words = ", ".join(map(repr, offered)) or "none"
            raise SenseError(f"the need has no ambiguous word {word[:200]!r}; those it has: {words}")
        if sense not in map(fold, offered[word]):
            raise SenseError(f"{word!r} has no sense {sense[:200]!r}: choose {' or '.join(map(repr, offered[word]))}")


def in_need(
    text: str, exclusions: Sequence[Exclusion], wanted: str, ambiguities: Callable[[str], Sequence[Ambiguity]]
) -> tuple[Ambiguity, ...]:
    """Return the ambiguous words of a need, in its order, each one once.

    Args:
        text: the need.
        exclusions: what of it counts as excluded.
        wanted: the need without that; it may lack a word that stands across an exclusion.
        ambiguities: the ambiguous words of such a text.
    """
    taken = [(one.start, one.end) for one in exclusions]
    found = [_placed(one, text, 0, taken) for one in ambiguities(wanted)]
    for thing in exclusions:
        found += [_placed(one, text, thing.start, ()) for one in ambiguities(thing.text)]
    once: dict[str, Ambiguity] = {}
    for one in sorted((one for one in found if one is not None), key=lambda one: one.start):
        once.setdefault(spelling(one.text), one)
    return tuple(once.values())


def _placed(one: Ambiguity, text: str, start: int, taken: Sequence[tuple[int, int]]) -> Ambiguity | None:
    """Return it with its place in `text`, from `start` on and outside of what is `taken`; None where it is not as a whole."""
    for match in re.compile(rf"(?<!\w){re.escape(one.text)}(?!\w)").finditer(text, start):
        if not any(begin < match.end() and match.start() < end for begin, end in taken):
            return replace(one, start=match.start(), end=match.end())
    return None
