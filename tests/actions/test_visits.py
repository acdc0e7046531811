"""A visit for a ticket: offered, chosen, booked once; and what customers say of times in the form."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.appointment_changes import ChangeAppointment
from actions.appointments import AskAppointment, BookVisit, ValidateAppointmentForm, offer_visit
from care.appointments.tables import Appointment, AppointmentState
from care.appointments.timetable import Place
from care.bss.protocol import PlaceKind
from care.conversations.callers import Caller
from care.customers.verification import Verified
from tests.appointments.conftest import ZONE, World
from tests.appointments.test_service import request

AREA = "jixie"
SAID = {"intent": {"name": "inform"}, "entities": [], "text": ""}


def services(world: World, verified: bool = True) -> Any:
    """As much of the actions' services as these actions use."""
    who = Verified("c", "C1001", "L1001", "13800138001", world.clock() + timedelta(hours=1))

    async def of(conversation_id: str) -> Caller:
        return Caller(conversation_id, None, "rest", "n", who if verified else None)  # type: ignore[arg-type]

    return SimpleNamespace(
        appointments=world.appointments,
        clock=world.clock,
        zone=ZONE,
        bss=world.bss,
        callers=SimpleNamespace(of=of),
        conversations=SimpleNamespace(guard=lambda turn, epoch: lambda session: None),
    )


def tracker(message: dict[str, Any] | None = None, turn: str = "t1", **slots: Any) -> Tracker:
    """A dialogue in the middle."""
    latest = {**SAID, **(message or {}), "metadata": {"turn": turn, "epoch": 0}}
    return Tracker("c", slots, latest, [], False, None, {}, "action_listen")


def values(events: list[dict[str, Any]]) -> dict[str, Any]:
    """The slots that events set, and what follows."""
    found = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    follows = [event["name"] for event in events if event["event"] == "followup"]
    return {**found, "follows": follows[-1] if follows else None}


def said(dispatcher: CollectingDispatcher) -> list[str]:
    """The responses, in order."""
    return [message["response"] for message in dispatcher.messages]


def entities(**named: str) -> list[dict[str, Any]]:
    """Entities as Rasa reports them."""
    return [{"entity": name, "value": value} for name, value in named.items()]


async def test_a_ticket_gets_the_time_that_was_named_in_the_first_sentence(world: World) -> None:
    ticket = await world.ticket()
    named = tracker(visit_day=["2026-11-27"], visit_time=["18:00-21:00"])
    begun = values(await offer_visit(services(world), named, ticket.number, AREA))
    assert begun["follows"] == BookVisit.action_name
    slots = {name: begun[name] for name in ("booking", "appointment")}
    for _ in range(2):  # a repeated turn
        dispatcher = CollectingDispatcher()
        await BookVisit(services(world)).run(dispatcher, tracker(**slots), {})
        assert said(dispatcher) == ["utter_visit_booked"]
    [row] = world.rows(Appointment)
    assert (row.ticket_number, row.day, row.hours) == (
        ticket.number,
        date(2026, 11, 27),
        "18:00-21:00",
    )


async def test_without_a_time_the_form_asks(world: World) -> None:
    ticket = await world.ticket()
    begun = values(await offer_visit(services(world), tracker(), ticket.number, AREA))
    assert begun["follows"] == "appointment_form"
    dispatcher = CollectingDispatcher()
    asked = await AskAppointment(services(world)).run(
        dispatcher, tracker(booking=begun["booking"]), {}
    )
    titles = [button["title"] for button in dispatcher.messages[0]["buttons"]]
    assert titles == ["11月23日 周一 下午", "11月23日 周一 晚上", "11月24日 周二 上午", "换个时间"]
    assert len(values(asked)["times"]["offered"]) == 3


async def test_where_nobody_comes_nothing_is_asked(world: World) -> None:
    ticket = await world.ticket()
    assert await offer_visit(services(world), tracker(), ticket.number, "shiqiao") == []


