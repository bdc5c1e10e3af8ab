"""Public pages in, corpus out: a polite crawler for the web sites of startups."""
