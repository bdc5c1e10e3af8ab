"""The one road of a query: need in, ranked startups with evidence out."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice

import numpy as np

from crawler.records import Startup
from indexer import ambiguity, reranking, trust
from indexer.bounds import check_page
from indexer.browsing import Browse, Catalogue, Listing
from indexer.calibration import confidence, verdict
from indexer.clauses import ClauseReader
from indexer.crossing import Crossing, telling
from indexer.encoder import Encoder, WordReader
from indexer.encoders import packaged_crossing
from indexer.errors import NeedError, UnknownStartupError, WrongModelError
from indexer.evidence import Chooser
from indexer.facets import Facets
from indexer.fusion import share_of_highest
from indexer.ranker import Ranker
from indexer.ranking import Listed, Ranking
from indexer.readings import Wording
from indexer.requirements.coverage import Reader, Sought
from indexer.requirements.parts import split
from indexer.reranking import Look, SecondLook
from indexer.results import MAX_NEED_CHARACTERS, Answer, Evidence, Match, MoreLike, Need, Passage, SimilarAnswer, Verdict
from indexer.similar import more_like
from indexer.snapshot import Manifest, Snapshot
from indexer.why.reasons import Why
from indexer.why.why import Room, told_of, why
from indexer.wording import WordingReader

Shown = tuple[Evidence, ...]


class Searcher:
    """Answers needs from one snapshot with one encoder. Immutable; safe to use from several threads."""

    def __init__(
        self,
        snapshot: Snapshot,
        encoder: Encoder,
        crossing: Crossing | None = None,
        *,
        second_look: SecondLook | None = None,
        excluding: bool = True,
        covering: bool = True,
        wording: bool = True,
        kinds: bool = True,
    ) -> None:
        """Join a snapshot, the encoder that it was made with, and how words cross; by the packaged glossary unless given.

        Args:
            snapshot: what is searched.
            encoder: the one that the snapshot was made with.
            crossing: how words cross between the languages.
            second_look: what reranks the first matches, if anything does.
            excluding: whether what a need excludes is told apart from what it wants.
            covering: whether matches say what they tell of each part of the need.
            wording: whether letters are read for what they ask, and misspelt words as they are meant.
            kinds: whether the kind of technology counts that a need asks for.

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
        self._second_look = second_look
        self._catalogue = Catalogue(snapshot)
        self._facets = Facets(snapshot.startups, self._catalogue.told, self._catalogue.names)
        self._row_of = {s.id: row for row, s in enumerate(snapshot.startups)}
        owners = [self._row_of[p.startup_id] for p in snapshot.passages]
        self._starts = np.searchsorted(owners, np.arange(len(snapshot.startups) + 1))
        self.ranker = Ranker(snapshot, self._starts, encoder, self._crossing, self._facets, excluding=excluding, kinds=kinds)
        self._chooser = Chooser(snapshot.passages, self._starts)
        self._reader = Reader(snapshot, self._starts) if covering else None
        self._wording = WordingReader(encoder, snapshot, self._crossing) if wording else None
        self._clauses = ClauseReader(encoder) if isinstance(encoder, WordReader) else None

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

    def browse(self, wanted: Browse) -> Listing:
        """Return the startups of a class, or all that pass filters, see `browsing.Catalogue.listing`.

        Raises:
            NeedError: too many are asked for.
            FilterError: a filter names a value that no startup has.
        """
        return self._catalogue.listing(wanted, self._facets)

    def similar(self, wanted: MoreLike) -> SimilarAnswer:
        """Return the startups most like one that is known, see `similar.more_like`.

        Raises:
            UnknownStartupError: the snapshot does not hold it.
            NeedError: too many are asked for.
            FilterError: a filter names a value that no startup has, or its own country is not known.
        """
        row = self._row(wanted.startup_id)
        return more_like(
            wanted,
            row,
            snapshot=self._snapshot,
            starts=self._starts,
            facets=self._facets,
            crossing=self._crossing,
            chooser=self._chooser,
        )

    def why(self, need: Need, startup_id: str) -> Why:
        """Say why a startup is not in the list of a need, and what would bring it there, see `why.why`.

        Raises:
            NeedError: the need has no words, or is too long, or asks for too many matches.
            FilterError: a filter names a value that no startup has.
            SenseError: a sense is chosen that the need does not offer.
            UnknownStartupError: the snapshot does not hold the startup.
        """
        check(need)
        row = self._row(startup_id)
        typed, (need, wording) = need.text, self._read(need)
        found = why(need, row, Room(self._snapshot, self._starts, self._facets, self._crossing, self.ranker.best))
        return told_of(typed, wording, found) if wording else found

    def search(self, need: Need) -> Answer:
        """Answer a need with its best matches, exactly: every startup that passes the filters is ranked.

        The text of the need is not logged; single words of it stay in memory.

        Raises:
            NeedError: the need has no words, or is too long, or asks for too many matches.
            FilterError: a filter names a value that no startup has.
            SenseError: a sense is chosen that the need does not offer.
            RerankerChangedError: see `reranking.SecondLook`.
        """
        began = time.perf_counter()
        check(need)
        typed, (need, wording) = need, self._read(need)
        ranking = self.ranker.ranking(need)
        listed, first = self.ranker.listed(ranking, need, reranking.AMONG if self._second_look else 0)
        near = share_of_highest(ranking.cosines)
        shared = share_of_highest(self._snapshot.lexical_passages.scores(ranking.groups))
        evidence_of = partial(self._chooser.chosen, nearness=near, shared=shared, stems=telling(ranking.groups))
        look = self._reranked(need, ranking, listed, evidence_of)
        shown = look.listed[: need.offset + need.limit]
        reordered = need.diverse or bool(look.reranked and look.reranked.key)
        index = self._snapshot.lexical_startups
        likely = trust.chances(ranking, index, first + [(row, kept) for _, row, kept in shown[need.offset :]])
        worth = verdict([likely[row] for row, _ in first])
        sought = self._sought(need, ranking)
        mark, of_passages = self._clause_marking(ranking), near + shared
        matches = tuple(
            Match(
                rank,
                round(float(ranking.scores[row]) * kept, 6),
                round(likely[row], 4),
                confidence(likely[row]),
                self._snapshot.startups[row],
                mark(evidence_of(row)),
                ranking.parts_of(row, kept),
                plain_rank if reordered else None,
                coverage=self._reader.covered(sought, row, of_passages) if self._reader else (),
                ranks=ranking.ranks_of(row),
                rerank_score=look.scores.get(row),
            )
            for rank, (plain_rank, row, kept) in islice(enumerate(shown, start=1), need.offset, None)
        )
        took_ms = round((time.perf_counter() - began) * 1000, 2)
        return Answer(
            typed,
            ranking.language,
            self.manifest.id,
            worth,
            matches,
            self._facets.counts(ranking.masks),
            took_ms,
            ranking.exclusions,
            int(ranking.passing.sum()),
            ranking.ambiguities,
            requirements=tuple(one.part.requirement for one in sought),
            missing=() if worth is Verdict.FITS else trust.missing(need.text, ranking, self._crossing, index, first),
            reranked=look.reranked,
            wording=wording,
        )

    def _clause_marking(self, ranking: Ranking) -> Callable[[Shown], Shown]:
        """Return what marks the clauses of evidence that carry the match, where the encoder knows words."""
        if self._clauses is None:
            return lambda shown: shown
        return partial(self._clauses.marked, need=self._clauses.need(ranking.text, ranking.language))

    def _reranked(self, need: Need, ranking: Ranking, listed: Listed, evidence_of: Callable[[int], Shown]) -> Look:
        """Return matches as the reranker orders them, where there is one: by the best passage of each."""
        if self._second_look is None:
            reranking.check(need, "")
            return Look(listed)
        return self._second_look.at(need, ranking.text, listed, lambda row: evidence_of(row)[0].passage.text)

    def _read(self, need: Need) -> tuple[Need, Wording | None]:
        """Return a need as it is meant, and what it was read as if that is not what it says."""
        if need.as_typed or self._wording is None:
            return need, None
        wording = self._wording.read(need.text)
        return (need, None) if wording.text == need.text else (replace(need, text=wording.text), wording)

    def _sought(self, need: Need, ranking: Ranking) -> tuple[Sought, ...]:
        """Return the parts of a need as they are looked for in passages."""
        if self._reader is None:
            return ()
        parts = split(need.text, ranking.language, self._crossing.phrases, ranking.exclusions)
        chosen = ambiguity.read(need.senses)
        return self._reader.seek(parts, partial(self._crossing.groups, language=ranking.language, chosen=chosen))

    def _row(self, startup_id: str) -> int:
        row = self._row_of.get(startup_id)
        if row is None:
            raise UnknownStartupError(f"there is no startup {startup_id[:200]!r} in the snapshot {self.manifest.id}")
        return row


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
    check_page(need.limit, need.offset, "matches")
