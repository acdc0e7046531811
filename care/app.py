"""The only place where the parts are wired together: services, both applications, the loops."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import structlog
from cryptography.fernet import Fernet
from fastapi import Depends, FastAPI
from fastapi.middleware import Middleware
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import RedirectResponse
from starlette.routing import Mount

import actions.server
from actions.anger_words import load_anger_words
from actions.base import Services as ActionServices
from actions.topics import load_wish_names
from care import pages, studio
from care.admin import demo, health, metrics
from care.admin.housekeeping import Housekeeping, Retention
from care.admin.metrics import Measured, MeasuredEngine, Metrics
from care.backends import MemoryPubSub, PubSub
from care.backends.redis import RedisPubSub
from care.bss.embedded import EmbeddedBss
from care.bss.protocol import Bss
from care.channels import rest, web
from care.clock import Clock, utc_now
from care.conversations.callers import Callers
from care.conversations.runner import RunnerTimes
from care.conversations.service import Conversations, ConversationTimes
from care.conversations.timeouts import Timeouts
from care.customers.sms import DemoSms, SmsFailed, SmsGateway
from care.customers.verification import Limits, Verification
from care.datafiles import read_yaml
from care.db import Database
from care.db.jobs import JobLoop
from care.desk import Desk, agents_online
from care.desk.passwords import Passwords
from care.desk.sessions import remove_expired
from care.duties import Duties, load_duties
from care.engine import Engine
from care.engine.rasa import RasaEngine
from care.faults.diagnosis import load_fault_guide
from care.faults.notices import OutageNotices, remove_told
from care.http import errors
from care.http.bearer import BearerSecret
from care.http.errors import LastResort
from care.http.headers import SecurityHeaders
from care.http.limits import BodyLimit
from care.http.network import listed
from care.http.pages import Pages
from care.knowledge import intents_of_domain, open_knowledge_base
from care.links import Links
from care.orders.kinds import all_kinds
from care.orders.service import Orders
from care.services import Services
from care.settings import ROOT, Settings
from care.tickets.complaints import load_complaint_guide
from care.tickets.service import Tickets
from care.tickets.teams import load_teams
from care.tickets.watch import TicketWatch

log = structlog.get_logger()

PUBLIC_BODY_LIMIT = 64 * 1024
PRIVATE_BODY_LIMIT = 16 * 1024 * 1024
"""Bytes. Rasa sends a tracker with each action."""

FOLLOW_UP = timedelta(hours=24)
"""By when somebody who left the queue with a ticket is answered."""

SWEEP_EVERY = 60.0
"""Seconds between looks for silent conversations."""

PAGES = ("chat", "desk", "studio")
DOMAIN = ROOT / "domain.yml"


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
    engine = engine or RasaEngine(
        settings.engine_url, settings.gateway_secret.get_secret_value(), settings.engine_timeout
    )
    if metrics is not None:
        engine = MeasuredEngine(engine, metrics)
    duties = duties or load_duties(settings.data_dir / "duties", settings.province or None)
    bss = bss or EmbeddedBss(db, clock, settings.zone)
    sms = sms or (DemoSms(db, clock) if settings.demo else NoSms())
    conversations = _conversations(settings, db, clock, engine, pubsub)
    verification = _verification(settings, db, bss, sms, clock, new_code)
    return Services(
        settings=settings,
        clock=clock,
        db=db,
        pubsub=pubsub,
        engine=engine,
        bss=bss,
        sms=sms,
        duties=duties,
        verification=verification,
        orders=Orders(db, all_kinds(bss), verification, sms, duties, clock, settings.zone),
        tickets=Tickets(db, clock, settings.zone, duties, conversations.announcer.ticket),
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
        callers=Callers(db, clock),
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
        links=Links(settings.session_secret.get_secret_value(), settings.public_url, clock),
    )


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
    )


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


def make_desk(services: Services, passwords: Passwords | None = None) -> Desk:
    """The agent desk of this process; ``passwords`` hash cheaper in tests."""
    return Desk(
        db=services.db,
        clock=services.clock,
        pubsub=services.pubsub,
        conversations=services.conversations,
        bss=services.bss,
        duties=services.duties,
        settings=services.settings,
        passwords=passwords,
    )


def public_app(services: Services, desk: Desk, figures: Metrics) -> FastAPI:
    """What customers, other programs and agents reach."""
    settings = services.settings
    allowed = listed(settings.allowed_origins)
    middleware = [
        Middleware(Measured, figures),
        Middleware(SecurityHeaders, allowed),
        Middleware(LastResort),
    ]
    if allowed:
        # The chat may stand on the operator's own pages. No cookies: it has its token.
        cors = Middleware(
            CORSMiddleware,
            allow_origins=allowed,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
        )
        middleware.append(cors)
    middleware.append(Middleware(BodyLimit, PUBLIC_BODY_LIMIT))
    app = _application("小讯", middleware)
    app.include_router(web.router(services))
    app.include_router(rest.router(services))
    app.include_router(desk.router())
    app.include_router(studio.router(services.db, settings, desk.gate.reader))
    app.include_router(pages.router(services))
    app.include_router(health.router(services))
    if settings.demo:
        app.include_router(demo.router(services))

    @app.get("/", include_in_schema=False)
    async def entrance() -> RedirectResponse:
        return RedirectResponse("/chat/", 302)

    for name in PAGES:
        _add_page(app, name, settings)
    return app


def _add_page(app: FastAPI, name: str, settings: Settings) -> None:
    @app.get(f"/{name}", include_in_schema=False)
    async def without_slash() -> RedirectResponse:
        return RedirectResponse(f"/{name}/", 308)

    app.router.routes.append(Mount(f"/{name}", Pages(settings.web_dir / name), name=name))


def private_app(services: Services, figures: Metrics) -> FastAPI:
    """What our own processes reach: Rasa's actions, figures. Callers show the action secret.

    Raises ``DataFileError`` for data files that make no sense.
    """
    secret = services.settings.action_secret.get_secret_value()
    middleware = [Middleware(LastResort), Middleware(BodyLimit, PRIVATE_BODY_LIMIT)]
    app = _application("小讯 (private)", middleware, openapi_url=None)
    app.include_router(
        actions.server.router(_action_services(services), secret, _forms_of_domain())
    )
    app.include_router(
        metrics.router(figures, services.db), dependencies=[Depends(BearerSecret(secret))]
    )
    return app


def _application(
    title: str, middleware: list[Middleware], openapi_url: str | None = "/openapi.json"
) -> FastAPI:
    app = FastAPI(
        title=title,
        openapi_url=openapi_url,
        docs_url=None,
        redoc_url=None,
        middleware=middleware,
        redirect_slashes=False,
    )
    errors.install(app)
    return app


def _action_services(services: Services) -> ActionServices:
    data = services.settings.data_dir
    return ActionServices(
        db=services.db,
        clock=services.clock,
        settings=services.settings,
        zone=services.settings.zone,
        bss=services.bss,
        conversations=services.conversations,
        callers=services.callers,
        verification=services.verification,
        orders=services.orders,
        tickets=services.tickets,
        fault_guide=load_fault_guide(data / "demo"),
        outage_notices=services.outage_notices,
        complaint_guide=load_complaint_guide(data / "demo" / "complaints.yml"),
        anger=load_anger_words(data / "anger.yml"),
        knowledge=open_knowledge_base(
            data / "faq", intents_of_domain(DOMAIN), cache=services.settings.var_dir / "cache"
        ),
        duties=services.duties,
        wish_names=load_wish_names(data / "wishes.yml"),
        links=services.links,
    )


def _forms_of_domain() -> dict[str, Any]:
    forms: dict[str, Any] = (read_yaml(DOMAIN) or {}).get("forms") or {}
    return forms


def loops(services: Services, desk: Desk) -> list[Coroutine[Any, Any, None]]:
    """What runs beside the two applications, for ever, in every process."""
    handlers = {
        **services.timeouts.handlers(),
        **services.orders.handlers(),
        **services.ticket_watch.handlers(),
        **services.outage_notices.handlers(),
    }
    jobs = JobLoop(services.db, services.clock, handlers)
    return [
        jobs.run(),
        services.conversations.runner.recover(),
        desk.presence.run(),
        _close_silent(services.timeouts),
        _housekeeping(services).run(),
    ]


def _housekeeping(services: Services) -> Housekeeping:
    settings = services.settings
    retention = Retention(
        events=timedelta(days=settings.keep_events_days),
        jobs=timedelta(days=settings.keep_jobs_days),
        codes=timedelta(days=settings.keep_codes_days),
        verified=timedelta(days=settings.keep_verified_days),
        outcomes=timedelta(days=settings.keep_outcomes_days),
    )
    further = {"agent_sessions": remove_expired, "outage_notices": remove_told}
    return Housekeeping(services.db, services.clock, retention, further)


async def _close_silent(timeouts: Timeouts, interval: float = SWEEP_EVERY) -> None:
    while True:
        try:
            while await timeouts.close_silent():
                pass
        except Exception:
            log.exception("conversations.sweep_failed")
        await asyncio.sleep(interval)
