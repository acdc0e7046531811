"""Makes the services: every part, wired as the settings say. ``care.app`` makes the applications and loops of them."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import structlog
from cryptography.fernet import Fernet

from care.admin.metrics import MeasuredEngine, Metrics
from care.appointments.field_work import FieldWork
from care.appointments.policy import load_policies
from care.appointments.service import Appointments, following
from care.backends import MemoryPubSub, PubSub
from care.backends.redis import RedisPubSub
from care.bss.embedded import EmbeddedBss
from care.bss.protocol import Bss
from care.clock import Clock, utc_now
from care.contracts.applications import Applications
from care.conversations.agent_orders import AgentOrders
from care.conversations.callers import Callers
from care.conversations.handoff_codes import HandoffCodes
from care.conversations.pushes import bot_says
from care.conversations.runner import RunnerTimes
from care.conversations.service import Conversations, ConversationTimes
from care.conversations.stories import Stories
from care.conversations.timeouts import Timeouts
from care.customers.owners import Owners
from care.customers.privacy import Choices
from care.customers.senior import Seniors
from care.customers.sms import DemoSms, SmsFailed, SmsGateway
from care.customers.verification import Limits, Verification
from care.db import Database
from care.desk import agents_online
from care.duties import Duties, load_duties
from care.engine import Engine
from care.engine.rasa import RasaEngine
from care.engine.routing import Backend, RasaClient, RoutedEngine, Routes, Routing
from care.enterprise.leads import Leads
from care.faults.notices import OutageNotices
from care.http.network import listed
from care.invoices.service import Invoices
from care.invoices.terms import load_invoice_terms
from care.lines.service import LineService
from care.lines.words import load_words
from care.links import Links
from care.orders.kinds import all_kinds
from care.orders.kinds.port_out import PortCodes
from care.orders.service import Orders
from care.payments.gateway import PaymentGateway
from care.payments.sandbox import SandboxGateway
from care.payments.service import Payments
from care.payments.terms import load_payment_terms
from care.privacy.service import Privacy
from care.services import Services
from care.settings import Settings
from care.tickets.service import Tickets
from care.tickets.teams import load_teams
from care.tickets.watch import TicketWatch

log = structlog.get_logger()

FOLLOW_UP = timedelta(hours=24)
"""By when somebody who left the queue with a ticket is answered."""


class NoSms:
    """Production without a text message gateway: every message fails, and says so."""

    async def send(self, phone: str, text: str) -> None:
        """Raises ``SmsFailed``."""
        log.error("sms.no_gateway")
        raise SmsFailed()


def wire(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    engine: Engine | None = None,
    bss: Bss | None = None,
    sms: SmsGateway | None = None,
    gateway: PaymentGateway | None = None,
    pubsub: PubSub | None = None,
    duties: Duties | None = None,
    metrics: Metrics | None = None,
    new_code: Callable[[], str] = lambda: f"{secrets.randbelow(10**6):06d}",
) -> Services:
    """All parts as ``settings`` say; those given are taken as they are (tests, other systems).

    Raises ``ValueError`` for settings, ``DataFileError`` for a rule pack that make no sense.
    """
    if missing := settings.missing_secrets():
        raise ValueError(f"these secrets are not set: {', '.join(missing)}")
    db = Database(settings.database_url)
    pubsub = pubsub or (RedisPubSub(settings.redis_url) if settings.redis_url else MemoryPubSub())
    routing = _routing(settings)
    engine = engine or RoutedEngine(routing)
    if metrics is not None:
        engine = MeasuredEngine(engine, metrics)
    duties = duties or load_duties(settings.data_dir / "duties", settings.province or None)
    bss = bss or EmbeddedBss(db, clock, settings.zone)
    sms = sms or (DemoSms(db, clock) if settings.demo else NoSms())
    conversations = _conversations(settings, db, clock, engine, pubsub)
    verification = _verification(settings, db, bss, sms, clock, new_code)
    window = timedelta(minutes=settings.verified_minutes)
    owners = Owners(db, bss, clock, window, settings.bound_days)
    links = Links(settings.session_secret.get_secret_value(), settings.public_url, clock)
    sandbox = _sandbox(settings, db, links, clock) if gateway is None else None
    announcer = conversations.announcer
    follow_ticket = following(announcer.ticket)
    tickets = Tickets(db, clock, settings.zone, duties, follow_ticket)
    appointments = Appointments(
        db,
        bss,
        sms,
        load_policies(settings.data_dir / "demo" / "appointments.yml"),
        clock,
        settings.zone,
        announcer.ticket,
    )
    field_work = FieldWork(db, bss, tickets, appointments, clock, follow_ticket)
    kinds = all_kinds(bss, duties, field_work, settings.zone)
    orders = Orders(db, kinds, verification, duties, clock, settings.zone)
    words = load_words(settings.data_dir / "line_words.yml")
    return Services(
        settings=settings,
        clock=clock,
        db=db,
        pubsub=pubsub,
        engine=engine,
        routing=routing,
        bss=bss,
        sms=sms,
        duties=duties,
        verification=verification,
        orders=orders,
        agent_orders=AgentOrders(
            db,
            clock,
            orders,
            conversations.announcer,
            Fernet(settings.sealing_key.get_secret_value()),
        ),
        tickets=tickets,
        appointments=appointments,
        field_work=field_work,
        ticket_watch=TicketWatch(
            db,
            clock,
            settings.zone,
            bss,
            load_teams(settings.data_dir / "demo" / "teams.yml"),
            sms,
            conversations.announcer.ticket,
        ),
        outage_notices=OutageNotices(db, clock, bss, sms, settings.seconds(settings.outage_look)),
        conversations=conversations,
        callers=Callers(db, clock, owners),
        stories=_stories(settings, db, clock, engine, conversations, owners),
        owners=owners,
        timeouts=Timeouts(
            db,
            clock,
            conversations.announcer,
            agents_online=agents_online,
            offer_after=settings.seconds(settings.queue_offer_after),
            offer_after_nobody=settings.seconds(settings.queue_offer_after_nobody),
            agent_silence=settings.seconds(settings.agent_silence),
            idle_bot=settings.seconds(settings.idle_close),
            idle_agent=settings.seconds(settings.idle_close_agent),
        ),
        links=links,
        payments=Payments(
            db,
            bss,
            gateway or sandbox,
            sms,
            load_payment_terms(settings.data_dir / "demo" / "payments.yml"),
            clock,
            bot_says(conversations.announcer, clock),
        ),
        sandbox=sandbox,
        invoices=Invoices(
            db,
            bss,
            load_invoice_terms(settings.data_dir / "demo" / "invoices.yml"),
            links,
            clock,
            settings.zone,
        ),
        applications=Applications(db, bss, tickets, sms, clock),
        port_codes=PortCodes(bss, sms, clock),
        leads=Leads(tickets),
        privacy=Privacy(db, bss, engine, announcer, duties, links, clock),
        choices=Choices(db, clock),
        seniors=Seniors(db, clock),
        lines=LineService(db, bss, links, sms, clock, words),
    )


def _routing(settings: Settings) -> Routing:
    """All turns to the process that the product was started with; ``care.studio.rollout`` points it at others."""

    def client(url: str) -> RasaClient:
        secret = settings.gateway_secret.get_secret_value()
        return RasaEngine(url, secret, settings.engine_timeout)

    model = Path(settings.model).name.removesuffix(".tar.gz")
    return Routing(Routes(Backend(model, settings.engine_url)), client)


def _sandbox(settings: Settings, db: Database, links: Links, clock: Clock) -> SandboxGateway | None:
    """The demo's payment gateway; production has none of its own."""
    if not settings.demo:
        return None
    return SandboxGateway(db, links, clock, settings.session_secret.get_secret_value())


