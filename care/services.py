"""The parts of a running server, wired by ``care.app`` and handed to the views."""

from dataclasses import dataclass

from care.backends import PubSub
from care.bss.protocol import Bss
from care.clock import Clock
from care.conversations.callers import Callers
from care.conversations.service import Conversations
from care.conversations.timeouts import Timeouts
from care.customers.sms import SmsGateway
from care.customers.verification import Verification
from care.db import Database
from care.duties import Duties
from care.engine import Engine
from care.links import Links
from care.orders.service import Orders
from care.settings import Settings
from care.tickets.service import Tickets


@dataclass(frozen=True)
class Services:
    """What a view may use. A package's ``router(services)`` takes it and keeps what it needs."""

    settings: Settings
    clock: Clock
    db: Database
    pubsub: PubSub
    engine: Engine
    bss: Bss
    sms: SmsGateway
    duties: Duties
    verification: Verification
    orders: Orders
    tickets: Tickets
    conversations: Conversations
    callers: Callers
    timeouts: Timeouts
    links: Links

    async def close(self) -> None:
        """Let go of connections and threads, in the reverse order of their making."""
        await self.engine.close()
        await self.pubsub.close()
        self.db.close()
