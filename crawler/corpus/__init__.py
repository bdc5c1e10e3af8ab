"""The corpus on disk: pages and their versions, frontier, records; the only rooms that know its SQL."""
