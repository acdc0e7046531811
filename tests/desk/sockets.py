"""A WebSocket client that talks to an ASGI application in the same event loop."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Self

from starlette.types import ASGIApp, Message


class AsgiSocket:
    """One connection. ``taken`` may be cleared: then the application's sends hang, as to a slow client."""

    def __init__(self, app: ASGIApp, path: str, query: str, headers: dict[str, str]) -> None:
        self._app = app
        self._scope: dict[str, Any] = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 50000),
            "server": ("desk.test", 80),
            "subprotocols": [],
        }
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self.taken = asyncio.Event()
        self.taken.set()
        self.refused = False

    async def __aenter__(self) -> Self:
        self._to_app.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._app(self._scope, self._to_app.get, self._send))  # type: ignore[arg-type]
        first = await self._next()
        self.refused = first["type"] == "websocket.close"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.drop()

    async def drop(self) -> None:
        """The client is gone."""
        self.taken.set()
        self._to_app.put_nowait({"type": "websocket.disconnect", "code": 1006})
        if self._task is not None:
            await asyncio.wait_for(self._task, 5)

    async def ended(self) -> None:
        """Wait until the application has let go of the connection."""
        assert self._task is not None
        await asyncio.wait_for(asyncio.shield(self._task), 5)

    def send(self, frame: object) -> None:
        """Send a frame: text as it is, anything else as JSON."""
        text = frame if isinstance(frame, str) else json.dumps(frame)
        self._to_app.put_nowait({"type": "websocket.receive", "text": text})

    def send_bytes(self, frame: bytes) -> None:
        """Send a binary frame."""
        self._to_app.put_nowait({"type": "websocket.receive", "bytes": frame})

    async def frame(self) -> dict[str, Any]:
        """The next frame."""
        message = await self._next()
        assert message["type"] == "websocket.send", message
        frame: dict[str, Any] = json.loads(message["text"])
        return frame

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """Frames up to and including the first that is ``wanted``."""
        frames = [await self.frame()]
        while not wanted(frames[-1]):
            frames.append(await self.frame())
        return frames

    async def events_upto(self, number: int, position: int) -> list[dict[str, Any]]:
        """The events after ``position`` up to number ``number``."""
        events: list[dict[str, Any]] = []
        while position < number:
            frame = await self.frame()
            if frame["type"] == "event":
                events.append(frame)
                position = frame["id"]
        return events

    async def close_code(self) -> int:
        """The code with which the application closes, after frames still under way."""
        while (message := await self._next())["type"] != "websocket.close":
            pass
        code: int = message["code"]
        return code

    def quiet(self) -> bool:
        """Whether nothing has come that was not looked at."""
        return self._from_app.empty()

    async def _send(self, message: Message) -> None:
        await self.taken.wait()
        self._from_app.put_nowait(message)

    async def _next(self) -> Message:
        return await asyncio.wait_for(self._from_app.get(), 5)
