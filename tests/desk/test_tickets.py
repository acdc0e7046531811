"""Tickets over HTTP: opened, moved, listed, and announced."""

from datetime import datetime, timedelta

import pytest

from care.appointments.ledger import Wanted, book
from care.appointments.tables import Appointment
from care.appointments.timetable import Place, TimeSlot
from care.bss.protocol import PlaceKind
from tests.desk.world import AgentClient, World

NEW = {"kind": "broadband_fault", "title": "宽带断线", "description": "光猫红灯，已重启"}


async def test_the_life_of_a_ticket(either: World) -> None:
    agent = await either.login()
    conversation_id = await either.verify("a")
    opened = await agent.post("/desk/tickets", NEW | {"conversation_id": conversation_id})
    assert opened["state"] == "open"
    assert opened["customer"] == {"name": "王**", "phone": "138****5678"}
    assert opened["conversation_id"] == conversation_id
    term = datetime.fromisoformat(opened["promised_at"]) - either.clock()
    assert term == timedelta(hours=48)
    path = f"/desk/tickets/{opened['number']}"
    either.clock.advance(minutes=5)
    await agent.post(f"{path}/transition", {"to": "in_progress", "note": "已派单"})
    moved = await agent.post(f"{path}/transition", {"to": "resolved", "note": ""})
    assert moved["state"] == "resolved"
    assert moved["updated_at"] > moved["created_at"]
    steps = [(one["actor"], one["from"], one["to"], one["note"]) for one in moved["history"]]
    assert steps == [
        ("林晓", None, "open", ""),
        ("林晓", "open", "in_progress", "已派单"),
        ("林晓", "in_progress", "resolved", ""),
    ]
    assert await agent.get(path) == moved
    assert await agent.refused(f"{path}/transition", {"to": "assigned"}) == (
        409,
        "transition_not_allowed",
    )
    detail = await agent.get(f"/desk/conversations/{conversation_id}")
    assert [one["number"] for one in detail["tickets"]] == [opened["number"]]


async def test_tickets_are_listed_newest_first_in_pages(world: World, agent: AgentClient) -> None:
    numbers = [(await agent.post("/desk/tickets", NEW))["number"] for _ in range(52)]
    first = await agent.get("/desk/tickets")
    assert first["total"] == 52
    assert [one["number"] for one in first["tickets"]] == numbers[:1:-1]
    second = await agent.get("/desk/tickets", state="", page=2)
    assert [one["number"] for one in second["tickets"]] == numbers[1::-1]
    await agent.post(f"/desk/tickets/{numbers[7]}/transition", {"to": "cancelled"})
    cancelled = await agent.get("/desk/tickets", state="cancelled", page="1")
    assert [one["number"] for one in cancelled["tickets"]] == [numbers[7]]
    assert cancelled["total"] == 1
    assert cancelled["tickets"][0]["customer"] is None


async def test_each_step_is_told_to_the_desks(world: World, agent: AgentClient) -> None:
    after = (await agent.get("/desk/state"))["event_id"]
    async with agent.socket(after) as socket:
        opened = await agent.post("/desk/tickets", NEW)
        told = await socket.frame()
        assert (told["kind"], told["data"]) == ("ticket", opened)
        await agent.post(f"/desk/tickets/{opened['number']}/transition", {"to": "resolved"})
        assert (await socket.frame())["data"]["state"] == "resolved"


