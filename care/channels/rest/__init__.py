"""Rasa's REST channel for other programs: one HTTP call says something and waits for the answer."""

from care.channels.rest.routes import router

__all__ = ["router"]