async def test_a_time_that_is_gone_is_said_and_asked_anew(world: World) -> None:
    ticket = await world.ticket()
    begun = values(await offer_visit(services(world), tracker(), ticket.number, AREA))
    await world.appointments.book(request("other", customer_id="C1003"))
    chosen = tracker(booking=begun["booking"], appointment="2026-11-27 18:00-21:00")
    dispatcher = CollectingDispatcher()
    events = values(await BookVisit(services(world)).run(dispatcher, chosen, {}))
    assert said(dispatcher) == ["utter_time_gone"]
    assert events["follows"] == "appointment_form"
    assert events["booking"]["ticket"] == ticket.number
    assert len(world.rows(Appointment)) == 1


async def test_who_is_verified_no_more_is_asked_first(world: World) -> None:
    events = values(
        await BookVisit(services(world, verified=False)).run(
            CollectingDispatcher(), tracker(booking={"ticket": "GD1"}), {}
        )
    )
    assert (events["task"], events["follows"]) == (BookVisit.action_name, "identity_form")
    assert world.rows(Appointment) == []


BOOKING = {"task": "x", "kind": "visit", "place": AREA}
OFFERED = {
    "offered": ["2026-11-23 14:00-18:00", "2026-11-23 18:00-21:00", "2026-11-24 09:00-12:00"]
}


@pytest.mark.parametrize(
    ("text", "named", "chosen"),
    [
        ("第二个", {}, "2026-11-23 18:00-21:00"),
        ("就最早那个", {}, "2026-11-23 14:00-18:00"),
        ("最后一个", {}, "2026-11-24 09:00-12:00"),
        ("27号晚上", {"date": "2026-11-27", "time_slot": "18:00-21:00"}, "2026-11-27 18:00-21:00"),
        ("上午那个", {"time_slot": "09:00-12:00"}, "2026-11-24 09:00-12:00"),
        ("27号", {"date": "2026-11-27"}, None),
        ("元旦以后", {"date": "2027-01-15", "time_slot": "09:00-12:00"}, None),
        ("嗯那个", {}, None),
    ],
)
async def test_what_is_said_to_the_times(
    world: World, text: str, named: dict[str, str], chosen: str | None
) -> None:
    form = ValidateAppointmentForm(services(world))
    message = {"text": text, "entities": entities(**named)}
    slots = await form.validate_appointment(
        text, CollectingDispatcher(), tracker(message, booking=BOOKING, times=OFFERED), {}
    )
    assert slots["appointment"] == chosen


async def test_a_day_then_an_hour_are_one_time(world: World) -> None:
    form = ValidateAppointmentForm(services(world))
    message = {"text": "下午吧", "entities": entities(time_slot="14:00-18:00")}
    told = tracker(message, booking=BOOKING, times=OFFERED, visit_day=["2026-11-27"])
    slots = await form.validate_appointment("下午吧", CollectingDispatcher(), told, {})
    assert slots["appointment"] == "2026-11-27 14:00-18:00"


@pytest.mark.parametrize("text", ["换个时间", "都没空，看看别的", "都不行"])
async def test_other_times_are_those_behind_the_ones_offered(world: World, text: str) -> None:
    form = ValidateAppointmentForm(services(world))
    dispatcher = CollectingDispatcher()
    message = {"text": text, "intent": {"name": "deny"}}
    slots = await form.validate_appointment(
        text, dispatcher, tracker(message, booking=BOOKING, times=OFFERED), {}
    )
    assert slots["times"] == {"after": "2026-11-24 09:00-12:00"}
    await AskAppointment(services(world)).run(
        dispatcher, tracker(booking=BOOKING, times=slots["times"]), {}
    )
    assert dispatcher.messages[0]["buttons"][0]["title"] == "11月24日 周二 下午"


