"""``POST /webhooks/rest/webhook`` and ``GET /conversations/{sender}/messages``."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field, StrictInt, StrictStr

from care.channels.rest.answers import owner_notice, replies
from care.channels.rest.senders import CHANNEL, Callers, identifier, sender
from care.conversations.inbound import InboundMessage
from care.conversations.tables import Owner
from care.conversations.transcript import for_customer
from care.db import new_id
from care.http.network import ClientNetwork, listed
from care.services import Services

WAIT = 55.0
"""Seconds a call waits for the answer; after that it learns that the answer is pending."""

MAX_SEQ = 2**31 - 1


class Metadata(BaseModel):
    """What a program may say about its message; other fields are ignored."""

    message_id: StrictStr | StrictInt | None = Field(
        None, description="the program's own id: the same one is carried out once"
    )


class IncomingMessage(BaseModel):
    """A message in the shape of Rasa's REST channel; other fields are ignored."""

    sender: StrictStr = Field(
        description="the program's own id of the customer, up to 128 characters"
    )
    message: StrictStr
    metadata: Metadata | None = None


def router(services: Services, *, wait: float = WAIT) -> APIRouter:
    """The routes of the REST channel; ``wait`` is in seconds."""
    settings = services.settings
    callers = Callers(listed(settings.rest_tokens), is_open=settings.demo)
    networks = ClientNetwork(listed(settings.trusted_proxies))
    conversations = services.conversations
    routes = APIRouter(tags=["rest"])

    def scope_of(request: Request) -> str:
        return callers.scope(request)

    @routes.post("/webhooks/rest/webhook")
    async def webhook(
        request: Request, scope: Annotated[str, Depends(scope_of)], body: IncomingMessage
    ) -> list[dict[str, Any]]:
        """Say something and wait for the answer.

        A repeated ``metadata.message_id`` waits for the first call's answer and gives it again.
        """
        who = sender(scope, body.sender)
        given = body.metadata.message_id if body.metadata is not None else None
        message_id = new_id() if given is None else identifier(str(given), "metadata.message_id")
        receipt = await conversations.receive(
            InboundMessage(
                channel=CHANNEL,
                address=who.address,
                external_id=who.external_id(message_id),
                text=body.message,
                network=networks.of(request),
            )
        )
        answer = await conversations.answered(receipt, wait)
        items = replies(who.name, answer.said)
        if answer.status.owner is not Owner.BOT or not items:
            items.append(owner_notice(who.name, answer.status, pending=answer.pending))
        return items

    @routes.get("/conversations/{name:path}/messages")
    async def messages(
        scope: Annotated[str, Depends(scope_of)],
        name: str,
        after: Annotated[int, Query(ge=0, le=MAX_SEQ)] = 0,
    ) -> dict[str, Any]:
        """What was said after ``after``, by everybody, and who answers now."""
        who = sender(scope, name)
        conversation_id = await conversations.find(CHANNEL, who.address)
        found, status = await conversations.look(conversation_id, after)
        return {
            "messages": [for_customer(message) for message in found],
            "owner": status.owner,
            "position": status.position,
        }

    return routes
