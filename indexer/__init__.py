"""Corpus in, ranked startups with evidence out: passages, vectors, terms, snapshots and search."""
