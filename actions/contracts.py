"""Closing, leaving with the number, another owner: checked, told honestly, and never made hard.

Nobody is asked why, nothing is offered against it (电信条例 Art. 39 and 40). What must be done in person is said with what
to bring.
"""

import re
from decimal import Decimal
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    CareAction,
    CareForm,
    DomainDict,
    Slots,
    VerifiedAction,
    ask_identity,
    begin_form,
    forget,
    leave_form,
)
from actions.heard import entity_of, intent_of, turn_of, words_for
from actions.orders import begin_order
from actions.services import Services
from care.bss.protocol import BssRejected, LeavingCheck, ObstacleKind, RejectReason
from care.clock import local_date
from care.contracts.applications import Applicant
from care.contracts.closing import Subject, SubjectKind, named_in, subjects_of
from care.contracts.tables import ApplicationKind
from care.conversations.callers import Caller
from care.customers.masking import mask_phone
from care.customers.verification import Verified
from care.orders.kinds.closing import closing_terms
from care.wording import day, moment, yuan

CLOSE_FORM = "close_form"
TRANSFER_FORM = "transfer_form"
DOCUMENT_SOON = 90
"""Days before the end of a document in which its renewal is spoken of."""

_LABELS = {
    SubjectKind.LINE: "号码",
    SubjectKind.CARD: "副卡",
    SubjectKind.BROADBAND: "宽带",
}
_TRANSFER = re.compile(
    r"过户|過戶|过给|更名|(?:换|换个|改|变更|换了)机主(?!的?(?:资料|信息))|机主(?:换|改成|变成|名字)|名下|转给|換名|别人|他人"
)
_DOCUMENT = re.compile(
    r"身份证|证件|实名|护照|过期|到期|更新|资料|姓名|名字|改名|认证|id card", re.IGNORECASE
)

_OBSTACLES = {
    ObstacleKind.NOT_REAL_NAMED: "utter_obstacle_not_real_named",
    ObstacleKind.NOT_ACTIVE: "utter_obstacle_not_active",
    ObstacleKind.SECOND_CARD: "utter_obstacle_second_card",
    ObstacleKind.NEEDS_PRESENCE: "utter_obstacle_needs_presence",
}
"""What is said of a condition that needs no figures."""


class CancelAccount(VerifiedAction):
    """Closing a number, a second card or broadband: which, then the order."""

    action_name = "action_cancel_account"

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Find what is meant, say what stands in the way, else offer the order."""
        verified = caller.verified
        assert verified is not None
        subjects = await _subjects(self.services, verified)
        target = tracker.get_slot("close_target")
        subject = next((one for one in subjects if one.id == target), None)
        if subject is None:
            wanted = words_for(tracker, "cancel_account")
            phone = wanted.values.get("phone_number")
            if phone is not None and all(one.name != str(phone) for one in subjects):
                own = mask_phone(verified.phone)
                dispatcher.utter_message(response="utter_other_number", phone=own)
                return forget(["close_target", "phone_number"])
            named = None if phone is None else str(phone)
            subject = named_in(wanted.text, named, subjects, verified.line_id)
        if not subjects:
            dispatcher.utter_message(response="utter_close_nothing")
            return forget(["close_target"])
        if subject is None:
            return begin_form(CLOSE_FORM)
        return await self._order(dispatcher, subject)

    async def _order(self, dispatcher: CollectingDispatcher, subject: Subject) -> list[EventType]:
        try:
            await closing_terms(self.services.bss, subject.id)
        except BssRejected as error:
            _say_not_closed(dispatcher, error)
            return forget(["close_target"])
        broadband = subject.kind is SubjectKind.BROADBAND
        return begin_order(
            "close_broadband" if broadband else "close_line", {"subject": subject.id}
        )


class ValidateCloseForm(CareForm):
    """Which number or broadband."""

    form = CLOSE_FORM

    async def validate_close_target(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """One of the customer's own, by button or in words."""
        caller = await self.caller(tracker)
        if value is None or caller.verified is None:
            return {}
        subjects = await _subjects(self.services, caller.verified)
        if any(one.id == str(value) for one in subjects):
            return {"close_target": str(value)}
        phone = entity_of(tracker, "phone_number")
        named = None if phone is None else str(phone)
        subject = named_in(str(value), named, subjects, caller.verified.line_id)
        if subject is None:
            dispatcher.utter_message(response="utter_close_target_unclear")
            return {"close_target": None}
        return {"close_target": subject.id}