async def test_a_system_that_is_down_costs_the_name_only(world: World, agent: AgentClient) -> None:
    conversation_id = await world.verify("a")
    world.customers.down = True
    opened = await agent.post("/desk/tickets", NEW | {"conversation_id": conversation_id})
    assert opened["customer"] == {"name": None, "phone": "138****5678"}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"kind": "nothing"}, 422, "invalid_request"),
        ({"kind": None}, 422, "invalid_request"),
        ({"title": ""}, 422, "invalid_text"),
        ({"title": "\0\x07"}, 422, "invalid_text"),
        ({"title": "长" * 101}, 413, "text_too_long"),
        ({"description": "长" * 5000}, 413, "text_too_long"),
        ({"priority": 4}, 422, "invalid_request"),
        ({"priority": -1}, 422, "invalid_request"),
        ({"priority": 10**20}, 422, "invalid_request"),
        ({"conversation_id": "x"}, 422, "invalid_request"),
        ({"conversation_id": "a\0b"}, 422, "invalid_request"),
        ({"conversation_id": "0" * 26}, 404, "not_found"),
    ],
)
async def test_a_ticket_without_sense_is_not_opened(
    agent: AgentClient, change: dict[str, object], status: int, code: str
) -> None:
    assert await agent.refused("/desk/tickets", NEW | change) == (status, code)
    assert (await agent.get("/desk/tickets"))["total"] == 0


async def test_what_is_no_ticket_is_not_found(world: World, agent: AgentClient) -> None:
    for number in ("GD202603029999", "1", "%00", "GD" + "1" * 400):
        assert (await agent.http.get(f"/desk/tickets/{number}")).status_code == 404
        path = f"/desk/tickets/{number}/transition"
        assert await agent.refused(path, {"to": "resolved"}) == (404, "not_found")


@pytest.mark.parametrize("query", ["state=nothing", "page=0", "page=x", "page=999999999999"])
async def test_a_list_without_sense_is_refused(agent: AgentClient, query: str) -> None:
    assert (await agent.http.get(f"/desk/tickets?{query}")).status_code == 422


async def test_a_trainer_opens_and_moves_none(world: World, agent: AgentClient) -> None:
    trainer = await world.login("trainer")
    number = (await agent.post("/desk/tickets", NEW))["number"]
    assert await trainer.refused("/desk/tickets", NEW) == (403, "forbidden")
    path = f"/desk/tickets/{number}/transition"
    assert await trainer.refused(path, {"to": "resolved"}) == (403, "forbidden")
    assert (await trainer.get("/desk/tickets"))["total"] == 1


async def test_a_visit_is_shown_on_its_ticket_and_goes_with_it(
    world: World, agent: AgentClient
) -> None:
    conversation_id = await world.verify("a")
    opened = await agent.post("/desk/tickets", NEW | {"conversation_id": conversation_id})
    assert opened["appointment"] is None
    now = world.clock()
    begins = now + timedelta(days=2)
    slot = TimeSlot(begins, begins + timedelta(hours=3), begins.date(), "09:00-12:00", 1)
    wanted = Wanted(
        key="t",
        place=Place(PlaceKind.VISIT, "a"),
        slot=slot,
        matter=f"ticket:{opened['number']}",
        business="repair",
        customer_id="c1",
        phone="13812345678",
        ticket_number=opened["number"],
    )
    row = await world.db.write(lambda session: book(session, wanted, now, world.settings.zone))
    shown = {
        "number": row.number,
        "starts_at": begins.isoformat().replace("+00:00", "Z"),
        "ends_at": (begins + timedelta(hours=3)).isoformat().replace("+00:00", "Z"),
        "state": "booked",
    }
    path = f"/desk/tickets/{opened['number']}"
    assert (await agent.get(path))["appointment"] == shown
    assert (await agent.get("/desk/tickets"))["tickets"][0]["appointment"] == shown
    detail = await agent.get(f"/desk/conversations/{conversation_id}")
    assert detail["tickets"][0]["appointment"] == shown
    after = (await agent.get("/desk/state"))["event_id"]
    async with agent.socket(after) as socket:
        moved = await agent.post(f"{path}/transition", {"to": "cancelled", "note": "不用来了"})
        told = await socket.frame()
        assert told["data"]["appointment"] is None
    assert moved["appointment"] is None
    kept = await world.db.read(lambda session: session.get_one(Appointment, row.id))
    assert kept.state == "cancelled"
