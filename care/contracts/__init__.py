"""New numbers, closing, leaving, other owners: what is prepared here and finished in person."""
