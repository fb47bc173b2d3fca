"""Rule pages: reading them, guarding their SQL, choosing which run and at what level."""
