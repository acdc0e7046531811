"""What the customer has ordered: how it stands, and taking the last one back."""

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.base import VerifiedAction, leave_form
from actions.orders import OrderingAction, begin_order
from actions.services import Services
from actions.wish_words import WishWords, wish_words
from care.bss.protocol import Addon, AddonKind, Plan
from care.catalogue.service import find_addon, find_plan
from care.clock import local_date
from care.conversations.callers import Caller
from care.orders.history import PastOrder, Stage, orders_of
from care.wording import day

MOST_ORDERS = 5

_STAGES = {
    Stage.IN_HAND: "utter_order_in_hand",
    Stage.WAITING: "utter_order_waiting",
    Stage.IN_FORCE: "utter_order_in_force",
    Stage.UNDONE: "utter_order_undone",
    Stage.REFUSED: "utter_order_was_refused",
}


_ELSEWHERE = {
    Stage.IN_HAND: "utter_order_in_hand_elsewhere",
    Stage.WAITING: "utter_order_waiting_elsewhere",
    Stage.IN_FORCE: "utter_order_in_force_elsewhere",
    Stage.UNDONE: "utter_order_undone_elsewhere",
    Stage.REFUSED: "utter_order_was_refused_elsewhere",
}
"""The same of an order that was not placed with us, and has no number of ours."""


class QueryOrder(VerifiedAction):
    """How the line's orders stand."""

    action_name = "action_query_order"

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """The orders of what was named, else the latest ones."""
        assert caller.verified is not None
        words = wish_words(tracker, "query_order")
        orders = await _orders(self.services, caller.verified.line_id)
        about = await _named(self.services, words)
        shown = [order for order in orders if order.offering_id in about] if about else orders
        if not shown:
            name = next(iter(about.values()), None)
            if name is not None:
                dispatcher.utter_message(response="utter_orders_none_of", name=name)
            else:
                dispatcher.utter_message(response="utter_orders_none")
            return []
        for order in shown[:MOST_ORDERS]:
            dispatcher.utter_message(
                response=(_STAGES if order.number else _ELSEWHERE)[order.stage],
                title=order.title,
                start=day(order.effective),
                ordered=day(local_date(order.ordered_at, self.services.zone)),
                number=order.number,
            )
        if any(order.undoable for order in shown[:MOST_ORDERS]):
            dispatcher.utter_message(response="utter_orders_can_be_undone")
        return []


class UndoOrder(OrderingAction):
    """The last order that may still be taken back, or the one that was named."""

    action_name = "action_undo_order"
    kind = "undo_order"

    async def lead(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, line_id: str
    ) -> list[EventType]:
        """Offer to take it back; say it honestly where it is too late, with another way."""
        words = wish_words(tracker, "undo_order")
        orders = await _orders(self.services, line_id)
        about = await _named(self.services, words)
        meant = [order for order in orders if order.offering_id in about] if about else orders
        open_ones = [order for order in meant if order.stage not in (Stage.UNDONE, Stage.REFUSED)]
        found = next((order for order in open_ones if order.undoable), None)
        if found is not None and found.operator_order_id is not None:
            return begin_order("undo_order", {"order": found.operator_order_id})
        if not open_ones:
            response = "utter_undo_already" if meant else "utter_undo_nothing"
            dispatcher.utter_message(response=response)
        else:
            await self._say_too_late(dispatcher, open_ones[0])
        return leave_form()

    async def _say_too_late(self, dispatcher: CollectingDispatcher, order: PastOrder) -> None:
        """Why the order stands, and what can be done instead."""
        if order.stage is Stage.IN_HAND:
            dispatcher.utter_message(response="utter_undo_in_hand", title=order.title)
            return
        addon = await self.services.bss.addon(order.offering_id)
        plan = await self.services.bss.plan(order.offering_id)
        if addon is None and plan is None:
            dispatcher.utter_message(response="utter_undo_too_late_other", title=order.title)
            return
        response = (
            "utter_undo_too_late_plan"
            if addon is None
            else "utter_undo_too_late_addon"
            if addon.recurring
            else "utter_undo_too_late_pack"
        )
        dispatcher.utter_message(response=response, title=order.title, start=day(order.effective))


async def _orders(services: Services, line_id: str) -> Sequence[PastOrder]:
    today = local_date(services.clock(), services.zone)
    return await orders_of(services.db, services.bss, line_id, today)


async def _named(services: Services, words: WishWords) -> dict[str, str]:
    """Names of the plans and add-ons that a message is about, by identifier; 漫游 stands for every roaming pack."""
    found: list[Plan | Addon | None] = [
        *[await find_plan(services.bss, str(value)) for value in words.values("plan")],
        *[await find_addon(services.bss, str(value)) for value in words.values("addon")],
    ]
    if "漫游" in words.text and not any(found):
        found += [a for a in await services.bss.addons() if a.kind is AddonKind.ROAMING]
    return {one.id: one.name for one in found if one is not None}


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [QueryOrder(services), UndoOrder(services)]
