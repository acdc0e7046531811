"""What is done at once: noted with who asked for it, in the turn's gate, before the operator is told.

A loss is stopped without a second confirmation: while we asked again, somebody else could go on telephoning and get
the one-time codes of a bank. It costs nothing and can be taken back. The same holds for a number that may ring no more.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.protocol import LineAct
from care.clock import Clock
from care.customers.verification import Verified
from care.db import Database, new_id
from care.lines.tables import LineRequest


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, in which turn; ``guard`` refuses a turn whose time is over."""

    verified: Verified
    conversation_id: str
    channel: str
    turn_id: str
    guard: Callable[[Session], None]


async def note(
    db: Database, clock: Clock, asked: Asked, act: LineAct, line_id: str, detail: str = ""
) -> str:
    """Note what is asked for; gives the key under which the operator does it once, the same for a repeated turn.

    Raises ``StaleEpoch``; nothing is noted then.
    """

    def work(session: Session) -> str:
        asked.guard(session)
        found = session.scalar(
            select(LineRequest.id).where(
                LineRequest.turn_id == asked.turn_id,
                LineRequest.act == act,
                LineRequest.line_id == line_id,
                LineRequest.detail == detail,
            )
        )
        if found is not None:
            return found
        row = LineRequest(
            id=new_id(),
            turn_id=asked.turn_id,
            act=act,
            detail=detail,
            line_id=line_id,
            customer_id=asked.verified.customer_id,
            contact_id=asked.verified.contact_id,
            conversation_id=asked.conversation_id,
            channel=asked.channel,
            at=clock(),
        )
        session.add(row)
        return row.id

    return await db.write(work)
