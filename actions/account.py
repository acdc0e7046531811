"""The customer's numbers: level, name, state of the line and what to do about it."""

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.base import DomainDict, VerifiedAction, forget
from actions.heard import entity_of, text_of
from actions.lines import in_words, line_meant
from actions.services import Services
from care.bss.protocol import (
    BssRejected,
    CustomerKind,
    CustomerLevel,
    HoldReason,
    Line,
    LineHold,
    SimKind,
)
from care.conversations.callers import Caller
from care.customers.masking import mask_name, mask_phone
from care.lines.service import Standing
from care.wording import day, either, listing, yuan

_UNKNOWN = re.compile(
    r"忘|不?记得|不知道|哪个号|什么号|啥号|号码?是(?:多少|什么|几)|本机号|查.{0,4}号码"
)
"""That the customer does not know the own number. 停机了吗 is asked by who knows it."""

_LEVELS = {
    CustomerLevel.BASIC: ("普通客户", "Basic"),
    CustomerLevel.SILVER: ("银卡客户", "Silver"),
    CustomerLevel.GOLD: ("金卡客户", "Gold"),
    CustomerLevel.DIAMOND: ("钻石卡客户", "Diamond"),
}
_CARDS = {SimKind.PLASTIC: ("实体卡", "SIM card"), SimKind.ESIM: ("eSIM", "eSIM")}


class QueryAccount(VerifiedAction):
    """Number, level, name and state of the verified line, and the customer's other numbers."""

    action_name = "action_query_account"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Who does not know the own number is told first how it is found: we ask for it next."""
        caller = await self.caller(tracker)
        unknown = _UNKNOWN.search(text_of(tracker)) is not None
        if caller.verified is None and tracker.get_slot("phone_number") is None and unknown:
            dispatcher.utter_message(response="utter_account_find_number")
        return await super().run(dispatcher, tracker, domain)

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Say how the line stands, and the next step where it is stopped."""
        line, refused = await line_meant(
            self.services, dispatcher, entity_of(tracker, "phone_number"), caller
        )
        if refused:
            return forget(["phone_number"])
        assert caller.verified is not None
        own = await self.services.lines.own(caller.verified)
        line = line or next((one for one in own if one.id == caller.verified.line_id), None)
        if line is None:
            dispatcher.utter_message(response="utter_line_gone")
            return []
        try:
            standing = await self.services.lines.standing(line)
        except BssRejected:
            dispatcher.utter_message(response="utter_line_gone")
            return []
        await self._say_holder(dispatcher, line)
        say_standing(dispatcher, standing)
        accesses = await self.services.bss.broadband_of(line.customer_id)
        if accesses:
            dispatcher.utter_message(
                response="utter_account_broadband",
                accesses=listing(
                    either(
                        f"账号 {one.account}（{one.mbps}M）", f"account {one.account} ({one.mbps}M)"
                    )
                    for one in accesses
                ),
            )
        others = [one for one in own if one.id != line.id]
        if others:
            dispatcher.utter_message(
                response="utter_account_others",
                lines=listing(in_words(one) for one in others),
            )
        return []

    async def _say_holder(self, dispatcher: CollectingDispatcher, line: Line) -> None:
        customer = await self.services.bss.customer(line.customer_id)
        if customer is None or not customer.name:
            dispatcher.utter_message(response="utter_account_no_name", phone=mask_phone(line.phone))
            return
        company = customer.kind is CustomerKind.ENTERPRISE
        dispatcher.utter_message(
            response="utter_account_of_company" if company else "utter_account",
            phone=mask_phone(line.phone),
            name=mask_name(customer.name),
            level=either(*_LEVELS[customer.level]),
            card=either(*_CARDS[line.sim]),
            second=either("副卡", "second card")
            if line.primary_line_id is not None
            else either("主卡", "main card"),
            since=day(line.since),
        )


def say_standing(dispatcher: CollectingDispatcher, standing: Standing) -> None:
    """Say whether the line is in use, why not, and what brings it back."""
    hold, phone = standing.hold, mask_phone(standing.line.phone)
    if hold is None:
        dispatcher.utter_message(response="utter_line_active", phone=phone)
    elif hold.reason is HoldReason.ARREARS:
        _say_arrears(dispatcher, standing, phone)
    elif hold.reason is HoldReason.LOST:
        dispatcher.utter_message(response="utter_line_lost", phone=phone, since=_since(hold))
    elif standing.line.status == "active":
        dispatcher.utter_message(
            response="utter_line_to_be_kept",
            phone=phone,
            start=_since(hold),
            until=_until(hold),
        )
    else:
        dispatcher.utter_message(
            response="utter_line_kept", phone=phone, since=_since(hold), until=_until(hold)
        )
    if standing.card is not None:
        dispatcher.utter_message(response="utter_card_ordered")


def _say_arrears(dispatcher: CollectingDispatcher, standing: Standing, phone: str) -> None:
    if standing.arrears > 0:
        dispatcher.utter_message(
            response="utter_line_in_arrears", phone=phone, amount=yuan(standing.arrears)
        )
    else:
        dispatcher.utter_message(response="utter_line_paid", phone=phone)


def _since(hold: LineHold) -> str:
    return either("之前", "earlier") if hold.start is None else day(hold.start)


def _until(hold: LineHold) -> str:
    return either("您申请复机", "you ask for it back") if hold.until is None else day(hold.until)


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [QueryAccount(services)]
