"""What the channel sends: to customers of a mini program everything that is said to them."""

from functools import partial

import httpx

from care.channels.wechat.api import WechatApi, fetch_token
from care.channels.wechat.courier import Courier
from care.channels.wechat.delivery import api_with
from care.channels.wechat.pictures import fetching
from care.channels.wechat.platform import Platform
from care.db.jobs import Handler
from care.services import Services

CHANNEL = "wechat_mini"
FETCH_JOB = "wechat_mini.fetch_picture"


def api_of(services: Services, http: httpx.AsyncClient) -> WechatApi:
    """The API of the mini program in the settings."""
    settings = services.settings
    platform = Platform(http, settings.wechat_api_base)
    app_id = settings.miniprogram_app_id
    secret = settings.miniprogram_app_secret.get_secret_value()
    return api_with(
        services, WechatApi, platform, app_id, partial(fetch_token, platform, app_id, secret)
    )


async def say(services: Services, address: str, text: str) -> None:
    """Send a text at once."""
    async with httpx.AsyncClient() as http:
        await api_of(services, http).send_text(address, text)


def handlers(services: Services) -> dict[str, Handler]:
    """What the job loop calls, by kind."""
    on = services.settings.miniprogram_on
    return {FETCH_JOB: fetching(services, api_of)} if on else {}


async def deliver(services: Services) -> None:
    """Send what is to be sent, for ever."""
    async with httpx.AsyncClient() as http:
        await Courier(
            services.db,
            services.clock,
            services.pubsub,
            services.conversations.announcer,
            api_of(services, http),
            channel=CHANNEL,
            menus=False,
        ).run()
