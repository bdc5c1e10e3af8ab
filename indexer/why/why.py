"""The road of a why: where the startup stands, what lost it, and each change tried by the search itself."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from indexer.crossing import Crossing
from indexer.errors import SenseError
from indexer.facets import Facets
from indexer.ranking import Listed, Ranking
from indexer.readings import Wording
from indexer.results import Filters, Need
from indexer.similar import same_company
from indexer.snapshot import Snapshot, Starts
from indexer.why.changes import Candidate, candidates
from indexer.why.reasons import Change, Difference, Lost, Other, Standing, Step, StepKind, Why
from indexer.why.widening import widened
from indexer.why.words import is_named, stems_of, telling_words, units

MOST_TRIED = 60
"""Searches that are made at most to find a change."""
LONGEST = 5.0
"""Seconds after which no further one is begun: searches of a long need are slow."""
READ = 16
"""Passages of the startup, those nearest to the need, whose words may be added."""
WORDS = 10
"""Such words that are tried."""
SHOWN = 3
"""Changes of one kind that are shown."""

Search = Callable[[Need], tuple[Ranking, Listed]]
"""The search itself: how a need ranks all startups, and the matches up to the last one wanted."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a why is answered from."""

    snapshot: Snapshot
    starts: Starts
    """Where each startup's passages begin, shape (startups + 1,)."""
    facets: Facets
    crossing: Crossing
    search: Search


def why(need: Need, row: int, room: Room) -> Why:
    """Say where the startup at `row` stands in the list of a need, and what would bring it there.

    The list is the first page, by score: `offset` and `diverse` do not count.

    Raises:
        FilterError: a filter names a value that no startup has.
        SenseError: a sense is chosen that the need does not offer.
    """
    began = time.perf_counter()
    need = replace(need, offset=0, diverse=False)
    snapshot, startup = room.snapshot, room.snapshot.startups[row]
    masks = room.facets.masks(need.filters)
    passing = room.facets.both(masks.values())
    # Filters leave the order of what passes alone, so one search tells both ranks.
    ranking, everyone = room.search(replace(need, limit=len(snapshot.startups), filters=Filters()))
    kept = {place: share for _, place, share in everyone}
    ranks = {place: rank for rank, place in enumerate((place for place in kept if passing[place]), start=1)}
    lost = tuple(_lost(need, row, field, room.facets) for field, mask in masks.items() if not mask[row])
    last = max((place for place in ranks if ranks[place] <= need.limit), key=ranks.__getitem__, default=row)
    stems = snapshot.lexical_startups.of_text(row)
    whole = units(need.text, ranking, room.crossing)
    is_listed = ranks.get(row, need.limit + 1) <= need.limit
    base, steps = _passing(need, lost)
    lacked_first = sorted(whole, key=lambda one: not one.lacked(stems))
    larger, aside = candidates(base, ranking, lacked_first, _telling(row, ranking, room))
    changes, tried, complete = _tried(() if is_listed else (Candidate((), 0, base), *larger), steps, row, room)
    if not is_listed and aside is not None:
        complete &= bool(changes) and changes[0].size < len(steps) + aside
    return Why(
        need,
        snapshot.manifest.id,
        startup,
        Standing.LISTED if is_listed else Standing.FILTERED if lost else Standing.OUTRANKED,
        ranks.get(row),
        next(rank for rank, place, _ in everyone if place == row),
        len(ranks),
        is_named(startup.name, need.text),
        tuple(Other(snapshot.startups[place], ranks.get(place)) for place in _same(row, snapshot)),
        lost,
        Other(snapshot.startups[last], ranks[last]) if last != row else None,
        _differences(ranking.parts_of(row, kept[row]), ranking.parts_of(last, kept[last])) if last != row else (),
        tuple(need.text[slice(*span)] for one in whole for span in one.lacked(stems)),
        changes,
        tried,
        complete,
        round((time.perf_counter() - began) * 1000, 2),
    )


