"""Archives of others (Common Crawl, browsertrix, wget, Heritrix) taken in as pages of the startups whose sites they hold."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from crawler.archive.files import Refused, WarcFile, open_warcs, size_of
from crawler.archive.payloads import PayloadError, read_payload
from crawler.archive.warc import Flaw, Record, read_records
from crawler.archive.warc_writing import sha256
from crawler.corpus.readings import Found
from crawler.identity.parked import is_parked
from crawler.records import ArchiveRef, Outcome, Visit
from crawler.replay.owners import Owners
from crawler.replay.replaying import answer_with, replay
from crawler.sites.judging import lines_of, stands_for
from crawler.sites.settling import settle_marked
from crawler.sites.writing import Desk
from crawler.urls import canonical_url, page_key
from crawler.web.downloading import Answer

BATCH = 50
"""Pages that share a transaction, at most."""
BATCH_BYTES = 32 * 1024 * 1024
"""Of their bodies together."""
MOST_PROBLEMS = 1000
"""That are told one by one; all are counted."""
LONGEST_ADDRESS = 45
"""Of IPv6, in its longest spelling."""
FUTURE = timedelta(days=1)


class Fate(StrEnum):
    """What became of a record."""

    STORED = "stored"
    UNCHANGED = "unchanged"
    """The page held this already; it is now known to have held it at the record's date too."""
    OLDER = "older"
    """The corpus knows the page as it was at that date or later."""
    DUPLICATE = "duplicate"
    """Another page of the site holds the same, or the record came before."""
    REDIRECTED = "redirected"
    HTTP_ERROR = "http-error"
    NOT_HTML = "not-html"
    NOINDEX = "noindex"
    EMPTY = "empty"
    PARKED = "parked"
    """The home page of a domain that is for sale or stands for no company."""
    OPTED_OUT = "opted-out"
    OF_NO_STARTUP = "of-no-startup"
    """No startup's site holds its address."""
    NO_RESPONSE = "no-response"
    """A request, metadata, a revisit, a DNS record, or another kind that holds no page."""
    BROKEN = "broken"
    """What is wrong is told as a problem."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a record or a file."""

    file: str
    offset: int
    """Of the record in its file, or 0."""
    reason: str


@dataclass(slots=True)
class Import:
    """What an import came to."""

    files: int = 0
    records: int = 0
    fates: Counter[Fate] = field(default_factory=Counter)
    new: int = 0
    """Pages that the corpus did not hold."""
    changed: int = 0
    startups: set[str] = field(default_factory=set)
    """That pages came to."""
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0

    def blame(self, file: str, offset: int, reason: str) -> None:
        """Note what is wrong with a record."""
        self.problem_count += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(file, offset, reason))


@dataclass(frozen=True, slots=True)
class _Taken:
    """A response that is to be written."""

    answer: Answer
    found: Found
    source: str
    kept: ArchiveRef | None
    """Where it lies, if it lies in our archive already."""


