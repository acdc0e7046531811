"""Add-ons: subscribing one, and cancelling what is held."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import points
from actions.base import (
    CareAction,
    CareForm,
    DomainDict,
    Slots,
    ask_identity,
    begin_form,
    forget,
    leave_form,
)
from actions.heard import actions_of_last_turn
from actions.listed import Item, items_of, listed, picked
from actions.orders import OrderingAction, begin_order, say_rejected
from actions.services import Services
from actions.wish_words import WishWords, also_wanted, latest_words, mentioned, wish_words
from care.billing import service as billing
from care.bss.protocol import Addon, AddonKind, BssRejected, OrderAction, RejectReason
from care.catalogue import held, packs
from care.catalogue.service import find_addon
from care.clock import local_date
from care.orders.kinds.base import allowed
from care.wording import data_size, day, yuan

SUBSCRIBE_FORM = "subscribe_addon_form"
CANCEL_FORM = "cancel_addon_form"
MOST_BUTTONS = 6

_LINE_REASONS = {
    RejectReason.LINE_NOT_ACTIVE,
    RejectReason.SECOND_CARD,
    RejectReason.IN_ARREARS,
}
"""Why a line may have no add-on at all."""

_REJECTIONS = {
    RejectReason.SECOND_CARD: "utter_addon_rejected_second_card",
    RejectReason.NOT_ON_SALE: "utter_addon_rejected_not_on_sale",
    RejectReason.INCLUDED: "utter_addon_rejected_included",
    RejectReason.ALREADY_SUBSCRIBED: "utter_addon_rejected_already_subscribed",
    RejectReason.UNKNOWN_OFFERING: "utter_addon_rejected_unknown_offering",
}

_DATA_WORDS = re.compile(r"流量|加油包|刘量|留量|上网|几?个G|\dG|data", re.IGNORECASE)
_VOICE_WORDS = re.compile(r"语音|通话|分钟")
_STEM = re.compile(r"(?:包|服务|业务|会员)$")
_ALL_WORDS = re.compile(
    r"[都全]要|全部|所有|统统|通通|全都|都(?:给我|帮我)?[退停关取撤]|只保留套餐|只留套餐|all"
)


class SubscribeAddon(OrderingAction):
    """An add-on is wanted: which one, then the order."""

    action_name = "action_subscribe_addon"
    kind = "subscribe_addon"

    async def lead(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, line_id: str
    ) -> list[EventType]:
        """On to the order where it is known what is wanted, else to the form; points are exchanged elsewhere."""
        if points.means_exchange(tracker):
            return [FollowupAction(points.ACTION)]
        words = wish_words(tracker, "subscribe_addon")
        if await _line_is_refused(self.services, dispatcher, line_id):
            return leave_form(["addon"])
        wanted = await _wanted(self.services, tracker, words)
        if wanted is None:
            return begin_form(SUBSCRIBE_FORM)
        allowed = await _allowed(self.services, dispatcher, line_id, wanted)
        if not allowed:
            return begin_form(SUBSCRIBE_FORM) if wanted == [] else forget(["addon"])
        first, *rest = allowed
        later = also_wanted(tracker, "subscribe_addon", "addon", [addon.id for addon in rest])
        if first.kind is AddonKind.ROAMING:
            return [SlotSet("addon", [first.id]), *later, FollowupAction("action_open_roaming")]
        return [*begin_order("subscribe_addon", {"addon": first.id}), *later]


class ValidateSubscribeAddonForm(CareForm):
    """Which add-on."""

    form = SUBSCRIBE_FORM

    async def validate_addon(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Add-ons that the line may have; else the reason why not."""
        if value is None:
            return {}
        caller = await self.caller(tracker)
        named = await _named(
            self.services, tracker, latest_words(tracker), "subscribe_addon", _texts(value)
        )
        if caller.verified is None:
            return {"addon": [addon.id for addon in named] or None}
        if not named:
            say_rejected(dispatcher, RejectReason.UNKNOWN_OFFERING, "", _REJECTIONS)
            return {"addon": None}
        allowed = await _allowed(self.services, dispatcher, caller.verified.line_id, named)
        return {"addon": [addon.id for addon in allowed] or None}


