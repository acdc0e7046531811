"""Cancelling an add-on: which of those that are held, then the order."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.addon_words import (
    ALL_WORDS,
    MOST_BUTTONS,
    addon_button,
    addon_item,
    addon_row,
    kind_asked,
    known_addons,
    named_addons,
    texts_of,
)
from actions.base import (
    CareAction,
    CareForm,
    DomainDict,
    Slots,
    ask_identity,
    begin_form,
    leave_form,
)
from actions.listed import listed
from actions.orders import OrderingAction, begin_order
from actions.services import Services
from actions.wish_words import WishWords, also_wanted, latest_words, mentioned, wish_words
from care.bss.protocol import Addon, OrderAction
from care.catalogue import held
from care.orders.kinds.base import allowed
from care.wording import day

FORM = "cancel_addon_form"


class CancelAddon(OrderingAction):
    """An add-on is not wanted any more: which of those that are held, then the order."""

    action_name = "action_cancel_addon"
    kind = "cancel_addon"

    async def lead(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, line_id: str
    ) -> list[EventType]:
        """On to the order where it is known what is meant, else to the form; what is not held is told."""
        bss = self.services.bss
        words = wish_words(tracker, "cancel_addon")
        running = await held.running(bss, line_id)
        named = await _cancel_named(self.services, tracker, words, running)
        meant = [addon for addon in named if addon in running]
        for addon in named:
            if addon not in running:
                await self._say_not_running(dispatcher, line_id, addon)
        if not running:
            if not named:
                dispatcher.utter_message(response="utter_addon_none_held")
            return leave_form(["addon"])
        if not meant and named:
            return leave_form(["addon"])
        if not meant:
            if len(running) > 1:
                return begin_form(FORM)
            meant = running
        first, *rest = meant
        fresh = await self._taken_lately(line_id, first.id)
        if fresh is not None:
            return begin_order("undo_order", {"order": fresh})
        later = also_wanted(tracker, "cancel_addon", "addon", [addon.id for addon in rest])
        return [*begin_order("cancel_addon", {"addon": first.id}), *later]

    async def _taken_lately(self, line_id: str, addon_id: str) -> str | None:
        """The operator's number of an order for it that can still be taken back, which costs nothing."""
        for receipt in await self.services.bss.orders(line_id):
            same = (receipt.action, receipt.offering_id) == (OrderAction.SUBSCRIBE_ADDON, addon_id)
            if same and await allowed(self.services.bss.check_undo(receipt.order_id)):
                return receipt.order_id
        return None

    async def _say_not_running(
        self, dispatcher: CollectingDispatcher, line_id: str, addon: Addon
    ) -> None:
        """Why there is nothing to cancel: it ends by itself, is part of the plan, or is not held."""
        until = await held.held_until(self.services.bss, line_id, addon.id)
        line = await self.services.bss.line_by_id(line_id)
        if until is not None:
            dispatcher.utter_message(
                response="utter_addon_ends_by_itself", name=addon.name, until=day(until)
            )
        elif line is not None and line.plan_id in addon.included_with:
            dispatcher.utter_message(response="utter_addon_is_included", name=addon.name)
        else:
            dispatcher.utter_message(response="utter_addon_not_held", name=addon.name)


class ValidateCancelAddonForm(CareForm):
    """Which of the add-ons that are held."""

    form = FORM

    async def validate_addon(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """One or several that are held; else asked again."""
        if value is None:
            return {}
        caller, words = await self.caller(tracker), latest_words(tracker)
        named = await named_addons(self.services, tracker, words, "cancel_addon", texts_of(value))
        if caller.verified is None:
            return {"addon": [addon.id for addon in named] or None}
        running = await held.running(self.services.bss, caller.verified.line_id)
        if not named and ALL_WORDS.search(words.text):
            named = running
        meant = [addon for addon in named if addon in running]
        if not meant:
            dispatcher.utter_message(response="utter_addon_choose_held")
            return {"addon": None}
        return {"addon": [addon.id for addon in meant]}


class AskHeldAddon(CareAction):
    """Asks which of the add-ons that are held."""

    action_name = "action_ask_cancel_addon_form_addon"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """List them with their prices."""
        caller = await self.caller(tracker)
        if caller.verified is None:
            return [*leave_form(), *ask_identity(CancelAddon.action_name)]
        running = await held.running(self.services.bss, caller.verified.line_id)
        dispatcher.utter_message(
            response="utter_ask_held_addon",
            addons="\n".join(map(addon_row, running)),
            buttons=[addon_button(addon) for addon in running[:MOST_BUTTONS]],
        )
        return [listed("cancel_addon", "addon", map(addon_item, running))]


async def _cancel_named(
    services: Services, tracker: Tracker, words: WishWords, running: Sequence[Addon]
) -> list[Addon]:
    """What is to be cancelled: by name, by price or kind, all of it, or what was spoken of before (把那个取消)."""
    chosen = tracker.get_slot("addon")
    if chosen:
        return await known_addons(services, chosen)
    named = await named_addons(services, tracker, words, "cancel_addon")
    if named:
        return named
    if ALL_WORDS.search(words.text):
        return list(running)
    amount = words.value("amount")
    if amount is not None:
        priced = [addon for addon in running if addon.price == Decimal(str(amount))]
        if priced:
            return priced
    kind = kind_asked(words.text)
    of_kind = [addon for addon in running if addon.kind is kind]
    if of_kind:
        return of_kind if len(of_kind) == 1 else []
    if re.search(r"那个|它|这个|刚才", words.text):
        before = [str(value) for _, value in mentioned(tracker, "addon", "charge_item")]
        spoken_of = [addon for addon in await known_addons(services, before) if addon in running]
        return spoken_of[:1]
    return []


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [CancelAddon(services), ValidateCancelAddonForm(services), AskHeldAddon(services)]
