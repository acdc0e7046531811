"""Booking, moving, giving up, reminding: each once, each with its text message, each found on the ticket."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from care.appointments.ledger import AlreadyBooked, NotLive, SlotFull, of_tickets, remove_lapsed
from care.appointments.service import HOLD, TooLate
from care.appointments.tables import Appointment, AppointmentState, Slot
from care.appointments.timetable import Place
from care.bss.protocol import PlaceKind
from care.db.jobs import JobRow
from care.errors import NotFound
from care.tickets.lifecycle import history
from care.tickets.tables import Ticket, TicketState
from tests.appointments.conftest import ZONE, World
from tests.appointments.requests import DAY, EVENING, HOME, MORNING, SHOP, request


def stale(session: object) -> None:
    raise RuntimeError("this turn is over")


async def free(world: World, place: Place = HOME) -> list[tuple[date, str]]:
    return [(slot.day, slot.hours) for slot in await world.appointments.free(place)]


async def test_a_booked_slot_is_gone_and_a_second_customer_is_told_so(world: World) -> None:
    assert (DAY, EVENING) in await free(world)
    ticket = await world.ticket()
    row = await world.appointments.book(request("t1", ticket_number=ticket.number))
    assert row.state == AppointmentState.BOOKED
    assert row.number.startswith("YY20261123")
    assert (DAY, EVENING) not in await free(world)
    with pytest.raises(SlotFull):
        await world.appointments.book(request("t2", customer_id="C1003"))
    assert len(world.rows(Appointment)) == 1
    await world.work_off()
    [(phone, text)] = world.texts.sent
    assert phone == "13800138001"
    assert row.number in text
    assert "11月27日（周五）晚上 18:00-21:00师傅上门" in text


async def test_a_repeated_request_books_once_and_tells_once(world: World) -> None:
    first = await world.appointments.book(request("t1"))
    again = await world.appointments.book(request("t1"))
    assert (again.id, again.number) == (first.id, first.number)
    await world.work_off()
    assert len(world.texts.sent) == 1
    assert [slot.taken for slot in world.rows(Slot)] == [1]


async def test_a_matter_has_one_appointment(world: World) -> None:
    ticket = await world.ticket()
    await world.appointments.book(request("t1", ticket_number=ticket.number))
    with pytest.raises(AlreadyBooked) as refused:
        await world.appointments.book(request("t2", hours=MORNING, ticket_number=ticket.number))
    assert refused.value.data["number"] == world.rows(Appointment)[0].number
    assert (DAY, MORNING) in await free(world)


async def test_the_database_itself_refuses_two_live_appointments_of_a_matter(world: World) -> None:
    await world.appointments.book(request("t1"))
    row = world.rows(Appointment)[0]
    values = {column.name: getattr(row, column.name) for column in Appointment.__table__.columns}
    twin = {**values, "id": "x" * 26, "number": "YY1", "key": "other"}
    with pytest.raises(IntegrityError):
        world.db.write_now(lambda session: session.add(Appointment(**twin)))


async def test_the_database_itself_refuses_a_slot_one_too_many(world: World) -> None:
    await world.appointments.book(request("t1"))
    with pytest.raises(IntegrityError):
        world.db.write_now(lambda session: setattr(session.query(Slot).one(), "taken", 2))


async def test_a_turn_whose_time_is_over_books_nothing(world: World) -> None:
    for write in (world.appointments.book, world.appointments.hold):
        with pytest.raises(RuntimeError):
            await write(request("t1"), stale)
    assert world.rows(Appointment) == []
    assert world.rows(Slot) == []
    assert world.rows(JobRow) == []


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 11, 22), MORNING),  # yesterday
        (date(2026, 11, 23), MORNING),  # it is half past ten already
        (date(2027, 1, 15), MORNING),  # too far ahead
        (DAY, "12:00-14:00"),
        (DAY, "rubbish"),
    ],
)
async def test_what_the_timetable_has_not_cannot_be_booked(
    world: World, day: date, hours: str
) -> None:
    with pytest.raises(SlotFull):
        await world.appointments.book(request("t1", day=day, hours=hours))
    with pytest.raises(SlotFull):
        await world.appointments.book(request("t2", Place(PlaceKind.SHOP, "nowhere")))


async def test_another_time_frees_the_old_one_and_is_told_once(world: World) -> None:
    ticket = await world.ticket()
    row = await world.appointments.book(request("t1", ticket_number=ticket.number))
    world.announced.clear()
    for _ in range(2):
        moved = await world.appointments.move(row.number, "C1001", HOME, DAY, MORNING)
        assert (moved.hours, moved.moves) == (MORNING, 1)
    assert (DAY, EVENING) in await free(world)
    assert world.announced == [ticket.number]
    await world.work_off()
    assert ["已改到11月27日（周五）上午" in text for _, text in world.texts.sent] == [False, True]
    steps = world.db.read_now(lambda session: history(session, ticket.number))
    assert "改到11月27日（周五）上午" in steps[-1].note


async def test_moving_into_a_full_slot_changes_nothing(world: World) -> None:
    await world.appointments.book(request("t1", customer_id="C1003"))
    row = await world.appointments.book(request("t2", hours=MORNING))
    with pytest.raises(SlotFull):
        await world.appointments.move(row.number, "C1001", HOME, DAY, EVENING)
    assert sorted(slot.taken for slot in world.rows(Slot)) == [1, 1]
    assert world.rows(Appointment)[1].hours == MORNING


async def test_a_shop_visit_can_move_to_another_shop(world: World) -> None:
    row = await world.appointments.book(request("t1", SHOP, business="replace_sim"))
    other = Place(PlaceKind.SHOP, "s_tongshan")
    moved = await world.appointments.move(row.number, "C1001", other, DAY, "11:00-11:30")
    assert (moved.place_id, moved.hours) == ("s_tongshan", "11:00-11:30")
    await world.work_off()
    assert "文华路营业厅" in world.texts.sent[0][1]
    assert "桐山旗舰营业厅" in world.texts.sent[1][1]


async def test_nobody_changes_what_is_anothers(world: World) -> None:
    row = await world.appointments.book(request("t1"))
    with pytest.raises(NotFound):
        await world.appointments.move(row.number, "C1003", HOME, DAY, MORNING)
    with pytest.raises(NotFound):
        await world.appointments.cancel(row.number, "C1003")
    with pytest.raises(NotFound):
        await world.appointments.cancel("YY0", "C1001")
    assert world.rows(Appointment)[0].state == AppointmentState.BOOKED


async def test_given_up_once_it_is_free_again_and_stays_given_up(world: World) -> None:
    ticket = await world.ticket()
    row = await world.appointments.book(request("t1", ticket_number=ticket.number))
    for _ in range(2):
        gone = await world.appointments.cancel(row.number, "C1001")
        assert gone.state == AppointmentState.CANCELLED
    assert (DAY, EVENING) in await free(world)
    assert [slot.taken for slot in world.rows(Slot)] == [0]
    await world.work_off()
    assert len(world.texts.sent) == 2
    assert world.rows(Ticket)[0].state == TicketState.OPEN
    with pytest.raises(NotLive):
        await world.appointments.move(row.number, "C1001", HOME, DAY, MORNING)
    again = await world.appointments.book(request("t9", ticket_number=ticket.number))
    assert again.number != row.number


async def test_too_late_is_too_late(world: World) -> None:
    row = await world.appointments.book(request("t1", hours="14:00-18:00"))
    world.clock.now = datetime(2026, 11, 27, 10, 0, 1, tzinfo=ZONE)
    with pytest.raises(TooLate):
        await world.appointments.move(row.number, "C1001", HOME, date(2026, 11, 28), MORNING)
    with pytest.raises(TooLate):
        await world.appointments.cancel(row.number, "C1001")
    world.clock.now = datetime(2026, 11, 27, 10, 0, 0, tzinfo=ZONE)
    await world.appointments.cancel(row.number, "C1001")


async def test_what_is_held_counts_and_is_let_go_in_time(world: World) -> None:
    held = await world.appointments.hold(request("t1"))
    assert held.state == AppointmentState.HELD
    assert (DAY, EVENING) not in await free(world)
    assert await world.appointments.of_customer("C1001") == []
    world.clock.forward(HOLD - timedelta(seconds=1))
    await world.work_off()
    assert (DAY, EVENING) not in await free(world)
    world.clock.forward(timedelta(seconds=1))
    await world.work_off()
    assert (DAY, EVENING) in await free(world)
    assert world.texts.sent == []


async def test_another_choice_lets_the_first_go(world: World) -> None:
    first = await world.appointments.hold(request("t1"))
    second = await world.appointments.hold(request("t2", hours=MORNING))
    assert (DAY, EVENING) in await free(world)
    assert not await world.appointments.keep_free(first.id, "C1001")
    assert await world.appointments.keep_free(second.id, "C1001")
    assert not await world.appointments.keep_free(second.id, "C1003")


async def test_what_is_kept_free_longer_is_let_go_later(world: World) -> None:
    held = await world.appointments.hold(request("t1"))
    world.clock.forward(HOLD - timedelta(minutes=1))
    assert await world.appointments.keep_free(held.id, "C1001")
    world.clock.forward(timedelta(minutes=2))
    await world.work_off()
    assert (DAY, EVENING) not in await free(world)
    world.clock.forward(HOLD)
    await world.work_off()
    assert (DAY, EVENING) in await free(world)
    assert not await world.appointments.keep_free(held.id, "C1001")


async def test_times_that_were_only_held_are_not_kept_on_record(world: World) -> None:
    await world.appointments.hold(request("t1"))
    booked = await world.appointments.book(request("t2", hours=MORNING, customer_id="C1003"))
    await world.appointments.cancel(booked.number, "C1003")
    world.clock.forward(HOLD)
    await world.work_off()

    def removed() -> int:
        now = world.clock()
        return world.db.write_now(lambda session: remove_lapsed(session, now, 100))

    assert removed() == 0
    world.clock.forward(timedelta(days=2))
    assert removed() == 1
    assert [row.number for row in world.rows(Appointment)] == [booked.number]


async def test_the_evening_before_reminds_once_and_only_of_the_last_time(world: World) -> None:
    row = await world.appointments.book(request("t1"))
    await world.appointments.move(row.number, "C1001", HOME, date(2026, 11, 28), MORNING)
    await world.work_off()
    world.texts.sent.clear()
    world.clock.now = datetime(2026, 11, 26, 18, 0, tzinfo=ZONE)
    await world.work_off()
    assert world.texts.sent == []  # that was the former time
    world.clock.now = datetime(2026, 11, 27, 17, 59, tzinfo=ZONE)
    await world.work_off()
    assert world.texts.sent == []
    world.clock.now = datetime(2026, 11, 27, 18, 0, tzinfo=ZONE)
    await world.work_off()
    [(_, text)] = world.texts.sent
    assert "明天11月28日（周六）上午" in text

    def again(session: Any) -> None:
        for job in session.query(JobRow).filter_by(kind="appointments.reminder"):
            job.done_at = None  # as after a crash between the message and the note of it

    world.db.write_now(again)
    await world.work_off()
    assert len(world.texts.sent) == 1


@pytest.mark.parametrize("late", [False, True])
async def test_nobody_is_reminded_of_what_is_cancelled_or_of_today(
    world: World, late: bool
) -> None:
    row = await world.appointments.book(request("t1"))
    if not late:
        await world.appointments.cancel(row.number, "C1001")
    world.clock.now = datetime(2026, 11, 26 + late, 18, 0, tzinfo=ZONE)
    await world.work_off()
    assert not [text for _, text in world.texts.sent if "提醒" in text]


async def test_a_settled_ticket_needs_no_visit(world: World) -> None:
    ticket = await world.ticket()
    await world.appointments.book(request("t1", ticket_number=ticket.number))
    await world.tickets.move(ticket.number, TicketState.ASSIGNED, "agent:1", "")
    assert world.rows(Appointment)[0].state == AppointmentState.BOOKED
    await world.tickets.move(ticket.number, TicketState.CANCELLED, "agent:1", "不用来了")
    assert world.rows(Appointment)[0].state == AppointmentState.CANCELLED
    assert (DAY, EVENING) in await free(world)


async def test_the_desk_finds_a_tickets_appointment(world: World) -> None:
    ticket = await world.ticket()
    row = await world.appointments.book(request("t1", ticket_number=ticket.number))

    def found() -> dict[str, Appointment]:
        return world.db.read_now(lambda session: of_tickets(session, [ticket.number, "GD0"]))

    assert found()[ticket.number].number == row.number
    await world.appointments.cancel(row.number, "C1001")
    assert found() == {}


async def test_customers_see_their_own_in_order_and_none_that_are_over(world: World) -> None:
    await world.appointments.book(request("t1", hours=EVENING))
    await world.appointments.book(request("t2", SHOP, business="replace_sim"))
    await world.appointments.book(request("t3", hours=MORNING, customer_id="C1003"))
    mine = await world.appointments.of_customer("C1001")
    assert [row.kind for row in mine] == ["shop", "visit"]
    world.clock.now = datetime(2026, 11, 27, 10, 30, tzinfo=ZONE)
    assert [row.kind for row in await world.appointments.of_customer("C1001")] == ["visit"]


async def test_when_one_is_over_the_matter_may_be_booked_anew(world: World) -> None:
    await world.appointments.book(request("t1", SHOP, business="replace_sim"))
    world.clock.now = datetime(2026, 11, 27, 10, 30, tzinfo=ZONE)
    row = await world.appointments.book(
        request("t2", SHOP, business="replace_sim", hours="15:00-15:30")
    )
    states = {one.number: one.state for one in world.rows(Appointment)}
    assert states.pop(row.number) == AppointmentState.BOOKED
    assert [*states.values()] == [AppointmentState.OVER]


@pytest.mark.parametrize("rivals", [12])
async def test_of_many_at_once_as_many_get_the_slot_as_fit(world: World, rivals: int) -> None:
    async def one(number: int) -> bool:
        try:
            await world.appointments.book(
                request(f"t{number}", hours=MORNING, customer_id=f"C{number}")
            )
        except SlotFull:
            return False
        return True

    booked = await asyncio.gather(*map(one, range(rivals)))
    assert sum(booked) == 3
    assert [slot.taken for slot in world.rows(Slot)] == [3]
    assert len(world.rows(Appointment)) == 3
    assert len({row.number for row in world.rows(Appointment)}) == 3


async def test_one_matter_asked_for_by_two_turns_at_once_is_booked_once(world: World) -> None:
    ticket = await world.ticket()

    async def one(number: int) -> bool:
        hours = MORNING if number % 2 else "14:00-18:00"
        try:
            await world.appointments.book(
                request(f"t{number}", hours=hours, ticket_number=ticket.number)
            )
        except AlreadyBooked:
            return False
        return True

    assert sum(await asyncio.gather(*map(one, range(8)))) == 1
    assert sum(slot.taken for slot in world.rows(Slot)) == 1


async def test_two_that_change_places_at_once_end_in_order(world: World) -> None:
    """Each wants the slot that the other leaves: on PostgreSQL their locks cross."""
    hours = [MORNING, "14:00-18:00"]
    rows = [
        await world.appointments.book(
            request(f"t{at}", hours=hours[at], customer_id=f"C{at}", business="x")
        )
        for at in (0, 1)
    ]
    for _ in range(5):
        hours.reverse()
        await asyncio.gather(
            *(
                world.appointments.move(rows[at].number, f"C{at}", HOME, DAY, hours[at])
                for at in (0, 1)
            )
        )
    assert [slot.taken for slot in world.rows(Slot)] == [1, 1]
