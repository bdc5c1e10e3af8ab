"""How good the ranking is: topics, judgements, runs and measures, in TREC's terms."""
