"""SQLite's write-ahead log, switched on for a file that several processes may open for the first time at once."""

import sqlite3
import time

PAUSE = 0.01
"""Seconds between two tries."""


def write_ahead(db: sqlite3.Connection, patience: float) -> None:
    """Put a database into WAL mode, which it keeps; `patience` is in seconds.

    SQLite's own timeout does not count here: who meets another's lock in the midst of the switch is refused at once.

    Raises:
        sqlite3.OperationalError: the file is locked for longer, or cannot be written.
    """
    until = time.monotonic() + patience
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= until:
                raise
            time.sleep(PAUSE)
        else:
            return
