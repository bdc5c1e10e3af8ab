"""What hosts asked of us, in the corpus: a crawl that is taken up again asks none twice for robots.txt, and none too soon."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from crawler.corpus.corpus import Corpus
from crawler.corpus.database import to_text
from crawler.corpus.keeping import keep
from crawler.corpus.optouts import OptOuts
from crawler.records import Outcome
from crawler.sites.writing import Desk, Writer
from crawler.web.downloading import Answer
from crawler.web.hosts import LONGEST_KEPT, Wait
from crawler.web.robots import CachedRobots


class StoredRobots:
    """The robots.txt files that a crawl fetched. A new crawl asks anew: what a site says today counts."""

    def __init__(self, corpus: Corpus, writer: Writer, since: datetime) -> None:
        """Take a corpus to read, the writer, and when the crawl began."""
        self._corpus = corpus
        self._writer = writer
        self._since = to_text(since)

    def get(self, origin: str) -> CachedRobots | None:
        """Return what an origin said in this crawl."""
        query = "SELECT status, body, at, closed FROM robots WHERE origin = ? AND at >= ?"
        row = self._corpus.row(query, (origin, self._since))
        return None if row is None else CachedRobots(row[0], row[1], datetime.fromisoformat(row[2]), row[3])

    def put(self, origin: str, robots: CachedRobots) -> None:
        """Keep what an origin said."""
        values = (origin, robots.status, robots.body, to_text(robots.at), robots.closed)
        statement = "INSERT OR REPLACE INTO robots (origin, status, body, at, closed) VALUES (?, ?, ?, ?, ?)"

        def step(desk: Desk) -> None:
            if not OptOuts(desk.corpus).covers(origin):  # erased meanwhile
                desk.corpus.execute(statement, values)

        self._writer.post(step)

    def keep(self, answer: Answer) -> None:
        """Keep an answer in the archive."""

        def step(desk: Desk) -> None:
            if not OptOuts(desk.corpus).covers(answer.url):
                keep(desk.corpus, desk.archive, answer)

        self._writer.post(step)


class StoredWaits:
    """The waits of all crawls of a corpus; those that are over are forgotten by and by."""

    def __init__(self, corpus: Corpus, write: Callable[[Callable[[Corpus], object]], None]) -> None:
        """Take a corpus to read, and what runs a step on one that may be written, in a transaction."""
        self._corpus = corpus
        self._write = write

    def get(self, host: str) -> Wait | None:
        """Return what was kept for a host or an origin."""
        row = self._corpus.row("SELECT until, reason, outcome FROM waits WHERE host = ?", (host,))
        return None if row is None else Wait(datetime.fromisoformat(row[0]), row[1], Outcome(row[2]))

    def put(self, host: str, wait: Wait) -> None:
        """Keep a wait, unless a longer one is kept."""
        values = (host, _exact(wait.until), wait.reason, wait.outcome)
        statement = (
            "INSERT INTO waits (host, until, reason, outcome) VALUES (?, ?, ?, ?) ON CONFLICT (host) DO UPDATE"
            " SET until = excluded.until, reason = excluded.reason, outcome = excluded.outcome"
            " WHERE excluded.until >= until"
        )
        now = datetime.now(UTC)
        times = _exact(now), _exact(now + timedelta(seconds=LONGEST_KEPT))

        def step(corpus: Corpus) -> None:
            # Over, or of a clock that has been put right since.
            corpus.execute("DELETE FROM waits WHERE until NOT BETWEEN ? AND ?", times)
            corpus.execute(statement, values)

        self._write(step)


def _exact(moment: datetime) -> str:
    """Return a moment as text that sorts by time; to the second it would end too soon."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
