"""Stopping a line for a while, and bringing back one that is stopped, for whatever reason."""

from datetime import date
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.base import CareForm, DomainDict, Slots, VerifiedAction, begin_form, forget
from actions.heard import intent_of, text_of
from actions.lines import answers_question, ask_line, asked_by, hear, line_meant, settled
from actions.orders import begin_order, say_rejected
from actions.services import Services
from care.bss.months import first_day, month_of, shift_month
from care.bss.protocol import (
    BssRejected,
    HoldReason,
    Line,
    LineStatus,
    RejectReason,
)
from care.clock import local_date
from care.conversations.callers import Caller
from care.customers.masking import mask_phone
from care.lines.service import is_stopped
from care.lines.suspension import months_in, start_in
from care.wording import yuan

FORM = "keep_form"
RECONNECT = "reconnect_after_payment"
"""The duty that says how soon a line is back after paying (电信条例 Art. 34)."""

_OTHER_LINE, _BROADBAND = "other_line", "broadband"
"""What the words may say is to be stopped, when it is not the verified line. The former stands in ``own_line`` until it has
been asked which."""

_QUESTIONS = ("suspend-what-works",)
"""Entries of the knowledge base that answer a mere question about it."""

_NEXT_MONTH = "next_month"
_TODAY = "today"
_SLOTS = ("own_line", "keep_from", "keep_months")
_REJECTIONS = {
    RejectReason.LINE_NOT_ACTIVE: "utter_keep_rejected_line_not_active",
    RejectReason.CHANGE_PENDING: "utter_keep_rejected_pending",
    RejectReason.IN_ARREARS: "utter_keep_rejected_in_arrears",
}


class SuspendService(VerifiedAction):
    """Keeps a number while its line is stopped: from when, how long, then the order."""

    action_name = "action_suspend_service"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """What the message says of the time is kept."""
        heard = []
        if intent_of(tracker) == "suspend_service":
            if await answers_question(
                self.services, dispatcher, tracker, "suspend_service", _QUESTIONS
            ):
                dispatcher.utter_message(response="utter_keep_go_on")
                return forget(_SLOTS)
            thing = self.services.lines.words.read("keep_thing", text_of(tracker))
            if thing == _BROADBAND:
                dispatcher.utter_message(response="utter_keep_broadband")
                return forget(_SLOTS)
            start, months = _time_in(self.services, tracker)
            heard = hear(tracker, {"keep_from": start, "keep_months": months})
            if thing == _OTHER_LINE and tracker.get_slot("own_line") is None:
                heard += hear(tracker, {"own_line": _OTHER_LINE})
        return [*heard, *await super().run(dispatcher, tracker, domain)]

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """On to the order where the time is known, else to the form; a line that may not be stopped is told so."""
        assert caller.verified is not None
        named = tracker.get_slot("own_line")
        if named == _OTHER_LINE:
            if len(await self.services.lines.own(caller.verified)) > 1:
                return ask_line(self.action_name, keep=["keep_from", "keep_months"])
            named = None
        line, refused = await line_meant(self.services, dispatcher, named, caller)
        if refused:
            return settled(tracker, _SLOTS)
        if line is None:
            line = await self.services.lines.named(caller.verified, caller.verified.line_id)
        if line is None:
            dispatcher.utter_message(response="utter_line_gone")
            return settled(tracker, _SLOTS)
        start, months = tracker.get_slot("keep_from"), tracker.get_slot("keep_months")
        today = local_date(self.services.clock(), self.services.zone)
        terms = await self.services.bss.line_terms()
        begins = date.fromisoformat(start) if start is not None else today
        lasts = int(months) if months is not None else terms.keep_least_months
        try:
            await self.services.bss.check_suspension(line.id, begins, lasts)
        except BssRejected as error:
            return await self._refuse(dispatcher, tracker, error.reason, line)
        if start is None or months is None:
            return begin_form(FORM, keep=list(_SLOTS))
        params = {"line": line.id, "phone": line.phone, "start": start, "months": str(lasts)}
        return begin_order("suspend_service", params)

    async def _refuse(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        reason: RejectReason,
        line: Line,
    ) -> list[EventType]:
        """Say why; a time that does not do is asked for again."""
        terms = await self.services.bss.line_terms()
        if reason is RejectReason.BAD_DATE:
            dispatcher.utter_message(
                response="utter_keep_rejected_bad_date", days=terms.keep_days_ahead
            )
            return begin_form(FORM, keep=["own_line", "keep_months"])
        if reason is RejectReason.BAD_TERM:
            dispatcher.utter_message(
                response="utter_keep_rejected_bad_term",
                least=terms.keep_least_months,
                most=terms.keep_most_months,
            )
            return begin_form(FORM, keep=["own_line", "keep_from"])
        if reason is RejectReason.LINE_NOT_ACTIVE and line.status is LineStatus.SUSPENDED_REQUEST:
            dispatcher.utter_message(response="utter_keep_already", phone=mask_phone(line.phone))
        else:
            say_rejected(dispatcher, reason, "停机保号", _REJECTIONS)
        return settled(tracker, _SLOTS)


