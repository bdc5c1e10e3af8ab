"""The searcher that the service answers with: loaded once, changed for a new snapshot without a pause."""

import logging
import threading
import time

from crawler.errors import ScoutError
from crawler.home import Home
from indexer.crossing import Crossing
from indexer.encoder import Encoder
from indexer.encoders import chosen_crossing, chosen_encoder
from indexer.reranking import SecondLook
from indexer.results import Need
from indexer.searcher import Searcher
from indexer.settings import IndexSettings
from indexer.snapshot import current_manifest, load_snapshot

logger = logging.getLogger(__name__)

WARM_UP = Need("saldatura laser", limit=1)
"""Libraries load parts at their first call, so it is made before the first scout asks; two words, so that all parts run."""
CHECK_EVERY = 2.0
"""Seconds between two looks at which snapshot is current."""
FIRST_PAUSE, LONGEST_PAUSE = 10.0, 600.0
"""Seconds after which a snapshot that could not be loaded is tried again: each time twice as many, up to the longest."""
KEPT = 900.0
"""Seconds for which the snapshot before still answers those who turn the pages of its lists."""


class SnapshotChangedError(ScoutError):
    """A snapshot is asked for that answers no longer."""

    code = "snapshot-changed"
    status = 409


class Engine:
    """Gives the searcher over the current snapshot. Safe to use from several threads."""

    def __init__(
        self, home: Home, settings: IndexSettings, encoder: Encoder | None = None, second_look: SecondLook | None = None
    ) -> None:
        """Prepare an engine over `home`; nothing is loaded before `searcher` is called.

        `encoder` replaces the settings', `second_look` reranks the first matches.
        """
        self._home = home
        self._settings = settings
        self._encoder, self._second_look = encoder, second_look
        self._crossing: Crossing | None = None
        self._searcher: Searcher | None = None
        self._before: Searcher | None = None
        """What answered before it, for a while."""
        self._switched = 0.0
        self._failure: ScoutError | None = None
        self._refused = ""
        """The last new snapshot that could not be loaded."""
        self._pause, self._again = FIRST_PAUSE, 0.0
        """How long it is left alone after the next failure, and until when it is now."""
        self._told = ""
        """What was logged last of why the old one goes on answering."""
        self._loading = threading.Lock()
        self._checked = 0.0

    def searcher(self, snapshot: str | None = None) -> Searcher:
        """Return the searcher over the current snapshot, or over the one of that id: the current one or the one before.

        Raises:
            SnapshotChangedError: neither is it.
            ScoutError: there is none that answers, see `_current`.
        """
        current, before = self._current(), self._before
        if snapshot is None or snapshot == current.manifest.id:
            return current
        if before is not None and snapshot == before.manifest.id:
            return before
        latest = self._searcher  # it may have changed between the two looks
        if latest is not None and snapshot == latest.manifest.id:
            return latest
        raise SnapshotChangedError(
            f"the snapshot {snapshot[:60]!r} answers no longer, {current.manifest.id} does: ask for the first page again"
        )

    def _current(self) -> Searcher:
        """Return the searcher over the current snapshot.

        While a new snapshot is being loaded, or when it turns out to be damaged, the one before goes on answering. A damaged
        one is tried again after longer and longer pauses, another one at once; the reason is logged once.

        Raises:
            NoSnapshotError: there is no snapshot yet.
            SnapshotDamagedError: it is not what was written, and none was loaded before.
            WrongModelError: it was made with another model, and none was loaded before.
            ModelError: the model cannot be loaded.
        """
        serving = self._searcher
        if serving is None:
            with self._loading:
                return self._searcher or self._first()
        if time.monotonic() - self._checked > CHECK_EVERY and self._loading.acquire(blocking=False):
            found = ""
            try:
                self._checked = time.monotonic()
                if self._checked - self._switched > KEPT:
                    self._before = None
                found = current_manifest(self._home).id
                if found == serving.manifest.id:
                    self._told = ""
                elif found != self._refused or self._checked >= self._again:
                    self._before, self._searcher = serving, self._load()
                    self._switched, self._told = time.monotonic(), ""
            except (ScoutError, OSError) as error:  # OSError: a file went away while it was read
                self._put_off(found)
                if str(error) != self._told:
                    self._told = str(error)
                    logger.warning("the snapshot %s goes on answering: %s", serving.manifest.id, error)
            finally:
                self._loading.release()
        return self._searcher or serving

    def _put_off(self, snapshot: str) -> None:
        """Leave a snapshot alone for a while that could not be loaded."""
        if not snapshot:  # its manifest cannot be read, which costs little to try
            return
        if snapshot != self._refused:
            self._refused, self._pause = snapshot, FIRST_PAUSE
        self._again = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def _first(self) -> Searcher:
        """Load the first snapshot; a failure is remembered for a while, so that a crowd of requests does not repeat it."""
        if self._failure is not None and time.monotonic() - self._checked < CHECK_EVERY:
            raise type(self._failure)(*self._failure.args)
        try:
            self._searcher = self._load()
        except ScoutError as error:
            self._failure, self._checked = error, time.monotonic()
            raise
        self._failure = None
        return self._searcher

    def _load(self) -> Searcher:
        snapshot = load_snapshot(self._home)
        if self._encoder is None:
            self._encoder = chosen_encoder(self._settings, self._home.models)
        if self._crossing is None:
            self._crossing = chosen_crossing(self._settings, self._encoder)
        searcher = Searcher(snapshot, self._encoder, self._crossing, second_look=self._second_look)
        searcher.search(WARM_UP)
        self._checked = time.monotonic()
        return searcher
