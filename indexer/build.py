"""Corpus to snapshot; the vectors of passages that did not change are used again."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from urllib.parse import urlsplit

import numpy as np

from crawler.company.company import CompanyRecord
from crawler.company.regions import region_of
from crawler.corpus.companies import Companies
from crawler.corpus.corpus import Corpus
from crawler.home import Home
from crawler.records import Page, Startup
from indexer.analysis import terms
from indexer.classes.assigning import Classified, class_nearness, class_scores, class_words, members
from indexer.classes.kinds import belonging
from indexer.classes.scheme import packaged_classes
from indexer.crossing import Crossing, tagged
from indexer.dense import DenseIndex, Scores
from indexer.encoder import Encoder, Vector
from indexer.encoders import chosen_crossing, chosen_entries
from indexer.errors import NoSnapshotError, NothingToIndexError, SnapshotDamagedError
from indexer.glossary.entries import digest_of
from indexer.lexical import LexicalIndex
from indexer.passages import page_passages, profile_passages, summary
from indexer.results import Passage
from indexer.settings import IndexSettings
from indexer.snapshot import FORMAT, MEND, Manifest, Snapshot, building, current_manifest, load_snapshot, new_id, write_snapshot

logger = logging.getLogger(__name__)

Indexes = tuple[DenseIndex, DenseIndex, LexicalIndex, LexicalIndex]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did."""

    snapshot: str
    startups: int
    passages: int
    embedded: int
    """Texts (of passages, summaries and classes, equal ones once) that the model encoded."""
    taken_over: int
    """Texts that kept their vectors."""
    changed: bool
    """False: the current snapshot was up to date and stays."""


