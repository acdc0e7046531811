"""Pictures that customers send: fetched from WeChat while they are there (3 days), and kept with their message."""

import asyncio
from collections.abc import Callable

import httpx
import structlog
from sqlalchemy.orm import Session

from care.channels.wechat.api import WechatApi
from care.channels.wechat.delivery import api_of, has_api
from care.channels.wechat.error_codes import ApiError, Reaction
from care.clock import Clock
from care.conversations.announce import Announcer
from care.conversations.attachments import NoPicture, Picture, keep, made_anew
from care.conversations.tables import Message
from care.db import Database
from care.db.jobs import Handler, Job, schedule
from care.services import Services

log = structlog.get_logger()

FETCH_JOB = "wechat.fetch_picture"
_TRIES = 30
"""With the job loop's back-off about four hours."""


type ApiOf = Callable[[Services, httpx.AsyncClient], WechatApi]
"""The API of one channel's account."""


async def fetch_later(
    db: Database, clock: Clock, message_id: str, media_id: str, kind: str = FETCH_JOB
) -> None:
    """Have the picture of a stored message fetched by the job ``kind``; asking twice does no harm."""
    payload = {"message": message_id, "media": media_id}
    await db.write(lambda session: schedule(session, kind, payload, clock()))


class Pictures:
    """Fetches pictures."""

    def __init__(self, db: Database, clock: Clock, announcer: Announcer, api: WechatApi) -> None:
        self._db = db
        self._clock = clock
        self._announcer = announcer
        self._api = api

    async def fetch(self, job: Job) -> None:
        """Fetch one and keep it with its message, unless it is there. Raises what the API raises, to be tried again."""
        message_id: str = job.payload["message"]
        if await self._db.read(lambda session: self._has(session, message_id)):
            return
        try:
            found = await self._api.download(job.payload["media"])
            picture = await asyncio.to_thread(made_anew, found.content)
        except (ApiError, NoPicture) as error:
            again = isinstance(error, ApiError) and error.reaction in _AGAIN
            if again and job.attempts < _TRIES:
                raise
            log.warning("wechat.no_picture", message=message_id, error=error.code)
            return
        await self._db.write(lambda session: self._keep(session, message_id, picture))

    def _has(self, session: Session, message_id: str) -> bool:
        message = session.get(Message, message_id)
        return message is None or message.image is not None

    def _keep(self, session: Session, message_id: str, picture: Picture) -> None:
        if self._has(session, message_id):
            return
        message = session.get_one(Message, message_id, with_for_update=True)
        now = self._clock()
        message.image = keep(session, message_id, picture, now)
        self._announcer.message(session, message.conversation_id, message_id, now)


_AGAIN = {Reaction.RETRY, Reaction.WAIT, Reaction.ALARM, Reaction.NEW_TOKEN}


def handlers(services: Services) -> dict[str, Handler]:
    """What the job loop calls, by kind; nothing where the API may not be called."""
    return {FETCH_JOB: fetching(services, api_of)} if has_api(services.settings) else {}


def fetching(services: Services, api: ApiOf) -> Handler:
    """The handler of the jobs of a channel that fetches with ``api``."""

    async def fetch(job: Job) -> None:
        async with httpx.AsyncClient() as http:
            announcer = services.conversations.announcer
            pictures = Pictures(services.db, services.clock, announcer, api(services, http))
            await pictures.fetch(job)

    return fetch
