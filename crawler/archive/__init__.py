"""Every answer kept as WARC 1.1."""
