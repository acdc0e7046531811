"""The whole server with a scripted engine, on both databases."""

from tests.channels.conftest import either, world

__all__ = ["either", "world"]
