"""Lends the demo operator's fixtures."""

from tests.bss.operator_fixtures import bss, clock, db, demo_files, operator_db

__all__ = ["bss", "clock", "db", "demo_files", "operator_db"]
