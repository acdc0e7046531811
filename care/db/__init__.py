"""The database: declarative base, column types, and the one way to open a transaction."""

from care.db.base import Base, Money, UtcDateTime, new_id
from care.db.session import Database, at_end, on_commit

__all__ = ["Base", "Database", "Money", "UtcDateTime", "at_end", "new_id", "on_commit"]
