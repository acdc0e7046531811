"""What a question about money is about, kept from message to message: 那9月的呢, 彩铃费呢, 这笔不是我办的.

One slot, ``inquiry``, holds it while the customer's identity is asked and until something else is wanted. A look-up reads it
with ``inquiry_of``; what the latest message names goes before what was named earlier.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, DomainDict
from actions.heard import entity_of, intent_of, text_of
from actions.identity import OwnNumberAction
from actions.services import Services
from actions.time_said import time_alone
from care.billing.charges import by_addon, charge_item
from care.billing.service import paying_line
from care.bss.months import month_of, parse_month, shift_month
from care.bss.protocol import Bss, Line
from care.clock import local_date
from care.customers.masking import mask_phone
from care.wording import month as in_words

SLOT = "inquiry"
MONTHS_OFFERED = 3
BILL, RECORDS, COMPARISON = "bill", "records", "comparison"

_ACTIONS = {
    "query_bill": "action_query_bill",
    "query_balance": "action_query_balance",
    "query_usage": "action_query_usage",
    "explain_charge": "action_explain_charge",
    "dispute_charge": "action_dispute_charge",
    "query_payments": "action_query_payments",
    "query_points": "action_query_points",
}
_CARRIED: Mapping[str, tuple[str, ...]] = {
    "action_explain_charge": ("months", "phone"),
    "action_dispute_charge": ("months", "phone", "item", "addon", "amounts"),
}
"""What a wish takes over from the question before it; the others begin anew."""

# The intent does not tell these apart; the words do. 话费详单 is a bill, 通话详单 is not.
_RECORDS = re.compile(
    r"(?<!话费)(?<!扣费)(?<!费用)详单|話單|话单|(通话|通話|上网|流量|打电话)[^，。]{0,6}(清单|记录|清單|記錄|明细)"
    r"|每天用|每日用|哪天用|打给谁|跟谁(打|通)|跟哪些号码"
)
_COMPARISON = re.compile(
    r"对比|相比|比较一?下|[跟和同与].{0,8}比|比(?!较).{0,8}(多|少|贵|高|低)|差多少|贵在|多在哪|涨了"
)
_DENIED = re.compile(r"(?:没有?|不是?|谁|又没|啥时候|什么时候|哪里|哪)[^，。,\d\s]{0,4}$")
"""Before a month that was not meant: 没说9月啊."""
_DENIED_AFTER = re.compile(r"^[^，。,\d\s]{0,4}(?:没|不是)")
_REFERENCE = re.compile(r"[比跟和同与]\s*$")
"""Before a month that is only compared with: 比上个月贵."""


@dataclass(frozen=True)
class Inquiry:
    """What is asked for. All but ``action`` may be empty."""

    action: str
    months: tuple[str, ...] = ()
    item: str | None = None
    """A kind of bill line, or a reward."""
    addon: str | None = None
    amounts: tuple[str, ...] = ()
    data: tuple[int, ...] = ()
    """MB."""
    days: tuple[str, ...] = ()
    phone: str | None = None
    """A number that was named; whether it is the customer's own is checked each time."""
    view: str = BILL

    @property
    def names_charge(self) -> bool:
        """Whether it says which charge."""
        return bool(self.item or self.addon or self.amounts)

    def as_slot(self) -> dict[str, Any]:
        """The slot's value."""
        return asdict(self)

    def yuan(self) -> tuple[Decimal, ...]:
        """The amounts."""
        return tuple(Decimal(amount) for amount in self.amounts)


def kept(tracker: Tracker) -> Inquiry | None:
    """The question that was asked last."""
    value = tracker.get_slot(SLOT)
    if not isinstance(value, dict):
        return None
    fields: dict[str, Any] = {
        key: tuple(one) if isinstance(one, list) else one for key, one in value.items()
    }
    return Inquiry(**fields)


