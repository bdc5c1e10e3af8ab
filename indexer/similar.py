"""More like this: the startups nearest to one, by what they say and the words they share, with the passages that show it."""

import time
from collections.abc import Iterable
from itertools import islice

import numpy as np

from indexer.bounds import check_page
from indexer.crossing import Crossing, telling
from indexer.errors import FilterError
from indexer.evidence import Chooser
from indexer.facets import Facets, Mask
from indexer.fusion import Scores, fuse, share_of_highest
from indexer.lexical import Group, LexicalIndex
from indexer.results import MoreLike, Similar, SimilarAnswer
from indexer.snapshot import Snapshot, Starts

OWN_PASSAGES = 16
"""Passages of the given startup that others are compared with, from its first on: those say what it is."""
TERMS = 40
"""Of its terms, those that tell it best from other startups."""

Weighted = tuple[tuple[Group, float], ...]
"""Terms with what each counts for."""


def more_like(
    wanted: MoreLike, row: int, *, snapshot: Snapshot, starts: Starts, facets: Facets, crossing: Crossing, chooser: Chooser
) -> SimilarAnswer:
    """Return the startups most like the one at `row`, exactly: every one that passes the filters is ranked.

    It is left out itself, and so is what is held for the same company.

    Args:
        wanted: like which startup, which ones, and how many.
        row: of the given startup.
        snapshot: where all of them are.
        starts: where each startup's passages begin, shape (startups + 1,).
        facets: the filters over the same startups.
        crossing: how its words are said in the other language.
        chooser: of the passages that are shown.

    Raises:
        NeedError: `limit` is out of bounds.
        FilterError: a filter names a value that no startup has, or the given startup's own country is not known.
    """
    began = time.perf_counter()
    check_page(wanted.limit, 0, "startups")
    masks = facets.masks(wanted.filters)
    if wanted.elsewhere:
        abroad = _elsewhere(snapshot, row)
        masks["country"] = masks.get("country", abroad) & abroad
    masks["itself"] = others = _others(snapshot, row)

    last = min(starts[row] + OWN_PASSAGES, starts[row + 1])
    own = snapshot.dense.vectors(int(starts[row]), int(last))
    # One vector at a time, as a need is: the same sums on every machine, whatever its threads.
    cosines = [snapshot.dense.scores(vector) for vector in own]
    nearest: Scores = np.stack([np.maximum.reduceat(one, starts[:-1]) for one in cosines]).mean(axis=0, dtype=np.float32)
    summaries = snapshot.dense_startups.scores(snapshot.dense_startups.vectors(row, row + 1)[0])
    terms = _terms(snapshot, starts, crossing, row)
    lexical = _lexical(snapshot.lexical_startups, terms)
    places = np.flatnonzero(others)
    scores, parts = fuse(nearest[places], summaries[places], lexical[places])

    passing = facets.both(masks.values())[places]
    order = np.argsort(-scores, kind="stable")
    near, shared = share_of_highest(np.max(cosines, axis=0)), share_of_highest(_lexical(snapshot.lexical_passages, terms))
    stems = telling(group for group, _ in terms)
    matches = []
    for rank, at in enumerate(islice((at for at in order if passing[at]), wanted.limit), start=1):
        place = int(places[at])
        matches.append(
            Similar(
                rank,
                round(float(scores[at]), 6),
                snapshot.startups[place],
                chooser.chosen(place, near, shared, stems),
                {name: float(part[at]) for name, part in parts.items()},
            )
        )
    took_ms = round((time.perf_counter() - began) * 1000, 2)
    return SimilarAnswer(snapshot.startups[row], snapshot.manifest.id, tuple(matches), facets.counts(masks), took_ms)


def same_company(links: Iterable[tuple[str, str]], startup_id: str) -> frozenset[str]:
    """Return the ids that are held for one company with a startup, its own among them: links of links count too."""
    known: dict[str, set[str]] = {}
    for one, other in links:
        known.setdefault(one, set()).add(other)
        known.setdefault(other, set()).add(one)
    found, open_ = {startup_id}, [startup_id]
    while open_:
        news = known.get(open_.pop(), set()) - found
        found |= news
        open_.extend(news)
    return frozenset(found)


def _others(snapshot: Snapshot, row: int) -> Mask:
    same = same_company(snapshot.same, snapshot.startups[row].id)
    return np.array([startup.id not in same for startup in snapshot.startups], bool)


def _elsewhere(snapshot: Snapshot, row: int) -> Mask:
    """Return which startups are of a country that is known and is not that of the one at `row`."""
    startup = snapshot.startups[row]
    if not startup.country:
        raise FilterError(f"the country of {startup.id!r} is not known: leave `elsewhere` out, or name countries")
    home = startup.country.casefold()
    return np.array([(one.country or home).casefold() != home for one in snapshot.startups], bool)


def _terms(snapshot: Snapshot, starts: Starts, crossing: Crossing, row: int) -> Weighted:
    """Return what tells a startup from most others, yet not from all, best first: its stems, each with its translations."""
    index = snapshot.lexical_startups
    weights = index.of_text(row)
    texts: dict[str, list[str]] = {}
    for passage in snapshot.passages[starts[row] : min(starts[row] + OWN_PASSAGES, starts[row + 1])]:
        texts.setdefault("it" if passage.language == "it" else "en", []).append(passage.text)
    found: dict[Group, float] = {}
    for language, said in texts.items():
        for group in crossing.groups("\n".join(said), language):
            weight = max(weights.get(stem, 0.0) for stem, _ in group)
            if weight:
                found[group] = weight
    covered = {stem for group in found for stem, _ in group}
    found |= {((stem, 1.0),): weight for stem, weight in weights.items() if stem not in covered}
    shared = [pair for pair in found.items() if sum(index.document_frequency(stem) for stem, _ in pair[0]) > 1]
    return tuple(sorted(shared, key=lambda pair: -pair[1])[:TERMS])


def _lexical(index: LexicalIndex, terms: Weighted) -> Scores:
    total = np.zeros(len(index), np.float32)
    for group, weight in terms:
        total += np.float32(weight) * index.scores((group,))
    return total