class AskCloseTarget(CareAction):
    """Shows what the customer has, as buttons."""

    action_name = f"action_ask_{CLOSE_FORM}_close_target"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Numbers masked, broadband by its account."""
        caller = await self.caller(tracker)
        if caller.verified is None:
            return [*leave_form(), *ask_identity(CancelAccount.action_name)]
        subjects = await _subjects(self.services, caller.verified)
        dispatcher.utter_message(
            response="utter_ask_close_target",
            buttons=[
                {
                    "title": f"{_LABELS[one.kind]} {_shown(one)}",
                    "payload": f'/inform{{"choice": "{one.id}"}}',
                }
                for one in subjects
            ],
        )
        return []


class PortOut(VerifiedAction):
    """Leaving with the number: the conditions, then the authorisation code."""

    action_name = "action_port_out"

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Offer the code where nothing stands in the way, else say what does and how it is met."""
        verified = caller.verified
        assert verified is not None
        phone = words_for(tracker, "port_out").values.get("phone_number")
        if phone is not None and str(phone) != verified.phone:
            dispatcher.utter_message(response="utter_port_other_line")
            return forget(["phone_number"])
        check = await self.services.bss.check_port_out(verified.line_id)
        if check.allowed:
            return begin_order("port_out", {})
        dispatcher.utter_message(response="utter_port_not_yet", phone=mask_phone(verified.phone))
        say_obstacles(dispatcher, check)
        dispatcher.utter_message(response="utter_port_again")
        return []


class TransferOwnership(VerifiedAction):
    """Another owner, or a renewed document: what is needed, then the application."""

    action_name = "action_transfer_ownership"

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Apply after the yes; before it, check and ask."""
        assert caller.verified is not None
        kind = tracker.get_slot("transfer_kind")
        if tracker.get_slot("transfer_confirmed") and kind is not None:
            return await self._apply(dispatcher, tracker, caller, ApplicationKind(str(kind)))
        if kind is None or intent_of(tracker) == "transfer_ownership":
            kind = _kind_in(words_for(tracker, "transfer_ownership").text)
        if kind == ApplicationKind.TRANSFER:
            check = await self.services.bss.check_transfer(caller.verified.line_id)
            if not check.allowed:
                phone = mask_phone(caller.verified.phone)
                dispatcher.utter_message(response="utter_transfer_not_yet", phone=phone)
                say_obstacles(dispatcher, check)
                dispatcher.utter_message(response="utter_transfer_again")
                return forget(["transfer_kind"])
        first, *others = begin_form(TRANSFER_FORM)[::-1]
        return [*others[::-1], *_set("transfer_kind", kind), first]

    async def _apply(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        caller: Caller,
        kind: ApplicationKind,
    ) -> list[EventType]:
        verified, turn = caller.verified, turn_of(tracker)
        assert verified is not None
        customer = await self.services.bss.customer(verified.customer_id)
        transfer = kind is ApplicationKind.TRANSFER
        applied = await self.services.applications.in_person(
            kind,
            Applicant(
                contact_id=caller.contact_id,
                conversation_id=caller.conversation_id,
                contact_phone=verified.phone,
                customer_id=verified.customer_id,
                customer_name=None if customer is None else customer.name,
            ),
            verified.phone,
            title="过户申请" if transfer else "证件更新申请",
            description="双方到营业厅当面核验" if transfer else "本人到营业厅核验新证件",
            turn_id=turn.id,
            guard=self.services.conversations.guard(turn.id, turn.epoch),
        )
        dispatcher.utter_message(
            response="utter_transfer_applied" if transfer else "utter_document_applied",
            ticket=applied.ticket.number,
            promised=moment(applied.ticket.promised_at, self.services.zone),
        )
        return forget(["transfer_kind", "transfer_confirmed"])


class ValidateTransferForm(CareForm):
    """Another owner, or a renewed document; and whether to apply."""

    form = TRANSFER_FORM

    async def validate_transfer_kind(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """One of the two; where another owner is not possible the form ends and the action says why."""
        if value is None:
            return {}
        text = str(value)
        kind = text if text in set(ApplicationKind) else _kind_in(text)
        if kind is None:
            dispatcher.utter_message(response="utter_transfer_kind_unclear")
            return {"transfer_kind": None}
        return {"transfer_kind": kind}

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        """Nothing is confirmed that is not possible."""
        caller = await self.caller(tracker)
        if tracker.get_slot("transfer_kind") != ApplicationKind.TRANSFER or caller.verified is None:
            return domain_slots
        check = await self.services.bss.check_transfer(caller.verified.line_id)
        return domain_slots if check.allowed else ["transfer_kind"]


class AskTransferConfirmed(CareAction):
    """Says what is needed in the shop, and asks whether to apply."""

    action_name = f"action_ask_{TRANSFER_FORM}_transfer_confirmed"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Both persons for another owner; the state of the document for its renewal."""
        caller = await self.caller(tracker)
        if caller.verified is None:
            return [*leave_form(), *ask_identity(TransferOwnership.action_name)]
        if tracker.get_slot("transfer_kind") == ApplicationKind.TRANSFER:
            phone = mask_phone(caller.verified.phone)
            dispatcher.utter_message(response="utter_transfer_terms", phone=phone)
            return []
        document = await self.services.bss.identity_document(caller.verified.customer_id)
        today = local_date(self.services.clock(), self.services.zone)
        until = document.valid_until
        if not document.verified:
            dispatcher.utter_message(response="utter_document_unverified", document=document.kind)
        elif until is not None and (until - today).days <= DOCUMENT_SOON:
            dispatcher.utter_message(
                response="utter_document_expired"
                if document.expired(today)
                else "utter_document_expires",
                document=document.kind,
                until=day(until),
            )
        else:
            dispatcher.utter_message(response="utter_document_fine", document=document.kind)
        return []


