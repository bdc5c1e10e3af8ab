"""The shapes on the wire, in and out: what HTTP clients may rely on."""
