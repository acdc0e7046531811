"""A chat goes on in another channel: a short-lived code or link brings an address to it.

The address comes; what was said at it before does not, unless it is bound: then the chat becomes part of its customer's
story, and is closed to whoever gave the code out and has shown no number.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.clock import Clock
from care.conversations import merging
from care.conversations.announce import Announcer
from care.conversations.buttons import latest_offers
from care.conversations.handoff_codes import HandoffCodes, code_in, scene_of
from care.conversations.inbound import InboundMessage, Receipt, Receiver, first_outcome
from care.conversations.log import append
from care.conversations.merging import Busy
from care.conversations.notices import Notice, say
from care.conversations.ownership import change_owner
from care.conversations.tables import Conversation, Message, Owner, Role
from care.conversations.text import clean
from care.customers.bindings import (
    ACCOUNTS,
    SHARING,
    binding_of,
    channel_name,
    customers_of,
    unbind,
)
from care.customers.contacts import ChannelBinding, Contact
from care.customers.owners import Owners
from care.db import Database, new_id
from care.db.jobs import Job, schedule
from care.engine import Engine
from care.errors import Conflict, NotFound

JOIN_JOB = "stories.join"
FORGET_JOB = "stories.forget"

LINK_WORDS = frozenset({"到网页继续", "在网页继续", "转到网页", "网页继续"})
BREAK_WORDS = frozenset({"断开", "断开连接"})
"""What an account's menu and the notice of joining say; whole messages, nothing is understood here."""

type ScanLink = Callable[[str], Awaitable[str | None]]
"""Gives the address that a QR code opens, for a scene that comes back with the scan."""


@dataclass(frozen=True)
class Offered:
    """A code that was given out; ``scan`` is what its QR code says, where the channel can be scanned into."""

    channel: str
    code: str
    expires_at: datetime
    scan: str | None