class Importer:
    """Takes the records of files into a corpus and its archive, some at a time: each batch is whole or not there."""

    def __init__(self, desk: Desk, owners: Owners, most_bytes: int, opted_out: Callable[[str], bool] = lambda _: False) -> None:
        """Take corpus, readings and archive, whose site is whose, the largest page, and which hosts are left alone."""
        self.result = Import()
        self._desk = desk
        self._owners = owners
        self._most_bytes = most_bytes
        self._opted_out = opted_out
        self._waiting: dict[str, _Taken] = {}
        """By page key."""
        self._bytes = 0
        self._ids: set[str] = set()
        self._latest = datetime.now(UTC) + FUTURE

    def take(self, files: Sequence[Path], on_progress: Callable[[int, int], None] = lambda *_: None) -> Import:
        """Take in files; sites that got pages are settled at the end.

        Args:
            files: .warc, .warc.gz or .wacz.
            on_progress: told how many bytes of how many have been read.

        Raises:
            InputFileError: a file is not there, before anything is taken in.
            CorpusError: the corpus cannot be written; the batches before stay.
            ArchiveError: likewise the archive.
        """
        sizes = [size_of(file) for file in files]
        total = sum(sizes)
        for number, file in enumerate(files):
            self.result.files += 1
            before = sum(sizes[:number])
            try:
                for part in open_warcs(file):
                    if isinstance(part, Refused):
                        self.result.blame(part.name, 0, part.reason)
                        continue
                    for item in read_records(part.stream, self._wanted):
                        self._count(file, part, item)
                        on_progress(min(before + part.offset + item.offset, total), total)
            except OSError as error:
                self.result.blame(file.name, 0, f"cannot be read further: {error.strerror or error}")
        self._write()
        settle_marked(self._desk)
        return self.result

    def _wanted(self, record: Record) -> bool:
        return record.kind == "response" and self._owners.of(canonical_url(record.url) or "") is not None

    def _count(self, file: Path, part: WarcFile, item: Record | Flaw) -> None:
        self.result.records += 1
        if isinstance(item, Flaw):
            self._broken(part, item.offset, item.reason)
            return
        try:
            fate = self._passed_over(item) or self._read(file, part, item)
        except PayloadError as error:
            self._broken(part, item.offset, str(error))
            return
        if fate is not None:
            self.result.fates[fate] += 1

    def _broken(self, part: WarcFile, offset: int, reason: str) -> None:
        self.result.fates[Fate.BROKEN] += 1
        self.result.blame(part.name, offset, reason)

    def _passed_over(self, record: Record) -> Fate | None:
        """Return why a record need not be read; None where it must be."""
        url = canonical_url(record.url) if record.kind == "response" else None
        if url is None:
            return Fate.NO_RESPONSE
        startup_id = self._owners.of(url)
        if startup_id is None:
            return Fate.OF_NO_STARTUP
        if self._opted_out(url):
            return Fate.OPTED_OUT
        record_id = record.field("WARC-Record-ID")
        if record_id in self._ids:
            return Fate.DUPLICATE
        self._ids.update(filter(None, [record_id]))
        if page_key(url) in self._waiting:
            self._write()
        return Fate.OLDER if record.at and self._is_known(startup_id, url, record.at.replace(microsecond=0)) else None

    def _read(self, file: Path, part: WarcFile, record: Record) -> Fate | None:
        """Read a response; return what becomes of it, or None where that is told when it is written."""
        url = canonical_url(record.url) or ""
        if record.at is None or record.at > self._latest:
            raise PayloadError("it has no date" if record.at is None else "its date lies in the future")
        payload = read_payload(record.block, self._most_bytes, cut=bool(record.field("WARC-Truncated")))
        answer = answer_with(payload, url, record.field("WARC-IP-Address")[:LONGEST_ADDRESS] or None, record.at)
        depth = 0 if url.endswith("/") and page_key(url).count("/") == 1 else 1
        replayed = replay(self._owners.of(url) or "", answer, depth=depth)
        if replayed.outcome is Outcome.BROKEN:
            raise PayloadError(replayed.detail)
        if replayed.found is None or replayed.outcome is Outcome.REDIRECTED:
            return Fate(replayed.outcome)
        in_archive = file.name.startswith("scout-") and file.resolve().parent == self._desk.archive.folder.resolve()
        kept = ArchiveRef(file.name, record.offset, sha256(payload.body)) if in_archive else None
        parked = replayed.outcome is Outcome.STORED and depth == 0 and is_parked(replayed.found.page)
        found = replace(replayed.found, outcome=Outcome.PARKED if parked else replayed.outcome, seen_at=record.at)
        self._waiting[page_key(url)] = _Taken(answer, found, f"{part.name}@{record.offset}", kept)
        self._bytes += len(payload.body)
        if len(self._waiting) >= BATCH or self._bytes > BATCH_BYTES:
            self._write()
        return None

    def _is_known(self, startup_id: str, url: str, at: datetime) -> bool:
        """Tell whether the corpus knows a page as it was at a date, or later; the corpus counts in seconds."""
        page = self._desk.corpus.page(startup_id, url)
        if page is not None and page.fetched_at >= at:
            return True
        return any(known.seen_at and known.seen_at >= at for known in self._known(startup_id, url))

    def _known(self, startup_id: str, url: str) -> list[Found]:
        """Return what is known of a page under any spelling of its address: http or https, with `www.` or without."""
        bare = page_key(url)
        spellings = (f"{scheme}://{www}{bare}" for scheme in ("https", "http") for www in ("", "www."))
        return [known for spelling in spellings if (known := self._desk.readings.get(startup_id, spelling))]

    def _write(self) -> None:
        fates: Counter[Fate] = Counter()
        with self._desk.corpus.transaction():
            for taken in self._waiting.values():
                page = taken.found.page
                if self._erased(page.startup_id, page.url):
                    fates[Fate.OPTED_OUT] += 1
                    continue
                self._desk.readings.mark(page.startup_id)
                fate = self._store(taken)
                fates[fate] += 1
                detail = f"from {taken.source}"[:500]
                visit = Visit(page.url, page.startup_id, Outcome(fate), taken.answer.at, taken.answer.status, detail)
                self._desk.corpus.put_visit(visit)
            self._desk.archive.sync()  # a reference is never on the disk before what it refers to
        self.result.fates += fates
        self._waiting.clear()
        self._bytes = 0

    def _erased(self, startup_id: str, url: str) -> bool:
        """Tell whether a page's site was erased, or opted out, since the page was read."""
        return self._opted_out(url) or self._desk.corpus.startup(startup_id) is None

    def _store(self, taken: _Taken) -> Fate:
        corpus, readings, found = self._desk.corpus, self._desk.readings, taken.found
        startup_id, url = found.page.startup_id, found.page.url
        known = self._known(startup_id, url)
        if found.outcome is not Outcome.STORED:
            for other in known if found.outcome is Outcome.NOINDEX else ():
                corpus.drop_page(startup_id, other.page.url, found.page.fetched_at)
            readings.put(found)
            return Fate(found.outcome)
        if self._twin(found):
            return Fate.DUPLICATE
        for other in known:
            kept, same = other.page.archived, other.body_digest == found.body_digest
            if other.outcome is Outcome.STORED and same and kept and self._desk.archive.holds(kept):
                self._desk.archive.revisit(taken.answer, kept, other.page.fetched_at)
                corpus.touch_page(startup_id, other.page.url, found.page.fetched_at)
                readings.put(replace(other, seen_at=found.seen_at))
                return Fate.UNCHANGED
            if other.page.url != url:
                corpus.drop_page(startup_id, other.page.url, found.page.fetched_at)
                readings.drop(startup_id, other.page.url)
        ref = taken.kept or self._desk.archive.write(taken.answer, source=taken.source)
        page = replace(found.page, archived=ref)
        readings.put(replace(found, page=page))
        self.result.startups.add(startup_id)
        if corpus.page(startup_id, url) is None:
            corpus.put_page(page, settled=False)
            self.result.new += 1
            return Fate.STORED
        # Settling puts it in place of what stood.
        same = any((other.page.digest, other.page.language) == (page.digest, page.language) for other in known)
        self.result.changed += not same
        return Fate.UNCHANGED if same else Fate.STORED

    def _twin(self, found: Found) -> bool:
        """Tell whether the site holds the same under another address, or under the one that the page names as canonical."""
        twin = self._desk.readings.twin(found.page, None)
        if twin and page_key(twin[0]) != page_key(found.page.url):
            return True
        if found.canonical is None or page_key(found.canonical) == page_key(found.page.url):
            return False
        theirs = self._desk.readings.get(found.page.startup_id, found.canonical)
        if theirs is None or theirs.outcome is not Outcome.STORED:
            return False
        return stands_for(lines_of(theirs.page.blocks), lines_of(found.page.blocks))
