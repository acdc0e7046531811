"""Bills, balance, usage, payments and points of a line."""
