"""What a scout chose an ambiguous word to mean, and how that overrules what is likely."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from indexer.glossary.phrases import WORD, Found
from indexer.words import fold

Shares = Sequence[Sequence[float]]
"""Per phrase the share of each of its senses; those of a phrase add up to 1."""
Senses = Callable[[str, Sequence[Found]], Shares]
"""Of an Italian text and the phrases found in it: how likely their senses are."""
Chosen = Mapping[str, str]
"""Per phrase, as `spelling` has it, the first English form of the sense that it is to have, folded."""
NOTHING: Chosen = {}


def spelling(text: str) -> str:
    """Return a phrase by its folded words, whatever stands between them."""
    return " ".join(fold(match.group()) for match in WORD.finditer(text))


def alike(_text: str, found: Sequence[Found]) -> Shares:
    """Return equal shares for the senses of every phrase: where nothing tells them apart."""
    return [[1 / len(phrase.senses)] * len(phrase.senses) for phrase in found]


def fitting(text: str, found: Sequence[Found]) -> list[Found]:
    """Return the phrases of an Italian text without senses that only an unusual plural explains: stampi are no stampa."""
    return [_fitting(text[phrase.start : phrase.end], phrase) if len(phrase.senses) > 1 else phrase for phrase in found]


def _fitting(spelt: str, phrase: Found) -> Found:
    word = spelling(spelt)
    if not word.endswith("i"):
        return phrase
    usual = {word, f"{word}o", f"{word[:-1]}o", f"{word[:-1]}e"}
    senses = tuple(sense for sense in phrase.senses if not usual.isdisjoint(map(fold, sense.italian)))
    return replace(phrase, senses=senses) if senses else phrase


def settled(text: str, found: Sequence[Found], senses: Senses, chosen: Chosen) -> Shares:
    """Return the share of each sense, all of it for one that was chosen; a word means the same throughout a text."""
    shares = senses(text, found)
    if not chosen:
        return shares
    wanted = {phrase.senses: chosen.get(spelling(text[phrase.start : phrase.end])) for phrase in reversed(found)}
    return [_all_for(phrase, wanted[phrase.senses]) or likely for phrase, likely in zip(found, shares, strict=True)]


def _all_for(phrase: Found, english: str | None) -> Sequence[float]:
    names = [fold(sense.english[0]) for sense in phrase.senses]
    at = names.index(english) if english in names else None
    return [] if at is None else [float(place == at) for place in range(len(names))]
