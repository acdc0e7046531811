"""In whose hands WeCom sees a customer.

While the bot or our desk answers, that is the state BOT: the API may send in it, and in the state HUMAN it may not, which is
for people who answer in WeCom's own app. So a new session is put into BOT, stays there while our agents write, and is ended
when the conversation is closed. Where people in WeCom's app have taken a customer, we are silent.
"""

from enum import IntEnum

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.channels.wechat.error_codes import ApiError
from care.channels.wecom.api import WecomApi
from care.channels.wecom.tables import WecomSession
from care.clock import Clock
from care.conversations.tables import Conversation, Owner
from care.customers.contacts import ChannelBinding
from care.db import Database
from care.errors import Unavailable

log = structlog.get_logger()

NOT_ALLOWED = 95016
"""The error code of a change of state that WeCom does not allow."""


class State(IntEnum):
    """WeCom's states of a session."""

    NEW = 0
    BOT = 1
    QUEUE = 2
    HUMAN = 3
    ENDED = 4


ELSEWHERE = (State.QUEUE, State.HUMAN)
"""WeCom's own people serve the customer."""


def _known(state: int) -> State:
    """A state that WeCom may invent one day is nobody's, and a new message begins anew."""
    return State(state) if state in tuple(State) else State.NEW


class Sessions:
    """The sessions of one channel."""

    def __init__(self, db: Database, clock: Clock, api: WecomApi, *, channel: str) -> None:
        self._db = db
        self._clock = clock
        self._api = api
        self._channel = channel

    async def state(self, address: str) -> State:
        """The state as far as we know it; a session of which we know nothing is new."""

        def work(session: Session) -> State:
            found = session.get(WecomSession, address)
            return State.NEW if found is None else State(found.state)

        return await self._db.read(work)

    async def note(self, address: str, state: State) -> None:
        """WeCom told us the state, or we have changed it."""

        def work(session: Session) -> None:
            found = session.get(WecomSession, address, with_for_update=True)
            if found is None:
                found = WecomSession(address=address)
                session.add(found)
            found.state, found.at = state, self._clock()

        await self._db.write(work)

    async def take(self, address: str) -> None:
        """Have WeCom see the customer in the bot's hands.

        What goes wrong is noted and no more: in a new session the API may send, too.
        """
        try:
            try:
                await self._api.change_state(address, State.BOT)
            except ApiError as error:
                if error.errcode != NOT_ALLOWED:
                    raise
                await self.note(address, _known(await self._api.state(address)))
            else:
                await self.note(address, State.BOT)
        except Unavailable as error:
            log.warning("wecom.session_not_taken", error=error.code, **error.data)

    async def end_closed(self, limit: int = 100) -> int:
        """End the sessions of closed conversations; gives their number. The customer's next message opens a new one."""
        closed = (
            select(WecomSession.address)
            .join(ChannelBinding, ChannelBinding.address == WecomSession.address)
            .join(Conversation, Conversation.contact_id == ChannelBinding.contact_id)
            .where(ChannelBinding.channel == self._channel)
            .where(WecomSession.state == State.BOT, Conversation.owner == Owner.CLOSED)
            .limit(limit)
        )
        found = await self._db.read(lambda session: session.scalars(closed).all())
        for address in found:
            try:
                await self._api.change_state(address, State.ENDED)
            except ApiError as error:
                if error.errcode != NOT_ALLOWED:
                    raise
            await self.note(address, State.ENDED)
        return len(found)
