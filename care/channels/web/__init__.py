"""The chat in the browser: a WebSocket that resumes by sequence number, and plain HTTP where none gets through."""

from care.channels.web.routes import router

__all__ = ["router"]
