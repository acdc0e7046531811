"""Faults: known outages, tests of the line, and what a customer can try at home."""
