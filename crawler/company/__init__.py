"""Whose page it is: the facts that a site states of its company."""
