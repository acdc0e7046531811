"""Lends the demo operator's fixtures."""

from tests.bss.operator_fixtures import clock, demo_files, empty_db

__all__ = ["clock", "demo_files", "empty_db"]
