"""The protocol of a payment gateway: it has a page of its own, takes the money, and knows what was paid.

What a gateway *says* when it is asked is the truth. Its notices, and the customer's return from its page, are only
occasions to ask. Each call may be repeated: a payment is named by our id for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from care.errors import CareError, Unavailable


class GatewayUnavailable(Unavailable):
    """The gateway does not answer in time, or not sensibly."""

    code, message = "gateway_unavailable", "支付系统暂时没有响应，请稍后再试。"


class GatewayDisagrees(CareError):
    """The gateway reports another amount than was asked for: a person must look at it."""

    code, message = "gateway_disagrees", "支付金额对不上，我们正在核实。"


class GatewayState(StrEnum):
    """What the gateway says of a payment."""

    UNKNOWN = "unknown"
    """It was never asked for it."""
    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"
    CLOSED = "closed"
    """Given up on the page, or closed by us: it cannot be paid any more."""
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class Charge:
    """What the customer is asked to pay: yuan, for what, until when."""

    payment_id: str
    amount: Decimal
    subject: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class GatewayPage:
    """The gateway's number for a payment, and the address of its page."""

    number: str
    address: str


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """State of a payment; ``amount`` in yuan once it was paid."""

    state: GatewayState
    amount: Decimal | None = None


class PaymentGateway(Protocol):
    """Takes money. Every call may raise ``GatewayUnavailable``."""

    name: str
    """Stored with each payment; at most 20 characters."""

    async def create(self, charge: Charge) -> GatewayPage:
        """Open a payment; a repeated call gives the same one."""
        ...

    async def query(self, payment_id: str) -> GatewayAnswer:
        """How a payment stands."""
        ...

    async def close(self, payment_id: str) -> GatewayAnswer:
        """Let a payment be paid no more; one that was paid stays so. Gives how it stands then."""
        ...

    async def refund(self, payment_id: str) -> None:
        """Give the whole amount of a paid payment back, once however often it is called."""
        ...

    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> str:
        """The payment that a notice is about. Raises ``Unauthenticated`` when it is not the gateway's."""
        ...
