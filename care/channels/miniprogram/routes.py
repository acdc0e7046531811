"""``/wechat/miniprogram``: the address that WeChat calls for a mini program."""

from functools import partial

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from care.channels.miniprogram.delivery import CHANNEL, FETCH_JOB, say
from care.channels.miniprogram.envelope import values_of
from care.channels.wechat.cipher import MessageCipher
from care.channels.wechat.envelope import Envelope, Mode
from care.channels.wechat.errors import ProtocolError
from care.channels.wechat.hearing import Hearing
from care.channels.wechat.incoming import read
from care.channels.wechat.passive import SUCCESS
from care.channels.wechat.signature import Signatures
from care.errors import NotFound
from care.http.limits import RateLimiter
from care.services import Services

log = structlog.get_logger()


def router(services: Services) -> APIRouter:
    """The routes of the channel; they are not there (404) while no app id is set."""
    routes = APIRouter(tags=["wechat"])
    settings = services.settings
    is_on = settings.miniprogram_on
    mode = Mode(settings.miniprogram_mode)
    signatures = Signatures(settings.miniprogram_token.get_secret_value(), services.clock)
    key = settings.miniprogram_aes_key.get_secret_value()
    cipher = MessageCipher(key, settings.miniprogram_app_id) if is_on and key else None
    envelope = Envelope(signatures, cipher, mode) if is_on else None
    hearing = Hearing(
        services.db,
        services.clock,
        services.conversations,
        channel=CHANNEL,
        fetch_job=FETCH_JOB,
        messages=RateLimiter(rate=2, burst=30),
        say=partial(say, services),
    )

    @routes.get("/wechat/miniprogram")
    async def check(request: Request) -> Response:
        """The check that WeChat makes when the address is entered in its console."""
        if envelope is None:
            raise NotFound()
        return PlainTextResponse(envelope.echo(request.query_params))

    @routes.post("/wechat/miniprogram")
    async def callback(request: Request) -> Response:
        """A message or an event of a customer: stored at once, answered by sends."""
        if envelope is None:
            raise NotFound()
        body = await request.body()
        try:
            message = read(values_of(envelope, signatures, mode, request.query_params, body))
        except ProtocolError as error:
            log.warning("miniprogram.refused", reason=error.reason)
            raise
        await hearing.hear(message)
        return PlainTextResponse(SUCCESS)

    return routes
