"""Voice messages without WeChat's transcript: fetched, made out by our own recogniser, and forgotten.

One at a time in each process, in the order in which they came. The recording is held in memory only, and only as long as
that takes; what was made out is the message's text from then on (``Conversations.heard``).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

import httpx
import structlog
from sqlalchemy.orm import Session

from care.backends import PubSub
from care.channels.wechat.error_codes import ApiError, Reaction
from care.channels.wechat.pictures import ApiOf
from care.channels.wechat.said import Voices
from care.clock import Clock
from care.conversations import unheard
from care.conversations.service import Conversations
from care.conversations.tables import Message
from care.conversations.unheard import HEAR_JOB
from care.db import Database
from care.db.jobs import Job, JobLoop
from care.errors import Unavailable
from care.services import Services
from care.speech import NotHeard, Recogniser

log = structlog.get_logger()

LOOK_EVERY = 1.0
AGAIN_AFTER = 3.0
"""Seconds before the next try to fetch a recording."""

type Fetch = Callable[[str], Awaitable[bytes]]
"""Gives the recording behind a media id. Raises ``Unavailable``."""


def voices_of(services: Services, has_api: bool) -> Voices | None:
    """How a channel has voice messages made out; ``None`` where it cannot."""
    settings = services.settings
    if services.recogniser is None or not has_api:
        return None
    return Voices(settings.speech_waiting, timedelta(seconds=settings.speech_patience))


class MakingOut:
    """Makes out the voice messages of all channels in ``fetch``; without a recogniser it gives up those that still wait."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        pubsub: PubSub,
        conversations: Conversations,
        recogniser: Recogniser | None,
        fetch: Mapping[str, Fetch],
        patience: timedelta,
    ) -> None:
        self._db = db
        self._clock = clock
        self._pubsub = pubsub
        self._conversations = conversations
        self._recogniser = recogniser
        self._fetch = fetch
        self._patience = patience
        self._jobs = JobLoop(db, clock, {HEAR_JOB: self.make_out})

    async def run(self) -> None:
        """For ever. A loop of its own: other jobs must not wait for a recording."""
        async with self._pubsub.subscribe(unheard.TOPIC) as wakeups:
            while True:
                try:
                    while await self._jobs.run_due(limit=1):
                        pass
                except Exception:
                    log.exception("voices.loop_failed")
                await wakeups.next(LOOK_EVERY)

    async def make_out(self, job: Job) -> None:
        """Make out one message, or give it up."""
        message_id: str = job.payload["message"]
        sent_at = await self._db.read(lambda session: _waits_since(session, message_id))
        if sent_at is None:
            return
        left = (sent_at + self._patience - self._clock()).total_seconds()
        words: str | None = None
        try:
            async with asyncio.timeout(left):
                words = await self._words(job.payload["channel"], job.payload["media"])
        except NotHeard as error:
            log.info("voices.not_heard", message=message_id, reason=error.reason)
        except TimeoutError:
            log.warning("voices.given_up", message=message_id)
        except Unavailable as error:
            log.warning("voices.not_fetched", message=message_id, error=error.code)
        except Exception:
            log.exception("voices.failed", message=message_id)
        await self._conversations.heard(message_id, words)

    async def _words(self, channel: str, media: str) -> str:
        if self._recogniser is None or channel not in self._fetch:
            raise NotHeard("no_recogniser")
        while True:
            try:
                audio = await self._fetch[channel](media)
                break
            except Unavailable as error:
                if isinstance(error, ApiError) and error.reaction not in _AGAIN:
                    raise
            await asyncio.sleep(AGAIN_AFTER)
        return await self._recogniser.transcribe(audio)


_AGAIN = {Reaction.RETRY, Reaction.WAIT, Reaction.ALARM, Reaction.NEW_TOKEN}


def _waits_since(session: Session, message_id: str) -> datetime | None:
    message = session.get(Message, message_id)
    return message.sent_at if message is not None and unheard.waits(message) else None


async def make_out(services: Services, apis: Mapping[str, ApiOf]) -> None:
    """Make out voice messages, for ever; ``apis`` are those of the channels whose recordings can be fetched."""
    async with httpx.AsyncClient() as http:

        async def fetch(api: ApiOf, media: str) -> bytes:
            return (await api(services, http).download(media)).content

        await MakingOut(
            services.db,
            services.clock,
            services.pubsub,
            services.conversations,
            services.recogniser,
            {channel: partial(fetch, api) for channel, api in apis.items()},
            timedelta(seconds=services.settings.speech_patience),
        ).run()
