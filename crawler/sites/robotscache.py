"""robots.txt files as they were fetched, in the corpus: a crawl that is taken up again asks no host twice."""

from datetime import datetime

from crawler.corpus.corpus import Corpus
from crawler.corpus.database import to_text
from crawler.sites.writing import Desk, Writer
from crawler.web.fetching import CachedRobots


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
            desk.corpus.execute(statement, values)

        self._writer.post(step)
