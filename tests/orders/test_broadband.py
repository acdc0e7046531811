"""An order for broadband: engineer's ticket and appointment come with it, in one transaction and once."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.order_sentences import SENTENCES
from care.appointments.field_work import FieldWork
from care.appointments.policy import load_policies
from care.appointments.service import Appointments, Request, following
from care.appointments.tables import Appointment, AppointmentState, WorkOrder
from care.appointments.timetable import Place
from care.bss.protocol import BssRejected, BssUnavailable, PlaceKind, RejectReason
from care.datafiles import read_yaml
from care.db.jobs import JobLoop
from care.duties import load_duties
from care.orders.kinds import all_kinds
from care.orders.service import Offer, Orders
from care.orders.tables import OrderRow, OrderState
from care.settings import ROOT
from care.tickets.service import Tickets
from care.tickets.tables import Ticket, TicketKind, TicketState
from tests.orders.test_orders import CUSTOMER, PHONE, ZONE, World, consent, world

__all__ = ["world"]

ADDRESS = "海棠湾6栋1201"
DAY = date(2026, 11, 28)


@dataclass
class Site:
    """Orders that send engineers."""

    world: World
    tickets: Tickets
    appointments: Appointments
    work: FieldWork
    orders: Orders

    async def offer(self, **changes: str) -> Offer:
        """An offer with a time held for it."""
        held = await self.appointments.hold(
            Request(
                key=f"turn{len(self.world.rows(Appointment))}",
                place=Place(PlaceKind.VISIT, "haitang"),
                day=DAY,
                hours="09:00-12:00",
                business="installation",
                customer_id=CUSTOMER,
                phone=PHONE,
            )
        )
        params = {
            "offer": "bb300",
            "address": ADDRESS,
            "held": held.id,
            "day": DAY.isoformat(),
            "hours": "09:00-12:00",
            "contact": self.world.verified.contact_id,
            "conversation": "c",
            **changes,
        }
        kind = "relocate_broadband" if "broadband" in changes else "install_broadband"
        offer = await self.orders.offer(self.world.verified, kind, params)
        await self.orders.ask_consent(offer.id, self.world.verified, "127.0.0.1")
        return offer

    async def work_off(self) -> None:
        """Do what is due."""
        handlers = {
            **self.orders.handlers(),
            **self.appointments.handlers(),
            **self.work.handlers(),
        }
        loop = JobLoop(self.world.db, self.world.clock, handlers)
        while await loop.run_due():
            pass


class Flaky:
    """The operator's systems; installing fails at first."""

    def __init__(self, bss: Any, *errors: Exception) -> None:
        self._bss, self.errors = bss, list(errors)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bss, name)

    async def install_broadband(self, *words: Any, **names: Any) -> Any:
        """Fail, then do it."""
        if self.errors:
            raise self.errors.pop(0)
        return await self._bss.install_broadband(*words, **names)


@pytest.fixture
def flaky(world: World) -> Flaky:
    return Flaky(world.bss)


@pytest.fixture
def site(world: World, flaky: Flaky) -> Site:
    duties = load_duties(ROOT / "data" / "duties")

    def announce(session: Session, number: str, at: Any) -> None:
        """Nobody listens."""

    follow_ticket = following(announce)
    tickets = Tickets(world.db, world.clock, ZONE, duties, follow_ticket)
    policies = load_policies(ROOT / "data" / "demo" / "appointments.yml")
    appointments = Appointments(
        world.db, world.bss, world.texts, policies, world.clock, ZONE, announce
    )
    work = FieldWork(world.db, world.bss, tickets, appointments, world.clock, follow_ticket)
    orders = world.orders(bss=flaky)
    orders._kinds = all_kinds(flaky, duties, work)  # type: ignore[arg-type]
    return Site(world, tickets, appointments, work, orders)


async def test_terms_name_all_that_is_agreed_to(site: Site) -> None:
    offer = await site.offer()
    text = offer.terms.text
    for part in (
        "家庭宽带300M",
        "LZ-KD-2026-0300",
        "月费50元",
        "装机费0元",
        ADDRESS,
        "11月28日（周六）上午",
        "长期有效",
        "可撤销",
    ):
        assert part in text
    assert offer.terms.price == 50


async def test_a_placed_order_has_ticket_and_appointment(site: Site) -> None:
    offer = await site.offer()
    order = await site.orders.confirm(offer.id, site.world.verified, consent())
    assert order.state is OrderState.PLACED
    [ticket] = site.world.rows(Ticket)
    [row] = site.world.rows(Appointment)
    [work] = site.world.rows(WorkOrder)
    assert (ticket.kind, ticket.state) == (TicketKind.INSTALLATION, TicketState.OPEN)
    assert ADDRESS in ticket.description
    assert (row.state, row.ticket_number) == (AppointmentState.BOOKED, ticket.number)
    assert (work.order_id, work.operator_order_id) == (order.id, order.operator_order_id)
    again = await site.orders.confirm(offer.id, site.world.verified, consent())
    assert again == order
    assert len(site.world.rows(Ticket)) == len(site.world.rows(Appointment)) == 1


async def test_an_operator_that_is_down_leaves_nothing_half_done(site: Site, flaky: Flaky) -> None:
    flaky.errors = [BssUnavailable()]
    offer = await site.offer()
    order = await site.orders.confirm(offer.id, site.world.verified, consent())
    assert order.state is OrderState.ACCEPTED
    assert site.world.rows(Ticket) == []
    assert site.world.rows(Appointment)[0].state == AppointmentState.HELD
    site.world.clock.forward(timedelta(minutes=1))
    await site.work_off()
    assert site.world.rows(OrderRow)[0].state == OrderState.PLACED
    assert len(site.world.rows(Ticket)) == 1
    assert site.world.rows(Appointment)[0].state == AppointmentState.BOOKED


