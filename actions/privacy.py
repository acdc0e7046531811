"""What people ask of their data: a copy, deletion of the chat, no automated decisions, no marketing (PIPL), and which
addresses are bound to their number.
"""

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareAction, CareForm, DomainDict, Slots, begin_form, forget
from actions.heard import entity_of, intent_of, text_of, turn_of
from actions.services import Services
from care.conversations.callers import Caller
from care.customers.bindings import channel_name
from care.customers.masking import mask_phone
from care.customers.privacy import PrivacyKind, PrivacyState
from care.duties import Unit
from care.privacy.copy import Subject
from care.privacy.service import LINK_LIFE

FORM = "privacy_form"
SLOTS = ("privacy_kind", "privacy_confirmed")

_DONE = {
    PrivacyKind.REFUSE_AUTOMATED: "utter_privacy_refuse_automated",
    PrivacyKind.ALLOW_AUTOMATED: "utter_privacy_allow_automated",
    PrivacyKind.REFUSE_MARKETING: "utter_privacy_refuse_marketing",
    PrivacyKind.ALLOW_MARKETING: "utter_privacy_allow_marketing",
}

_BACK = re.compile(r"恢复|重新(?:打开|开启|允许)|再打开|可以再|改回来")
_AUTOMATED = re.compile(r"自动|算法|个性化|机器.{0,4}决定|系统.{0,4}(?:评级|决定)|推荐|画像|偏好")
_MARKETING = re.compile(r"营销|推销|广告|促销|优惠信息|撤回|撤销|取消.{0,6}(?:同意|授权)|别再发")
_DELETE = re.compile(r"删|刪|清空|清除|清掉|清干净|抹掉|销毁|别留|莫存|delete", re.IGNORECASE)
_KEEP = re.compile(r"(?:先|还是|暂时)?(?:不|别|甭)(?:要|用|想)?(?:再)?(?:删|刪|清)")
_DO_IT = re.compile(r"[嗯好的行对可以是确认那就没错，,、 ]{0,8}[都全]?删[除掉了光]{0,2}[吧呗了]?")
_SEE = re.compile(
    r"存了|存着|留了|留着|保存|收集|有我|我的?(?:什么|哪些|啥)|查|看|调阅|调取|导出|副本|拷贝|复制|给我一份|知道我|第三方|别人"
)


_UNBIND = re.compile(
    r"解绑|解綁|(?:解除|取消|去掉|断开|不要|别|不想).{0,6}(?:绑|綁|关联)"
    r"|(?:绑|綁).{0,8}(?:解除|取消|去掉|断开|解了|解掉|撤了)|unbind|unlink",
    re.IGNORECASE,
)
_BOUND = re.compile(r"绑|綁|关联了|linked|bound", re.IGNORECASE)
_ALL = re.compile(r"全部|全都|所有|都解|都取消|every|all ", re.IGNORECASE)


def kind_in(text: str) -> PrivacyKind | None:
    """Which right a sentence is about; None where it names none."""
    if _UNBIND.search(text):
        return PrivacyKind.UNBIND_ALL if _ALL.search(text) else PrivacyKind.UNBIND
    if _BOUND.search(text):
        return PrivacyKind.BINDINGS
    back = _BACK.search(text) is not None
    if _AUTOMATED.search(text):
        return PrivacyKind.ALLOW_AUTOMATED if back else PrivacyKind.REFUSE_AUTOMATED
    if _DELETE.search(text):
        return PrivacyKind.DELETE_CHAT
    if _MARKETING.search(text):
        return PrivacyKind.ALLOW_MARKETING if back else PrivacyKind.REFUSE_MARKETING
    return PrivacyKind.EXPORT if _SEE.search(text) else None


