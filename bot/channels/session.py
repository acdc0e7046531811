"""Rasa replays all events of a session for each message; here sessions are kept short.

A session that has grown over a limit is followed by a new one that begins where it stood: the same slots, the
same form at the same question. So the two-hundredth message costs what the fifth cost.
"""

from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

EVENT_LIMIT = 40


def prepare(tracker: DialogueStateTracker, domain: Domain, limit: int, *, fresh: bool) -> None:
    """Begin a new session in ``tracker`` where one is due: an empty one when ``fresh``, else a continued one."""
    if fresh:
        if tracker.latest_message is not None and tracker.latest_message.text:
            tracker.update_with_events(
                [SessionStarted(), ActionExecuted(ACTION_LISTEN_NAME)], domain
            )
    elif len(tracker.events) > limit and tracker.latest_action_name == ACTION_LISTEN_NAME:
        tracker.update_with_events(_continued(tracker), domain)


def _continued(tracker: DialogueStateTracker) -> list[Event]:
    slots: list[Event] = [
        SlotSet(name, slot.value)
        for name, slot in tracker.slots.items()
        if slot.value != slot.initial_value and name != REQUESTED_SLOT
    ]
    loop: list[Event] = []
    if tracker.active_loop_name is not None:
        loop = [
            ActiveLoop(tracker.active_loop_name),
            SlotSet(REQUESTED_SLOT, tracker.get_slot(REQUESTED_SLOT)),
        ]
    return [SessionStarted(), *slots, *loop, ActionExecuted(ACTION_LISTEN_NAME)]
