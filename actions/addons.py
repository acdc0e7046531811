"""Subscribing an add-on: which one, of a few that fit, then the order."""

import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import points
from actions.addon_offers import offers
from actions.addon_words import (
    VOICE_WORDS,
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
    forget,
    leave_form,
)
from actions.heard import actions_of_last_turn, entity_of, text_of
from actions.listed import SLOT as LISTED
from actions.listed import Item, fitting, items_of, listed, narrowed, still_meant
from actions.orders import OrderingAction, begin_order, say_rejected
from actions.services import Services
from actions.wish_words import WishWords, also_wanted, latest_words, wish_words
from care.bss.protocol import Addon, AddonKind, BssRejected, RejectReason
from care.catalogue import held, packs
from care.wording import either

FORM = "subscribe_addon_form"
SHOWN, SHOWN_LATER = 3, 6
"""How many are shown at first, and how many more each time when more are asked for."""

MORE = "more"

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

_ABROAD_WORDS = re.compile(r"国际|漫游|出国|境外|国外|海外|港澳|roaming|abroad", re.IGNORECASE)
_MORE_WORDS = re.compile(
    r"更多(?!的?(?:流量|通话|语音))|还有(?:别的|其他|其它|哪|什么|没|吗)|换一批|别的|其他的"
    r"|\bmore\b(?! (?:data|minutes))|\bothers?\b",
    re.IGNORECASE,
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
        if wanted is None and _ABROAD_WORDS.search(words.text):
            return [FollowupAction("action_open_roaming")]
        if wanted is None:
            return begin_form(FORM)
        allowed = await _allowed(self.services, dispatcher, line_id, wanted)
        if not allowed:
            return begin_form(FORM) if wanted == [] else forget(["addon"])
        first, *rest = allowed
        later = also_wanted(tracker, "subscribe_addon", "addon", [addon.id for addon in rest])
        if first.kind is AddonKind.ROAMING:
            return [SlotSet("addon", [first.id]), *later, FollowupAction("action_open_roaming")]
        return [*begin_order("subscribe_addon", {"addon": first.id}), *later]


class ValidateSubscribeAddonForm(CareForm):
    """Which add-on."""

    form = FORM

    async def validate_addon(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Add-ons that the line may have; else the reason why not."""
        if value is None:
            return {}
        caller, words = await self.caller(tracker), latest_words(tracker)
        if asks_for_more(tracker) and not words.values("addon"):
            return {"addon": None}
        named = await named_addons(
            self.services, tracker, words, "subscribe_addon", texts_of(value)
        )
        if caller.verified is None:
            return {"addon": [addon.id for addon in named] or None}
        if not named:
            items, meant = await self._fitting(tracker, caller.verified.line_id, words.text)
            if len(meant) > 1:
                return {
                    "addon": None,
                    LISTED: narrowed("subscribe_addon", "addon", items, meant),
                }
            if meant:
                return {"addon": meant}
            say_rejected(dispatcher, RejectReason.UNKNOWN_OFFERING, "", _REJECTIONS)
            return {"addon": None}
        allowed = await _allowed(self.services, dispatcher, caller.verified.line_id, named)
        return {"addon": [addon.id for addon in allowed] or None}

    async def _fitting(
        self, tracker: Tracker, line_id: str, text: str
    ) -> tuple[list[Item], list[str]]:
        """Which add-ons an attribute fits (带视频的那个): of those shown, else of all that the line could have."""
        shown = items_of(tracker, "subscribe_addon")
        if meant := fitting(text, shown):
            return shown, meant
        items = list(map(addon_item, await held.still_to_have(self.services.bss, line_id)))
        return items, fitting(text, items)


class AskAddon(CareAction):
    """Asks which add-on: a few that fit, the best first, and more on demand."""

    action_name = "action_ask_subscribe_addon_form_addon"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """The first few; those behind them where more were asked for; only those meant where an answer fitted several."""
        caller = await self.caller(tracker)
        if caller.verified is None:
            return [*leave_form(), *ask_identity(SubscribeAddon.action_name)]
        line_id, before = caller.verified.line_id, tracker.get_slot("addons_shown") or []
        if between := still_meant(tracker, "subscribe_addon"):
            known = await known_addons(self.services, [item.id for item in between])
            dispatcher.utter_message(
                response="utter_which_of_these", buttons=list(map(addon_button, known))
            )
            return [listed("subscribe_addon", "addon", between)]
        goes_on = asks_for_more(tracker) and bool(before)
        words, kind = self._asked(tracker)
        found = await offers(self.services, None if goes_on else dispatcher, words, kind, line_id)
        rest = [addon for addon in found if addon.id not in before] if goes_on else found
        if goes_on and not rest:
            dispatcher.utter_message(response="utter_addon_no_more")
            goes_on, rest = False, found
        shown = rest[: SHOWN_LATER if goes_on else SHOWN]
        more = {"title": either("更多", "More"), "payload": f'/inform{{"choice": "{MORE}"}}'}
        dispatcher.utter_message(
            response="utter_ask_addon_more" if goes_on else "utter_ask_addon",
            addons="\n".join(map(addon_row, shown)),
            buttons=[*map(addon_button, shown), *([more] if len(rest) > len(shown) else [])],
        )
        seen = [*(before if goes_on else ()), *(addon.id for addon in shown)]
        return [
            listed("subscribe_addon", "addon", map(addon_item, shown)),
            SlotSet("addons_shown", seen),
        ]

    def _asked(self, tracker: Tracker) -> tuple[WishWords, AddonKind | None]:
        """The words in which something was wanted, and of which kind it is."""
        words = wish_words(tracker, "subscribe_addon")
        kind = kind_asked(words.text)
        if kind is None and "action_query_usage" in actions_of_last_turn(tracker):
            kind = AddonKind.DATA_PACK
        return words, kind


def asks_for_more(tracker: Tracker) -> bool:
    """Whether the latest message wants to see more of the list."""
    return entity_of(tracker, "choice") == MORE or bool(_MORE_WORDS.search(text_of(tracker)))


async def _wanted(services: Services, tracker: Tracker, words: WishWords) -> list[Addon] | None:
    """The add-ons that are wanted; None where none was named, empty where it is not known."""
    chosen = tracker.get_slot("addon")
    if chosen:
        return await known_addons(services, chosen)
    named = await named_addons(services, tracker, words, "subscribe_addon")
    if named:
        return named
    amount = words.value("data_amount")
    if isinstance(amount, int) and not VOICE_WORDS.search(words.text):
        of_size = packs.packs_of_size(await services.bss.addons(), amount)
        if len(of_size) == 1 and of_size[0].data_mb == amount:
            return of_size
    return None


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


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [SubscribeAddon(services), ValidateSubscribeAddonForm(services), AskAddon(services)]
