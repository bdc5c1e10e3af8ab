"""Shop-floor Italian and English: one file per field, and how they are read and found in texts."""
