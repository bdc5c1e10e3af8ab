"""The door to the web: what may be reached, how politely, and how an answer is taken."""