def inquiry_of(tracker: Tracker, action: str) -> Inquiry:
    """What ``action`` is asked for: by the latest message, by those before it, or before the identity was asked."""
    before, said = kept(tracker), _said(tracker)
    if _ACTIONS.get(intent_of(tracker)) == action:
        return _anew(Inquiry(action), before, said)
    if before is None:
        return Inquiry(action, months=_months(tracker))
    if tracker.get_slot("task") == action and before.action == action:
        months = _months(tracker)  # may have been said meanwhile
        return replace(before, months=months) if months else before
    return _merged(replace(before, action=action), said)


def _anew(inquiry: Inquiry, before: Inquiry | None, said: dict[str, Any]) -> Inquiry:
    named = any(said.get(key) for key in ("item", "addon", "amounts"))
    for field in _CARRIED.get(inquiry.action, ()):
        if before is not None and not (named and field in ("item", "addon", "amounts")):
            inquiry = replace(inquiry, **{field: getattr(before, field)})
    return _merged(inquiry, said)


def _merged(inquiry: Inquiry, said: dict[str, Any]) -> Inquiry:
    """The inquiry with what was said now: a charge named now stands in place of one named before."""
    if any(said.get(key) for key in ("item", "addon", "amounts")):
        inquiry = replace(inquiry, item=None, addon=None, amounts=())
    return replace(inquiry, **{key: value for key, value in said.items() if value})


def _said(tracker: Tracker) -> dict[str, Any]:
    """What the latest message names."""
    months, reference = _months(tracker), _reference(tracker)
    if reference is not None and months == (reference,):
        months = (reference, shift_month(reference, 1))
    return {
        "months": months,
        "item": _text(entity_of(tracker, "reward") or entity_of(tracker, "charge_item")),
        "addon": _text(entity_of(tracker, "addon")),
        "amounts": tuple(_amounts(tracker)),
        "data": tuple(
            int(value)
            for value in _flat(tracker.get_latest_entity_values("data_amount"))
            if str(value).isdigit()
        ),
        "days": tuple(_days(tracker)),
        "phone": _text(entity_of(tracker, "phone_number")),
        "view": _view(tracker),
    }


def _view(tracker: Tracker) -> str | None:
    named = entity_of(tracker, "bill_view")
    if named in (BILL, RECORDS, COMPARISON):
        return str(named)
    text = text_of(tracker)
    if _RECORDS.search(text):
        return RECORDS
    return COMPARISON if _COMPARISON.search(text) else None


def _months(tracker: Tracker) -> tuple[str, ...]:
    """The months asked for, each once and in order: the slot holds months, and ranges of them."""
    return tuple(sorted({str(value) for value in _flat(tracker.get_slot("month") or ())}))


def _reference(tracker: Tracker) -> str | None:
    text = str(tracker.latest_message.get("text") or "")
    for entity in tracker.latest_message.get("entities") or ():
        if entity.get("entity") == "month" and _REFERENCE.search(text[: entity.get("start", 0)]):
            return str(entity["value"]) if _is_month(entity["value"]) else None
    return None


def _amounts(tracker: Tracker) -> Iterator[str]:
    for value in _flat(tracker.get_latest_entity_values("amount")):
        try:
            if Decimal(str(value)) > 0:
                yield str(value)
        except InvalidOperation:
            continue


def _days(tracker: Tracker) -> Iterator[str]:
    for value in _flat(tracker.get_latest_entity_values("date")):
        try:
            yield date.fromisoformat(str(value)).isoformat()
        except ValueError:
            continue


def _flat(values: Any) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from value
        else:
            yield value


def _is_month(value: Any) -> bool:
    try:
        parse_month(str(value))
    except ValueError:
        return False
    return True


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


async def item_of(bss: Bss, inquiry: Inquiry) -> str | None:
    """The kind of bill line that was named, an add-on's by its name."""
    if inquiry.item is not None or inquiry.addon is None:
        return inquiry.item
    return by_addon(await bss.addons(), inquiry.addon)


async def for_desk(bss: Bss, inquiry: Inquiry) -> str:
    """What was asked for, as a person reads it who takes over."""
    words = [in_words(month) if _is_month(month) else month for month in inquiry.months]
    item = await item_of(bss, inquiry)
    named = await charge_item(bss, item) if item is not None else None
    words += [named.name] if named is not None else []
    words += [f"{amount}元" for amount in inquiry.amounts]
    return "、".join([*words, *inquiry.days])


