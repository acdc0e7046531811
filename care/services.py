"""The parts of a running server, wired by ``care.app`` and handed to the views."""

from dataclasses import dataclass

from care.appointments.field_work import FieldWork
from care.appointments.service import Appointments
from care.backends import PubSub
from care.bss.protocol import Bss
from care.clock import Clock
from care.contracts.applications import Applications
from care.conversations.agent_orders import AgentOrders
from care.conversations.callers import Callers
from care.conversations.service import Conversations
from care.conversations.stories import Stories
from care.conversations.timeouts import Timeouts
from care.customers.owners import Owners
from care.customers.privacy import Choices
from care.customers.senior import Seniors
from care.customers.sms import SmsGateway
from care.customers.verification import Verification
from care.db import Database
from care.duties import Duties
from care.engine import Engine
from care.engine.routing import Routing
from care.enterprise.leads import Leads
from care.faults.notices import OutageNotices
from care.invoices.service import Invoices
from care.lines.service import LineService
from care.links import Links
from care.orders.kinds.port_out import PortCodes
from care.orders.service import Orders
from care.payments.sandbox import SandboxGateway
from care.payments.service import Payments
from care.privacy.service import Privacy
from care.settings import Settings
from care.speech import Recogniser
from care.tickets.service import Tickets
from care.tickets.watch import TicketWatch


@dataclass(frozen=True)
class Services:
    """What a view may use. A package's ``router(services)`` takes it and keeps what it needs."""

    settings: Settings
    clock: Clock
    db: Database
    pubsub: PubSub
    engine: Engine
    routing: Routing
    """Which Rasa process answers."""
    bss: Bss
    sms: SmsGateway
    duties: Duties
    verification: Verification
    orders: Orders
    agent_orders: AgentOrders
    tickets: Tickets
    appointments: Appointments
    field_work: FieldWork
    ticket_watch: TicketWatch
    outage_notices: OutageNotices
    conversations: Conversations
    callers: Callers
    stories: Stories
    owners: Owners
    timeouts: Timeouts
    links: Links
    payments: Payments
    invoices: Invoices
    sandbox: SandboxGateway | None
    """The payment gateway of the demo, which has its page here."""
    applications: Applications
    port_codes: PortCodes
    leads: Leads
    privacy: Privacy
    choices: Choices
    seniors: Seniors
    lines: LineService
    recogniser: Recogniser | None
    """Hears voice messages that come without a transcript; where it is not installed, nobody does."""

    async def close(self) -> None:
        """Let go of connections and threads, in the reverse order of their making."""
        if self.recogniser is not None:
            await self.recogniser.close()
        await self.engine.close()
        await self.pubsub.close()
        self.db.close()
