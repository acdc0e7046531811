"""The clocks of a ticket: jobs that are due when it is to be dispatched, near its promise, and at it.

They are begun in the transaction that opens the ticket; what they do stands in ``care.tickets.watch``.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from care.db.jobs import schedule

DISPATCH_JOB = "tickets.dispatch"
WARNING_JOB = "tickets.warning"
BREACH_JOB = "tickets.breach"

WARNED_BEFORE = timedelta(hours=4)
"""How long before the promise its owner is warned, but not before three quarters of the time are over."""


def start_clocks(session: Session, number: str, now: datetime, promised_at: datetime) -> None:
    """Begin a new ticket's clocks."""
    schedule(session, DISPATCH_JOB, {"ticket": number}, now)
    term = promised_at - now
    warning = promised_at - min(term / 4, WARNED_BEFORE)
    for kind, due in ((WARNING_JOB, warning), (BREACH_JOB, promised_at)):
        schedule(session, kind, {"ticket": number}, due)
