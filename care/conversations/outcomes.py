"""What became of each action of a turn, kept by turn id."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.tables import ActionOutcome, Turn
from care.db import new_id


def keep(
    session: Session, turn: Turn, actions: Iterable[tuple[str, str | None]], now: datetime
) -> None:
    """Write down the actions of a turn, each with its kind of failure (never a text), ``None`` when it was done."""
    kept = list(actions)
    ids = sorted(new_id() for _ in kept)  # their order is that of the actions
    for row_id, (action, error) in zip(ids, kept, strict=True):
        session.add(
            ActionOutcome(
                id=row_id,
                conversation_id=turn.conversation_id,
                turn_id=turn.id,
                action=action[:60],
                ok=error is None,
                error=error[:80] if error else None,
                at=now,
            )
        )


def of_conversation(session: Session, conversation_id: str, limit: int = 50) -> list[ActionOutcome]:
    """The newest outcomes of a conversation, oldest first."""
    rows = session.scalars(
        select(ActionOutcome)
        .where(ActionOutcome.conversation_id == conversation_id)
        .order_by(ActionOutcome.id.desc())
        .limit(limit)
    )
    return list(rows)[::-1]
