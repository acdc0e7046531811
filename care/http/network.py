"""Where a request comes from, and which pages may open a connection."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

UNKNOWN = "unknown"
"""Stands for the address of a caller that cannot be told: all such callers share one limit."""

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address
type Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def listed(setting: str) -> tuple[str, ...]:
    """The entries of a comma separated setting."""
    return tuple(entry.strip() for entry in setting.split(",") if entry.strip())


class ClientNetwork:
    """Finds the network address of a caller, for limits.

    ``trusted`` are addresses or networks of our own proxies: only their ``X-Forwarded-For`` counts.
    Raises ``ValueError`` for an entry that is neither.
    """

    def __init__(self, trusted: Iterable[str]) -> None:
        self._trusted: tuple[Network, ...] = tuple(
            ipaddress.ip_network(entry, strict=False) for entry in trusted
        )

    def of(self, connection: HTTPConnection) -> str:
        """The caller's address; of IPv6 the /64, which one household has; else ``UNKNOWN``."""
        if connection.client is None:
            return UNKNOWN
        address = _parse(connection.client.host)
        # Each proxy appends who called it, so the list is read from its end, as far as we trust.
        forwarded = ",".join(connection.headers.getlist("x-forwarded-for")).split(",")
        while address is not None and self._is_trusted(address) and forwarded:
            before = _parse(forwarded.pop())
            if before is None:
                break
            address = before
        if isinstance(address, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((address, 64), strict=False))
        return UNKNOWN if address is None else str(address)

    def _is_trusted(self, address: Address) -> bool:
        return any(address.version == net.version and address in net for net in self._trusted)


def _parse(text: str) -> Address | None:
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


class Origins:
    """Which pages may open a WebSocket: those of this very host, and those of ``allowed``."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = frozenset(entry.lower().rstrip("/") for entry in allowed)

    def permit(self, connection: HTTPConnection) -> bool:
        """Whether the page behind this request may. Without ``Origin`` it is no browser's page."""
        origin = connection.headers.get("origin")
        if origin is None:
            return True
        origin = origin.lower()
        host = connection.headers.get("host", "").lower()
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        same = parts.scheme in ("http", "https") and parts.netloc != "" and parts.netloc == host
        return same or origin in self.allowed
