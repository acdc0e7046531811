"""Lends the demo operator's fixtures."""

from tests.bss.operator_fixtures import bss, clock, db, demo_files, empty_db, operator, operator_db

__all__ = ["bss", "clock", "db", "demo_files", "empty_db", "operator", "operator_db"]
