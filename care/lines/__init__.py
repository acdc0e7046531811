"""Lines and their cards: what stops one and how it comes back, new cards, PUK, nuisance calls, service passwords."""
