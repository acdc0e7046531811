"""What became of each action of a turn, kept by turn id."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.clock import Clock
from care.conversations.tables import ActionOutcome
from care.db import Database, new_id


@dataclass(frozen=True)
class Outcome:
    """One action's end; ``error`` is the kind of failure, never a text."""

    conversation_id: str
    turn_id: str
    action: str
    ok: bool
    error: str | None
    milliseconds: float


class Outcomes:
    """Keeps outcomes."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def keep(self, outcome: Outcome) -> None:
        """Write an outcome down."""
        row = ActionOutcome(
            id=new_id(),
            conversation_id=outcome.conversation_id,
            turn_id=outcome.turn_id,
            action=outcome.action,
            ok=outcome.ok,
            error=outcome.error[:80] if outcome.error else None,
            at=self._clock(),
        )
        await self._db.write(lambda session: session.add(row))


def of_conversation(session: Session, conversation_id: str, limit: int = 50) -> list[ActionOutcome]:
    """The newest outcomes of a conversation, oldest first; validation steps of forms are left out."""
    rows = session.scalars(
        select(ActionOutcome)
        .where(ActionOutcome.conversation_id == conversation_id)
        .where(ActionOutcome.action.not_like("validate\\_%", escape="\\"))
        .order_by(ActionOutcome.id.desc())
        .limit(limit)
    )
    return list(rows)[::-1]
