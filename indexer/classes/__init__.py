"""Classes of industrial technologies: their table, and which startups belong to which."""
