"""The parts of the protocol about new numbers and about leaving; ``care.bss.protocol`` has them with the others."""

from typing import Protocol

from care.bss.model.leaving import ClosingTerms, IdentityDocument, LeavingCheck, PortCode
from care.bss.model.numbers import CardTerms, Delivery, FreeNumber, NumberHold, NumberSearch
from care.bss.model.orders import OrderReceipt


class Numbers(Protocol):
    """Numbers that can be had, and second cards (TMF685, TMF716, TMF622). A number is held by one at a time."""

    async def free_numbers(
        self, search: NumberSearch, holder: str, limit: int, skip: int = 0
    ) -> tuple[FreeNumber, ...]:
        """Numbers that nobody else holds, ordinary ones first; ``skip`` leaves out the first of them."""
        ...

    async def free_number(self, phone: str) -> FreeNumber | None:
        """The number of the pool, held or not."""
        ...

    async def hold_number(self, phone: str, holder: str) -> NumberHold:
        """Keep a number for ``holder`` for 30 minutes; what the same holder held before is free again.

        Asked again while the hold runs, it gives the same one. Raises BssRejected: UNKNOWN_NUMBER, NUMBER_TAKEN.
        """
        ...

    async def reserve_number(self, phone: str, holder: str, days: int) -> NumberHold:
        """Keep a number for some days, for an application. Asked again it gives the same reservation.

        Raises BssRejected: UNKNOWN_NUMBER, NUMBER_TAKEN.
        """
        ...

    async def release_number(self, phone: str, holder: str) -> None:
        """Give a number up that ``holder`` keeps; nothing happens where it keeps none."""
        ...

    async def second_card_fee(self, line_id: str) -> CardTerms:
        """What one more second card of a line would cost. Raises BssRejected as ``add_second_card`` does."""
        ...

    async def add_second_card(
        self, line_id: str, phone: str, holder: str, delivery: Delivery, *, idempotency_key: str
    ) -> OrderReceipt:
        """Order a second card with a number that ``holder`` keeps. It costs from the day it is activated.

        Raises BssRejected: UNKNOWN_LINE, LINE_NOT_ACTIVE, SECOND_CARD, IN_ARREARS, TOO_MANY_CARDS, UNKNOWN_NUMBER,
        NUMBER_TAKEN, KEY_REUSED.
        """
        ...


class Leaving(Protocol):
    """Closing, porting out, another owner (TMF622 `delete`, 携号转网服务管理规定)."""

    async def identity_document(self, customer_id: str) -> IdentityDocument:
        """The document a customer is registered with. Raises BssRejected."""
        ...

    async def closing_terms(self, subject_id: str) -> ClosingTerms:
        """What closing a line or a broadband access today would mean.

        Raises BssRejected: UNKNOWN_LINE (neither a line nor an access, or closed already).
        """
        ...

    async def close(self, line_id: str, subject_id: str, *, idempotency_key: str) -> OrderReceipt:
        """Close a line, or the broadband access, today; ``line_id`` is the customer's line that orders it.

        Second cards and broadband on a closed line end with it. Raises BssRejected: UNKNOWN_LINE, NEEDS_PRESENCE,
        UNSETTLED (money is owed), KEY_REUSED.
        """
        ...

    async def check_port_out(self, line_id: str) -> LeavingCheck:
        """The conditions of leaving with the number. Raises BssRejected: UNKNOWN_LINE."""
        ...

    async def request_port_code(self, line_id: str, *, idempotency_key: str) -> PortCode:
        """An authorisation code for the new operator; earlier ones of the line no longer count.

        Raises BssRejected: UNKNOWN_LINE, NOT_PORTABLE, KEY_REUSED.
        """
        ...

    async def port_code(self, idempotency_key: str) -> PortCode | None:
        """The code that was given out under this key."""
        ...

    async def check_transfer(self, line_id: str) -> LeavingCheck:
        """The conditions of another owner. Raises BssRejected: UNKNOWN_LINE."""
        ...
