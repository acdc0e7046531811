"""What the bot says by itself, outside of a turn: something has happened that the customer waits for."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from care.clock import Clock
from care.conversations.announce import Announcer
from care.conversations.log import append, locked
from care.conversations.tables import Owner, Role
from care.errors import NotFound


def bot_says(announcer: Announcer, clock: Clock) -> Callable[[Session, str, str], None]:
    """Gives ``say(session, conversation_id, text)``, to be called in the transaction of what it tells of.

    Only while the bot owns the conversation: it does not talk over a person, and opens no closed conversation again.
    """

    def say(session: Session, conversation_id: str, text: str) -> None:
        try:
            conversation = locked(session, conversation_id)
        except NotFound:  # the customer had it deleted
            return
        if conversation.owner == Owner.BOT:
            append(session, announcer, conversation, Role.BOT, clock(), text=text)

    return say
