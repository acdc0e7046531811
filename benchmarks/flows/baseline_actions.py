"""The baseline's action server: rasa-sdk's own, with the product's actions: ``… -m benchmarks.flows.baseline_actions PORT``

Plain Rasa has no conversation core. So a conversation is opened for each sender when it is first seen, a turn may always
write, and the code that a customer types comes as Rasa heard it. Everything else is the product's.
"""

import dataclasses
import sys
from collections.abc import Callable
from typing import cast

from rasa_sdk.endpoint import create_app
from sqlalchemy.orm import Session

from actions.server import all_actions, executor
from benchmarks.flows.baseline import CODE
from care.app import _action_services, wire
from care.clock import utc_now
from care.conversations.callers import Caller, Callers
from care.conversations.service import Conversations
from care.db import Database
from care.settings import Settings


class _OpeningCallers(Callers):
    """Opens a conversation for a sender that is new."""

    def __init__(self, db: Database, conversations: Conversations) -> None:
        super().__init__(db, utc_now)
        self._conversations = conversations
        self._ids: dict[str, str] = {}

    async def of(self, conversation_id: str) -> Caller:
        """The caller; what Rasa calls the sender stands for the conversation."""
        known = self._ids.get(conversation_id)
        if known is None:
            known = await self._conversations.begin("rest", conversation_id)
            self._ids[conversation_id] = known
        return await super().of(known)


class _NoTurns:
    """What actions ask the conversation core, answered without one."""

    def guard(self, turn_id: str, epoch: int) -> Callable[[Session], None]:
        """Nobody else can have taken over."""
        return lambda session: None

    async def typed_code(self, turn_id: str) -> str | None:
        """Nothing is kept sealed."""
        return None


def main() -> None:
    """Serve until a signal comes."""
    services = wire(Settings(), new_code=lambda: CODE)
    for_actions = dataclasses.replace(
        _action_services(services),
        callers=_OpeningCallers(services.db, services.conversations),
        conversations=cast(Conversations, _NoTurns()),
    )
    app = create_app(executor(all_actions(for_actions)))
    app.run("127.0.0.1", int(sys.argv[1]), single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
