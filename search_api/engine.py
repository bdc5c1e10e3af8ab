"""The searcher that the service answers with: loaded once, changed for a new snapshot without a pause."""

import logging
import threading
import time

from crawler.errors import ScoutError
from crawler.home import Home
from indexer.crossing import Crossing
from indexer.encoder import Encoder
from indexer.encoders import chosen_crossing, chosen_encoder
from indexer.results import Need
from indexer.searcher import Searcher
from indexer.settings import IndexSettings
from indexer.snapshot import current_manifest, load_snapshot

logger = logging.getLogger(__name__)

WARM_UP = Need("saldatura laser", limit=1)
"""Libraries load parts at their first call, so it is made before the first scout asks; two words, so that all parts run."""
CHECK_EVERY = 2.0
"""Seconds between two looks at which snapshot is current."""
KEPT = 900.0
"""Seconds for which the snapshot before still answers those who turn the pages of its lists."""


class SnapshotChangedError(ScoutError):
    """A snapshot is asked for that answers no longer."""

    code = "snapshot-changed"
    status = 409


class Engine:
    """Gives the searcher over the current snapshot. Safe to use from several threads."""

    def __init__(self, home: Home, settings: IndexSettings, encoder: Encoder | None = None) -> None:
        """Prepare an engine over `home`; nothing is loaded before `searcher` is called. `encoder` replaces the settings'."""
        self._home = home
        self._settings = settings
        self._encoder = encoder
        self._crossing: Crossing | None = None
        self._searcher: Searcher | None = None
        self._before: Searcher | None = None
        """What answered before it, for a while."""
        self._switched = 0.0
        self._failure: ScoutError | None = None
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

        While a new snapshot is being loaded, or when it turns out to be damaged, the one before goes on answering.

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
            try:
                self._checked = time.monotonic()
                if self._checked - self._switched > KEPT:
                    self._before = None
                if current_manifest(self._home).id != serving.manifest.id:
                    self._before, self._searcher = serving, self._load()
                    self._switched = time.monotonic()
            except (ScoutError, OSError) as error:  # OSError: a file went away while it was read
                logger.warning("the snapshot %s goes on answering: %s", serving.manifest.id, error)
            finally:
                self._loading.release()
        return self._searcher or serving

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
        searcher = Searcher(snapshot, self._encoder, self._crossing)
        searcher.search(WARM_UP)
        self._checked = time.monotonic()
        return searcher