class ValidateKeepForm(CareForm):
    """From when and for how long a line is stopped."""

    form = FORM

    async def validate_keep_from(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """A day, as ISO; the time may be said along with it."""
        if value is None:
            return {}
        start = _chosen_start(self.services, str(value))
        told, months = _time_in(self.services, tracker)
        start = start or told
        slots: Slots = {"keep_from": start}
        if months is not None and tracker.get_slot("requested_slot") == "keep_from":
            slots["keep_months"] = months
        return slots

    async def validate_keep_months(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Months, as a text of digits."""
        if value is None:
            return {}
        if str(value).isdigit() and len(str(value)) <= 2:
            return {"keep_months": str(value)}
        until, months = _time_in(self.services, tracker)
        start = tracker.get_slot("keep_from")
        if months is None and start is not None and until is not None and until > start:
            today = local_date(self.services.clock(), self.services.zone)
            months = str(months_in("", [start, until], today))  # 到三月一号
        return {"keep_months": months}


class ResumeService(VerifiedAction):
    """Brings a line back: what stopped it says how."""

    action_name = "action_resume_service"

    async def run_verified(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller
    ) -> list[EventType]:
        """Order it back, have it paid, take a loss back, or say that it is not stopped."""
        assert caller.verified is not None
        line, refused = await line_meant(
            self.services, dispatcher, tracker.get_slot("own_line"), caller
        )
        if refused:
            return settled(tracker, ["own_line"])
        if line is None:
            own = await self.services.lines.own(caller.verified)
            stopped = [one for one in own if is_stopped(one)]
            verified_one = [one for one in own if one.id == caller.verified.line_id]
            likely = [one for one in verified_one if is_stopped(one)] or stopped or verified_one
            if len(likely) > 1:
                return ask_line(self.action_name)
            line = likely[0] if likely else None
        if line is None:
            dispatcher.utter_message(response="utter_line_gone")
            return settled(tracker, ["own_line"])
        try:
            return await self._bring_back(dispatcher, tracker, caller, line)
        except BssRejected:
            dispatcher.utter_message(response="utter_line_gone")
            return settled(tracker, ["own_line"])

    async def _bring_back(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, caller: Caller, line: Line
    ) -> list[EventType]:
        standing = await self.services.lines.standing(line)
        phone = mask_phone(line.phone)
        reason = None if standing.hold is None else standing.hold.reason
        if reason is HoldReason.REQUEST:
            return begin_order("resume_service", {"line": line.id})
        if reason is HoldReason.LOST:
            if standing.card is not None:
                dispatcher.utter_message(response="utter_lift_rejected_card_ordered", phone=phone)
                return settled(tracker, ["own_line"])
            return begin_order("lift_lost", {"line": line.id})
        hours = self.services.duties.hours(RECONNECT)
        if reason is HoldReason.ARREARS and standing.arrears > 0:
            dispatcher.utter_message(
                response="utter_resume_in_arrears",
                phone=phone,
                amount=yuan(standing.arrears),
                hours=hours,
            )
        elif reason is HoldReason.ARREARS:
            await self.services.lines.restore_paid(asked_by(self.services, tracker, caller), line)
            dispatcher.utter_message(response="utter_resumed_paid", phone=phone)
        else:
            dispatcher.utter_message(response="utter_resume_not_stopped", phone=phone)
        return settled(tracker, ["own_line"])


def _time_in(services: Services, tracker: Tracker) -> tuple[str | None, str | None]:
    """From when (ISO) and for how many months, as the message says it."""
    text = text_of(tracker)
    if text.startswith("/"):
        return None, None
    dates = [str(one) for one in tracker.get_latest_entity_values("date")]
    today = local_date(services.clock(), services.zone)
    start, months = start_in(text, dates, today), months_in(text, dates, today)
    return (
        None if start is None else start.isoformat(),
        None if months is None else str(months),
    )


def _chosen_start(services: Services, value: str) -> str | None:
    """The day that a button or an ISO day stands for, None for words."""
    today = local_date(services.clock(), services.zone)
    if value == _TODAY:
        return today.isoformat()
    if value == _NEXT_MONTH:
        return first_day(shift_month(month_of(today), 1)).isoformat()
    try:
        return date.fromisoformat(value).isoformat()  # what was told before, looked at again
    except ValueError:
        return None


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [SuspendService(services), ValidateKeepForm(services), ResumeService(services)]