async def test_a_plain_no_leaves_it(world: World) -> None:
    form = ValidateAppointmentForm(services(world))
    message = {"text": "算了", "intent": {"name": "deny"}}
    slots = await form.validate_appointment(
        "算了", CollectingDispatcher(), tracker(message, booking=BOOKING, times=OFFERED), {}
    )
    assert slots["requested_slot"] is None


async def change(world: World, text: str, **more: Any) -> tuple[list[str], dict[str, Any]]:
    """One message about an appointment."""
    dispatcher = CollectingDispatcher()
    named = more.pop("named", {})
    days = [named["date"]] if "date" in named else None
    hours = [named["time_slot"]] if "time_slot" in named else None
    message = {
        "text": text,
        "intent": {"name": "change_appointment"},
        "entities": entities(**named),
    }
    told = tracker(message, visit_day=days, visit_time=hours, **more)
    events = await ChangeAppointment(services(world)).run(dispatcher, told, {})
    return said(dispatcher), values(events)


@pytest.mark.parametrize(
    ("text", "named", "when"),
    [
        (
            "改到28号下午",
            {"date": "2026-11-28", "time_slot": "14:00-18:00"},
            (date(2026, 11, 28), "14:00-18:00"),
        ),
        ("改成上午来", {"time_slot": "09:00-12:00"}, (date(2026, 11, 27), "09:00-12:00")),
        ("师傅推迟两天来", {}, (date(2026, 11, 29), "18:00-21:00")),
        ("能早一天上门吗", {}, (date(2026, 11, 26), "18:00-21:00")),
    ],
)
async def test_a_time_that_is_free_is_taken_at_once(
    world: World, text: str, named: dict[str, str], when: tuple[date, str]
) -> None:
    await world.appointments.book(request("t0"))
    heard, _ = await change(world, text, named=named)
    assert heard == ["utter_moved_visit"]
    [row] = world.rows(Appointment)
    assert (row.day, row.hours) == when


async def test_too_late_says_so_and_changes_nothing(world: World) -> None:
    await world.appointments.book(request("t0"))
    world.clock.forward(timedelta(days=4, hours=5))
    heard, _ = await change(world, "改到28号下午", named={"date": "2026-11-28"})
    assert heard == ["utter_too_late_visit"]
    assert world.rows(Appointment)[0].moves == 0


async def test_giving_up_asks_first(world: World) -> None:
    row = await world.appointments.book(request("t0"))
    heard, events = await change(world, "师傅别来了，取消吧")
    assert heard == []
    assert events["follows"] == "change_appointment_form"
    assert world.rows(Appointment)[0].state == AppointmentState.BOOKED
    wish = {"do": "cancel", "kind": None, "days": None}
    sure = tracker(
        {"text": "/affirm", "intent": {"name": "affirm"}},
        change_wish=wish,
        appointment_number=row.number,
        giving_up=True,
    )
    dispatcher = CollectingDispatcher()
    await ChangeAppointment(services(world)).run(dispatcher, sure, {})
    assert said(dispatcher) == ["utter_given_up_visit"]
    assert world.rows(Appointment)[0].state == AppointmentState.CANCELLED


async def test_only_a_look_lists_all(world: World) -> None:
    await world.appointments.book(request("t0"))
    shop = Place(PlaceKind.SHOP, "s_wenhua")
    await world.appointments.book(request("t1", shop, business="replace_sim"))
    heard, _ = await change(world, "我约的几点来着")
    assert heard == ["utter_appointment_shop", "utter_appointment_visit"]


async def test_another_shop_keeps_the_hour(world: World) -> None:
    shop = Place(PlaceKind.SHOP, "s_wenhua")
    await world.appointments.book(request("t1", shop, business="replace_sim"))
    heard, _ = await change(world, "预约换到桐山旗舰营业厅", store="s_tongshan")
    assert heard == ["utter_moved_shop"]
    [row] = world.rows(Appointment)
    assert (row.place_id, row.hours) == ("s_tongshan", "10:00-10:30")
