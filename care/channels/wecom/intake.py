"""What is done with each message and event that was read."""

import asyncio
from typing import Any

import structlog

from care.channels.wechat.hearing import Hearing
from care.channels.wechat.incoming import Incoming
from care.channels.wecom.api import WecomApi
from care.channels.wecom.messages import Entered, HandsChanged, SendFailed, read
from care.channels.wecom.sessions import ELSEWHERE, Sessions, State
from care.errors import Unavailable

log = structlog.get_logger()

CHANNEL = "wecom"


class Intake:
    """Takes messages one by one, in order; ``welcome`` greets who opens the chat."""

    def __init__(self, hearing: Hearing, sessions: Sessions, api: WecomApi, welcome: str) -> None:
        self._hearing = hearing
        self._sessions = sessions
        self._api = api
        self._welcome = welcome
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, message: dict[str, Any]) -> None:
        """Take in one message of ``sync_msg``. Raises ``Unavailable``: then it must be read again."""
        match read(message):
            case Incoming() as said:
                await self._said(said)
            case Entered(welcome_code=code) if code:
                self._start(self._greet(code))
            case HandsChanged(address, human):
                await self._sessions.note(address, State.HUMAN if human else State.ENDED)
            case SendFailed(kind=kind):
                log.warning("wecom.send_failed", kind=kind)

    async def _said(self, message: Incoming) -> None:
        state = await self._sessions.state(message.sender)
        if state in ELSEWHERE:
            log.info("wecom.served_elsewhere", state=state.name)
            return
        if state is not State.BOT:
            # Beside the reading: the next customer need not wait for WeCom's answer.
            self._start(self._sessions.take(message.sender))
        await self._hearing.hear(message)

    async def _greet(self, code: str) -> None:
        try:
            await self._api.welcome(code, self._welcome)
        except Unavailable as error:
            # Its 20 seconds are over, or another process was faster.
            log.info("wecom.not_greeted", error=error.code)

    def _start(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
