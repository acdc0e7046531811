"""New cards: what is offered in which case, the fee, where it goes."""

import re
from dataclasses import dataclass
from decimal import Decimal

from care.bss.protocol import (
    Bss,
    BssRejected,
    CardDelivery,
    CardReason,
    CustomerKind,
    Line,
    RejectReason,
)
from care.customers.verification import Verified

_STREET = re.compile(r"^(.*?[路街道巷]|.{6})")


@dataclass(frozen=True, slots=True)
class Replacement:
    """A new card as it would be ordered."""

    line: Line
    reason: CardReason
    delivery: CardDelivery
    fee: Decimal
    address: str
    """Of the contract, masked from the house number on."""
    days: int


def deliveries(
    reason: CardReason, line: Line, verified: Verified, kind: CustomerKind
) -> tuple[CardDelivery, ...]:
    """How the new card may come; a shop is always another way.

    An eSIM is downloaded by whoever holds the session. For a lost card that is only offered to a customer who was
    verified by another number than the lost one: who found the telephone has its codes. A courier hands the card to
    the holder alone, against the identity card. A company's cards are for its agent at a shop.
    """
    if kind is not CustomerKind.PERSON:
        return ()
    if reason is CardReason.ESIM:
        return (CardDelivery.DOWNLOAD,)
    if reason is CardReason.LOST and line.id != verified.line_id:
        return (CardDelivery.COURIER, CardDelivery.DOWNLOAD)
    return (CardDelivery.COURIER,)


async def replacement(
    bss: Bss, verified: Verified, line_id: str, reason: CardReason, delivery: CardDelivery
) -> Replacement:
    """What would be ordered. Raises ``BssRejected`` where it would be refused."""
    line, customer = await bss.line_by_id(line_id), await bss.customer(verified.customer_id)
    if line is None or customer is None or line.customer_id != customer.id:
        raise BssRejected(RejectReason.UNKNOWN_LINE)
    await bss.check_replacement(line_id, reason, delivery)
    if delivery not in deliveries(reason, line, verified, customer.kind):
        raise BssRejected(RejectReason.NOT_ELIGIBLE)
    terms = await bss.line_terms()
    address = mask_address(customer.address)
    return Replacement(line, reason, delivery, terms.card_fees[reason], address, terms.courier_days)


def mask_address(address: str) -> str:
    """``澜州市望江区幸福路18号3栋501室`` → ``澜州市望江区幸福路****``: enough to recognise one's own."""
    found = _STREET.match(address)
    return f"{found[0] if found else ''}****"
