"""The questions of a fault report: one at a time, and back to the action that leads (``actions/fault_report.py``)."""

import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import REQUESTED_SLOT

from actions.base import CareAction, CareForm, DomainDict, Slots, leave_form
from actions.heard import entity_of, goes_first, intent_of, text_of, value_before
from actions.services import Services
from care.customers.masking import mask_text
from care.faults.diagnosis import Diagnoses, Step, Topic
from care.faults.tried import already_tried
from care.wording import told

FORM = "fault_form"
REALLY_FIXED = "utter_fault_really_fixed"
FAULT_SLOTS = ("fault", "fault_question", "steps_tried", "step", "fixed")

_ANSWERED: Slots = {"fault_question": None}
"""Ends the form: nothing is left to ask for the moment."""

_TOLD = ("device_symptom", "fault_place", "fault_since")
"""Questions that take any words but a mere 没用."""

_STILL = re.compile(
    r"还是|还没|仍然|依然|照样|一样|没用|不行|不管用|没好|没变|still|the same|not work|no luck|didn.t help",
    re.IGNORECASE,
)
_UNSOLVED = re.compile(
    r"没(?:有|能)?(?:解决|恢复|修好|弄好|搞定)|解决不了|still (?:not|no|down)|not (?:fixed|working)"
)
_WORKS = re.compile(
    r"好了|可以了|行了|恢复了|正常了|解决了|通了|it works|fixed|back (?:up|on)", re.IGNORECASE
)
_TRIED = re.compile(
    r"试过|试了|做过|弄过|都试|没用|不行|already|tried|restarted|rebooted", re.IGNORECASE
)

_OKAY = re.compile(
    r"(?:(?:好的?|好吧|行吧?|可以|嗯+|哦+|ok|okay|知道了|明白了?|收到|我?(?:先|这就)?(?:去|再)?试试看?|谢谢)"
    r"[吧呀啊哈，,。.！! ]*)+",
    re.IGNORECASE,
)
"""Words that mean as well "it works" as "I will try"."""

_WHICH = {
    Topic.BROADBAND: "utter_which_symptom_broadband",
    Topic.MOBILE: "utter_which_symptom_mobile",
    Topic.CALL: "utter_which_symptom_call",
    Topic.TV: "utter_which_symptom_tv",
}


