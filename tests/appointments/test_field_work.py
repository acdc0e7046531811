"""The work of orders: ticket and appointment come together, in the order's transaction, and once."""

from typing import Any

import pytest

from care.appointments.field_work import Work
from care.appointments.service import HOLD
from care.appointments.tables import Appointment, AppointmentState, Slot, WorkOrder
from care.tickets.lifecycle import history
from care.tickets.service import TicketRequest
from care.tickets.tables import Ticket, TicketKind
from tests.appointments.conftest import World
from tests.appointments.requests import request


def work_of(held: str, order: str = "o1") -> Work:
    wanted = TicketRequest(
        TicketKind.INSTALLATION, "宽带新装", "…", "bot", customer_id="C1001", phone="13800138001"
    )
    return Work(order, "bss-1", "家庭宽带300M", held, wanted)


async def test_an_order_opens_ticket_and_appointment_together_and_once(world: World) -> None:
    held = await world.appointments.hold(request("t1"))
    for _ in range(2):
        world.db.write_now(lambda session: world.work.open(session, work_of(held.id)))
    [ticket] = world.rows(Ticket)
    [row] = world.rows(Appointment)
    assert (row.state, row.ticket_number) == (AppointmentState.BOOKED, ticket.number)
    assert [slot.taken for slot in world.rows(Slot)] == [1]
    world.clock.forward(HOLD * 2)
    await world.work_off()
    assert world.rows(Appointment)[0].state == AppointmentState.BOOKED
    assert len(world.texts.sent) == 1


async def test_a_failed_transaction_leaves_neither(world: World) -> None:
    held = await world.appointments.hold(request("t1"))

    def work(session: Any) -> None:
        world.work.open(session, work_of(held.id))
        raise RuntimeError("the order could not be noted")

    with pytest.raises(RuntimeError):
        world.db.write_now(work)
    assert world.rows(Ticket) == []
    assert world.rows(WorkOrder) == []
    assert world.rows(Appointment)[0].state == AppointmentState.HELD


async def test_an_order_placed_too_late_for_its_slot_asks_for_another_time(world: World) -> None:
    held = await world.appointments.hold(request("t1"))
    world.clock.forward(HOLD)
    await world.work_off()
    world.db.write_now(lambda session: world.work.open(session, work_of(held.id)))
    [ticket] = world.rows(Ticket)
    await world.work_off()
    [(_, text)] = world.texts.sent
    assert ticket.number in text
    assert "另一个方便的时间" in text
    steps = world.db.read_now(lambda session: history(session, ticket.number))
    assert "没有保住" in steps[-1].note