async def test_nothing_is_offered_with_a_time_that_is_held_no_more(site: Site) -> None:
    offer = await site.offer()
    params = {"offer": "bb300", "address": ADDRESS, "day": DAY.isoformat(), "hours": "09:00-12:00"}
    site.world.clock.forward(timedelta(hours=2))
    await site.work_off()
    [row] = site.world.rows(Appointment)
    with pytest.raises(BssRejected) as refused:
        await site.orders.offer(site.world.verified, offer.kind, {**params, "held": row.id})
    assert refused.value.reason is RejectReason.TIME_TAKEN


async def test_a_refused_order_sends_nobody(site: Site, flaky: Flaky) -> None:
    flaky.errors = [BssRejected(RejectReason.NOT_COVERED)]
    offer = await site.offer()
    order = await site.orders.confirm(offer.id, site.world.verified, consent())
    assert order.state is OrderState.REFUSED
    assert site.world.rows(Ticket) == site.world.rows(WorkOrder) == []
    site.world.clock.forward(timedelta(hours=1))
    await site.work_off()
    assert site.world.rows(Appointment)[0].state == AppointmentState.CANCELLED


@pytest.mark.parametrize("done", [True, False])
async def test_the_operator_hears_what_became_of_the_work(site: Site, done: bool) -> None:
    offer = await site.offer()
    order = await site.orders.confirm(offer.id, site.world.verified, consent())
    [ticket] = site.world.rows(Ticket)
    state = TicketState.RESOLVED if done else TicketState.CANCELLED
    await site.tickets.move(ticket.number, state, "agent:1", "")
    await site.work_off()
    homes = [one.address for one in await site.world.bss.broadband_of(CUSTOMER)]
    assert (ADDRESS in homes) is done
    receipt = await site.world.bss.order(str(order.operator_order_id))
    assert receipt is not None
    assert str(receipt.state) == ("completed" if done else "cancelled")


@pytest.mark.parametrize("changes", [{}, {"broadband": "BB1001"}])
async def test_an_order_taken_back_sends_nobody(site: Site, changes: dict[str, str]) -> None:
    made = await site.offer(**changes)
    order = await site.orders.confirm(made.id, site.world.verified, consent())
    params = {"order": str(order.operator_order_id)}
    undo = await site.orders.offer(site.world.verified, "undo_order", params)
    assert "不收任何费用" in undo.terms.text
    await site.orders.ask_consent(undo.id, site.world.verified, "127.0.0.1")
    for _ in range(2):
        await site.orders.confirm(undo.id, site.world.verified, consent())
        await site.work_off()
    [ticket], [row] = site.world.rows(Ticket), site.world.rows(Appointment)
    assert (ticket.state, row.state) == (TicketState.CANCELLED, AppointmentState.CANCELLED)
    receipt = await site.world.bss.order(params["order"])
    assert receipt is not None
    assert str(receipt.state) == "cancelled"
    with pytest.raises(BssRejected) as refused:
        await site.orders.offer(site.world.verified, "undo_order", params)
    assert refused.value.reason is RejectReason.TOO_LATE


async def test_work_that_is_done_is_not_taken_back(site: Site) -> None:
    made = await site.offer()
    order = await site.orders.confirm(made.id, site.world.verified, consent())
    [ticket] = site.world.rows(Ticket)
    await site.tickets.move(ticket.number, TicketState.RESOLVED, "agent:1", "")
    await site.work_off()
    params = {"order": str(order.operator_order_id)}
    with pytest.raises(BssRejected) as refused:
        await site.orders.offer(site.world.verified, "undo_order", params)
    assert refused.value.reason is RejectReason.TOO_LATE
    assert site.world.rows(Ticket)[0].state == TicketState.RESOLVED


async def test_a_move_names_its_fee_and_keeps_the_speed(site: Site) -> None:
    offer = await site.offer(broadband="BB1001")
    assert "移机费50元" in offer.terms.text
    assert offer.terms.price == 50
    order = await site.orders.confirm(offer.id, site.world.verified, consent())
    assert order.state is OrderState.PLACED
    [ticket] = site.world.rows(Ticket)
    assert ticket.kind == TicketKind.RELOCATION
    await site.tickets.move(ticket.number, TicketState.RESOLVED, "agent:1", "")
    await site.work_off()
    moved = await site.world.bss.broadband("BB1001")
    assert moved is not None
    assert (moved.address, moved.area_id, moved.mbps) == (ADDRESS, "haitang", 300)


async def test_nobody_moves_what_is_anothers(site: Site) -> None:
    with pytest.raises(BssRejected) as refused:
        await site.offer(broadband="BB1003")
    assert refused.value.reason is RejectReason.UNKNOWN_BROADBAND
    found = site.world.db.read_now(lambda session: list(session.scalars(select(OrderRow))))
    assert found == []


@pytest.mark.parametrize("changes", [{}, {"broadband": "BB1001"}])
async def test_the_sentences_find_their_words_in_the_terms(
    site: Site, changes: dict[str, str]
) -> None:
    offer = await site.offer(**changes)
    responses = read_yaml(ROOT / "domain.yml")["responses"]
    sentences = SENTENCES[offer.kind]
    given = {"name", *offer.terms.words}
    for response, extra in ((sentences.offer, set()), (sentences.done, {"order"})):
        for wording in responses[response]:
            assert set(re.findall(r"{(\w+)}", wording["text"])) <= given | extra, response
    for note in offer.terms.notes:
        for wording in responses[sentences.notes[note.name]]:
            assert set(re.findall(r"{(\w+)}", wording["text"])) <= set(note.values)
