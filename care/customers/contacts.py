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


class ChannelBinding(Base):
    """One address of a contact: a web session, a REST sender, an openid."""

    __tablename__ = "channel_bindings"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(128))
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


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
        contact = Contact(id=new_id(), created_at=now, senior=False)
        session.add(contact)
        session.flush()
        session.add(
            ChannelBinding(
                id=new_id(), channel=channel, address=address, contact_id=contact.id, created_at=now
            )
        )
        session.flush()
    return contact
