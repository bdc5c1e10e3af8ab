"""The packaged demo web: small sites of real startups, served on loopback so that the real crawler can crawl them."""