class ValidateFaultForm(CareForm):
    """Symptom, place, time, and whether a step helped."""

    form = FORM

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Validate an answer. Where the form is only beginning, what its slots hold was looked at before."""
        if not goes_first(tracker, FORM):
            return [await self.next_requested_slot(dispatcher, tracker, domain)]
        question = tracker.get_slot("fault_question")
        if question in _TOLD and intent_of(tracker) == "deny" and still_broken(text_of(tracker)):
            dispatcher.utter_message(response="utter_fault_not_yet")
            asked = await self.next_requested_slot(dispatcher, tracker, domain)
            return [SlotSet(question, None), asked]
        events: list[EventType] = await super().run(dispatcher, tracker, domain)
        return events

    async def next_requested_slot(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> EventType:
        """The one question that is asked now; none once it is answered, which ends the form.

        All slots of the form are validated, whatever is asked: another symptom may be told at any question.
        """
        return SlotSet(REQUESTED_SLOT, tracker.get_slot("fault_question"))

    async def validate_device_symptom(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Any words will do as a symptom; another one than before begins anew, also one of another topic."""
        if value is None:
            return {}
        present = Topic(tracker.get_slot("fault"))
        guide = self.services.fault_guide
        if (topic := self._other_topic(tracker)) is not None:
            return _anew(topic, own_symptom(guide.topics[topic], value))
        own = own_symptom(guide.topics[present], value)
        before = value_before(tracker, "device_symptom")
        if tracker.get_slot("fault_question") == "device_symptom":
            return {"device_symptom": own or guide.topics[present].fallback, **_ANSWERED}
        if before is None or own is None or own == before or _STILL.search(text_of(tracker)):
            return {"device_symptom": before or own}
        return _anew(present, own)

    async def validate_fault_place(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Any words: a place that we do not know is still of use on the ticket."""
        if value is None:
            return {}
        return {"fault_place": mask_text(str(value)), **_ANSWERED}

    async def validate_fault_since(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Any words."""
        if value is None:
            return {}
        return {"fault_since": mask_text(str(value)), **_ANSWERED}

    async def validate_fixed(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> Slots:
        """Whether it works again; that the step was tried before is a no."""
        if value is None or tracker.get_slot("fault_question") != "fixed":
            return {"fixed": None}
        if (topic := self._other_topic(tracker)) is not None:
            return _anew(topic, None)
        text = text_of(tracker)
        if is_mere_okay(tracker):
            return {"fixed": None}  # asked once more, in other words
        if told := _told_beside(tracker):
            dispatcher.utter_message(response="utter_fault_noted")
            return {"fixed": None, **told}
        helped = value if isinstance(value, bool) else self._in_words(tracker, str(value))
        if helped is True and _STILL.search(text) and not _WORKS.search(text):
            helped = False  # 看了，不管用 sounds like a yes
        return {"fixed": helped, **(_ANSWERED if helped is not None else {})}

    def _in_words(self, tracker: Tracker, text: str) -> bool | None:
        step = present_step(self.services, tracker)
        if _TRIED.search(text) or _STILL.search(text):
            return False
        if step is not None and already_tried([step], [text]):
            return False
        return True if _WORKS.search(text) else None

    def _other_topic(self, tracker: Tracker) -> Topic | None:
        """Another topic of which the customer has just begun to report a fault."""
        found = re.fullmatch(r"report_(\w+)_fault", intent_of(tracker))
        if found is None or found[1] == tracker.get_slot("fault"):
            return None
        return None if _STILL.search(text_of(tracker)) else Topic(found[1])


class AskSymptom(CareAction):
    """Asks what is wrong, with the topic's commonest symptoms as buttons."""

    action_name = "action_ask_fault_form_device_symptom"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Each topic has its own question."""
        dispatcher.utter_message(response=_WHICH[Topic(tracker.get_slot("fault"))])
        return []


class AskFixed(CareAction):
    """Gives the present step and asks whether it helped."""

    action_name = "action_ask_fault_form_fixed"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """The first one with the likely cause; what the customer has done already is not asked for.

        A mere 行 is asked back: it may mean that the step is tried now.
        """
        if is_mere_okay(tracker):
            dispatcher.utter_message(response=REALLY_FIXED)
            return []
        step = present_step(self.services, tracker)
        if step is None:
            return leave_form(FAULT_SLOTS)
        diagnoses = self.services.fault_guide.topics[Topic(tracker.get_slot("fault"))]
        diagnosis = diagnoses.of(tracker.get_slot("device_symptom"))
        tried = tracker.get_slot("steps_tried") or ()
        do, ask = told(step.do, step.do_en), told(step.ask, step.ask_en)
        if not tried:
            dispatcher.utter_message(
                response="utter_self_help_first",
                cause=told(diagnosis.likely_cause, diagnosis.likely_cause_en),
                step=do,
                ask=ask,
            )
        else:
            dispatcher.utter_message(response="utter_self_help_next", step=do, ask=ask)
        return []


def _told_beside(tracker: Tracker) -> Slots:
    """Where or since when it is, told while a step is being tried: it is kept, and the step is asked for again."""
    if intent_of(tracker) != "inform" or still_broken(text_of(tracker)):
        return {}
    place = entity_of(tracker, "area") or entity_of(tracker, "address")
    since = entity_of(tracker, "date")
    told = {"fault_place": place, "fault_since": since and mask_text(text_of(tracker))}
    return {name: value for name, value in told.items() if value}


def still_broken(text: str) -> bool:
    """Whether words say that nothing has got better."""
    return _STILL.search(text) is not None or _UNSOLVED.search(text) is not None


def is_mere_okay(tracker: Tracker) -> bool:
    """Whether the message answers a step with a mere 行, and was not asked back about that before."""
    asked = value_before(tracker, REQUESTED_SLOT) == "fixed"
    same_step = value_before(tracker, "step") == tracker.get_slot("step")
    if not (asked and same_step and _OKAY.fullmatch(text_of(tracker).strip())):
        return False
    return not _asked_back(tracker)


def _asked_back(tracker: Tracker) -> bool:
    """Whether the last thing that was said before the latest message was the question back."""
    users = 0
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            users += 1
        elif users == 1 and event.get("event") == "bot":
            return REALLY_FIXED in (event.get("metadata") or {}).values()
    return False


def own_symptom(diagnoses: Diagnoses, told: Any) -> str | None:
    """The first symptom of this topic among what was told: a message may name several."""
    symptoms = told if isinstance(told, list) else [told]
    return next((own for one in symptoms if (own := diagnoses.own(one)) is not None), None)


def present_step(services: Services, tracker: Tracker) -> Step | None:
    """The step that was asked for last."""
    topic, symptom = tracker.get_slot("fault"), tracker.get_slot("device_symptom")
    if topic is None:
        return None
    steps = services.fault_guide.topics[Topic(topic)].of(symptom).steps
    return next((step for step in steps if step.id == tracker.get_slot("step")), None)


def _anew(topic: Topic, symptom: str | None) -> Slots:
    return {
        "fault": str(topic),
        "device_symptom": symptom,
        "step": None,
        "steps_tried": None,
        "fixed": None,
        **_ANSWERED,
    }


def actions(services: Services) -> list[Any]:
    """This topic's actions."""
    return [ValidateFaultForm(services), AskSymptom(services), AskFixed(services)]
