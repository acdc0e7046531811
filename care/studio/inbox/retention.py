"""How long the inbox keeps sentences: masked as they are, they are still what somebody said."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.db.counters import advance
from care.studio.inbox.feeder import CURSOR
from care.studio.inbox.filling import forget_sentences
from care.studio.inbox.tables import Sentence


def remover_of_sentences(kept: timedelta) -> Callable[[Session, datetime, int], int]:
    """Removes sentences that are older than ``kept``, each group with its last one; for ``care.admin.housekeeping``."""

    def remove(session: Session, now: datetime, limit: int) -> int:
        old = select(Sentence.id).where(Sentence.at < now - kept).order_by(Sentence.at).limit(limit)
        found = list(session.scalars(old))
        if found:
            advance(session, CURSOR, 0)  # the feeder may be adding to the very groups
            forget_sentences(session, found)
        return len(found)

    return remove
