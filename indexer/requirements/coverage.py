"""What the passages of a startup say of each part of a need: met, not stated or contradicted, and which passage says so.

Words are looked up in the index of passages, in both languages; figures and certificates are read in the passages themselves.
When in doubt nothing is stated: a startup that is wrongly said to contradict a need is lost.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from indexer.crossing import TAG, tagged
from indexer.dense import Scores
from indexer.evidence import marks
from indexer.evidence import words as words_of
from indexer.exclusions import negated
from indexer.lexical import Group
from indexer.readings import Kind
from indexer.requirements import certificates, quantities
from indexer.requirements.certificates import Certificate, Holding
from indexer.requirements.comparing import Relation, measured, relation
from indexer.requirements.parts import Part
from indexer.requirements.quantities import Bound, Quantity, usual
from indexer.requirements.subjects import is_by_the_way, is_denied, is_flexible, is_used, sentence, sentences, speaks_of_others
from indexer.results import Coverage, Evidence, Passage, Status
from indexer.snapshot import Snapshot

MET_FROM = 0.75
"""A passage meets a requirement that has so much of its words, by their worth."""
SUBJECT_FROM = 0.6
"""A passage or sentence is about what is looked for, likewise."""
LOOKED_AT = 4
"""Passages of a startup that are read for the words of a requirement, those with most of them first."""
READ = 48
"""Passages of a startup that are read for figures and certificates, the nearest first."""
LIKELY = 0.1
"""Weight from which an alternative counts: synonyms do, unlikely translations do not."""
REMEMBERED = 50_000
"""Passages whose figures, certificates and denials are kept."""

Worded = tuple[tuple[Group, float], ...]
"""The words of a requirement in both languages, with their worth."""
Span = tuple[int, int]
_start = attrgetter("start")


@dataclass(frozen=True, slots=True, eq=False)
class Sought:
    """A part of a need as it is looked for."""

    part: Part
    words: Worded
    stems: frozenset[str]
    shares: Scores
    """Of every passage of the snapshot: how much of the words it has, 0 to 1."""
    subjects: tuple["Sought", ...] = ()
    """What a figure or an exclusion is said of."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a passage says of a part, and the characters that say so."""

    status: Status
    place: int
    within: Span


