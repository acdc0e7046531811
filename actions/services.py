"""The care server's services that actions may call."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from actions.anger_words import AngerWords
from actions.topics import WishNames
from care.appointments.service import Appointments
from care.bss.protocol import Bss
from care.clock import Clock
from care.contracts.applications import Applications
from care.conversations.callers import Callers
from care.conversations.service import Conversations
from care.conversations.stories import Stories
from care.customers.owners import Owners
from care.customers.privacy import Choices
from care.customers.senior import Seniors
from care.customers.verification import Verification
from care.db import Database
from care.duties import Duties
from care.enterprise.leads import Leads
from care.enterprise.products import Products
from care.faults.diagnosis import FaultGuide
from care.faults.notices import OutageNotices
from care.invoices.service import Invoices
from care.knowledge import KnowledgeBase
from care.lines.service import LineService
from care.links import Links
from care.orders.service import Orders
from care.payments.service import Payments
from care.privacy.service import Privacy
from care.settings import Settings
from care.stores.documents import Errands
from care.tickets.complaints import ComplaintGuide
from care.tickets.service import Tickets


@dataclass(frozen=True)
class Services:
    """What actions may call."""

    db: Database
    clock: Clock
    settings: Settings
    zone: ZoneInfo
    bss: Bss
    conversations: Conversations
    callers: Callers
    verification: Verification
    orders: Orders
    tickets: Tickets
    appointments: Appointments
    errands: Errands
    fault_guide: FaultGuide
    outage_notices: OutageNotices
    complaint_guide: ComplaintGuide
    anger: AngerWords
    knowledge: KnowledgeBase
    duties: Duties
    wish_names: WishNames
    links: Links
    payments: Payments
    invoices: Invoices
    applications: Applications
    leads: Leads
    products: Products
    privacy: Privacy
    choices: Choices
    seniors: Seniors
    stories: Stories
    owners: Owners
    lines: LineService
