"""New home broadband: where, is there any, how fast, when, and the order."""

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.appointments import FORM_SLOTS as TIME_SLOTS
from actions.appointments import time_for, time_gone
from actions.base import CareAction, CareForm, DomainDict, Slots, begin_form, forget, leave_form
from actions.heard import intent_of, says_yes, text_of, turn_of, value_before
from actions.identity import MOBILE
from actions.orders import begin_order, say_rejected
from actions.services import Services
from care.appointments.ledger import SlotFull
from care.appointments.service import Request
from care.appointments.timetable import Place
from care.broadband import service as broadband
from care.broadband.service import Coverage
from care.bss.protocol import BssRejected, PlaceKind, RejectReason
from care.conversations.callers import Caller
from care.customers.masking import mask_phone
from care.tickets.service import TicketRequest
from care.tickets.tables import TicketKind
from care.wording import day, yuan

FORM = "install_form"
ADDRESS_SLOTS = ("address", "place", "covered", "lead")
FLOW = (*ADDRESS_SLOTS, "broadband_offer", *TIME_SLOTS)

REJECTIONS = {
    RejectReason.SECOND_CARD: "utter_broadband_second_card",
    RejectReason.SAME_ADDRESS: "utter_broadband_same_address",
    RejectReason.WORK_PENDING: "utter_broadband_work_pending",
    RejectReason.SPEED_NOT_AVAILABLE: "utter_broadband_too_fast",
    RejectReason.NOT_COVERED: "utter_broadband_not_covered_any_more",
}
"""Why broadband cannot be ordered, in words of this topic."""


class InstallBroadband(CareAction):
    """A new line: coverage is public, the order wants a verified number."""

    action_name = "action_install_broadband"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """On from where it stands: address and speed, who this is, a time, the order."""
        covered, offer = tracker.get_slot("covered"), tracker.get_slot("broadband_offer")
        address = tracker.get_slot("address")
        if covered is False and tracker.get_slot("lead") is not None:
            return await finish_lead(self.services, dispatcher, tracker)
        if address is None or not covered or offer is None:
            form = begin_form(
                FORM, keep=["address", "place", "broadband_offer", "visit_day", "visit_time"]
            )
            return [*form[:-1], *await self._speed_said(tracker), form[-1]]
        caller = await self.caller(tracker)
        if caller.verified is None:
            dispatcher.utter_message(response="utter_broadband_needs_line")
            return self.identity_first(dispatcher, tracker)
        return [
            SlotSet("task", None),
            *await self._order(dispatcher, tracker, caller, str(address), str(offer)),
        ]

    async def _speed_said(self, tracker: Tracker) -> list[EventType]:
        """The speed that the wish names: 想装一条500M的宽带."""
        if intent_of(tracker) != "install_broadband":
            return []
        offer = await broadband.find_offer(self.services.bss, text_of(tracker))
        return [] if offer is None else [SlotSet("broadband_offer", offer.id)]

    async def _order(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        caller: Caller,
        address: str,
        offer: str,
    ) -> list[EventType]:
        assert caller.verified is not None
        try:
            await self.services.bss.check_installation(caller.verified.line_id, offer, address)
        except BssRejected as error:
            say_rejected(dispatcher, error.reason, address, REJECTIONS)
            return leave_form(FLOW)
        area = await self.services.bss.area_of(address)
        assert area is not None  # the check would have said so
        place = Place(PlaceKind.VISIT, area.id)
        held = await hold_time(
            self.services, dispatcher, tracker, caller, self.action_name, place, "installation"
        )
        if isinstance(held, list):
            return held
        return begin_order("install_broadband", {"offer": offer, "address": address, **held})


