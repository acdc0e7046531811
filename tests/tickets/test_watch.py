"""A ticket always has an owner, is looked after before its promise, and escalates at it."""

from care.tickets.tables import SUPERVISORS, TicketKind, TicketState
from tests.tickets.world import World, free


async def test_a_new_ticket_goes_to_the_team_of_its_kind_and_district(world: World) -> None:
    home = await world.open()
    nowhere = await world.open(about="BB1002", area_id=None)
    signal = await world.open(kind=TicketKind.MOBILE_FAULT, about="L1001", matter="no_signal")
    matter = await world.open(kind=TicketKind.COMPLAINT, about="C1001", matter="x", area_id=None)
    await world.pass_time(seconds=1)
    teams = [world.ticket(one.number).team for one in (home, nowhere, signal, matter)]
    assert teams == ["field_wangjiang", "field", "radio", "complaints"]
    assert world.deeds(home.number) == ["opened", "dispatched"]


async def test_the_owner_is_warned_and_at_the_promise_it_escalates(world: World) -> None:
    ticket = await world.open()
    await world.pass_time(hours=43)
    assert world.deeds(ticket.number) == ["opened", "dispatched"]
    await world.pass_time(hours=2)
    assert world.deeds(ticket.number)[-1] == "warned"
    assert world.texts.sent == []
    announced = len(world.announced)
    await world.pass_time(hours=4)
    late = world.ticket(ticket.number)
    assert (late.team, late.priority) == (SUPERVISORS, 3)
    assert late.escalated_at == world.clock()
    assert world.deeds(ticket.number)[-1] == "escalated"
    assert len(world.announced) > announced
    [text] = world.texts.sent
    assert ticket.number in text
    assert "月租" in text


async def test_only_faults_waive_the_fee(world: World) -> None:
    await world.open(kind=TicketKind.COMPLAINT, about="C1001", matter="complaint:other")
    await world.pass_time(days=16)
    [text] = world.texts.sent
    assert "月租" not in text


async def test_a_settled_ticket_is_left_alone(world: World) -> None:
    ticket = await world.open()
    await world.pass_time(seconds=1)
    await world.tickets.move(ticket.number, TicketState.RESOLVED, "agent:1", "修好了")
    await world.pass_time(days=3)
    assert world.deeds(ticket.number) == ["opened", "dispatched", "moved"]
    assert world.texts.sent == []


async def test_a_later_promise_counts(world: World) -> None:
    ticket = await world.open()

    def promise_later(session):  # type: ignore[no-untyped-def]
        row = session.get_one(type(ticket), ticket.number)
        row.promised_at = row.promised_at.replace(year=2027)

    world.db.write_now(promise_later)
    await world.pass_time(days=3)
    assert world.ticket(ticket.number).escalated_at is None
    await world.pass_time(days=400)
    assert world.ticket(ticket.number).escalated_at is not None


async def test_what_was_urged_when_late_is_not_escalated_again(world: World) -> None:
    ticket = await world.open()
    world.clock.forward(ticket.promised_at - world.clock())
    urged = await world.tickets.urge(ticket.number, "customer", "t", free)
    assert urged.late
    await world.pass_time(hours=1)
    assert world.deeds(ticket.number).count("escalated") == 1
    assert world.ticket(ticket.number).team == SUPERVISORS
