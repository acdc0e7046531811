"""What people ask of their data, on record, and what they have chosen: rights of the 个人信息保护法 (PIPL).

The record keeps that and when something was asked for and done, never what was in the data.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from care.clock import Clock
from care.db import Base, Database, UtcDateTime, new_id


class PrivacyKind(StrEnum):
    """What is asked for."""

    EXPORT = "export"
    DELETE_CHAT = "delete_chat"
    REFUSE_AUTOMATED = "refuse_automated"
    ALLOW_AUTOMATED = "allow_automated"
    REFUSE_MARKETING = "refuse_marketing"
    ALLOW_MARKETING = "allow_marketing"
    BINDINGS = "bindings"
    UNBIND = "unbind"
    UNBIND_ALL = "unbind_all"


DUTIES = {
    PrivacyKind.EXPORT: "data_access",
    PrivacyKind.DELETE_CHAT: "data_deletion",
    PrivacyKind.REFUSE_AUTOMATED: "automated_decisions",
    PrivacyKind.ALLOW_AUTOMATED: "automated_decisions",
    PrivacyKind.REFUSE_MARKETING: "consent_withdrawal",
    PrivacyKind.ALLOW_MARKETING: "consent_withdrawal",
    PrivacyKind.BINDINGS: "data_access",
    PrivacyKind.UNBIND: "consent_withdrawal",
    PrivacyKind.UNBIND_ALL: "consent_withdrawal",
}
"""The duty of the rule pack that each fulfils; its source names the article."""


class PrivacyState(StrEnum):
    """Where a request stands."""

    ACCEPTED = "accepted"
    DONE = "done"
    REFUSED = "refused"  # the law or an open matter stands against it


class PrivacyRequest(Base):
    """One request. The same turn makes one of a kind."""

    __tablename__ = "privacy_requests"
    __table_args__ = (
        UniqueConstraint("turn_id", "kind"),
        CheckConstraint("state IN ('accepted','done','refused')", name="state"),
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    customer_id: Mapped[str | None] = mapped_column(String(40), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    article: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10))
    detail: Mapped[dict[str, Any]]
    """Counts and reasons, no personal data."""
    turn_id: Mapped[str] = mapped_column(String(26))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CustomerChoices(Base):
    """What a customer has chosen about the use of their data; no row: nothing was refused."""

    __tablename__ = "customer_choices"

    customer_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    automated: Mapped[bool] = mapped_column(default=True)
    """Whether machines may decide from their data (recommendations, priority), PIPL 24."""
    marketing: Mapped[bool] = mapped_column(default=True)
    """Whether they may be told of offers."""
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What may be done with a customer's data."""

    automated: bool
    marketing: bool


_CHOICES = {
    PrivacyKind.REFUSE_AUTOMATED: ("automated", False),
    PrivacyKind.ALLOW_AUTOMATED: ("automated", True),
    PrivacyKind.REFUSE_MARKETING: ("marketing", False),
    PrivacyKind.ALLOW_MARKETING: ("marketing", True),
}


def chosen(session: Session, customer_id: str) -> Chosen:
    """What the customer has chosen. Whoever recommends, ranks or advertises asks here first."""
    row = session.get(CustomerChoices, customer_id)
    if row is None:
        return Chosen(automated=True, marketing=True)
    return Chosen(row.automated, row.marketing)


def record(
    session: Session,
    kind: PrivacyKind,
    article: str,
    contact_id: str,
    customer_id: str | None,
    turn_id: str,
    now: datetime,
    *,
    state: PrivacyState,
    detail: dict[str, Any] | None = None,
) -> tuple[PrivacyRequest, bool]:
    """Note a request; gives it and whether it is new. A repeated turn finds its first one."""
    first = session.scalar(
        select(PrivacyRequest).where(PrivacyRequest.turn_id == turn_id, PrivacyRequest.kind == kind)
    )
    if first is not None:
        return first, False
    row = PrivacyRequest(
        id=new_id(),
        contact_id=contact_id,
        customer_id=customer_id,
        kind=kind,
        article=article[:80],
        state=state,
        detail=detail or {},
        turn_id=turn_id,
        asked_at=now,
        done_at=None if state is PrivacyState.ACCEPTED else now,
    )
    session.add(row)
    session.flush()
    return row, True


def requests_of(session: Session, contact_id: str, customer_id: str | None) -> list[PrivacyRequest]:
    """All requests of a customer, and those of a contact that had shown to be nobody, oldest first."""
    mine = PrivacyRequest.customer_id.is_(None) & (PrivacyRequest.contact_id == contact_id)
    if customer_id is not None:
        mine |= PrivacyRequest.customer_id == customer_id
    return list(session.scalars(select(PrivacyRequest).where(mine).order_by(PrivacyRequest.id)))


class Choices:
    """Reads and changes what customers have chosen."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def of(self, customer_id: str) -> Chosen:
        """What the customer has chosen."""
        return await self._db.read(lambda session: chosen(session, customer_id))

    async def choose(
        self,
        kind: PrivacyKind,
        article: str,
        contact_id: str,
        customer_id: str,
        turn_id: str,
        guard: Callable[[Session], None],
    ) -> bool:
        """Change a choice and keep the request for it; gives whether it was another before.

        Raises ``KeyError`` for a kind that is no choice.
        """
        name, value = _CHOICES[kind]

        def work(session: Session) -> bool:
            guard(session)
            now = self._clock()
            row = session.get(CustomerChoices, customer_id, with_for_update=True)
            if row is None:
                row = CustomerChoices(
                    customer_id=customer_id, automated=True, marketing=True, changed_at=now
                )
                session.add(row)
            changed = getattr(row, name) is not value
            _, new = record(
                session,
                kind,
                article,
                contact_id,
                customer_id,
                turn_id,
                now,
                state=PrivacyState.DONE,
                detail={"changed": changed},
            )
            if changed:
                setattr(row, name, value)
                row.changed_at = now
            return changed or not new

        return await self._db.write(work)