class AddressForm(CareForm):
    """Where there is no broadband yet: whether we should tell when there is, and on which number."""

    async def validate_lead(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Yes or no."""
        if value is None or isinstance(value, bool):
            return {"lead": value}
        return {"lead": says_yes(tracker, str(value))}

    async def validate_phone_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Mobile numbers only."""
        return check_phone(dispatcher, value)


class ValidateInstallForm(AddressForm):
    """Where, and how fast; where there is nothing yet, whether we should tell when there is."""

    form = FORM

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        """What is asked depends on the coverage."""
        return await wanted_slots(self.services, tracker, "broadband_offer")

    async def validate_address(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """An address that an engineer finds, or an area of which it is only asked whether there is any.

        A speed that was told before the address is looked at now.
        """
        found = await check_address(self.services, dispatcher, tracker, value)
        speed = tracker.get_slot("broadband_offer")
        if found.get("covered") and speed is not None:
            found.update(await self._speed(dispatcher, str(speed), str(found["address"])))
        return found

    async def validate_broadband_offer(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A speed that is sold, and that the address can have."""
        if value is None:
            return {}
        address = tracker.get_slot("address")
        return await self._speed(dispatcher, str(value), None if address is None else str(address))

    async def _speed(
        self, dispatcher: CollectingDispatcher, said: str, address: str | None
    ) -> Slots:
        offer = await broadband.find_offer(self.services.bss, said)
        if offer is None:
            dispatcher.utter_message(response="utter_broadband_offer_unknown")
            return {"broadband_offer": None}
        if not offer.on_sale:
            dispatcher.utter_message(response="utter_broadband_offer_ended", name=offer.name)
            return {"broadband_offer": None}
        known = None if address is None else await broadband.coverage(self.services.bss, address)
        if known is None or known.area is None or offer.mbps <= known.area.max_mbps:
            return {"broadband_offer": offer.id}
        if known.covered:
            dispatcher.utter_message(
                response="utter_broadband_offer_too_fast",
                area=known.area.name,
                speed=f"{known.area.max_mbps}M",
            )
        return {"broadband_offer": None}


class AskBroadbandOffer(CareAction):
    """Offers the speeds."""

    action_name = "action_ask_install_form_broadband_offer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """What is sold at the address, at what it costs this customer."""
        caller, address = await self.caller(tracker), str(tracker.get_slot("address"))
        known = await broadband.coverage(self.services.bss, address)
        if known.area is None:
            return leave_form(FLOW)
        line_id = caller.verified.line_id if caller.verified is not None else None
        offers = await broadband.offers_at(self.services.bss, known.area, line_id)
        dispatcher.utter_message(
            response="utter_ask_broadband_offer",
            area=known.area.name,
            offers="\n".join(
                f"· {one.offer.mbps}M：{_price(one)}，装机费 {yuan(one.offer.work_fee)} 元"
                for one in offers
            ),
            buttons=[
                {
                    "title": f"{one.offer.mbps}M {_price(one)}",
                    "payload": f'/inform{{"broadband_offer": "{one.offer.id}"}}',
                }
                for one in offers
            ],
        )
        return []


class AskAddress(CareAction):
    """Asks where; after an area only for the rest of the address."""

    def __init__(self, services: Services, form: str) -> None:
        super().__init__(services)
        self.action_name = f"action_ask_{form}_address"
        self._form = form

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Say that the area has broadband, where that is known; a building wants its flat."""
        place = tracker.get_slot("place")
        if place is not None and broadband.names_house(str(place)):
            dispatcher.utter_message(response="utter_ask_address_flat", address=place)
        elif place is not None:
            dispatcher.utter_message(response="utter_ask_address_detail", area=place)
        elif self._form == FORM:
            dispatcher.utter_message(response="utter_ask_install_address")
        else:
            dispatcher.utter_message(response="utter_ask_relocate_address")
        return []


async def wanted_slots(services: Services, tracker: Tracker, then: str | None) -> list[str]:
    """What is still to be asked once it is known whether there is broadband at the address."""
    covered = tracker.get_slot("covered")
    if tracker.get_slot("address") is None or covered is None:
        return ["address"]
    if covered:
        return ["address", *([then] if then else [])]
    slots = ["address", "lead"]
    if tracker.get_slot("lead") is True:
        caller = await services.callers.of(tracker.sender_id)
        if caller.verified is None:
            slots.append("phone_number")
    return slots


async def check_address(
    services: Services, dispatcher: CollectingDispatcher, tracker: Tracker, value: Any
) -> Slots:
    """The slots that follow from an address: covered or not, or what is still missing of it."""
    if value is None:
        return {}
    before = str(tracker.get_slot("place") or value_before(tracker, "address") or "")
    known = await broadband.joined(services.bss, before, str(value))
    if known.area is None:
        dispatcher.utter_message(response="utter_address_unknown")
        return {"address": None}
    if not known.covered:
        return {"address": known.address, "place": None, "covered": False, "lead": None}
    if not known.precise:
        return {"address": None, "place": known.address, "covered": None}
    return {"address": known.address, "place": None, "covered": True}


def check_phone(dispatcher: CollectingDispatcher, value: Any) -> Slots:
    """A mobile number, or the slot stays empty."""
    if value is None:
        return {}
    if not MOBILE.fullmatch(str(value)):
        dispatcher.utter_message(response="utter_phone_invalid")
        return {"phone_number": None}
    return {"phone_number": str(value)}


async def finish_lead(
    services: Services, dispatcher: CollectingDispatcher, tracker: Tracker
) -> list[EventType]:
    """Note down who wants broadband where there is none, or leave it."""
    if tracker.get_slot("lead") is not True:
        dispatcher.utter_message(response="utter_lead_declined")
        return forget(FLOW)
    caller, turn = (
        await services.callers.of(tracker.sender_id),
        turn_of(tracker),
    )
    verified = caller.verified
    phone = verified.phone if verified is not None else str(tracker.get_slot("phone_number"))
    customer = None if verified is None else await services.bss.customer(verified.customer_id)
    known: Coverage = await broadband.coverage(services.bss, str(tracker.get_slot("address")))
    ticket = await services.tickets.open(
        TicketRequest(
            kind=TicketKind.COVERAGE_LEAD,
            title=f"想装宽带，尚未覆盖：{known.area.name if known.area else known.address}"[:40],
            description=f"地址：{known.address}\n通网后联系客户",
            actor="bot",
            contact_id=caller.contact_id,
            customer_id=verified.customer_id if verified is not None else None,
            customer_name=customer.name if customer is not None else None,
            phone=phone,
            conversation_id=caller.conversation_id,
            turn_id=turn.id,
        ),
        services.conversations.guard(turn.id, turn.epoch),
    )
    dispatcher.utter_message(
        response="utter_lead_left",
        number=ticket.number,
        phone=mask_phone(phone),
        promised=day(ticket.promised_at.astimezone(services.zone).date()),
    )
    return forget(FLOW)


async def hold_time(
    services: Services,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    caller: Caller,
    task: str,
    place: Place,
    business: str,
) -> dict[str, str] | list[EventType]:
    """The params of an order's visit once a time is chosen and held, else the events that have one chosen."""
    assert caller.verified is not None
    chosen = await time_for(services, tracker, task, place)
    if isinstance(chosen, list):
        return chosen
    turn = turn_of(tracker)
    request = Request(
        key=f"{turn.id}:{business}",
        place=place,
        day=chosen.day,
        hours=chosen.hours,
        business=business,
        customer_id=caller.verified.customer_id,
        phone=caller.verified.phone,
        contact_id=caller.contact_id,
        conversation_id=caller.conversation_id,
    )
    try:
        held = await services.appointments.hold(
            request, services.conversations.guard(turn.id, turn.epoch)
        )
    except SlotFull:
        return time_gone(dispatcher, services, task, place)
    return {
        "held": held.id,
        "day": chosen.day.isoformat(),
        "hours": chosen.hours,
        "contact": caller.contact_id,
        "conversation": caller.conversation_id,
    }


def _price(one: broadband.PricedOffer) -> str:
    return f"{yuan(one.monthly_fee)} 元/月" if one.monthly_fee else "套餐已含"


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        InstallBroadband(services),
        ValidateInstallForm(services),
        AskAddress(services, FORM),
        AskBroadbandOffer(services),
    ]