def _conversations(
    settings: Settings,
    db: Database,
    clock: Clock,
    engine: Engine,
    pubsub: PubSub,
) -> Conversations:
    try:
        seal = Fernet(settings.sealing_key.get_secret_value())
    except ValueError as error:
        raise ValueError("the sealing_key is no key: 32 bytes in urlsafe base64") from error
    runner = RunnerTimes(
        lease=settings.seconds(settings.turn_lease),
        retry_delays=settings.engine_retry_delays,
        offer_after=settings.seconds(
            min(settings.queue_offer_after, settings.queue_offer_after_nobody)
        ),
    )
    times = ConversationTimes(
        runner=runner,
        agent_silence=settings.seconds(settings.agent_silence),
        follow_up=FOLLOW_UP,
        window=timedelta(minutes=settings.verified_minutes),
    )
    return Conversations(
        db,
        clock,
        engine,
        pubsub,
        seal,
        times,
        text_limit=settings.text_limit,
        zone=settings.zone,
        turns_at_once=settings.turns_at_once,
    )


def _stories(
    settings: Settings,
    db: Database,
    clock: Clock,
    engine: Engine,
    conversations: Conversations,
    owners: Owners,
) -> Stories:
    async def scan_link(scene: str) -> str | None:
        return settings.continue_scan_url.replace("{scene}", scene) or None

    stories = Stories(
        db,
        clock,
        engine,
        conversations.announcer,
        conversations.receiver,
        owners,
        HandoffCodes(settings.pepper.get_secret_value().encode()),
        text_limit=settings.text_limit,
        chat_url=f"{settings.public_url.rstrip('/')}/chat/",
        channels=dict.fromkeys(listed(settings.continue_in), scan_link),
    )
    conversations.attend(stories)
    return stories


def _verification(
    settings: Settings,
    db: Database,
    bss: Bss,
    sms: SmsGateway,
    clock: Clock,
    new_code: Callable[[], str],
) -> Verification:
    limits = Limits(
        life=timedelta(minutes=settings.code_minutes),
        tries=settings.code_tries,
        lock=timedelta(minutes=settings.code_lock_minutes),
        per_phone=settings.codes_per_phone,
        per_contact=settings.codes_per_contact,
        per_network=settings.codes_per_address,
        session=timedelta(minutes=settings.verified_minutes),
    )
    pepper = settings.pepper.get_secret_value().encode()
    return Verification(db, bss, sms, clock, limits, pepper, new_code)
