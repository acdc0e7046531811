"""Lends the demo operator with appointments."""

from tests.appointments.conftest import bss, clock, db, demo_files, operator_db, world

__all__ = ["bss", "clock", "db", "demo_files", "operator_db", "world"]
