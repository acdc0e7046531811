"""The studio, first cut: what customers wrote, what the bot understood, and which model it runs."""

from care.studio.views import router

__all__ = ["router"]
