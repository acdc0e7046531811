"""The tracker store must never fail in silence.

Rasa wraps every tracker store in one that, when the database fails, takes a customer for a new one and goes on in memory
without a word. With ``fail_aloud`` the error is raised, the turn fails, and the care server asks again.
"""

from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore

from bot.tracker_store import SessionTrackerStore

PROBE = "gateway-probe"


def fail_aloud(agent: Agent) -> None:
    """Have the agent's tracker store raise its errors."""
    tracker_store = agent.tracker_store
    if isinstance(tracker_store, FailSafeTrackerStore):
        tracker_store._on_tracker_store_error = _raise


async def answers(agent: Agent) -> bool:
    """Whether trackers are kept in a database and the database answers."""
    tracker_store = agent.tracker_store
    if isinstance(tracker_store, FailSafeTrackerStore):
        tracker_store = tracker_store._tracker_store
    if isinstance(tracker_store, InMemoryTrackerStore):
        return False
    try:
        await tracker_store.retrieve(PROBE)
    except Exception:
        return False
    return True


async def forget(agent: Agent, sender: str) -> int | None:
    """Remove all that is kept of a dialogue; gives the number of events, None where the store cannot."""
    tracker_store = agent.tracker_store
    if isinstance(tracker_store, FailSafeTrackerStore):
        tracker_store = tracker_store._tracker_store
    if not isinstance(tracker_store, SessionTrackerStore):
        return None
    return await tracker_store.forget(sender)


def _raise(error: Exception) -> None:
    raise error