class Handoffs:
    """Gives out codes and links, and takes them up."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        engine: Engine,
        announcer: Announcer,
        receiver: Receiver,
        owners: Owners,
        codes: HandoffCodes,
        *,
        text_limit: int,
        chat_url: str,
        channels: Mapping[str, ScanLink],
    ) -> None:
        self._db = db
        self._clock = clock
        self._engine = engine
        self._announcer = announcer
        self._receiver = receiver
        self._owners = owners
        self._codes = codes
        self._text_limit = text_limit
        self._chat_url = chat_url
        self._channels = dict(channels)

    @property
    def channels(self) -> list[str]:
        """Where a web chat may go on."""
        return list(self._channels)

    def serve(self, channel: str, scan_link: ScanLink) -> None:
        """A channel takes up codes; ``scan_link`` makes what its QR codes open."""
        self._channels[channel] = scan_link

    async def take(self, inbound: InboundMessage) -> Receipt | None:
        """Carry out a message that is a code, a scanned code or one of the words about links; ``None`` for any other.

        Each channel's messages come through here (``Conversations.receive``), so a channel has nothing to do for it.
        """
        if inbound.text is None or inbound.channel not in SHARING:
            return None
        text = inbound.text.strip()
        code = code_in(text)
        if code is not None:
            return await self._db.write(lambda session: self._redeem(session, inbound, code))
        if inbound.channel in ACCOUNTS and text in LINK_WORDS:
            return await self._db.write(lambda session: self._give_link(session, inbound))
        if text in BREAK_WORDS:
            return await self._db.write(lambda session: self._break(session, inbound))
        return None

    async def offer(self, channel: str, from_channel: str, address: str) -> Offered:
        """A code by which the chat at an address goes on in ``channel``. Raises ``NotFound``."""
        scan_link = self._channels.get(channel)
        if scan_link is None:
            raise NotFound()
        code = self._codes.new_code()

        def work(session: Session) -> datetime:
            inbound = InboundMessage(from_channel, address, external_id="")
            conversation = self._receiver.conversation_for(session, inbound, self._clock())
            return self._codes.give(
                session, conversation.contact_id, from_channel, code, self._clock()
            )

        expires_at = await self._db.write(work)
        return Offered(channel, code, expires_at, await scan_link(scene_of(code)))

    async def enter_by_link(self, channel: str, address: str, token: str) -> str:
        """Bring a web address to the chat that a link was asked for in; gives the conversation.

        Raises ``NotFound`` for a link that is wrong, used or over, ``Conflict`` where it cannot be.
        """

        def work(session: Session) -> str | Conflict | None:
            now = self._clock()
            handoff = self._codes.find(session, token, f"{channel}:{address}", now)
            if handoff is None:
                return None
            notice, conversation = self._join(session, handoff.contact_id, channel, address, now)
            if notice in (Notice.JOIN_REFUSED, Notice.JOIN_WAITS):
                return Conflict(say(notice))
            handoff.closed_at = now
            if notice is Notice.JOINED:
                where = _place(handoff.source)
                self._tell(session, conversation, say(notice, where=where), now)
            return conversation.id

        done = await self._db.write(work)  # a wrong try is kept, so errors are given back
        if done is None:
            raise NotFound("这个链接已经失效，请回到原来的聊天里重新获取。")
        if isinstance(done, Conflict):
            raise done
        return done

    def _redeem(self, session: Session, inbound: InboundMessage, code: str) -> Receipt | None:
        now = self._clock()
        if (known := self._known(session, inbound, now)) is not None:
            return known
        who = f"{inbound.channel}:{inbound.address}"
        handoff = self._codes.find(session, code, who, now)
        if handoff is None:
            own = self._receiver.conversation_for(session, inbound, now)
            if own.owner in (Owner.AGENT, Owner.QUEUE):
                return None  # it may be anything: a person reads it
            return self._answered(session, own, inbound, say(Notice.HANDOFF_WRONG), now)
        notice, conversation = self._join(
            session, handoff.contact_id, inbound.channel, inbound.address, now
        )
        if notice is not Notice.JOIN_REFUSED:
            handoff.closed_at = now
        if notice is Notice.JOIN_WAITS:
            where = {"channel": inbound.channel, "address": inbound.address}
            schedule(
                session,
                JOIN_JOB,
                {**where, "contact": handoff.contact_id, "source": handoff.source},
                now + timedelta(seconds=2),
            )
        if notice is not Notice.JOINED:
            return self._answered(session, conversation, inbound, say(notice), now)
        text, buttons = self._where_we_are(session, conversation, inbound.channel, handoff.source)
        return self._answered(session, conversation, inbound, text, now, buttons)

    def _give_link(self, session: Session, inbound: InboundMessage) -> Receipt:
        now = self._clock()
        if (known := self._known(session, inbound, now)) is not None:
            return known
        token = secrets.token_urlsafe(16)
        conversation = self._receiver.conversation_for(session, inbound, now)
        self._codes.give(session, conversation.contact_id, inbound.channel, token, now)
        # Behind the # it is sent to no server, and a program that previews links uses nothing up.
        link = f"{self._chat_url}#go={token}"
        return self._answered(session, conversation, inbound, say(Notice.WEB_LINK, link=link), now)

    def _break(self, session: Session, inbound: InboundMessage) -> Receipt | None:
        now = self._clock()
        if (known := self._known(session, inbound, now)) is not None:
            return known
        binding = binding_of(session, inbound.channel, inbound.address)
        if binding is None or binding.joined_at is None:
            return None
        conversation = self._receiver.conversation_for(session, inbound, now)
        message = self._said(session, conversation, inbound, now)
        new = merging.leave(session, self._announcer, binding, now, Notice.UNBOUND, message.id)
        return _receipt(new, message)

    def _join(
        self, session: Session, contact_id: str, channel: str, address: str, now: datetime
    ) -> tuple[Notice, Conversation]:
        """Bring an address to a contact's chat; gives what came of it, and the address's conversation then, held."""
        contact = session.get_one(Contact, contact_id)
        while contact.merged_into is not None:
            contact = session.get_one(Contact, contact.merged_into)
        theirs = merging.conversation_of(session, contact.id)
        assert theirs is not None  # a code is given out in a conversation
        own = self._receiver.conversation_for(
            session, InboundMessage(channel, address, external_id=""), now
        )
        if own.id == theirs.id:
            return Notice.JOINED_ALREADY, own
        own, theirs = merging.hold_both(session, own.id, theirs.id)
        binding = binding_of(session, channel, address)
        assert binding is not None
        mine, others = customers_of(session, own.contact_id), customers_of(session, contact.id)
        if mine and others and mine != others:
            return Notice.JOIN_REFUSED, own
        try:
            kept = self._brought(session, binding, own, theirs, bool(mine), now)
        except Busy:
            return Notice.JOIN_WAITS, own
        if kept is None:
            return Notice.JOIN_REFUSED, own
        binding.joined_at = now
        session.get_one(Contact, kept.contact_id).shared = True
        kept.channel, kept.address, kept.network = channel, address, ""
        return Notice.JOINED, kept

    def _brought(
        self,
        session: Session,
        binding: ChannelBinding,
        own: Conversation,
        theirs: Conversation,
        bound: bool,
        now: datetime,
    ) -> Conversation | None:
        """The conversation that goes on, or ``None`` where a person is busy in the address's own. Raises ``Busy``."""
        proven = binding.proved_at is not None and (
            binding.channel in ACCOUNTS or now < binding.proved_at + self._receiver.window
        )
        if bound and proven and not binding.mixed:
            kept, gone = merging.which_goes_on(theirs, own)
            self._absorb(session, kept, gone, now)
            return kept
        if own.owner in (Owner.AGENT, Owner.QUEUE):
            return None
        merging.require_quiet(session, own.id)
        unbind(binding)
        binding.contact_id = theirs.contact_id
        session.flush()
        return theirs

    def _absorb(
        self, session: Session, kept: Conversation, gone: Conversation, now: datetime
    ) -> None:
        merging.absorb(session, self._announcer, kept, gone, now)
        schedule(session, FORGET_JOB, {"conversation": gone.id}, now)

    async def _join_later(self, job: Job) -> None:
        channel, address = str(job.payload["channel"]), str(job.payload["address"])

        def work(session: Session) -> None:
            now = self._clock()
            notice, conversation = self._join(
                session, str(job.payload["contact"]), channel, address, now
            )
            if notice is Notice.JOIN_WAITS:
                raise Busy
            if notice is Notice.JOIN_REFUSED:
                self._tell(session, conversation, say(notice), now)
            if notice is Notice.JOINED:
                source = str(job.payload["source"])
                text, buttons = self._where_we_are(session, conversation, channel, source)
                self._tell(session, conversation, text, now, buttons=buttons)

        await self._db.write(work)

    def _known(self, session: Session, inbound: InboundMessage, now: datetime) -> Receipt | None:
        first = session.scalar(
            select(Message).where(
                Message.channel == inbound.channel, Message.external_id == inbound.external_id
            )
        )
        if first is None:
            return None
        conversation = self._receiver.conversation_for(session, inbound, now)
        return first_outcome(session, conversation, inbound, first)

    def _said(
        self, session: Session, conversation: Conversation, inbound: InboundMessage, now: datetime
    ) -> Message:
        if conversation.owner == Owner.CLOSED:
            change_owner(session, self._announcer, conversation, Owner.BOT, now)
            conversation.opened_at = now
        conversation.channel, conversation.address = inbound.channel, inbound.address
        conversation.network, conversation.active_at = inbound.network, now
        return append(
            session,
            self._announcer,
            conversation,
            Role.CUSTOMER,
            now,
            text=clean(inbound.text or "", self._text_limit),
            external_id=inbound.external_id,
        )

    def _answered(
        self,
        session: Session,
        conversation: Conversation,
        inbound: InboundMessage,
        text: str,
        now: datetime,
        buttons: list[dict[str, str]] | None = None,
    ) -> Receipt:
        message = self._said(session, conversation, inbound, now)
        self._tell(session, conversation, text, now, turn_id=message.id, buttons=buttons)
        return _receipt(conversation, message)

    def _tell(
        self,
        session: Session,
        conversation: Conversation,
        text: str,
        now: datetime,
        *,
        turn_id: str | None = None,
        buttons: list[dict[str, str]] | None = None,
    ) -> None:
        append(
            session,
            self._announcer,
            conversation,
            Role.SYSTEM,
            now,
            text=text,
            turn_id=turn_id,
            buttons=buttons or [],
            id=new_id(),
        )

    def _where_we_are(
        self, session: Session, conversation: Conversation, channel: str, source: str
    ) -> tuple[str, list[dict[str, str]]]:
        """The notice of joining. An account shows nothing of what was said: it is told the last thing, with its buttons."""
        text = say(Notice.JOINED, where=_place(source))
        asked = [one for one in latest_offers(session, conversation.id) if one.text]
        if channel not in ACCOUNTS or not asked:
            return text, []
        last = asked[-1]
        return f"{text}\n刚才说到：{last.text}", list(last.buttons)


def _receipt(conversation: Conversation, message: Message) -> Receipt:
    return Receipt(
        conversation_id=conversation.id,
        message_id=message.id,
        seq=message.seq,
        owner=Owner(conversation.owner),
        duplicate=False,
        has_turn=False,
    )


def _place(channel: str) -> str:
    return f"{channel_name(channel)}里"
