"""Tables of places and legal forms, and their readers."""
