"""Which address of a channel is whose: bound to a number by a one-time code, and ended with the number's owner.

An *account* (an openid) is proven by its platform each time it writes, so its binding stands until it is ended. A web
session is proven by a token in a browser only; what was said elsewhere is open to it for as long as its code counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.customers.contacts import ChannelBinding, Contact

STORY_JOB = "stories.merge"
"""Looks for other contacts of the customer who was verified at an address (``care.conversations.stories``)."""

ACCOUNTS = frozenset({"wechat", "wecom", "miniprogram"})
"""Channels whose platform tells who writes."""

SHARING = ACCOUNTS | {"web"}
"""Channels that may belong to one story. Other programs (REST) see what they were told and nothing else."""


_NAMES = {
    "rest": "其他应用",
    "web": "网页",
    "wechat": "微信",
    "wecom": "微信客服",
    "miniprogram": "小程序",
}


def channel_name(channel: str) -> str:
    """A channel as customers call it."""
    return _NAMES.get(channel, channel)


@dataclass(frozen=True)
class BoundAddress:
    """An address as its customer may see it; ``phone`` is not masked."""

    channel: str
    phone: str
    since: datetime


def binding_of(session: Session, channel: str, address: str) -> ChannelBinding | None:
    """The row of an address, if it has ever written."""
    return session.scalar(
        select(ChannelBinding)
        .where(ChannelBinding.channel == channel, ChannelBinding.address == address)
        .execution_options(populate_existing=True)
    )


def bindings_of(session: Session, contact_id: str) -> Sequence[ChannelBinding]:
    """All addresses of a contact, the oldest first."""
    return session.scalars(
        select(ChannelBinding)
        .where(ChannelBinding.contact_id == contact_id)
        .order_by(ChannelBinding.created_at, ChannelBinding.id)
    ).all()


def bind(
    session: Session,
    binding: ChannelBinding,
    customer_id: str,
    line_id: str,
    phone: str,
    now: datetime,
) -> None:
    """A code for ``phone`` was given at this address."""
    if binding.customer_id not in (None, customer_id):
        binding.mixed = True
    if (binding.customer_id, binding.line_id) != (customer_id, line_id):
        binding.customer_id, binding.line_id, binding.phone = customer_id, line_id, phone
        binding.bound_at = now
    binding.proved_at = now
    session.get_one(Contact, binding.contact_id).proved_at = now


def unbind(binding: ChannelBinding) -> None:
    """The address is nobody's again."""
    binding.customer_id = binding.line_id = binding.phone = None
    binding.bound_at = binding.proved_at = binding.joined_at = None
    binding.mixed = False


def may_see(
    binding: ChannelBinding, contact: Contact, now: datetime, window: timedelta, *, served: bool
) -> bool:
    """Whether an address still takes part in the story of its contact.

    ``window`` is how long a code counts; ``served``: a person serves the customer at this very address, or is waited for.
    """
    if not contact.shared or contact.proved_at is None:
        return True
    if binding.proved_at is not None:
        return binding.channel in ACCOUNTS or served or now < binding.proved_at + window
    # Brought here by a code or link, without one of its own: until somebody proves who this is, or the time is over.
    joined = binding.joined_at
    return joined is not None and joined >= contact.proved_at and now < joined + window


def customers_of(session: Session, contact_id: str) -> set[str]:
    """The customers to whom addresses of a contact are bound; more than one only where all is said at one address."""
    return {one.customer_id for one in bindings_of(session, contact_id) if one.customer_id}
