"""Migrations of the database, one file a step in ``versions/``; run by ``care.db.migrate``."""
