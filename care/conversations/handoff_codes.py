"""Codes and links by which a chat goes on in another channel: short-lived, good for one use, kept as keyed hashes.

A code has six characters that cannot be mistaken for one another, letters and digits among them, so that no word and
no one-time code is one. A link holds 128 random bits.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from care.db import Base, UtcDateTime, new_id

LIFE = timedelta(minutes=5)
TRIES = 5
TRIES_WITHIN = timedelta(minutes=10)
"""Wrong codes from one address; then none of its codes counts for a while."""

_LETTERS = "ABCDEFGHJKMNPQRTUVWXY"
_DIGITS = "2346789"
_SIGNS = _LETTERS + _DIGITS
_CODE = re.compile(rf"(?:接续码[:： ]?)?((?=.*[{_DIGITS}])(?=.*[{_LETTERS}])[{_SIGNS}]{{6}})")
_SCENE = re.compile(rf"(?:qrscene_)?go-([{_SIGNS}]{{6}})")


class Handoff(Base):
    """A code or link that was given out. ``source`` is the channel that it was asked for in."""

    __tablename__ = "handoffs"
    __table_args__ = (Index("ix_handoffs_key", "key"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    source: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # used, or replaced by another


class HandoffTry(Base):
    """A wrong code, counted against its address by a keyed hash."""

    __tablename__ = "handoff_tries"
    __table_args__ = (Index("ix_handoff_tries_who_at", "who", "at"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    who: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def code_in(text: str) -> str | None:
    """The code that a message is, typed or scanned (``go-…`` is what the QR code says); nothing else is one."""
    plain = text.strip()
    found = _SCENE.fullmatch(plain) or _CODE.fullmatch(plain.upper())
    return found[1] if found else None


def scene_of(code: str) -> str:
    """What a scanned code says, as channels get it."""
    return f"go-{code}"


@dataclass(frozen=True)
class HandoffCodes:
    """Makes and reads them under ``pepper``."""

    pepper: bytes

    def new_code(self) -> str:
        """Six characters, a digit and a letter among them."""
        while True:
            code = "".join(secrets.choice(_SIGNS) for _ in range(6))
            if code_in(code) is not None:
                return code

    def give(
        self, session: Session, contact_id: str, source: str, secret: str, now: datetime
    ) -> datetime:
        """Keep ``secret`` for a contact; its earlier ones count no more. Gives until when it is good."""
        session.execute(
            update(Handoff)
            .where(Handoff.contact_id == contact_id, Handoff.closed_at.is_(None))
            .values(closed_at=now)
        )
        row = Handoff(
            id=new_id(),
            contact_id=contact_id,
            source=source,
            key=self._key(secret),
            created_at=now,
            expires_at=now + LIFE,
        )
        session.add(row)
        return row.expires_at

    def find(self, session: Session, secret: str, who: str, now: datetime) -> Handoff | None:
        """The open one that ``secret`` belongs to, held; a wrong one is counted against ``who`` (an address)."""
        counted = self._key(f"who:{who}")
        tries = session.scalar(
            select(func.count())
            .select_from(HandoffTry)
            .where(HandoffTry.who == counted, HandoffTry.at > now - TRIES_WITHIN)
        )
        key = self._key(secret)
        found = None
        if (tries or 0) < TRIES:
            found = session.scalar(
                select(Handoff)
                .where(Handoff.key == key, Handoff.closed_at.is_(None), Handoff.expires_at > now)
                .limit(1)
                .with_for_update()
            )
        # The index compares keyed hashes: how long it takes tells nothing of the code.
        if found is None or not hmac.compare_digest(found.key, key):
            session.add(HandoffTry(id=new_id(), who=counted, at=now))
            return None
        return found

    def _key(self, value: str) -> str:
        return hmac.new(self.pepper, f"handoff:{value}".encode(), hashlib.sha256).hexdigest()


def remove_old(session: Session, now: datetime, limit: int) -> int:
    """Remove codes and tries that are a day old; gives their number."""
    removed = 0
    old = now - timedelta(days=1)
    for table, at in ((Handoff, Handoff.created_at), (HandoffTry, HandoffTry.at)):
        ids = session.scalars(select(table.id).where(at < old).limit(limit - removed)).all()
        if ids:
            session.execute(delete(table).where(table.id.in_(ids)))
            removed += len(ids)
    return removed
