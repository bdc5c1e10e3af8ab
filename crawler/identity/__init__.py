"""One company, one record: duplicates, mirrors, parked domains, same companies."""