class Reader:
    """Reads the passages of a snapshot for what needs ask for. Safe to use from several threads."""

    def __init__(self, snapshot: Snapshot, starts: npt.NDArray[np.int64]) -> None:
        """Take a snapshot, and where the passages of each of its startups begin, shape (startups + 1,)."""
        self._snapshot, self._starts = snapshot, starts
        passages = snapshot.passages
        self._italian = np.fromiter((passage.language == "it" for passage in passages), bool, len(passages))
        self._quantities: Callable[[int], tuple[Quantity, ...]] = lru_cache(REMEMBERED)(
            lambda place: quantities.find(passages[place].text, passages[place].language)
        )
        self._denied: Callable[[int], tuple[Span, ...]] = lru_cache(REMEMBERED)(
            lambda place: negated(passages[place].text, passages[place].language)
        )
        self._certificates: Callable[[int], tuple[Certificate, ...]] = lru_cache(REMEMBERED)(
            lambda place: certificates.find(passages[place].text, typed=False)
        )

    def seek(self, parts: Sequence[Part], groups: Callable[[str], Sequence[Group]]) -> tuple[Sought, ...]:
        """Prepare a need's parts: `groups` gives the terms of a text of the need in both languages."""
        held: dict[Group, npt.NDArray[np.bool_]] = {}
        found: list[Sought] = []
        for part in parts:
            told = part.quantity or part.certificate
            words = () if told else self._worded(groups(part.thing or part.requirement.text))
            found.append(
                Sought(part, words, frozenset(stem for group, _ in words for stem, _ in group), self._shares(words, held))
            )
        named = [one for one in found if one.words and one.part.requirement.kind is not Kind.EXCLUSION and not one.part.denied]
        pooled = tuple(dict.fromkeys(word for one in named for word in one.words))
        whole = [replace(one, words=pooled, shares=self._shares(pooled, held)) for one in named[:1] if len(named) > 1]
        return tuple(replace(one, subjects=(*_subjects(one, named), *whole)) for one in found)

    def covered(self, sought: Sequence[Sought], row: int, nearness: Scores) -> tuple[Coverage, ...]:
        """Return what a startup says of each part.

        Args:
            sought: the parts.
            row: the startup's.
            nearness: of every passage to the need.
        """
        own = range(int(self._starts[row]), int(self._starts[row + 1]))
        return tuple(self._read(one, own, nearness) for one in sought)

    def _read(self, one: Sought, own: range, nearness: Scores) -> Coverage:
        if one.part.quantity is not None:
            said = self._figure(one, one.part.quantity, self._nearest(own, nearness))
        elif one.part.certificate is not None:
            said = self._certified(one.part.certificate, self._nearest(own, nearness))
        elif one.part.requirement.kind is Kind.EXCLUSION:
            said = self._excluded(one, self._holding(one, own, nearness))
        else:
            said = self._named(one, self._holding(one, own, nearness))
        if said is None:
            return Coverage(one.part.requirement, Status.NOT_STATED, None)
        passage = self._snapshot.passages[said.place]
        shown = tuple(mark for mark in marks(passage, one.stems) if said.within[0] <= mark[0] < said.within[1])
        return Coverage(one.part.requirement, said.status, Evidence(passage, shown if one.words else (said.within,)))

    def _worded(self, groups: Sequence[Group]) -> Worded:
        told = [tuple(one for one in group if one[1] >= LIKELY) for group in groups]
        known = [group for group in told if group]
        return tuple(zip(known, self._snapshot.lexical_startups.worths(known), strict=True))

    def _shares(self, words: Worded, held: dict[Group, npt.NDArray[np.bool_]]) -> Scores:
        """Return how much of the words each passage has; those without a form in its language are left aside.

        `held` remembers which passages have a word.
        """
        total = {it: sum(worth for group, worth in words if _forms(group, italian=it)) or 1.0 for it in (True, False)}
        shares = np.zeros(len(self._italian), np.float32)
        for group, worth in words:
            if group not in held:
                held[group] = self._snapshot.lexical_passages.holding(group)
            shares += np.float32(worth) * held[group]
        return np.asarray(shares / np.where(self._italian, total[True], total[False]), np.float32)

    @staticmethod
    def _nearest(own: range, nearness: Scores) -> list[int]:
        return sorted(own, key=lambda place: -float(nearness[place]))[:READ]

    @staticmethod
    def _holding(one: Sought, own: range, nearness: Scores) -> list[int]:
        """Return the places of a startup's passages that hold most of a part's words, those with most first."""
        shares = one.shares[own.start : own.stop]
        places = [own.start + int(place) for place in np.flatnonzero(shares >= MET_FROM)]
        return sorted(places, key=lambda place: (-float(one.shares[place]), -float(nearness[place])))[:LOOKED_AT]

    def _named(self, one: Sought, places: Sequence[int]) -> Said | None:
        """Say whether a sentence names a thing; one that is to be avoided is to be denied."""
        for place in places:
            for within, offered, denied in self._sides(one.words, place):
                if (denied if one.part.denied else offered) >= MET_FROM:
                    return Said(Status.MET, place, within)
        return None

    def _excluded(self, one: Sought, places: Sequence[int]) -> Said | None:
        """Say whether a startup does without a thing, or offers it."""
        sides = [(place, *side) for place in places for side in self._sides(one.words, place)]
        denying = [Said(Status.MET, place, within) for place, within, _, denied in sides if denied >= MET_FROM]
        offering = [Said(Status.CONTRADICTED, place, within) for place, within, offered, _ in sides if offered >= MET_FROM]
        if denying and len(denying) >= len(offering):
            return denying[0]
        return next((said for said in offering if not denying and self._is_used(one, said)), None)

    def _is_used(self, one: Sought, said: Said) -> bool:
        """Tell whether a sentence says of what is looked for that a thing is in it, and speaks of no others."""
        passage = self._snapshot.passages[said.place]
        if speaks_of_others(passage.text, *said.within) or not self._about(one.subjects, said.place, said.within):
            return False
        shown = [mark for mark in marks(passage, one.stems) if said.within[0] <= mark[0] < said.within[1]]
        return any(is_used(passage.text, *mark) for mark in shown)

    def _sides(self, words: Worded, place: int) -> Iterator[tuple[Span, float, float]]:
        """Yield each sentence of a passage with how much of some words it offers, and how much it denies."""
        passage = self._snapshot.passages[place]
        without = self._denied(place)
        own = words_of(passage)
        for within in sentences(passage.text):
            denied, offered = set[str](), set[str]()
            for term in own[bisect_left(own, within[0], key=_start) : bisect_left(own, within[1], key=_start)]:
                stem = tagged(term.stem, passage.language)
                if not any(start <= term.start < end for start, end in without):
                    offered.add(stem)
                elif any(is_denied(passage.text, one, term.start) for one in without):
                    denied.add(stem)
            yield within, _share(words, offered, passage), _share(words, denied, passage)

    def _figure(self, one: Sought, need: Quantity, places: Sequence[int]) -> Said | None:
        unmet: Said | None = None
        for place in places:
            for offer in self._quantities(place):
                if offer.dimension != need.dimension or offer.doubtful or not self._is_comparable(one, need, offer, place):
                    continue
                found = relation(need, offer)
                if found is Relation.MET:
                    return Said(Status.MET, place, (offer.start, offer.end))
                if found is Relation.UNMET and unmet is None and self._binds(one, need, offer, place):
                    unmet = Said(Status.CONTRADICTED, place, (offer.start, offer.end))
        return unmet

    def _is_comparable(self, one: Sought, need: Quantity, offer: Quantity, place: int) -> bool:
        """Tell whether two figures measure the same of the same thing."""
        text = self._snapshot.passages[place].text
        wanted, offered = measured(need), offer.measure or usual(offer.dimension, only=True)
        same = wanted is offered if wanted and offered else wanted is None and offered is None
        if not same or speaks_of_others(text, offer.start, offer.end) or is_by_the_way(text, offer):
            return False
        if not one.subjects:
            return True
        if offer.measure is None and (wanted is None or need.measure is None):
            return self._about(one.subjects, place, sentence(text, offer.start, offer.end))
        return any(subject.shares[place] >= SUBJECT_FROM for subject in one.subjects)

    def _binds(self, one: Sought, need: Quantity, offer: Quantity, place: int) -> bool:
        """Tell whether a figure that falls short is surely what the startup can do."""
        text = self._snapshot.passages[place].text
        limits = offer.bound in {Bound.UP_TO, Bound.LIMIT, Bound.RANGE, Bound.TOLERANCE, Bound.AT_MOST}
        named = offer.measure is not None and offer.measure is measured(need)
        here = bool(one.subjects) and self._about(one.subjects, place, sentence(text, offer.start, offer.end))
        return ((limits and (here or named)) or (named and here)) and not is_flexible(text, offer.start, offer.end)

    def _about(self, subjects: Sequence[Sought], place: int, within: Span) -> bool:
        """Tell whether a sentence of a passage is about one of the subjects."""
        passage = self._snapshot.passages[place]
        here = {tagged(t.stem, passage.language) for t in words_of(passage) if within[0] <= t.start < within[1]}
        return any(_share(subject.words, here, passage) >= SUBJECT_FROM for subject in subjects)

    def _certified(self, wanted: Certificate, places: Sequence[int]) -> Said | None:
        denied: Said | None = None
        for place in places:
            for offer in self._certificates(place):
                if not certificates.meets(wanted.name, offer.name):
                    continue
                held = certificates.holding(self._snapshot.passages[place].text, offer)
                if held is Holding.HELD:
                    return Said(Status.MET, place, (offer.start, offer.end))
                if held is Holding.DENIED and denied is None:
                    denied = Said(Status.CONTRADICTED, place, (offer.start, offer.end))
        return denied


def _subjects(said: Sought, named: Sequence[Sought]) -> tuple[Sought, ...]:
    """Return what is looked for, and for what, if that stands before a figure or an exclusion."""
    things = [one for one in named if one.part.requirement.kind in {Kind.WHAT, Kind.WHERE}]
    before = [one for one in things if one.part.requirement.end <= said.part.requirement.start]
    return tuple(dict.fromkeys([*things[:1], *before[-1:]]))


def _share(words: Worded, stems: Collection[str], passage: Passage) -> float:
    """Return how much of some words, by their worth, are among the stems of a passage."""
    italian = passage.language == "it"
    held = total = 0.0
    for group, worth in words:
        forms = _forms(group, italian=italian)
        total += worth * bool(forms)
        held += worth * any(stem in stems for stem in forms)
    return held / total if total else 0.0


def _forms(group: Group, *, italian: bool) -> list[str]:
    """Return the alternatives of a word in one of the languages."""
    return [stem for stem, _ in group if stem.startswith(TAG) == italian]