class AskAddon(CareAction):
    """Asks which add-on, with those that help best in front."""

    action_name = "action_ask_subscribe_addon_form_addon"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """List the packs or services of the kind that was asked for."""
        caller = await self.caller(tracker)
        if caller.verified is None:
            return [*leave_form(), *ask_identity(SubscribeAddon.action_name)]
        words = wish_words(tracker, "subscribe_addon")
        kind = _kind_asked(words.text)
        if kind is None and "action_query_usage" in actions_of_last_turn(tracker):
            kind = AddonKind.DATA_PACK
        offered = await self._offered(dispatcher, words, kind, caller.verified.line_id)
        dispatcher.utter_message(
            response="utter_ask_addon",
            addons="\n".join(map(_row, offered)),
            buttons=[_button(addon) for addon in offered[:MOST_BUTTONS]],
        )
        return [listed("subscribe_addon", "addon", map(_item, offered))]

    async def _offered(
        self,
        dispatcher: CollectingDispatcher,
        words: WishWords,
        kind: AddonKind | None,
        line_id: str,
    ) -> list[Addon]:
        addons = await self.services.bss.addons()
        amount = words.value("data_amount")
        if isinstance(amount, int) and not _VOICE_WORDS.search(words.text):
            dispatcher.utter_message(response="utter_addon_no_such_size", size=data_size(amount))
            return packs.packs_of_size(addons, amount)
        if kind is None:
            return await held.still_to_have(self.services.bss, line_id)
        today = local_date(self.services.clock(), self.services.zone)
        usage = await billing.usage_summary(self.services.bss, line_id, today)
        used = usage.voice if kind is AddonKind.VOICE_PACK else usage.data
        short = packs.shortage(used.used, used.over, used.left, today)
        offered = packs.packs_by_use(addons, kind, short.over + short.expected, today)
        if kind is AddonKind.DATA_PACK and short.exists and offered:
            dispatcher.utter_message(
                response="utter_addon_shortage" if short.over else "utter_addon_shortage_expected",
                over=data_size(short.over),
                expected=data_size(short.expected),
                pack=offered[0].name,
                price=yuan(offered[0].price),
            )
        return offered


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
                return begin_form(CANCEL_FORM)
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

    form = CANCEL_FORM

    async def validate_addon(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """One or several that are held; else asked again."""
        if value is None:
            return {}
        caller, words = await self.caller(tracker), latest_words(tracker)
        named = await _named(self.services, tracker, words, "cancel_addon", _texts(value))
        if caller.verified is None:
            return {"addon": [addon.id for addon in named] or None}
        running = await held.running(self.services.bss, caller.verified.line_id)
        if not named and _ALL_WORDS.search(words.text):
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
            addons="\n".join(map(_row, running)),
            buttons=[_button(addon) for addon in running[:MOST_BUTTONS]],
        )
        return [listed("cancel_addon", "addon", map(_item, running))]


async def _wanted(services: Services, tracker: Tracker, words: WishWords) -> list[Addon] | None:
    """The add-ons that are wanted; None where none was named, empty where it is not known."""
    chosen = tracker.get_slot("addon")
    if chosen:
        return await _known(services, chosen)
    named = await _named(services, tracker, words, "subscribe_addon")
    if named:
        return named
    amount = words.value("data_amount")
    if isinstance(amount, int) and not _VOICE_WORDS.search(words.text):
        of_size = packs.packs_of_size(await services.bss.addons(), amount)
        if len(of_size) == 1 and of_size[0].data_mb == amount:
            return of_size
    return None


async def _named(
    services: Services,
    tracker: Tracker,
    words: WishWords,
    intent: str,
    texts: Sequence[str] = (),
) -> list[Addon]:
    """The add-ons named by name, by place in the last list, or by an amount of data that is just one pack's."""
    named = await _known(services, [*words.values("addon"), *words.values("charge_item")])
    if named:
        return named
    chosen = picked(words.text, items_of(tracker, intent))
    if chosen:
        return await _known(services, chosen)
    named = await _known(services, texts) or await _by_stem(services, tracker, intent, words.text)
    amount = words.value("data_amount")
    if not named and isinstance(amount, int):
        offered = {item.id for item in items_of(tracker, intent)}
        of_size = packs.packs_of_size(await services.bss.addons(), amount)
        named = [a for a in of_size if a.data_mb == amount and (not offered or a.id in offered)]
    return named


