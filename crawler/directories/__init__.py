"""Public directories of startups: each turns its own records into startups and profiles, with their provenance."""
