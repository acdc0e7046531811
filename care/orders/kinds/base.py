"""What an order kind must tell: the terms that a customer agrees to, and how the operator carries it out."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar

from sqlalchemy.orm import Session

from care.bss.protocol import BssRejected
from care.customers.verification import Verified

type Params = Mapping[str, str]
"""What the customer chose, by name; each kind says which names it needs."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something more that must be said with an offer: a sentence's name and its values."""

    name: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed to.

    ``text`` goes out with the one-time code and is kept with the proof. It names product, price, start, term and how
    to cancel (工信部 2025-04). ``words`` are the values of the dialogue's sentences about this order. ``price`` in yuan,
    of one month or once, as the text says.
    """

    name: str
    offering_id: str
    price: Decimal
    effective: date
    text: str
    words: Mapping[str, str]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing of this kind that a line may order now, for agents to choose from."""

    title: str
    params: Params


@dataclass(frozen=True, slots=True)
class OrderToPlace:
    """An order that consent was proved for. ``id`` is the key under which the operator's system takes it once."""

    id: str
    kind: str
    customer_id: str
    line_id: str
    phone: str
    offering_id: str
    effective: date
    params: Params
    name: str = ""
    """What was offered, as it was called then."""
    operator_order_id: str = ""
    """The operator's number of it; known in ``placed``."""


class OrderKind(ABC):
    """One thing that can be ordered. An instance is shared by all requests and keeps nothing of them."""

    name: ClassVar[str]
    """Stored with offers and orders; names the dialogue's sentences, too (``actions/order_sentences.py``)."""

    @abstractmethod
    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """What the customer would agree to. Raises ``BssRejected`` where the operator would refuse the order."""

    @abstractmethod
    async def place(self, order: OrderToPlace) -> str:
        """Have the operator carry it out; gives the operator's number of it.

        A repeated ``order.id`` must change nothing. Raises ``BssRejected`` and ``BssUnavailable``.
        """

    async def choices(self, verified: Verified, today: date) -> tuple[Choice, ...]:
        """What an agent may offer of this kind without asking further; none where more must be known first."""
        return ()

    def placed(self, session: Session, order: OrderToPlace) -> None:
        """What else must be written in the transaction that notes the order as placed."""
        return None


async def allowed(check: Awaitable[object]) -> bool:
    """Whether the operator would take an order, by the check that raises ``BssRejected`` where it would not."""
    try:
        await check
    except BssRejected:
        return False
    return True
