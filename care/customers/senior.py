"""Older customers: who wants senior mode, whose age asks for a person in one step, and the one offer of the mode.

Both stand with the contact, since they say how to talk to whoever writes: ``senior`` is their own choice, ``elderly``
follows from the age of the customer they have shown to be (工信部 2025: 65 and over get a person in one step).
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

from care.clock import Clock
from care.customers.contacts import Contact
from care.db import Database


def one_step(session: Session, contact_id: str) -> bool:
    """Whether a person stands first in each answer to this contact."""
    contact = session.get(Contact, contact_id)
    return contact is not None and (contact.senior or contact.elderly)


class Seniors:
    """Keeps what contacts chose and were offered."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def choose(
        self, contact_id: str, on: bool, guard: Callable[[Session], None] | None = None
    ) -> bool:
        """Set senior mode; gives whether it was changed. ``guard`` is called first in the transaction."""

        def work(session: Session) -> bool:
            if guard is not None:
                guard(session)
            contact = session.get_one(Contact, contact_id, with_for_update=True)
            changed = contact.senior is not on
            contact.senior = on
            contact.senior_offered_at = contact.senior_offered_at or self._clock()
            return changed

        return await self._db.write(work)

    async def met(self, contact_id: str, *, elderly: bool) -> bool:
        """Note who a contact has shown to be; gives whether senior mode is to be offered now.

        It is offered once to whoever is of age and has neither chosen it nor been offered it.
        """

        def look(session: Session) -> bool:
            contact = session.get_one(Contact, contact_id)
            return contact.elderly is elderly and not (elderly and _to_offer(contact))

        if await self._db.read(look):
            return False  # most customers: nothing to write

        def work(session: Session) -> bool:
            contact = session.get_one(Contact, contact_id, with_for_update=True)
            contact.elderly = elderly
            if not elderly or not _to_offer(contact):
                return False
            contact.senior_offered_at = self._clock()
            return True

        return await self._db.write(work)


def _to_offer(contact: Contact) -> bool:
    return not contact.senior and contact.senior_offered_at is None