async def _by_stem(services: Services, tracker: Tracker, intent: str, text: str) -> list[Addon]:
    """Of those listed, the one whose name without 包, 服务 … is in the text: 电视影院 for 电视影院包."""
    offered = {item.id for item in items_of(tracker, intent)}
    stems = {
        addon: _STEM.sub("", addon.name)
        for addon in await services.bss.addons()
        if addon.id in offered
    }
    found = [addon for addon, stem in stems.items() if len(stem) > 1 and stem in text]
    return found if len(found) == 1 else []


async def _cancel_named(
    services: Services, tracker: Tracker, words: WishWords, running: Sequence[Addon]
) -> list[Addon]:
    """What is to be cancelled: by name, by price or kind, all of it, or what was spoken of before (把那个取消)."""
    chosen = tracker.get_slot("addon")
    if chosen:
        return await _known(services, chosen)
    named = await _named(services, tracker, words, "cancel_addon")
    if named:
        return named
    if _ALL_WORDS.search(words.text):
        return list(running)
    amount = words.value("amount")
    if amount is not None:
        priced = [addon for addon in running if addon.price == Decimal(str(amount))]
        if priced:
            return priced
    kind = _kind_asked(words.text)
    of_kind = [addon for addon in running if addon.kind is kind]
    if of_kind:
        return of_kind if len(of_kind) == 1 else []
    if re.search(r"那个|它|这个|刚才", words.text):
        before = [str(value) for _, value in mentioned(tracker, "addon", "charge_item")]
        spoken_of = [addon for addon in await _known(services, before) if addon in running]
        return spoken_of[:1]
    return []


async def _known(services: Services, names: Sequence[Any]) -> list[Addon]:
    """The add-ons with these identifiers, names or charge items, each once."""
    found: list[Addon] = []
    for name in names:
        addon = await find_addon(services.bss, str(name))
        if addon is None:
            addon = await held.charged_as(services.bss, str(name))
        if addon is not None and addon not in found:
            found.append(addon)
    return found


async def _allowed(
    services: Services, dispatcher: CollectingDispatcher, line_id: str, wanted: Sequence[Addon]
) -> list[Addon]:
    """Those that the line may subscribe; why not is said of the others."""
    allowed = []
    for addon in wanted:
        try:
            await services.bss.check_subscription(line_id, addon.id)
        except BssRejected as error:
            say_rejected(dispatcher, error.reason, addon.name, _REJECTIONS)
        else:
            allowed.append(addon)
    return allowed


async def _line_is_refused(
    services: Services, dispatcher: CollectingDispatcher, line_id: str
) -> bool:
    """Whether the line may have no add-on at all; the reason is said."""
    on_sale = next(addon for addon in await services.bss.addons() if addon.on_sale)
    try:
        await services.bss.check_subscription(line_id, on_sale.id)
    except BssRejected as error:
        if error.reason in _LINE_REASONS:
            say_rejected(dispatcher, error.reason, "", _REJECTIONS)
            return True
    return False


def _kind_asked(text: str) -> AddonKind | None:
    if _VOICE_WORDS.search(text):
        return AddonKind.VOICE_PACK
    return AddonKind.DATA_PACK if _DATA_WORDS.search(text) else None


def _texts(value: Any) -> list[str]:
    return [str(one) for one in (value if isinstance(value, list) else [value])]


def _item(addon: Addon) -> Item:
    return Item(addon.id, addon.price, addon.data_mb)


def _row(addon: Addon) -> str:
    price = (
        "免费" if not addon.price else f"{yuan(addon.price)}元" + ("/月" if addon.recurring else "")
    )
    return f"· {addon.name}｜{price}｜{addon.description.rstrip('。')}"


def _button(addon: Addon) -> dict[str, str]:
    return {"title": addon.name, "payload": f'/inform{{"addon": "{addon.id}"}}'}


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        SubscribeAddon(services),
        ValidateSubscribeAddonForm(services),
        AskAddon(services),
        CancelAddon(services),
        ValidateCancelAddonForm(services),
        AskHeldAddon(services),
    ]
