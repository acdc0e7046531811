"""Contacts: people who write to us, known or not yet, and the channel addresses they write from."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from care.db import Base, UtcDateTime, new_id


class Contact(Base):
    """Somebody who writes to us."""

    __tablename__ = "contacts"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    senior: Mapped[bool] = mapped_column(default=False)
    """Wants senior mode."""
    elderly: Mapped[bool] = mapped_column(default=False)
    """Has shown to be a customer of 65 or over (``care.customers.senior``)."""
    senior_offered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shared: Mapped[bool] = mapped_column(default=False)
    """What was said came from several addresses; not each of them may see all of it for ever."""
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a code was last given at any of the addresses."""
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("contacts.id"))
    """The contact that turned out to be the same customer and has all that was this one's."""


class ChannelBinding(Base):
    """One address of a contact: a web session, a REST sender, an openid.

    It is bound to a customer's number once a code was given on it (``care.customers.bindings``).
    """

    __tablename__ = "channel_bindings"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(128))
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    customer_id: Mapped[str | None] = mapped_column(String(40))
    line_id: Mapped[str | None] = mapped_column(String(40), index=True)
    phone: Mapped[str | None] = mapped_column(String(20))
    bound_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when it is bound to this number."""
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a code was last given here."""
    joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a code or link brought it to this contact from another channel."""
    mixed: Mapped[bool] = mapped_column(default=False)
    """Numbers of two customers were shown here: what was said is nobody else's story."""


def find_contact(session: Session, channel: str, address: str) -> Contact | None:
    """The contact that writes from ``address``, if any does."""
    return session.scalar(
        select(Contact)
        .join(ChannelBinding, ChannelBinding.contact_id == Contact.id)
        .where(ChannelBinding.channel == channel, ChannelBinding.address == address)
    )


def contact_for(session: Session, channel: str, address: str, now: datetime) -> Contact:
    """The contact that writes from ``address``; made when it is new."""
    contact = find_contact(session, channel, address)
    if contact is None:
        contact = new_contact(session, now)
        session.add(
            ChannelBinding(
                id=new_id(), channel=channel, address=address, contact_id=contact.id, created_at=now
            )
        )
        session.flush()
    return contact


def new_contact(session: Session, now: datetime) -> Contact:
    """A contact that nobody writes from yet."""
    contact = Contact(id=new_id(), created_at=now, senior=False)
    session.add(contact)
    session.flush()
    return contact
