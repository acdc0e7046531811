"""Answers in the shape of Rasa's REST channel."""

from collections.abc import Iterable
from typing import Any

from care.conversations.status import Status
from care.conversations.tables import Message, Owner


def replies(sender: str, said: Iterable[Message]) -> list[dict[str, Any]]:
    """What was said to ``sender``, an object a message; buttons with their payloads."""
    return [_reply(sender, message) for message in said]


def _reply(sender: str, message: Message) -> dict[str, Any]:
    answer: dict[str, Any] = {"recipient_id": sender}
    if message.text:
        answer["text"] = message.text
    if message.buttons:
        answer["buttons"] = [
            {"title": button["title"], "payload": button["payload"]} for button in message.buttons
        ]
    if message.image:
        answer["image"] = message.image
    if message.custom:
        answer["custom"] = message.custom
    return answer


def owner_notice(sender: str, status: Status, *, pending: bool) -> dict[str, Any]:
    """Who answers ``sender`` now; ``pending`` says that the bot's answer is still to come."""
    custom: dict[str, Any] = {"owner": status.owner}
    if status.owner is Owner.QUEUE and status.position is not None:
        custom["position"] = status.position
    if pending:
        custom["pending"] = True
    return {"recipient_id": sender, "custom": custom}
