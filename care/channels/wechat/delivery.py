"""What the channel does beside answering calls: it delivers, for ever, in every process."""

from functools import partial

import httpx
import structlog
from cryptography.fernet import Fernet

from care.channels.wechat.api import WechatApi, fetch_token
from care.channels.wechat.courier import Courier
from care.channels.wechat.platform import Platform
from care.channels.wechat.said import CHANNEL
from care.channels.wechat.tokens import Fetch, Tokens
from care.conversations.handoff_codes import LIFE
from care.errors import Unavailable
from care.services import Services
from care.settings import Settings

log = structlog.get_logger()


def api_of(services: Services, http: httpx.AsyncClient) -> WechatApi:
    """The API of the account in the settings; all processes share its token."""
    settings = services.settings
    platform = Platform(http, settings.wechat_api_base)
    fetch = partial(
        fetch_token,
        platform,
        settings.wechat_app_id,
        settings.wechat_app_secret.get_secret_value(),
    )
    return api_with(services, WechatApi, platform, settings.wechat_app_id, fetch)


def api_with[Api: WechatApi](
    services: Services, kind: type[Api], platform: Platform, app_id: str, fetch: Fetch
) -> Api:
    """An API whose token all processes share; ``app_id`` is the token's name among others."""
    seal = Fernet(services.settings.sealing_key.get_secret_value())
    tokens = Tokens(services.db, services.clock, services.pubsub, seal, app_id, fetch)
    return kind(platform, tokens, _alarm)


async def deliver(services: Services) -> None:
    """Send what is to be sent, for ever; ends at once for an account that may not send."""
    settings = services.settings
    if not sends(settings):
        return
    async with httpx.AsyncClient() as http:
        await Courier(
            services.db,
            services.clock,
            services.pubsub,
            services.conversations.announcer,
            api_of(services, http),
            channel=CHANNEL,
        ).run()


async def scan_address(services: Services, scene: str) -> str | None:
    """What the QR code of a chat that goes on in WeChat opens; None where the account may make none."""
    if not has_api(services.settings):
        return None
    try:
        async with httpx.AsyncClient() as http:
            return await api_of(services, http).scene_address(scene, int(LIFE.total_seconds()))
    except Unavailable as error:
        log.warning("wechat.no_qr_code", reason=type(error).__name__)
        return None


def has_api(settings: Settings) -> bool:
    """Whether the platform's API may be called at all."""
    return settings.wechat_on and bool(settings.wechat_app_secret.get_secret_value())


def sends(settings: Settings) -> bool:
    """Whether the account is there and may send by itself."""
    return settings.wechat_on and settings.wechat_customer_service


def _alarm(errcode: int) -> None:
    """Only a person can mend it: see docs/how-to/connect-wechat.md."""
    log.error("wechat.needs_a_person", errcode=errcode)
