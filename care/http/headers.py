"""Security headers of every answer, and what a page may load."""

import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
_PAGES = ("/chat/", "/desk/", "/studio/")
_LINKED_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"


class SecurityHeaders:
    """ASGI middleware. ``embedders`` are the origins whose pages may show the chat in a frame."""

    def __init__(self, app: ASGIApp, embedders: Iterable[str] = ()) -> None:
        self._app = app
        self._embedders = " ".join(sorted(embedders))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_json = headers.get("content-type", "").startswith("application/json")
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
                headers["Content-Security-Policy"] = _API_POLICY if is_json else self._policy(scope)
                if is_json:
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, with_headers)

    def _policy(self, scope: Scope) -> str:
        path: str = scope["path"]
        if path.startswith("/p/"):
            return _LINKED_POLICY
        if not path.startswith(_PAGES):
            return _API_POLICY
        # 'self' does not cover WebSockets in older WebViews, so the host is named.
        host = Headers(scope=scope).get("host", "")
        sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
        ancestors = f"'self' {self._embedders}".strip() if path.startswith("/chat/") else "'none'"
        return "; ".join(
            (
                "default-src 'self'",
                "script-src 'self'",
                "style-src 'self' 'unsafe-inline'",  # the component library sets style attributes
                "img-src 'self' https: data:",
                f"connect-src 'self'{sockets}",
                "object-src 'none'",
                "base-uri 'none'",
                "form-action 'self'",
                f"frame-ancestors {ancestors}",
            )
        )
