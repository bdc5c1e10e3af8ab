"""The tables of the corpus, as numbered steps from an empty file to the present form."""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE startups (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, url TEXT, homepage TEXT, country TEXT, source TEXT,
        tags TEXT NOT NULL, trl INTEGER, founded INTEGER, parent_organisations TEXT NOT NULL
    ) STRICT;
    CREATE TABLE profiles (
        startup_id TEXT NOT NULL REFERENCES startups (id) ON DELETE CASCADE, source TEXT NOT NULL, text TEXT NOT NULL,
        language TEXT NOT NULL, imported_at TEXT NOT NULL, url TEXT, digest TEXT NOT NULL,
        PRIMARY KEY (startup_id, source)
    ) STRICT;
    CREATE TABLE pages (
        startup_id TEXT NOT NULL REFERENCES startups (id) ON DELETE CASCADE, url TEXT NOT NULL, title TEXT NOT NULL,
        description TEXT NOT NULL, language TEXT NOT NULL, blocks TEXT NOT NULL, fetched_at TEXT NOT NULL,
        digest TEXT NOT NULL,
        PRIMARY KEY (startup_id, url)
    ) STRICT;
    CREATE TABLE visits (
        id INTEGER PRIMARY KEY, startup_id TEXT NOT NULL REFERENCES startups (id) ON DELETE CASCADE, url TEXT NOT NULL,
        outcome TEXT NOT NULL, status INTEGER, detail TEXT NOT NULL, at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX visits_by_startup ON visits (startup_id, url);
    """,
    # pages hold what stands now, versions what stood before, readings what was found last at each address.
    """
    ALTER TABLE pages ADD COLUMN since TEXT NOT NULL DEFAULT '';
    ALTER TABLE pages ADD COLUMN settled INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE pages ADD COLUMN archive_file TEXT;
    ALTER TABLE pages ADD COLUMN archive_offset INTEGER;
    ALTER TABLE pages ADD COLUMN archive_digest TEXT;
    UPDATE pages SET since = fetched_at;
    ALTER TABLE visits ADD COLUMN run INTEGER;
    CREATE INDEX visits_by_run ON visits (run) WHERE run IS NOT NULL;
    CREATE TABLE versions (
        id INTEGER PRIMARY KEY, startup_id TEXT NOT NULL REFERENCES startups (id) ON DELETE CASCADE, url TEXT NOT NULL,
        title TEXT NOT NULL, description TEXT NOT NULL, language TEXT NOT NULL, blocks TEXT NOT NULL,
        fetched_at TEXT NOT NULL, digest TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL,
        archive_file TEXT, archive_offset INTEGER, archive_digest TEXT
    ) STRICT;
    CREATE INDEX versions_by_page ON versions (startup_id, url, since);
    CREATE TABLE changes (
        id INTEGER PRIMARY KEY, startup_id TEXT NOT NULL REFERENCES startups (id) ON DELETE CASCADE, url TEXT NOT NULL,
        change TEXT NOT NULL, at TEXT NOT NULL, digest TEXT NOT NULL, run INTEGER
    ) STRICT;
    INSERT INTO changes (startup_id, url, change, at, digest) SELECT startup_id, url, 'new', fetched_at, digest FROM pages;
    CREATE INDEX changes_by_page ON changes (startup_id, url);
    CREATE INDEX changes_by_run ON changes (run) WHERE run IS NOT NULL;
    CREATE TABLE readings (
        startup_id TEXT NOT NULL REFERENCES startups (id) ON DELETE CASCADE, url TEXT NOT NULL, outcome TEXT NOT NULL,
        title TEXT NOT NULL, description TEXT NOT NULL, language TEXT NOT NULL, blocks TEXT NOT NULL,
        fetched_at TEXT NOT NULL, digest TEXT NOT NULL,
        archive_file TEXT, archive_offset INTEGER, archive_digest TEXT,
        status INTEGER NOT NULL, depth INTEGER NOT NULL, links TEXT NOT NULL, canonical TEXT, refresh TEXT,
        noindex INTEGER NOT NULL, company TEXT NOT NULL, body_digest TEXT NOT NULL,
        etag TEXT NOT NULL, last_modified TEXT NOT NULL, lastmod TEXT NOT NULL,
        seen_at TEXT NOT NULL, run INTEGER,
        PRIMARY KEY (startup_id, url)
    ) STRICT;
    CREATE INDEX readings_by_digest ON readings (startup_id, digest);
    CREATE TABLE companies (
        startup_id TEXT PRIMARY KEY REFERENCES startups (id) ON DELETE CASCADE, record TEXT NOT NULL, at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE same_company (
        id INTEGER PRIMARY KEY, startup_id TEXT NOT NULL REFERENCES startups (id) ON DELETE CASCADE,
        same_as TEXT NOT NULL REFERENCES startups (id) ON DELETE CASCADE, reason TEXT NOT NULL, detail TEXT NOT NULL,
        at TEXT NOT NULL, undone_at TEXT
    ) STRICT;
    CREATE UNIQUE INDEX same_company_once ON same_company (startup_id, same_as, reason);
    CREATE TABLE robots (
        origin TEXT PRIMARY KEY, status INTEGER, body BLOB NOT NULL, at TEXT NOT NULL, closed TEXT NOT NULL
    ) STRICT;
    CREATE TABLE opt_outs (host TEXT PRIMARY KEY, at TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL, refresh INTEGER NOT NULL, sites INTEGER NOT NULL,
        began_at TEXT NOT NULL, touched_at TEXT NOT NULL, ended_at TEXT, seconds REAL NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX runs_by_key ON runs (key);
    CREATE TABLE sites (
        run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        startup_id TEXT NOT NULL REFERENCES startups (id) ON DELETE CASCADE,
        phase TEXT NOT NULL, home TEXT NOT NULL, host TEXT NOT NULL, port INTEGER, folder TEXT NOT NULL, trail TEXT NOT NULL,
        delay REAL NOT NULL DEFAULT 0, "left" INTEGER NOT NULL DEFAULT 0, began_at TEXT NOT NULL, ended_at TEXT,
        PRIMARY KEY (run, startup_id)
    ) STRICT;
    CREATE INDEX sites_by_startup ON sites (startup_id, run);
    CREATE TABLE frontier (
        run INTEGER NOT NULL, startup_id TEXT NOT NULL, url TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL,
        depth INTEGER NOT NULL, rank INTEGER NOT NULL, serial INTEGER NOT NULL, hops INTEGER NOT NULL DEFAULT 0,
        state TEXT NOT NULL, turn INTEGER, status INTEGER, read INTEGER NOT NULL DEFAULT 0, lastmod TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (run, startup_id, url),
        FOREIGN KEY (run, startup_id) REFERENCES sites (run, startup_id) ON DELETE CASCADE
    ) STRICT;
    CREATE INDEX frontier_keys ON frontier (run, startup_id, key);
    CREATE INDEX frontier_next ON frontier (run, startup_id, state, rank, depth, serial);
    """,
    # waits hold until when a host, or one of its origins, is left alone; again tells what failed once in this run.
    """
    CREATE TABLE waits (host TEXT PRIMARY KEY, until TEXT NOT NULL, reason TEXT NOT NULL, outcome TEXT NOT NULL) STRICT;
    ALTER TABLE frontier ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
    """,
    # unsettled: startups that got pages from an archive, or lost some to an erasure; kept: where the last whole answer of a
    # sitemap or robots.txt lies.
    """
    CREATE TABLE unsettled (startup_id TEXT PRIMARY KEY REFERENCES startups (id) ON DELETE CASCADE) STRICT;
    CREATE TABLE kept (
        url TEXT PRIMARY KEY, at TEXT NOT NULL, archive_file TEXT NOT NULL, archive_offset INTEGER NOT NULL,
        archive_digest TEXT NOT NULL
    ) STRICT;
    """,
)
"""Numbered from 1; a corpus records in `user_version` how many it has seen. Never edit one that was released: add."""
