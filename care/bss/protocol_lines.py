"""The part of the operator's protocol that is about lines and their cards; put together in `care.bss.protocol`."""

from datetime import date
from typing import Protocol

from care.bss.model.lines import (
    CardDelivery,
    CardOrder,
    CardReason,
    LineHold,
    LineReceipt,
    LineTerms,
    SpamLevel,
    SpamShield,
)


class Lines(Protocol):
    """Lines and their cards (TMF639, TMF640).

    A repeated `idempotency_key` returns the first receipt and does nothing; a key used again for something else is
    refused with `KEY_REUSED`. Every method may raise `BssRejected` with `UNKNOWN_LINE`, also for a closed line.
    """

    async def line_terms(self) -> LineTerms:
        """The operator's terms."""
        ...

    async def hold(self, line_id: str) -> LineHold | None:
        """What stops the line today, or a suspension that is to begin; None for a line that is free."""
        ...

    async def block_lost(self, line_id: str, *, idempotency_key: str) -> LineReceipt:
        """Stop the line at once because its card is lost; one that is blocked already stays so."""
        ...

    async def lift_lost(self, line_id: str, *, idempotency_key: str) -> LineReceipt:
        """Take a loss back. What stopped the line before goes on.

        Raises BssRejected: NOT_STOPPED, CARD_ORDERED (a new card is on its way, the old one is void).
        """
        ...

    async def check_suspension(self, line_id: str, start: date, months: int) -> None:
        """Raise what `suspend_line` would raise, and do nothing."""
        ...

    async def suspend_line(
        self, line_id: str, start: date, months: int, *, idempotency_key: str
    ) -> LineReceipt:
        """Stop the line at the customer's request from `start` (today or later) for `months`; it comes back by itself.

        Second cards and the broadband on it stop with it. Raises BssRejected: LINE_NOT_ACTIVE, IN_ARREARS,
        CHANGE_PENDING (one is ordered already), BAD_DATE, BAD_TERM.
        """
        ...

    async def resume_line(self, line_id: str, *, idempotency_key: str) -> LineReceipt:
        """Bring back a line that was stopped at request, or for arrears that are paid; take an ordered stop back.

        Raises BssRejected: NOT_STOPPED, IN_ARREARS, LINE_NOT_ACTIVE (stopped because of a loss), SECOND_CARD (stopped
        with its main line).
        """
        ...

    async def card_order(self, line_id: str) -> CardOrder | None:
        """The new card that is on its way."""
        ...

    async def check_replacement(
        self, line_id: str, reason: CardReason, delivery: CardDelivery
    ) -> None:
        """Raise what `replace_card` would raise, and do nothing."""
        ...

    async def replace_card(
        self, line_id: str, reason: CardReason, delivery: CardDelivery, *, idempotency_key: str
    ) -> LineReceipt:
        """Order a new card for the number.

        Raises BssRejected: CARD_ORDERED, LINE_NOT_ACTIVE (but for a loss, the line must be in use), NOT_ELIGIBLE (a
        company's card, an eSIM for an eSIM, a courier for an eSIM and the other way round).
        """
        ...

    async def puk(self, line_id: str) -> str | None:
        """The card's PUK, eight digits; None where the operator holds none. A secret: show it to the holder only."""
        ...

    async def spam_shield(self, line_id: str) -> SpamShield:
        """What keeps nuisance calls away."""
        ...

    async def set_spam_level(
        self, line_id: str, level: SpamLevel, *, idempotency_key: str
    ) -> LineReceipt:
        """Switch the spam shield on, to another level, or off. Free of charge."""
        ...

    async def block_number(self, line_id: str, number: str, *, idempotency_key: str) -> LineReceipt:
        """Let a number ring no more; one that is blocked stays so. Raises BssRejected: LIMIT_REACHED."""
        ...

    async def unblock_number(
        self, line_id: str, number: str, *, idempotency_key: str
    ) -> LineReceipt:
        """Let a blocked number ring again. Raises BssRejected: NOT_BLOCKED."""
        ...

    async def set_service_password(
        self, line_id: str, password: str, *, idempotency_key: str
    ) -> LineReceipt:
        """Set the line's service password; wrong tries made with the old one count no more.

        Whether it is good enough is decided before (`care.lines.passwords`).
        """
        ...
