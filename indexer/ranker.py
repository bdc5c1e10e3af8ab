"""How a need ranks the startups of a snapshot: read, scored by every road, fused, and listed."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from indexer import ambiguity, exclusions, trust
from indexer.classes.kinds import Kinds
from indexer.crossing import Crossing
from indexer.demotion import Offers, Order, Unwanted
from indexer.diversity import AMONG, spread
from indexer.encoder import Encoder, SenseReader, Vector
from indexer.facets import Facets
from indexer.fusion import Scores, fuse
from indexer.glossary.senses import Chosen
from indexer.ranking import Listed, Ranking
from indexer.readings import Exclusion
from indexer.results import Need
from indexer.routing import need_language
from indexer.snapshot import Snapshot, Starts

FIRST = 8
"""Startups at most whose words are taken for those of what is looked for (pseudo-relevance feedback)."""
FIRST_SHARE = 0.01
"""Of all startups, likewise: of a few dozen, those that are looked for are one or two."""


class Ranker:
    """Ranks all startups of one snapshot for needs. Immutable; safe to use from several threads."""

    def __init__(
        self,
        snapshot: Snapshot,
        starts: Starts,
        encoder: Encoder,
        crossing: Crossing,
        facets: Facets,
        *,
        excluding: bool,
        kinds: bool,
    ) -> None:
        """Join what is ranked and what reads needs.

        Args:
            snapshot: what is searched.
            starts: where each startup's passages begin, and the last one's end, shape (startups + 1,).
            encoder: the one that the snapshot was made with.
            crossing: how words cross between the languages.
            facets: of the snapshot's startups.
            excluding: whether what a need excludes is told apart from what it wants.
            kinds: whether the kind of technology counts that a need asks for.
        """
        self._snapshot, self._starts, self._facets = snapshot, starts, facets
        self._encoder, self._crossing = encoder, crossing
        self._offers, self._excluding = Offers(snapshot, starts), excluding
        self._kinds = _kinds(snapshot) if kinds else None

    def best(self, need: Need) -> tuple[Ranking, Listed]:
        """Return how a need ranks all startups, and its matches up to the last one wanted."""
        ranking = self.ranking(need)
        return ranking, self.listed(ranking, need)[0]

    def ranking(self, need: Need) -> Ranking:
        """Score all startups for a need, those that its filters leave out too."""
        masks = self._facets.masks(need.filters)
        language = need_language(need.text, self._crossing.known)
        excluded = self._excluded(need, language)
        applied = [one for one in excluded if one.applied]
        text = exclusions.rest(need.text, applied)
        chosen = ambiguity.read(need.senses)
        ambiguous_in = partial(self._crossing.ambiguities, language=language, chosen=chosen)
        ambiguous = ambiguity.in_need(need.text, applied, text, ambiguous_in)
        ambiguity.check(chosen, ambiguous)
        things = tuple(self._offers.unwanted(self._crossing.groups(one.text, language, chosen)) for one in applied)
        groups = self._crossing.groups(text, language, chosen)
        vector = self._vector(text, chosen)

        cosines = self._snapshot.dense.scores(vector)
        nearest = np.maximum.reduceat(cosines, self._starts[:-1])
        lexical = self._snapshot.lexical_startups.scores(groups)
        summaries = self._snapshot.dense_startups.scores(vector)
        kind = self._kinds.scores(vector) if self._kinds else None
        feedback = self.feedback(fuse(nearest, summaries, lexical, kind=kind)[0], things)
        scores, parts = fuse(nearest, summaries, lexical, feedback, kind=kind)
        passing = self._facets.both(masks.values())
        return Ranking(
            language,
            excluded,
            things,
            ambiguous,
            text,
            groups,
            masks,
            passing,
            cosines,
            nearest,
            summaries,
            lexical,
            scores,
            parts,
        )

    def listed(self, ranking: Ranking, need: Need, least: int = 0) -> tuple[Listed, Order]:
        """Return the matches up to the last one wanted, `least` at least, and those that the answer as a whole is judged by."""
        wanted = max(need.offset + need.limit, least)
        depth = max(wanted, AMONG if need.diverse else trust.FIRST)
        best = self._offers.ranked(ranking.scores, ranking.passing, ranking.things, depth)
        listed = [(rank, row, kept) for rank, (row, kept) in enumerate(best, start=1)]
        if need.diverse and listed:
            first = listed[:AMONG]
            scores = np.array([ranking.scores[row] * kept for _, row, kept in first], np.float32)
            vectors = np.vstack([self._snapshot.dense_startups.vectors(row, row + 1) for _, row, _ in first])
            listed[:AMONG] = [first[place] for place in spread(scores, vectors)]
        return listed[:wanted], best[: trust.FIRST]

    def feedback(self, scores: Scores, things: Sequence[Unwanted]) -> Scores:
        """Return how much each startup has of the words of those with the highest scores."""
        count = min(FIRST, int(FIRST_SHARE * len(scores)))
        first = np.array([row for row, _ in self._offers.ranked(scores, np.ones(len(scores), bool), things, count)], np.int64)
        return self._snapshot.lexical_startups.feedback(first, scores[first] / max(float(scores[first].sum()), 1e-9))

    def _vector(self, text: str, chosen: Chosen) -> Vector:
        """Return the vector of a need; a model that knows no senses reads it as it stands, whatever was chosen."""
        if chosen and isinstance(self._encoder, SenseReader):
            return self._encoder.encode_chosen(text, chosen)
        return self._encoder.encode_need(text)

    def _excluded(self, need: Need, language: str) -> tuple[Exclusion, ...]:
        """Return what a need excludes; what it says to ignore is not applied."""
        if not self._excluding:
            return ()
        ignored = {text.casefold() for text in need.ignore_exclusions}
        found = exclusions.find(need.text, language, self._crossing.phrases)
        return tuple(replace(one, applied=one.text.casefold() not in ignored) for one in found)


def _kinds(snapshot: Snapshot) -> Kinds:
    vector_of = dict(zip(snapshot.class_texts, snapshot.dense_classes.vectors(), strict=True))
    return Kinds(snapshot.classified.classes, vector_of, snapshot.belonging)
