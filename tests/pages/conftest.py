"""The whole server, on SQLite."""

from tests.channels.conftest import world

__all__ = ["world"]