class MoneyAction(OwnNumberAction):
    """A look-up about the money of one of the customer's own lines; a second card is led to the line that pays."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Keep what is asked for, and answer a verified customer."""
        inquiry = inquiry_of(tracker, self.action_name)
        events = await super().run(dispatcher, tracker, domain)
        return [SlotSet(SLOT, inquiry.as_slot()), *events]

    def named_number(self, tracker: Tracker) -> str | None:
        """The number that the question is about, also when it was named in an earlier message."""
        return inquiry_of(tracker, self.action_name).phone

    async def answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, line_id: str, phone: str
    ) -> None:
        """Answer for the line that pays, and say so where it is another."""
        line = await paying_line(self.services.bss, line_id)
        if line.id != line_id:
            dispatcher.utter_message(
                response="utter_second_card", phone=phone, main=mask_phone(line.phone)
            )
        inquiry = inquiry_of(tracker, self.action_name)
        await self.answer_for(dispatcher, inquiry, line, mask_phone(line.phone))

    async def answer_for(
        self, dispatcher: CollectingDispatcher, inquiry: Inquiry, line: Line, phone: str
    ) -> None:
        """Answer for the line that pays; ``phone`` is its number, masked."""
        raise NotImplementedError


class FurtherInquiry(CareAction):
    """A month, charge, day or sum after a look-up, without a wish of its own: the same once more, for that."""

    action_name = "action_further_inquiry"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Back to the look-up; where nothing was looked up, ask what is wanted. A month that was not meant is asked for."""
        timed = time_alone(tracker)
        if timed is not None:
            return timed
        before = kept(tracker)
        if denies_month(tracker):
            return ask_month(self.services, dispatcher, tracker)
        action = None if before is None else _further(before.action, _said(tracker))
        if action is None:
            dispatcher.utter_message(response="utter_inform")
            return []
        return [FollowupAction(action)]


def ask_month(
    services: Services, dispatcher: CollectingDispatcher, tracker: Tracker
) -> list[EventType]:
    """Offer other months than those shown; the rest of the question stands."""
    before = kept(tracker)
    assert before is not None  # denies_month
    present = month_of(local_date(services.clock(), services.zone))
    intent = before.action.removeprefix("action_")
    months = [shift_month(present, -back) for back in range(1, MONTHS_OFFERED + 2)]
    dispatcher.utter_message(
        response="utter_which_month",
        buttons=[
            {"title": in_words(one), "payload": f'/{intent}{{"month": "{one}"}}'}
            for one in months
            if one not in before.months
        ][:MONTHS_OFFERED],
    )
    return [SlotSet("month", None)]


def denies_month(tracker: Tracker) -> bool:
    """Whether a month was looked up, and the latest message names one only to say that it was not meant."""
    text = str(tracker.latest_message.get("text") or "")
    if kept(tracker) is None:
        return False
    named = [
        one for one in tracker.latest_message.get("entities") or () if one.get("entity") == "month"
    ]
    return bool(named) and all(
        _DENIED.search(text[: one.get("start", 0)])
        or _DENIED_AFTER.search(text[one.get("end", 0) :])
        for one in named
    )


def _further(action: str, said: Mapping[str, Any]) -> str | None:
    """The look-up that a value alone is for after ``action``; None where it makes no sense."""
    bill, explain = _ACTIONS["query_bill"], _ACTIONS["explain_charge"]
    of_charges = (explain, _ACTIONS["dispute_charge"])
    payments = _ACTIONS["query_payments"]
    if said["item"] or said["addon"]:
        return action if action in of_charges else explain
    if said["amounts"]:
        return action if action in (*of_charges, payments) else explain if action == bill else None
    if said["days"]:
        return action if action == payments else None
    if action == _ACTIONS["query_balance"]:
        return bill
    return None if action == _ACTIONS["query_points"] else action


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [FurtherInquiry(services)]
