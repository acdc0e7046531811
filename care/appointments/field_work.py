"""What engineers do for placed orders: the ticket of an order with its visit, written together and given up together.

A booking that leads through an order holds its slot first (``Appointments.hold``), so that it is still there when the
customer has agreed. Each write can be repeated without doing anything twice.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.appointments import ledger, texts
from care.appointments.ledger import NotLive
from care.appointments.service import SMS_JOB, Appointments
from care.appointments.tables import WorkOrder
from care.bss.protocol import Bss
from care.clock import Clock
from care.db import Database
from care.db.jobs import Handler, Job, schedule
from care.errors import NotFound
from care.tickets import lifecycle
from care.tickets.lifecycle import OPEN_STATES
from care.tickets.service import Announce, TicketRequest, Tickets
from care.tickets.tables import Ticket, TicketState


@dataclass(frozen=True)
class Work:
    """What a placed order has engineers do: its ticket, and the slot that was held for it."""

    order_id: str
    operator_order_id: str
    name: str
    held: str
    ticket: TicketRequest


class FieldWork:
    """Opens, gives up and finishes the work of orders."""

    def __init__(
        self,
        db: Database,
        bss: Bss,
        tickets: Tickets,
        appointments: Appointments,
        clock: Clock,
        announce: Announce,
    ) -> None:
        self._db = db
        self._bss = bss
        self._tickets = tickets
        self.appointments = appointments
        self._clock = clock
        self._announce = announce

    def open(self, session: Session, work: Work) -> Ticket:
        """Open the ticket of a placed order, with its appointment, in the order's own transaction.

        The slot was held when the customer agreed. Where it is held no more (the operator's system was down for long),
        the ticket waits for another time and the customer is told.
        """
        now = self._clock()
        done = session.scalar(select(WorkOrder).where(WorkOrder.order_id == work.order_id))
        if done is not None:
            return session.get_one(Ticket, done.ticket_number)
        ticket = self._tickets.open_in(session, work.ticket)
        session.add(
            WorkOrder(
                ticket_number=ticket.number,
                order_id=work.order_id,
                operator_order_id=work.operator_order_id,
            )
        )
        try:
            row = ledger.keep(session, work.held, f"ticket:{ticket.number}", ticket.number, now)
        except (NotLive, NotFound):
            note = "选好的上门时间没有保住，等客户另约时间"
            lifecycle.note(session, ticket.number, "bot", note, now)
            text = texts.lost_text(work.name, ticket.number)
            phone = work.ticket.phone
            schedule(session, SMS_JOB, {"phone": phone, "text": text}, now)
        else:
            note = f"预约上门：{texts.in_chinese(row.day, row.hours)}（{row.number}）"
            lifecycle.note(session, ticket.number, "bot", note, now)
            self.appointments.tell_booked(session, row, "", now)
        return ticket

    def give_up(self, session: Session, operator_order_id: str) -> None:
        """The order was taken back: its ticket is cancelled, and with it the visit. Nothing where there is no work."""
        row = session.scalar(
            select(WorkOrder).where(WorkOrder.operator_order_id == operator_order_id)
        )
        if row is None or lifecycle.locked(session, row.ticket_number).state not in OPEN_STATES:
            return
        now = self._clock()
        note = "客户撤销了订单"
        lifecycle.move(session, row.ticket_number, TicketState.CANCELLED, "bot", note, now)
        self._announce(session, row.ticket_number, now)

    def handlers(self) -> dict[str, Handler]:
        """What the job loop calls, by kind."""
        return {ledger.WORK_JOB: self._finish}

    async def _finish(self, job: Job) -> None:
        """Tell the operator's system what became of the work: done, or not to be done."""

        def work(session: Session) -> tuple[str, str] | None:
            ticket = session.get(Ticket, job.payload["ticket"])
            order = session.get(WorkOrder, job.payload["ticket"])
            return (
                None if ticket is None or order is None else (ticket.state, order.operator_order_id)
            )

        found = await self._db.read(work)
        if found is None or found[0] not in (
            TicketState.RESOLVED,
            TicketState.CLOSED,
            TicketState.CANCELLED,
        ):
            return
        await self._bss.finish_broadband_order(found[1], done=found[0] != TicketState.CANCELLED)
