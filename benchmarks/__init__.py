"""Measurements: what the documentation quotes, made again by ``make bench``."""
