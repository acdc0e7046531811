"""How many chats an agent may have at once."""

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from care.conversations.tables import Conversation, Owner
from care.desk.tables import Agent
from care.errors import Conflict


class AtCapacity(Conflict):
    """The agent has as many chats as one may have; ``capacity`` says how many."""

    code = "at_capacity"

    def __init__(self, capacity: int) -> None:
        super().__init__(
            f"您正在服务的会话已达上限（{capacity} 个），请先结束或交回一个。", capacity=capacity
        )


def room_for_one_more(agent_id: str, capacity: int) -> Callable[[Session], None]:
    """A gate for the transaction in which the agent gets a chat; it raises ``AtCapacity``.

    The agent's row is held until the end, so that two chats accepted at once are counted one after
    the other.
    """

    def gate(session: Session) -> None:
        session.execute(select(Agent.id).where(Agent.id == agent_id).with_for_update())
        held = session.scalar(
            select(func.count())
            .select_from(Conversation)
            .where(Conversation.agent_id == agent_id, Conversation.owner == Owner.AGENT)
        )
        if (held or 0) >= capacity:
            raise AtCapacity(capacity)

    return gate
