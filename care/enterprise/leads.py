"""A company's enquiry becomes a lead of the account team: one ticket with all they need to call back."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from care.customers.masking import mask_text
from care.tickets.service import TicketRequest, Tickets
from care.tickets.tables import Ticket, TicketKind


@dataclass(frozen=True, slots=True)
class Enquiry:
    """What a company wants, in its own words where we have no list; ``phone`` is called back."""

    company: str
    product: str
    amount: str
    area: str
    phone: str
    contact_id: str
    conversation_id: str
    customer_id: str | None = None


class Leads:
    """Opens leads. Their kind decides promise and team (``care.tickets``)."""

    def __init__(self, tickets: Tickets) -> None:
        self._tickets = tickets

    async def open(
        self, enquiry: Enquiry, turn_id: str, guard: Callable[[Session], None]
    ) -> Ticket:
        """Open the lead; a repeated turn opens it once."""
        return await self._tickets.open(
            TicketRequest(
                kind=TicketKind.ENTERPRISE_LEAD,
                title=f"{enquiry.company}：{enquiry.product}",
                description=mask_text(
                    f"单位：{enquiry.company}\n需求：{enquiry.product}\n数量：{enquiry.amount}\n"
                    f"地点：{enquiry.area}"
                ),
                actor="bot",
                contact_id=enquiry.contact_id,
                customer_id=enquiry.customer_id,
                customer_name=enquiry.company[:40],
                phone=enquiry.phone,
                conversation_id=enquiry.conversation_id,
                turn_id=turn_id,
            ),
            guard,
        )
