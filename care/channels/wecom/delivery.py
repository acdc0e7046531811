"""What the channel does beside taking calls: it reads what came, sends what is said, and ends sessions that are over."""

import asyncio
from functools import partial

import httpx
import structlog

from care.channels.wechat.courier import Courier
from care.channels.wechat.delivery import api_with
from care.channels.wechat.hearing import Hearing
from care.channels.wechat.pictures import fetching
from care.channels.wechat.platform import Platform
from care.channels.wechat.voices import voices_of
from care.channels.wechat.words import Words
from care.channels.wecom.api import WecomApi, fetch_token
from care.channels.wecom.inbox import Inbox
from care.channels.wecom.intake import CHANNEL, Intake
from care.channels.wecom.sessions import Sessions
from care.db.jobs import Handler
from care.errors import Unavailable
from care.http.limits import RateLimiter
from care.services import Services

log = structlog.get_logger()

FETCH_JOB = "wecom.fetch_picture"

SWEEP_EVERY = 60.0
"""Seconds between looks for sessions of closed conversations."""


def api_of(services: Services, http: httpx.AsyncClient) -> WecomApi:
    """The API of the corporation in the settings."""
    settings = services.settings
    platform = Platform(http, settings.wecom_api_base)
    corp_id, secret = settings.wecom_corp_id, settings.wecom_secret.get_secret_value()
    return api_with(
        services, WecomApi, platform, corp_id, partial(fetch_token, platform, corp_id, secret)
    )


def intake_of(services: Services, api: WecomApi, sessions: Sessions) -> Intake:
    """What takes in the messages that were read. Raises ``DataFileError``."""
    hearing = Hearing(
        services.db,
        services.clock,
        services.conversations,
        channel=CHANNEL,
        fetch_job=FETCH_JOB,
        messages=RateLimiter(rate=2, burst=30),
        say=api.send_text,
        voices=voices_of(services, services.settings.wecom_on),
    )
    words = Words(services.settings.data_dir / "wechat" / "words.yml")
    return Intake(hearing, sessions, api, words.say("welcome"))


def handlers(services: Services) -> dict[str, Handler]:
    """What the job loop calls, by kind."""
    on = services.settings.wecom_on
    return {FETCH_JOB: fetching(services, api_of)} if on else {}


async def deliver(services: Services) -> None:
    """All of it, for ever."""
    async with httpx.AsyncClient() as http, asyncio.TaskGroup() as group:
        api = api_of(services, http)
        sessions = Sessions(services.db, services.clock, api, channel=CHANNEL)
        intake = intake_of(services, api, sessions)
        inbox = Inbox(services.db, services.clock, services.pubsub, api, intake.take)
        courier = Courier(
            services.db,
            services.clock,
            services.pubsub,
            services.conversations.announcer,
            api,
            channel=CHANNEL,
        )
        group.create_task(courier.run())
        group.create_task(inbox.run())
        group.create_task(_end_closed(sessions))


async def _end_closed(sessions: Sessions, interval: float = SWEEP_EVERY) -> None:
    while True:
        try:
            while await sessions.end_closed():
                pass
        except Unavailable as error:
            log.warning("wecom.sessions_not_ended", error=error.code, **error.data)
        except Exception:
            log.exception("wecom.sweep_failed")
        await asyncio.sleep(interval)
