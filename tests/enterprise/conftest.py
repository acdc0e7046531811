"""Lends the core's database."""

from tests.conversations.conftest import db

__all__ = ["db"]
