"""``/wecom``: the address that WeCom calls."""

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from care.channels.wechat.cipher import MessageCipher
from care.channels.wechat.envelope import MAX_ECHO, Envelope, Mode
from care.channels.wechat.errors import ProtocolError
from care.channels.wechat.passive import SUCCESS
from care.channels.wechat.signature import Signatures
from care.channels.wecom.inbox import note
from care.errors import NotFound
from care.services import Services

log = structlog.get_logger()

_SOMETHING_CAME = "kf_msg_or_event"


def router(services: Services) -> APIRouter:
    """The routes of the channel; they are not there (404) while no corporation is set."""
    routes = APIRouter(tags=["wechat"])
    envelope = _envelope(services) if services.settings.wecom_on else None

    @routes.get("/wecom")
    async def check(request: Request) -> Response:
        """The check that WeCom makes when the address is entered in its console; here the echo is in cipher."""
        if envelope is None:
            raise NotFound()
        query = request.query_params
        said = envelope.unseal(query, query.get("echostr", "")).decode("utf-8", "replace")
        if not 1 <= len(said) <= MAX_ECHO or not said.isprintable():
            raise ProtocolError("echostr")
        return PlainTextResponse(said)

    @routes.post("/wecom")
    async def callback(request: Request) -> Response:
        """Something came: noted at once, fetched behind it."""
        if envelope is None:
            raise NotFound()
        try:
            values = envelope.open(request.query_params, await request.body()).values
        except ProtocolError as error:
            log.warning("wecom.refused", reason=error.reason)
            raise
        open_kfid, token = values.get("OpenKfId", ""), values.get("Token", "")
        if values.get("Event") == _SOMETHING_CAME and 1 <= len(open_kfid) <= 64:
            await note(services.db, services.clock, services.pubsub, open_kfid, token[:128])
        return PlainTextResponse(SUCCESS)

    return routes


def _envelope(services: Services) -> Envelope:
    settings = services.settings
    cipher = MessageCipher(settings.wecom_aes_key.get_secret_value(), settings.wecom_corp_id)
    signatures = Signatures(settings.wecom_token.get_secret_value(), services.clock)
    return Envelope(signatures, cipher, Mode.SAFE)