def told_of(typed: str, wording: Wording, found: Why) -> Why:
    """Return the why of what a need was read as as one of the need itself.

    Searches that leave its text alone have it as it was typed: it is read in the same way again. Others have theirs as it was
    tried, to be searched for as it stands.
    """

    def sent(need: Need) -> Need:
        return replace(need, text=typed) if need.text == wording.text else replace(need, as_typed=True)

    return replace(
        found,
        need=sent(found.need),
        filters=tuple(replace(one, need=sent(one.need)) for one in found.filters),
        changes=tuple(replace(one, need=sent(one.need)) for one in found.changes),
        wording=wording,
    )


def _lost(need: Need, row: int, field: str, facets: Facets) -> Lost:
    own = facets.values(field, row)
    return Lost(field, own, replace(need, filters=widened(need.filters, field, own)))


def _same(row: int, snapshot: Snapshot) -> list[int]:
    """Return the places of what else is held for the company of a startup."""
    startup_id = snapshot.startups[row].id
    same = same_company(snapshot.same, startup_id) - {startup_id}
    return [place for place, one in enumerate(snapshot.startups) if one.id in same]


def _differences(own: Mapping[str, float], last: Mapping[str, float]) -> tuple[Difference, ...]:
    parts = [Difference(name, own[name], last[name]) for name in own]
    return tuple(sorted(parts, key=lambda one: one.own - one.last))


def _passing(need: Need, lost: Sequence[Lost]) -> tuple[Need, tuple[Step, ...]]:
    """Return the need with all its filters as they would have to be."""
    filters = need.filters
    for one in lost:
        filters = widened(filters, one.field, one.own)
    return replace(need, filters=filters), tuple(Step(StepKind.FILTER, one.field) for one in lost)


def _telling(row: int, ranking: Ranking, room: Room) -> tuple[str, ...]:
    """Return the words that may be added: what the startup says where it is nearest, and need and name do not."""
    index, startup = room.snapshot.lexical_startups, room.snapshot.startups[row]
    first, end = room.starts[row : row + 2]
    nearest = np.argsort(-ranking.cosines[first:end], kind="stable")[:READ]
    own = [room.snapshot.passages[first + place] for place in nearest]
    unwanted = [room.crossing.groups(one.text, ranking.language) for one in ranking.exclusions]
    said = chain(ranking.groups, *unwanted)
    known = {stem for group in said for stem, _ in group} | stems_of(startup.name)
    return telling_words(index.of_text(row), own, index, known=known, most=WORDS)


def _tried(tries: Iterable[Candidate], steps: tuple[Step, ...], row: int, room: Room) -> tuple[tuple[Change, ...], int, bool]:
    """Return the smallest changes that bring the startup into the list, how many were tried, and whether all were.

    Args:
        tries: the smallest first, beside `steps`, which all of them have.
        steps: what lets the startup pass the filters.
        row: of the startup.
        room: where it is searched.
    """
    began = time.perf_counter()
    found: list[Change] = []
    tried = 0
    for one in tries:
        size = len(steps) + one.size
        if not size:
            continue
        if found and size > found[0].size:
            break
        if tried == MOST_TRIED or (tried and time.perf_counter() - began > LONGEST):
            return _best(found), tried, False
        tried += 1
        try:
            _, listed = room.search(one.need)
        except SenseError:
            if one.steps and one.need.senses:  # chosen for a word that is another one in the changed need
                continue
            raise
        rank = next((rank for rank, place, _ in listed if place == row), None)
        if rank is not None:
            found.append(Change((*steps, *one.steps), size, one.need, rank))
    return _best(found), tried, True


def _best(found: Sequence[Change]) -> tuple[Change, ...]:
    """Return the smallest changes first, of those as small the ones that reach the best ranks, some of each kind."""
    shown: list[Change] = []
    for one in sorted(found, key=lambda one: (one.size, one.rank)):
        if sum(other.steps[-1].kind == one.steps[-1].kind for other in shown) < SHOWN:
            shown.append(one)
    return tuple(shown)