def build(
    home: Home,
    encoder: Encoder,
    settings: IndexSettings,
    *,
    full: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> BuildReport:
    """Make a snapshot of the corpus in `home` and switch to it; does nothing when the current one is up to date.

    Args:
        home: where corpus and snapshots live.
        encoder: the model that the snapshot is made with.
        settings: passage size, snapshots to keep.
        full: embed every passage, and build even when nothing changed.
        on_progress: told (texts embedded, texts to embed).

    Raises:
        NothingToIndexError: no page and no profile has text.
        CorpusError: the corpus cannot be read.
        GlossaryError: the user's glossary cannot be read.
        SnapshotBusyError: another build is under way.
        IndexWriteError: the snapshot cannot be written; the current one stays.
    """
    with Corpus(home.corpus, read_only=True) as corpus, building(home):
        corpus_digest = corpus.digest()
        current = None if full else _usable(home, encoder)
        glossary_digest = digest_of(chosen_entries(settings, encoder))
        if current is not None and _is_up_to_date(current, corpus_digest, glossary_digest, settings):
            m = current.manifest
            return BuildReport(m.id, m.startups, m.passages, 0, m.embedded + m.taken_over, changed=False)
        startups, passages = _collect(corpus, encoder, settings)
        if not passages:
            raise NothingToIndexError(f"the corpus {home.corpus} has no text to index: crawl or import some startups first")
        summaries = _summaries(startups, passages, encoder)
        vector_of = _known_vectors(current, encoder)
        class_texts = tuple(dict.fromkeys(text for one in packaged_classes() for text in one.texts))
        texts = dict.fromkeys((*(p.text for p in passages), *summaries, *class_texts))
        missing = tuple(text for text in texts if text not in vector_of)
        report = None if on_progress is None else lambda done: on_progress(done, len(missing))
        vector_of.update(zip(missing, encoder.encode_passages(missing, report), strict=True))
        now = datetime.now(UTC)
        manifest = Manifest(
            FORMAT,
            new_id(now, corpus_digest),
            now.isoformat(timespec="seconds"),
            encoder.name,
            encoder.digest,
            encoder.dimension,
            encoder.max_tokens,
            dict(encoder.prompts),
            True,  # as every Encoder promises
            settings.passage_words,
            len(startups),
            len(passages),
            len(missing),
            len(texts) - len(missing),
            corpus_digest,
            {},
            glossary_digest,
        )
        indexes = _indexes(startups, passages, summaries, vector_of)
        classified, told = _classified(startups, passages, indexes, vector_of, chosen_crossing(settings, encoder))
        snapshot = Snapshot(
            manifest,
            startups,
            passages,
            *indexes,
            classified,
            class_texts,
            DenseIndex.build(np.stack([vector_of[text] for text in class_texts])),
            told,
            _same(corpus),
            _regions(corpus, startups),
        )
        write_snapshot(home, snapshot, keep=settings.keep_snapshots)
        m = manifest
        return BuildReport(m.id, m.startups, m.passages, m.embedded, m.taken_over, changed=True)


def _usable(home: Home, encoder: Encoder) -> Snapshot | None:
    """Return the current snapshot if its vectors are this encoder's."""
    try:
        if current_manifest(home).model_digest != encoder.digest:
            return None
        return load_snapshot(home)
    except NoSnapshotError:
        return None
    except SnapshotDamagedError as error:
        reason = str(error).removesuffix(f": {MEND}")  # this build does it
        logger.warning("the current snapshot cannot be used again, all passages are embedded anew: %s", reason)
        return None


def _is_up_to_date(current: Snapshot, corpus_digest: str, glossary_digest: str, settings: IndexSettings) -> bool:
    made = current.manifest
    of_same = (made.corpus_digest, made.glossary_digest) == (corpus_digest, glossary_digest)
    return of_same and made.passage_words == settings.passage_words and current.classified.classes == packaged_classes()


def _collect(corpus: Corpus, encoder: Encoder, settings: IndexSettings) -> tuple[tuple[Startup, ...], tuple[Passage, ...]]:
    """Return the startups that have text, and their passages in the same order of startups, the most telling first."""
    known = {s.id: s for s in corpus.startups()}
    size = {"words": settings.passage_words, "max_tokens": encoder.max_tokens}
    passages: list[Passage] = []
    # A crawl or import may be adding startups meanwhile: those are left for the next build.
    for profile in corpus.profiles():
        if profile.startup_id in known:
            name = known[profile.startup_id].name
            passages += profile_passages(profile, name, count_tokens=encoder.count_tokens, **size)
    for page in sorted((p for p in corpus.pages() if p.startup_id in known), key=_depth):
        passages += page_passages(page, count_tokens=encoder.count_tokens, **size)
    passages.sort(key=lambda p: p.startup_id)  # stable: profiles first, then pages from the home page down
    with_text = {p.startup_id for p in passages}
    return tuple(s for s in sorted(known.values(), key=lambda s: s.id) if s.id in with_text), tuple(passages)


def _same(corpus: Corpus) -> tuple[tuple[str, str], ...]:
    """Return the pairs of startups that are held for one company, each once, in order."""
    return tuple(sorted({(link.startup_id, link.same_as) for link in Companies(corpus).links()}))


def _regions(corpus: Corpus, startups: tuple[Startup, ...]) -> tuple[tuple[str, str], ...]:
    """Return the startups whose region is known, with it."""
    records = {key: CompanyRecord.from_json(json.loads(record)) for key, record in Companies(corpus).records()}
    found = ((startup.id, region_of(startup, records.get(startup.id))) for startup in startups)
    return tuple((key, region) for key, region in found if region)


def _classified(
    startups: tuple[Startup, ...],
    passages: tuple[Passage, ...],
    indexes: Indexes,
    vector_of: Mapping[str, Vector],
    crossing: Crossing,
) -> tuple[Classified, Scores]:
    """Return which startups belong to which of the packaged classes, and how far each is of each."""
    classes, ids = packaged_classes(), [startup.id for startup in startups]
    dense, dense_startups, _, lexical_startups = indexes
    nearness = class_nearness(
        classes,
        vector_of,
        passages=dense.vectors(),
        summaries=dense_startups.vectors(),
        starts=np.searchsorted([p.startup_id for p in passages], ids),
    )
    words = class_words(classes, lexical_startups, crossing)
    return Classified(classes, members(ids, classes, class_scores(nearness, words))), belonging(nearness, words)


def _depth(page: Page) -> tuple[int, str]:
    parts = urlsplit(page.url)
    return len([part for part in parts.path.split("/") if part]), page.url


def _summaries(startups: tuple[Startup, ...], passages: tuple[Passage, ...], encoder: Encoder) -> tuple[str, ...]:
    tokens = encoder.count_tokens([p.text for p in passages])
    made = {}
    for key, group in groupby(zip(passages, tokens, strict=True), key=lambda pair: pair[0].startup_id):
        own, sizes = zip(*group, strict=True)
        made[key] = own, sizes
    return tuple(summary(s, *made[s.id], max_tokens=encoder.max_tokens) for s in startups)


def _indexes(
    startups: tuple[Startup, ...],
    passages: tuple[Passage, ...],
    summaries: tuple[str, ...],
    vector_of: Mapping[str, Vector],
) -> Indexes:
    """Return the indexes of a snapshot, in its order: vectors and words, of passages and of startups."""
    stems = [[tagged(t.stem, p.language) for t in terms(f"{p.heading}\n{p.text}", p.language)] for p in passages]
    of_startup = {
        key: [stem for _, text in group for stem in text]
        for key, group in groupby(zip((p.startup_id for p in passages), stems, strict=True), key=lambda pair: pair[0])
    }
    facts = [[t.stem for t in terms("\n".join((s.name, *s.tags)), "en")] for s in startups]
    return (
        DenseIndex.build(np.stack([vector_of[p.text] for p in passages])),
        DenseIndex.build(np.stack([vector_of[text] for text in summaries])),
        LexicalIndex.build(stems),
        LexicalIndex.build([own + of_startup[s.id] for s, own in zip(startups, facts, strict=True)]),
    )


def _known_vectors(current: Snapshot | None, encoder: Encoder) -> dict[str, Vector]:
    """Return the vectors of all texts of the current snapshot, by text."""
    if current is None:
        return {}
    summaries = _summaries(current.startups, current.passages, encoder)
    texts = (*(p.text for p in current.passages), *summaries, *current.class_texts)
    return dict(
        zip(texts, (*current.dense.vectors(), *current.dense_startups.vectors(), *current.dense_classes.vectors()), strict=True)
    )
