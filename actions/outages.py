"""Outages: where, what, since when and until when; and a text message when one is over."""

import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    CareAction,
    CareForm,
    DomainDict,
    Slots,
    VerifiedAction,
    begin_form,
    forget,
    leave_form,
)
from actions.heard import entity_of, set_in_last_turn, text_of, turn_of
from actions.services import Services
from actions.slots import YES_MEANS
from care.bss.protocol import Area, Outage, Service
from care.conversations.callers import Caller
from care.customers.masking import mask_phone
from care.faults.notices import NoticeRequest
from care.faults.service import area_of_text, areas_of_customer, areas_of_district, outages_at
from care.wording import either, listing, moment

FORM = "outage_form"

OUTAGE_TOLD = "outage_told"
"""The slot with the outage and area that the customer was told of; it outlives the flow, and counts while that lasts."""

HOME = "home"
"""Stands for the place where the customer lives, in the slot ``outage_place`` and on a button."""

_SERVICES = {
    Service.BROADBAND: ("宽带", "broadband"),
    Service.IPTV: ("电视", "TV"),
    Service.MOBILE: ("手机上网", "mobile data"),
    Service.VOICE: ("通话", "calls"),
}
_WANTS_NOTICE = re.compile(
    r"(告诉|通知|提醒|发短信|发个短信|短信).{0,4}(我|一声|一下)|说一声|吱一声|给我.{0,4}(短信|消息)"
)
_HOME = re.compile(r"我家|我们|咱|我这|家里")
_ASKS_ON = re.compile(r"还没|没好|没恢复|没通|没修好|多久|什么时候|啥时候|几点|恢复")


class QueryOutage(VerifiedAction):
    """Is there an outage: at the place that was named, at that of the one told of before, else at the customer's home."""

    action_name = "action_query_outage"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """A place that was named needs no verification: outages are public."""
        text = text_of(tracker)
        told = await outage_told(self.services, tracker)
        if entity_of(tracker, "outage_notice") or (told is not None and wants_notice(text)):
            return [FollowupAction(NotifyOutage.action_name)]
        place = tracker.get_slot("outage_place")
        named = place or entity_of(tracker, "area") or entity_of(tracker, "address") or text
        area = await area_of_text(self.services.bss, str(named))
        if area is not None:
            return await self._answer(dispatcher, area)
        if district := await areas_of_district(self.services.bss, str(named)):
            return await self._answer_for_district(dispatcher, district)
        if told is not None and (asks_on(tracker) or not _HOME.search(text)):
            outage, area_id = told
            return await say_outage(self.services, dispatcher, outage, area_id)
        caller = await self.caller(tracker)
        if caller.verified is None and place != HOME and not entity_of(tracker, "phone_number"):
            return begin_form(FORM)  # where is all that needs to be known
        return await super().run(dispatcher, tracker, domain)

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """The customer's own area; which one is asked where there are several or none is known."""
        assert caller.verified is not None
        areas = await areas_of_customer(self.services.bss, caller.verified.customer_id)
        if len(areas) != 1:
            return begin_form(FORM)
        return [SlotSet("outage_place", None), *await self._answer(dispatcher, areas[0])]

    async def _answer(self, dispatcher: CollectingDispatcher, area: Area) -> list[EventType]:
        outages = await outages_at(self.services.bss, area.id)
        if outages:
            told = await say_outage(self.services, dispatcher, outages[0], area.id)
            return [*told, *forget(["outage_place"])]
        dispatcher.utter_message(response="utter_no_outage", area=area.name)
        return forget([OUTAGE_TOLD, "outage_place"])

    async def _answer_for_district(
        self, dispatcher: CollectingDispatcher, areas: Sequence[Area]
    ) -> list[EventType]:
        """Say that there is none, or which areas have one, and let the customer's be chosen."""
        hit = [area for area in areas if await outages_at(self.services.bss, area.id)]
        if not hit:
            dispatcher.utter_message(response="utter_no_outage", area=areas[0].district)
            return leave_form([OUTAGE_TOLD, "outage_place"])
        dispatcher.utter_message(
            response="utter_outage_in_district",
            district=areas[0].district,
            areas=listing(area.name for area in hit),
            buttons=[
                {"title": area.name, "payload": f'/query_outage{{"area": "{area.id}"}}'}
                for area in hit
            ],
        )
        return leave_form(["outage_place"])


