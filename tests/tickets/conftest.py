"""Lends the demo operator's fixtures, and tickets on it."""

import pytest

from care.bss.embedded import EmbeddedBss
from care.db import Database
from tests.bss.operator_fixtures import Clock, bss, clock, db, demo_files, operator, operator_db
from tests.tickets.world import World

__all__ = ["bss", "clock", "db", "demo_files", "operator", "operator_db"]


@pytest.fixture
def world(db: Database, clock: Clock, bss: EmbeddedBss) -> World:
    """Tickets of this test alone."""
    return World(db, clock, bss)
