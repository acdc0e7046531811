"""Both ports in one process, and a stop that loses nothing.

On SIGTERM or SIGINT the public port stops first, while the private one still serves the actions of
turns that are running; turns that do not end in time are taken up by another process, or by this
one when it is back.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn
from fastapi import FastAPI

from care import app
from care.admin.metrics import Metrics
from care.services import Services

log = structlog.get_logger()

FRAME_BYTES = 64 * 1024
_PUBLIC_STOP = 3
_TURNS_STOP = 5.0
_PRIVATE_STOP = 1
"""Seconds; the first two run beside each other, so that all is over within ten."""
_SWITCH = 0.0005
"""Seconds for which a thread that computes keeps Python's interpreter, which a turn asks for some dozens of times (5 ms
are usual): else customers would notice a knowledge base that is taken up anew."""


class PortTaken(Exception):
    """Nobody can listen at ``address``; the message says why."""

    def __init__(self, address: str, error: OSError) -> None:
        reason = os.strerror(error.errno) if error.errno else str(error)
        super().__init__(f"cannot listen on {address}: {reason}")


class _Server(uvicorn.Server):
    """Leaves signals alone: there are two servers and one order in which they stop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ``PortTaken``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise PortTaken(f"{host}:{port}", error) from error


async def serve(
    services: Services,
    figures: Metrics,
    public: socket.socket,
    private: socket.socket,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until a signal comes or ``stop`` is set.

    A loop that dies ends the server, too, and its error is raised.
    """
    sys.setswitchinterval(_SWITCH)
    stop = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    desk = app.make_desk(services)
    models = app.make_models(services)
    outer = _server(app.public_app(services, desk, figures, models), _PUBLIC_STOP)
    private_app = app.private_app(services, figures, models)
    inner = _server(private_app, _PRIVATE_STOP)
    inner_task = asyncio.create_task(inner.serve([private]))
    outer_task = asyncio.create_task(outer.serve([public]))
    loops: list[asyncio.Task[None]] = [
        asyncio.create_task(work)
        for work in (*app.loops(services, desk, models), app.watch_knowledge(private_app))
    ]
    waiting = asyncio.create_task(stop.wait())
    log.info("serving", public=_address(public), private=_address(private))
    try:
        await asyncio.wait(
            [waiting, inner_task, outer_task, *loops], return_when=asyncio.FIRST_COMPLETED
        )
        died = [task for task in loops if task.done()]
        log.info("stopping")
        for task in loops:
            task.cancel()
        outer.should_exit = True
        await asyncio.gather(outer_task, services.conversations.runner.drain(_TURNS_STOP))
        inner.should_exit = True
        await inner_task
        for task in died:
            task.result()
    finally:
        waiting.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        await services.close()
        log.info("stopped")


def _server(application: FastAPI, seconds: int) -> _Server:
    return _Server(
        uvicorn.Config(
            application,
            log_config=None,
            access_log=False,
            proxy_headers=False,  # care.http.network reads them, and trusts only whom it is told to
            server_header=False,
            ws_max_size=FRAME_BYTES,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=seconds,
            lifespan="off",
        )
    )


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"{host}:{port}"
