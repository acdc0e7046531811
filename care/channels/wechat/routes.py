"""``/wechat``: the address that WeChat calls."""

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from care.channels.wechat.answering import Answering
from care.channels.wechat.cipher import MessageCipher
from care.channels.wechat.delivery import has_api
from care.channels.wechat.envelope import Envelope, Mode
from care.channels.wechat.errors import ProtocolError
from care.channels.wechat.incoming import Incoming, read
from care.channels.wechat.passive import SUCCESS, text_reply
from care.channels.wechat.said import CHANNEL
from care.channels.wechat.signature import Signatures
from care.channels.wechat.voices import voices_of
from care.channels.wechat.words import Words
from care.errors import NotFound
from care.http.limits import RateLimiter
from care.services import Services

log = structlog.get_logger()


def router(services: Services) -> APIRouter:
    """The routes of the channel; they are not there (404) while no app id is set."""
    routes = APIRouter(tags=["wechat"])
    is_on = services.settings.wechat_on
    envelope = envelope_of(services) if is_on else None
    answering = answering_of(services) if is_on else None

    @routes.get("/wechat")
    async def check(request: Request) -> Response:
        """The check that WeChat makes when the address is entered in its console."""
        if envelope is None:
            raise NotFound()
        return PlainTextResponse(envelope.echo(request.query_params))

    @routes.post("/wechat")
    async def callback(request: Request) -> Response:
        """A message or an event of a customer; answered within five seconds, if need be with no answer."""
        if envelope is None or answering is None:
            raise NotFound()
        query = request.query_params
        try:
            opened = envelope.open(query, await request.body())
            message: Incoming = read(opened.values)
        except ProtocolError as error:
            log.warning("wechat.refused", reason=error.reason)
            raise
        text = await answering.answer(message, int(query["timestamp"]))
        if text is None:
            return PlainTextResponse(SUCCESS)
        document = text_reply(message, text, int(services.clock().timestamp()))
        return Response(
            envelope.close(document, encrypted=opened.encrypted), media_type="application/xml"
        )

    return routes


def envelope_of(services: Services) -> Envelope:
    """The envelope of the account in the settings."""
    settings = services.settings
    key = settings.wechat_aes_key.get_secret_value()
    return Envelope(
        Signatures(settings.wechat_token.get_secret_value(), services.clock),
        MessageCipher(key, settings.wechat_app_id) if key else None,
        Mode(settings.wechat_mode),
    )


def answering_of(services: Services) -> Answering:
    """What answers the account's customers. Raises ``DataFileError``."""
    return Answering(
        services.db,
        services.clock,
        services.pubsub,
        services.conversations,
        Words(services.settings.data_dir / "wechat" / "words.yml"),
        channel=CHANNEL,
        pushes=services.settings.wechat_customer_service,
        pictures=has_api(services.settings),
        messages=RateLimiter(rate=2, burst=30),
        voices=voices_of(services, has_api(services.settings)),
    )