class PrivacyRequest(CareAction):
    """A request about one's own data, each kept with the article it rests on.

    The chat belongs to whoever holds its token, so its deletion asks for no number: nobody is kept from it.
    """

    action_name = "action_privacy_request"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Ask what is wanted, whose data it is, and do it."""
        caller, kind = await self.caller(tracker), self._kind(tracker)
        if kind is None:
            return begin_form(FORM)
        if kind is PrivacyKind.DELETE_CHAT:
            return await self._delete(dispatcher, tracker, caller)
        if kind is PrivacyKind.BINDINGS:
            return await self._show_bindings(dispatcher, caller)
        if kind is PrivacyKind.UNBIND:  # one's own access, given up: nobody is kept from it
            return await self._unbind(dispatcher, tracker, caller, kind)
        if caller.verified is None:
            return [SlotSet("privacy_kind", kind.value), *self.identity_first(dispatcher, tracker)]
        if kind is PrivacyKind.UNBIND_ALL:
            return await self._unbind(dispatcher, tracker, caller, kind)
        turn = turn_of(tracker)
        guard = self.services.conversations.guard(turn.id, turn.epoch)
        article = self.services.privacy.article(kind)
        if kind is PrivacyKind.EXPORT:
            subject = Subject(caller.contact_id, caller.verified.customer_id)
            link = await self.services.privacy.copy_link(subject, turn.id, guard)
            dispatcher.utter_message(
                response="utter_privacy_export",
                link=link,
                minutes=int(LINK_LIFE.total_seconds() // 60),
                article=article,
            )
        else:
            await self.services.choices.choose(
                kind, article, caller.contact_id, caller.verified.customer_id, turn.id, guard
            )
            dispatcher.utter_message(response=_DONE[kind], article=article)
        return [SlotSet("task", None), *forget(SLOTS)]

    def _kind(self, tracker: Tracker) -> PrivacyKind | None:
        """What was pressed or said now goes before what was said before."""
        pressed = entity_of(tracker, "choice")
        if intent_of(tracker) == "privacy_request" and pressed in set(PrivacyKind):
            return PrivacyKind(str(pressed))
        if intent_of(tracker) == "privacy_request" and entity_of(tracker, "choice") is None:
            return kind_in(text_of(tracker))
        kept = tracker.get_slot("privacy_kind")
        return PrivacyKind(str(kept)) if kept in set(PrivacyKind) else None

    async def _show_bindings(
        self, dispatcher: CollectingDispatcher, caller: Caller
    ) -> list[EventType]:
        bound = await self.services.owners.of_contact(caller.contact_id)
        lines = [
            f"{channel_name(one.channel)}：{mask_phone(one.phone)}，"
            f"{one.since.astimezone(self.services.zone):%Y年%m月%d日 %H:%M} 起"
            for one in bound
        ]
        if lines:
            dispatcher.utter_message(response="utter_bindings", bindings="\n".join(lines))
        else:
            dispatcher.utter_message(response="utter_nothing_bound")
        return [SlotSet("task", None), *forget(SLOTS)]

    async def _unbind(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        caller: Caller,
        kind: PrivacyKind,
    ) -> list[EventType]:
        turn = turn_of(tracker)
        ended = await self.services.stories.unbind(
            caller.contact_id,
            caller.verified.customer_id if caller.verified is not None else None,
            (caller.channel, caller.address) if kind is PrivacyKind.UNBIND else None,
            turn.id,
            self.services.privacy.article(kind),
            self.services.conversations.guard(turn.id, turn.epoch),
        )
        dispatcher.utter_message(response="utter_unbound" if ended else "utter_nothing_bound")
        return [SlotSet("task", None), *forget(SLOTS)]

    async def _delete(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        if not tracker.get_slot("privacy_confirmed"):
            first, *others = begin_form(FORM)[::-1]
            kept = SlotSet("privacy_kind", PrivacyKind.DELETE_CHAT.value)
            return [*others[::-1], kept, first]
        turn = turn_of(tracker)
        asked = await self.services.privacy.delete_chat(
            caller.contact_id,
            caller.verified.customer_id if caller.verified is not None else None,
            turn.id,
            self.services.conversations.guard(turn.id, turn.epoch),
        )
        if asked.state is PrivacyState.REFUSED:
            dispatcher.utter_message(response="utter_privacy_delete_waits", complaint=asked.reason)
        else:
            dispatcher.utter_message(
                response="utter_privacy_delete_accepted",
                number=asked.id[-8:].upper(),
                article=self.services.privacy.article(PrivacyKind.DELETE_CHAT),
            )
        return forget(SLOTS)


class ValidatePrivacyForm(CareForm):
    """Which right; and a yes before anything is deleted."""

    form = FORM

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        """Only what cannot be undone is confirmed."""
        if tracker.get_slot("privacy_kind") in (None, PrivacyKind.DELETE_CHAT):
            return domain_slots
        return ["privacy_kind"]

    async def validate_privacy_kind(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """By button or in words."""
        if value is None:
            return {}
        text = str(value)
        kind = text if text in set(PrivacyKind) else kind_in(text)
        if kind is None:
            dispatcher.utter_message(response="utter_privacy_kind_unclear")
        return {"privacy_kind": None if kind is None else str(kind)}

    async def validate_privacy_confirmed(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A plain yes, or 删吧; 先不删了 is a no, and another right takes the place of this one."""
        text = text_of(tracker)
        if value is None or intent_of(tracker) != "privacy_request" or text.startswith("/"):
            return {"privacy_confirmed": value}
        if _KEEP.search(text):
            dispatcher.utter_message(response="utter_cancelled")
            return {"privacy_confirmed": None, "privacy_kind": None, "requested_slot": None}
        kind = kind_in(text)
        if kind is PrivacyKind.DELETE_CHAT:
            return {"privacy_confirmed": True if _DO_IT.fullmatch(text.strip("。!！ ")) else None}
        return {"privacy_confirmed": None, "privacy_kind": kind and kind.value}


class AskPrivacyConfirmed(CareAction):
    """Says what is deleted and what the law keeps, and asks for a yes."""

    action_name = f"action_ask_{FORM}_privacy_confirmed"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """With the months of the rule pack."""
        months = int(self.services.duties.number("chat_record_deletion", Unit.MONTHS, "logs"))
        dispatcher.utter_message(response="utter_privacy_delete_confirm", months=months)
        return []


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        PrivacyRequest(services),
        ValidatePrivacyForm(services),
        AskPrivacyConfirmed(services),
    ]
