"""Are the ports free? Asked before anything is started."""

from __future__ import annotations

import errno
import socket
from typing import Dict, Iterable, NamedTuple

from tools.failure import SetupFailure


class Port(NamedTuple):
    """An address we shall listen on, and the setting that chooses it."""

    host: str
    number: int
    setting: str


def reachable(host: str) -> str:
    """The address this machine reaches a server at that listens on ``host``."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def address(host: str, number: int) -> str:
    """The HTTP address this machine reaches a server at that listens on ``host`` and ``number``."""
    host = reachable(host)
    return f"http://[{host}]:{number}" if ":" in host else f"http://{host}:{number}"


def require_free(ports: Iterable[Port]) -> None:
    """Raise `SetupFailure` for the first port that is taken, forbidden or named twice."""
    seen: Dict[int, str] = {}
    for port in ports:
        if port.number in seen:
            raise SetupFailure(
                f"{seen[port.number]} and {port.setting} both name port {port.number}:"
                " choose another for one of them."
            )
        seen[port.number] = port.setting
        _try(port)


def _try(port: Port) -> None:
    family = socket.AF_INET6 if ":" in port.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # as servers do: a port whose last connections are just closing counts as free
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.host, port.number))
            probe.listen(1)
        except OSError as error:
            raise SetupFailure(_sentence(port, error)) from error


def _sentence(port: Port, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port.number} on {port.host} is in use: stop the program that holds it or choose"
            f" another port, for example `{port.setting}={port.number + 1000} make run`."
        )
    if error.errno == errno.EACCES:
        return (
            f"this user may not open port {port.number}: choose one above 1023 with {port.setting}."
        )
    return f"{port.host}:{port.number} cannot be listened on ({error}): see {port.setting}."
