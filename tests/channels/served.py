"""The applications behind real sockets, in the event loop of the test."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from care import serving
from tests.channels.world import World


@asynccontextmanager
async def serving_world(world: World) -> AsyncIterator[tuple[str, str]]:
    """Both ports as ``python -m care serve`` has them; gives their ``host:port``."""
    stop = asyncio.Event()
    public, private = serving.listen("127.0.0.1", 0), serving.listen("127.0.0.1", 0)
    addresses = _address(public), _address(private)
    task = asyncio.create_task(serving.serve(world.services, world.figures, public, private, stop))
    try:
        yield addresses
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await task


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()
    return f"{host}:{port}"