class AskOutagePlace(CareAction):
    """Asks where; who is not verified may have the home that goes with the number looked at instead."""

    action_name = "action_ask_outage_form_outage_place"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Ask."""
        caller = await self.caller(tracker)
        known = caller.verified is not None
        dispatcher.utter_message(
            response="utter_ask_outage_place" if known else "utter_ask_outage_place_or_number"
        )
        return []


class ValidateOutageForm(CareForm):
    """The place to look at."""

    form = FORM

    async def validate_outage_place(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A place or a district that we serve; a number stands for the home that goes with it."""
        if value is None:
            return {}
        if entity_of(tracker, "choice") == HOME or entity_of(tracker, "phone_number"):
            return {"outage_place": HOME}
        area = await area_of_text(self.services.bss, str(value))
        if area is None and await areas_of_district(self.services.bss, str(value)):
            return {"outage_place": str(value)}
        if area is None:
            dispatcher.utter_message(response="utter_outage_place_unknown")
            return {"outage_place": None}
        return {"outage_place": area.id}


class NotifyOutage(VerifiedAction):
    """A text message to the verified number when the outage is over."""

    action_name = "action_notify_outage"

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Note the wish, once for each outage and number."""
        assert caller.verified is not None
        told = await outage_told(self.services, tracker)
        if told is None:
            dispatcher.utter_message(response="utter_outage_over")
            return forget([OUTAGE_TOLD])
        outage, area_id = told
        turn, verified = turn_of(tracker), caller.verified
        new = await self.services.outage_notices.subscribe(
            NoticeRequest(
                outage_id=outage.id,
                area_id=area_id,
                phone=verified.phone,
                customer_id=verified.customer_id,
                conversation_id=caller.conversation_id,
            ),
            self.services.conversations.guard(turn.id, turn.epoch),
        )
        dispatcher.utter_message(
            response="utter_outage_notice_noted" if new else "utter_outage_notice_known",
            phone=mask_phone(verified.phone),
        )
        return []


async def say_outage(
    services: Services, dispatcher: CollectingDispatcher, outage: Outage, area_id: str
) -> list[EventType]:
    """Say where, what, why, since and until when, and offer to tell its end; gives the slots to remember it by."""
    area = await services.bss.area(area_id)
    values = {
        "area": area.name if area is not None else area_id,
        "cause": outage.cause.rstrip("。"),
        "services": listing(either(*_SERVICES[service]) for service in outage.services),
        "since": moment(outage.started_at, services.zone),
    }
    if outage.expected_at is None:
        dispatcher.utter_message(response="utter_outage_open_end", **values)
    elif outage.expected_at <= services.clock():
        dispatcher.utter_message(response="utter_outage_late", **values)
    else:
        until = moment(outage.expected_at, services.zone)
        dispatcher.utter_message(response="utter_outage", until=until, **values)
    return [
        SlotSet(OUTAGE_TOLD, {"id": outage.id, "area": area_id}),
        SlotSet(YES_MEANS, NotifyOutage.action_name),
    ]


async def outage_told(services: Services, tracker: Tracker) -> tuple[Outage, str] | None:
    """The outage that the customer was told of in this dialogue, and where; None when it is over."""
    told = tracker.get_slot(OUTAGE_TOLD)
    if not told:
        return None
    live = await outages_at(services.bss, told["area"])
    return next(((outage, told["area"]) for outage in live if outage.id == told["id"]), None)


def wants_notice(text: str) -> bool:
    """Whether somebody asks to be told: 修好了告诉我一声."""
    return _WANTS_NOTICE.search(text) is not None


def asks_on(tracker: Tracker) -> bool:
    """Whether the customer asks on about the outage that was told of in the answer before: 还没好吗."""
    if set_in_last_turn(tracker, OUTAGE_TOLD) is None:
        return False
    text = text_of(tracker)
    return _ASKS_ON.search(text) is not None or wants_notice(text)


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        QueryOutage(services),
        AskOutagePlace(services),
        ValidateOutageForm(services),
        NotifyOutage(services),
    ]