def say_obstacles(dispatcher: CollectingDispatcher, check: LeavingCheck) -> None:
    """Say each condition that is not met, and how it is."""
    for one in check.obstacles:
        if one.kind is ObstacleKind.UNSETTLED and one.amount is not None:
            amount = yuan(one.amount)
            dispatcher.utter_message(response="utter_obstacle_unsettled", amount=amount)
        elif one.kind is ObstacleKind.CONTRACT and one.until is not None:
            dispatcher.utter_message(
                response="utter_obstacle_contract",
                name=one.name,
                until=day(one.until),
                amount=yuan(one.amount or Decimal(0)),
            )
        elif one.kind is ObstacleKind.TOO_SOON and one.until is not None:
            dispatcher.utter_message(response="utter_obstacle_too_soon", until=day(one.until))
        else:
            dispatcher.utter_message(response=_OBSTACLES[one.kind])


def _say_not_closed(dispatcher: CollectingDispatcher, error: BssRejected) -> None:
    if error.reason is RejectReason.NEEDS_PRESENCE:
        dispatcher.utter_message(response="utter_close_in_person")
    elif error.reason is RejectReason.UNSETTLED:
        amount, fee = error.data["amount"], error.data["exit_fee"]
        if fee == "0":
            dispatcher.utter_message(response="utter_close_unsettled", amount=amount)
        else:
            dispatcher.utter_message(
                response="utter_close_unsettled_contract", amount=amount, fee=fee
            )
    else:
        dispatcher.utter_message(response="utter_close_nothing")


def _shown(subject: Subject) -> str:
    broadband = subject.kind is SubjectKind.BROADBAND
    return subject.name if broadband else mask_phone(subject.name)


async def _subjects(services: Services, verified: Verified) -> tuple[Subject, ...]:
    return await subjects_of(services.bss, verified.customer_id, verified.line_id)


def _set(slot: str, value: Any) -> list[EventType]:
    return [] if value is None else [SlotSet(slot, value)]


def _kind_in(text: str) -> str | None:
    """Which of the two a sentence is about; another owner goes first (过户要带身份证吗)."""
    if _TRANSFER.search(text):
        return ApplicationKind.TRANSFER.value
    return ApplicationKind.DOCUMENT.value if _DOCUMENT.search(text) else None


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [
        CancelAccount(services),
        ValidateCloseForm(services),
        AskCloseTarget(services),
        PortOut(services),
        TransferOwnership(services),
        ValidateTransferForm(services),
        AskTransferConfirmed(services),
    ]
