"""Leave to use a page once: the PUK is shown, the service password is set there and nowhere else.

What stands in the chat is stored, read by agents and kept by Rasa, so a secret never stands there: a signed link
does (``care/links.py``), good for minutes and for one use. The desk shows no such link whole (``mask_text``).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.protocol import Line
from care.clock import Clock
from care.db import Database, new_id
from care.lines.requests import Asked
from care.lines.tables import GrantedPage, PageGrant
from care.links import LinkExpired, Links

LIFE = timedelta(minutes=10)
TRIES = 5
"""Passwords that may be refused before a link counts no more."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A page that may be used."""

    id: str
    customer_id: str
    line_id: str
    phone: str


def password_awaited(session: Session, contact_id: str, now: datetime) -> bool:
    """Whether this contact has been given a page for a password and not used it: what is typed may be one."""
    return (
        session.scalar(
            select(PageGrant.id)
            .where(PageGrant.contact_id == contact_id, PageGrant.page == GrantedPage.PASSWORD)
            .where(PageGrant.closed_at.is_(None), PageGrant.expires_at > now)
            .limit(1)
        )
        is not None
    )


class Grants:
    """Makes and takes them. Each method that takes one raises ``LinkExpired`` where it is not to be had any more."""

    def __init__(self, db: Database, links: Links, clock: Clock) -> None:
        self._db = db
        self._links = links
        self._clock = clock

    async def make(self, page: GrantedPage, asked: Asked, line: Line) -> str:
        """The address of a page about a line; the same for a repeated turn. Raises ``StaleEpoch``."""
        now = self._clock()

        def work(session: Session) -> str:
            asked.guard(session)
            found = session.scalar(
                select(PageGrant.id).where(
                    PageGrant.turn_id == asked.turn_id, PageGrant.page == page
                )
            )
            if found is not None:
                return found
            row = PageGrant(
                id=new_id(),
                page=page,
                turn_id=asked.turn_id,
                contact_id=asked.verified.contact_id,
                conversation_id=asked.conversation_id,
                customer_id=asked.verified.customer_id,
                line_id=line.id,
                phone=line.phone,
                made_at=now,
                expires_at=now + LIFE,
            )
            session.add(row)
            return row.id

        return self._links.make(page, await self._db.write(work), LIFE)

    async def look(self, page: GrantedPage, token: str) -> Grant:
        """What the link is for; it may be used afterwards."""
        grant_id = self._links.read(page, token)
        return await self._db.read(lambda session: _grant(self._open(session, page, grant_id)))

    async def take(self, page: GrantedPage, token: str) -> Grant:
        """Use the link up: only one caller gets it."""
        grant_id = self._links.read(page, token)

        def work(session: Session) -> Grant:
            row = self._open(session, page, grant_id)
            row.used_at = row.closed_at = self._clock()
            return _grant(row)

        return await self._db.write(work)

    async def give_back(self, grant: Grant) -> None:
        """What it was taken for could not be done: it may be used again."""

        def work(session: Session) -> None:
            row = session.get_one(PageGrant, grant.id)
            row.used_at = row.closed_at = None

        await self._db.write(work)

    async def refused(self, page: GrantedPage, token: str) -> int:
        """Count a try that was not good enough; gives how many are left, and ends the link with the last."""
        grant_id = self._links.read(page, token)

        def work(session: Session) -> int:
            row = self._open(session, page, grant_id)
            row.tries += 1
            if row.tries >= TRIES:
                row.closed_at = self._clock()
            return TRIES - row.tries

        return await self._db.write(work)

    def _open(self, session: Session, page: GrantedPage, grant_id: str) -> PageGrant:
        row = session.scalar(
            select(PageGrant)
            .where(PageGrant.id == grant_id, PageGrant.page == page)
            .with_for_update()
        )
        if row is None or row.closed_at is not None or row.expires_at <= self._clock():
            raise LinkExpired()
        return row


def _grant(row: PageGrant) -> Grant:
    return Grant(row.id, row.customer_id, row.line_id, row.phone)
