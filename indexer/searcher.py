"""The one road of a query: need in, ranked startups with evidence out."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from crawler.records import Startup
from indexer import evidence, exclusions
from indexer.calibration import confidence, verdict
from indexer.crossing import Crossing, telling
from indexer.demotion import Offers, Unwanted, trusted
from indexer.encoder import Encoder
from indexer.encoders import packaged_crossing
from indexer.errors import NeedError, UnknownStartupError, WrongModelError
from indexer.facets import Facets
from indexer.fusion import Scores, fuse, share_of_highest
from indexer.lexical import Group
from indexer.results import (
    MAX_LIMIT,
    MAX_NEED_CHARACTERS,
    OWN_SITE,
    Answer,
    Evidence,
    Exclusion,
    Match,
    MoreLike,
    Need,
    Passage,
    SimilarAnswer,
)
from indexer.routing import need_language
from indexer.similar import more_like
from indexer.snapshot import Manifest, Snapshot

FIRST = 5
"""Startups at most whose words are taken for those of what is looked for (pseudo-relevance feedback)."""
FIRST_SHARE = 0.01
"""Of all startups, likewise: of a few dozen, those that are looked for are one or two."""


class Searcher:
    """Answers needs from one snapshot with one encoder. Immutable; safe to use from several threads."""

    def __init__(
        self, snapshot: Snapshot, encoder: Encoder, crossing: Crossing | None = None, *, excluding: bool = True
    ) -> None:
        """Join a snapshot, the encoder that it was made with, and how words cross; by the packaged glossary unless given.

        Args:
            snapshot: what is searched.
            encoder: the one that the snapshot was made with.
            crossing: how words cross between the languages.
            excluding: whether what a need excludes is told apart from what it wants.

        Raises:
            WrongModelError: the snapshot was made with another model.
        """
        if snapshot.manifest.model_digest != encoder.digest:
            made = _called(snapshot.manifest.model, snapshot.manifest.prompts)
            used = _called(encoder.name, encoder.prompts)
            raise WrongModelError(
                f"the snapshot {snapshot.manifest.id} was made with the model {made}, but {used} is in use:"
                " set SCOUT_INDEX_MODEL to that model, or run `scout index` to make a new snapshot"
            )
        self._snapshot = snapshot
        self._encoder, self._crossing = encoder, crossing or packaged_crossing(encoder)
        sources: dict[str, set[str]] = {}
        for passage in snapshot.passages:
            if passage.source != OWN_SITE:
                sources.setdefault(passage.startup_id, set()).add(passage.source)
        self._facets = Facets(snapshot.startups, sources)
        self._row_of = {s.id: row for row, s in enumerate(snapshot.startups)}
        owners = [self._row_of[p.startup_id] for p in snapshot.passages]
        self._starts = np.searchsorted(owners, np.arange(len(snapshot.startups) + 1))
        self._offers, self._excluding = Offers(snapshot, self._starts), excluding

    @property
    def manifest(self) -> Manifest:
        """What the snapshot is made of."""
        return self._snapshot.manifest

    @property
    def passages(self) -> tuple[Passage, ...]:
        """All passages of the snapshot."""
        return self._snapshot.passages

    def startup(self, startup_id: str) -> tuple[Startup, tuple[Passage, ...]]:
        """Return a startup and its passages.

        Raises:
            UnknownStartupError: the snapshot does not hold it.
        """
        row = self._row(startup_id)
        return self._snapshot.startups[row], self._snapshot.passages[self._starts[row] : self._starts[row + 1]]

    def similar(self, wanted: MoreLike) -> SimilarAnswer:
        """Return the startups most like one that is known, see `similar.more_like`.

        Raises:
            UnknownStartupError: the snapshot does not hold it.
            NeedError: too many are asked for.
            FilterError: a filter names a value that no startup has, or its own country is not known.
        """
        row = self._row(wanted.startup_id)
        return more_like(
            wanted, row, snapshot=self._snapshot, starts=self._starts, facets=self._facets, crossing=self._crossing
        )

    def search(self, need: Need) -> Answer:
        """Answer a need with its best matches, exactly: every startup that passes the filters is ranked.

        The text of the need is neither logged nor kept.

        Raises:
            NeedError: the need has no words, or is too long, or asks for too many matches.
            FilterError: a filter names a value that no startup has.
        """
        began = time.perf_counter()
        check(need)
        masks = self._facets.masks(need.filters)
        passing = self._facets.both(masks.values())
        language = need_language(need.text, self._crossing.known)
        excluded = self._excluded(need, language)
        applied = [one for one in excluded if one.applied]
        things = [self._offers.unwanted(self._crossing.groups(one.text, language)) for one in applied]
        text = exclusions.rest(need.text, applied)
        groups = self._crossing.groups(text, language)
        vector = self._encoder.encode_need(text)

        cosines = self._snapshot.dense.scores(vector)
        nearest = np.maximum.reduceat(cosines, self._starts[:-1])
        lexical = self._snapshot.lexical_startups.scores(groups)
        summaries = self._snapshot.dense_startups.scores(vector)
        feedback = self._feedback(fuse(nearest, summaries, lexical)[0], things)
        scores, parts = fuse(nearest, summaries, lexical, feedback)
        ceiling = self._snapshot.lexical_startups.ceiling(groups)

        best = self._offers.ranked(scores, passing, things, need.limit)
        of_passages = share_of_highest(cosines) + share_of_highest(self._snapshot.lexical_passages.scores(groups))
        matches = tuple(
            Match(
                rank,
                round(float(scores[row]) * kept, 6),
                confidence(
                    trusted(kept) * float(nearest[row]), trusted(kept) * float(lexical[row]) / ceiling if ceiling else 0.0
                ),
                self._snapshot.startups[row],
                self._evidence(row, of_passages, groups),
                {name: float(part[row]) for name, part in parts.items()}
                | ({"excluded": float(scores[row]) * (kept - 1.0)} if things else {}),
            )
            for rank, (row, kept) in enumerate(best, start=1)
        )
        took_ms = round((time.perf_counter() - began) * 1000, 2)
        return Answer(
            need,
            language,
            self.manifest.id,
            verdict(m.confidence for m in matches),
            matches,
            self._facets.counts(masks),
            took_ms,
            excluded,
        )

    def _row(self, startup_id: str) -> int:
        row = self._row_of.get(startup_id)
        if row is None:
            raise UnknownStartupError(f"there is no startup {startup_id[:200]!r} in the snapshot {self.manifest.id}")
        return row

    def _excluded(self, need: Need, language: str) -> tuple[Exclusion, ...]:
        """Return what a need excludes; what it says to ignore is not applied."""
        if not self._excluding:
            return ()
        ignored = {text.casefold() for text in need.ignore_exclusions}
        found = exclusions.find(need.text, language, self._crossing.phrases)
        return tuple(replace(one, applied=one.text.casefold() not in ignored) for one in found)

    def _feedback(self, scores: Scores, things: Sequence[Unwanted]) -> Scores:
        """Return how much each startup has of the words of those with the highest scores."""
        count = min(FIRST, int(FIRST_SHARE * len(scores)))
        first = np.array([row for row, _ in self._offers.ranked(scores, np.ones(len(scores), bool), things, count)], np.int64)
        return self._snapshot.lexical_startups.feedback(first, scores[first] / max(float(scores[first].sum()), 1e-9))

    def _evidence(self, row: int, of_passages: Scores, groups: tuple[Group, ...]) -> tuple[Evidence, ...]:
        own = slice(int(self._starts[row]), int(self._starts[row + 1]))
        scored = list(zip(self._snapshot.passages[own], map(float, of_passages[own]), strict=True))
        return evidence.choose(scored, telling(groups))


def _called(model: str, prompts: Mapping[str, str]) -> str:
    """Return what a model is called, and its prompts, which make another one of it."""
    shown = ", ".join(repr(prompt) for prompt in prompts.values())
    return f"{model!r} (prompts {shown})" if any(prompts.values()) else repr(model)


def check(need: Need) -> None:
    """Refuse a need that cannot be answered as it stands.

    Raises:
        NeedError: the message says why.
    """
    if len(need.text) > MAX_NEED_CHARACTERS:
        raise NeedError(f"the need has {len(need.text)} characters: shorten it to {MAX_NEED_CHARACTERS}")
    if not any(map(str.isalnum, need.text)):
        raise NeedError("the need is empty: say in a few words what the firm is looking for")
    if not 1 <= need.limit <= MAX_LIMIT:
        raise NeedError(f"limit is {need.limit}: ask for 1 to {MAX_LIMIT} matches")
