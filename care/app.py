"""Both applications and the loops, made of the services that ``care.wiring`` wires."""

import asyncio
import re
from collections.abc import Coroutine
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from fastapi import Depends, FastAPI
from fastapi.middleware import Middleware
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import RedirectResponse
from starlette.routing import Mount

import actions.server
from actions.anger_words import load_anger_words
from actions.services import Services as ActionServices
from actions.topics import load_wish_names
from care import pages
from care.admin import demo, health, metrics
from care.admin.housekeeping import Housekeeping, Retention
from care.admin.metrics import Measured, Metrics
from care.appointments.ledger import remove_lapsed
from care.bss.embedded import EmbeddedBss
from care.channels import miniprogram, rest, web, wechat, wecom
from care.conversations import handoff_codes
from care.conversations.attachments import MAX_BYTES
from care.conversations.outbox import remove_delivered
from care.conversations.timeouts import Timeouts
from care.customers import sms as text_messages
from care.datafiles import DataFileError, read_yaml
from care.db.jobs import JobLoop
from care.desk import Desk
from care.desk.passwords import Passwords
from care.desk.sessions import remove_expired
from care.enterprise.products import load_products
from care.faults.diagnosis import load_fault_guide
from care.faults.notices import remove_told
from care.http import errors
from care.http.bearer import BearerSecret
from care.http.errors import LastResort
from care.http.headers import SecurityHeaders
from care.http.limits import BodyLimit
from care.http.network import listed
from care.http.pages import Pages
from care.knowledge import LiveKnowledgeBase, intents_of_domain, open_knowledge_base
from care.reminders import Reminders
from care.services import Services
from care.settings import ROOT, Settings
from care.stores.documents import load_errands
from care.studio import InboxFeeder, InProcess, Studio, StudioGate, faq_folder
from care.studio.inbox.retention import remover_of_sentences
from care.studio.models.jobs import enqueue_training
from care.studio.models.keeping import remover_of_logs, remover_of_models
from care.studio.models.room import ModelsRoom
from care.studio.models.trainer_door import ARCHIVE_LIMIT, ARCHIVE_PATH
from care.studio.models.trials import remove_old_turns
from care.tickets.complaints import load_complaint_guide

log = structlog.get_logger()

PUBLIC_BODY_LIMIT = 64 * 1024
IMPORT_BODY_LIMIT = 8 * 1024 * 1024
"""A trainer's file of examples."""
LARGER = {
    re.compile(r"/desk/conversations/[0-9a-z]{26}/picture"): MAX_BYTES,
    re.compile(r"/studio/data/import"): IMPORT_BODY_LIMIT,
}
PRIVATE_BODY_LIMIT = 16 * 1024 * 1024
"""Bytes. Rasa sends a tracker with each action."""

SWEEP_EVERY = 60.0
"""Seconds between looks for silent conversations."""

FAQ_LOOK_EVERY = 5.0
"""Seconds between looks whether the knowledge base's files have changed."""

PAGES = ("chat", "desk", "studio")
DOMAIN = ROOT / "domain.yml"


def make_desk(services: Services, passwords: Passwords | None = None) -> Desk:
    """The agent desk of this process; ``passwords`` hash cheaper in tests."""
    return Desk(
        db=services.db,
        clock=services.clock,
        pubsub=services.pubsub,
        conversations=services.conversations,
        orders=services.agent_orders,
        bss=services.bss,
        duties=services.duties,
        settings=services.settings,
        passwords=passwords,
    )


def make_models(services: Services) -> ModelsRoom:
    """Training jobs, models and their rollout, of this process."""
    return ModelsRoom(
        db=services.db,
        clock=services.clock,
        settings=services.settings,
        routing=services.routing,
    )


def make_studio(services: Services, desk: Desk) -> Studio:
    """The trainers' studio of this process."""
    return Studio(
        db=services.db,
        clock=services.clock,
        settings=services.settings,
        gate=studio_gate(desk),
        parse=services.routing.parse,
        enqueue=enqueue_training,
        aside=InProcess(services.settings.log_format),
    )


def studio_gate(desk: Desk) -> StudioGate:
    """Who comes into the studio: the desk knows the people."""
    return StudioGate(desk.gate.studio_reader, desk.gate.trainer, desk.gate.writer)


def public_app(
    services: Services, desk: Desk, figures: Metrics, models: ModelsRoom | None = None
) -> FastAPI:
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
    middleware.append(Middleware(BodyLimit, PUBLIC_BODY_LIMIT, LARGER))
    if settings.wechat_on:
        services.stories.serve("wechat", partial(wechat.scan_address, services))
    app = _application("小讯", middleware)
    app.include_router(web.router(services))
    app.include_router(rest.router(services))
    app.include_router(wechat.router(services))
    app.include_router(miniprogram.router(services))
    app.include_router(wecom.router(services))
    app.include_router(desk.router())
    app.include_router(make_studio(services, desk).router())
    app.include_router((models or make_models(services)).router(studio_gate(desk)))
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


def private_app(services: Services, figures: Metrics, models: ModelsRoom | None = None) -> FastAPI:
    """What our own processes reach: Rasa's actions, the trainer's door, figures. Callers show their secret.

    Raises ``DataFileError`` for data files that make no sense.
    """
    secret = services.settings.action_secret.get_secret_value()
    middleware = [
        Middleware(LastResort),
        Middleware(BodyLimit, PRIVATE_BODY_LIMIT, {ARCHIVE_PATH: ARCHIVE_LIMIT}),
    ]
    app = _application("小讯 (private)", middleware, openapi_url=None)
    given = _action_services(services)
    app.state.knowledge = given.knowledge
    app.include_router(actions.server.router(given, secret, _forms_of_domain()))
    app.include_router((models or make_models(services)).trainer_router())
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
        appointments=services.appointments,
        errands=load_errands(data / "demo" / "documents.yml"),
        fault_guide=load_fault_guide(data / "demo"),
        outage_notices=services.outage_notices,
        complaint_guide=load_complaint_guide(data / "demo" / "complaints.yml"),
        anger=load_anger_words(data / "anger.yml"),
        knowledge=open_knowledge_base(
            faq_folder(services.settings),
            intents_of_domain(DOMAIN),
            cache=services.settings.var_dir / "cache",
        ),
        duties=services.duties,
        wish_names=load_wish_names(data / "wishes.yml"),
        links=services.links,
        payments=services.payments,
        invoices=services.invoices,
        applications=services.applications,
        leads=services.leads,
        products=load_products(data / "demo" / "enterprise.yml"),
        privacy=services.privacy,
        choices=services.choices,
        seniors=services.seniors,
        stories=services.stories,
        owners=services.owners,
        lines=services.lines,
    )


async def watch_knowledge(private: FastAPI, interval: float = FAQ_LOOK_EVERY) -> None:
    """Take up FAQ files that were published, or changed by hand, for ever."""
    knowledge: LiveKnowledgeBase = private.state.knowledge
    while True:
        await asyncio.sleep(interval)
        try:
            if await asyncio.to_thread(knowledge.reload_if_changed):
                log.info("knowledge.reloaded")
        except (DataFileError, OSError) as error:
            log.warning("knowledge.not_reloaded", error=str(error))


def _forms_of_domain() -> dict[str, Any]:
    forms: dict[str, Any] = (read_yaml(DOMAIN) or {}).get("forms") or {}
    return forms


def loops(
    services: Services, desk: Desk, models: ModelsRoom | None = None
) -> list[Coroutine[Any, Any, None]]:
    """What runs beside the two applications, for ever, in every process."""
    reminders = Reminders(
        services.db, services.bss, services.duties, services.clock, services.settings.zone
    )
    handlers = {
        **services.timeouts.handlers(),
        **services.orders.handlers(),
        **services.agent_orders.handlers(),
        **text_messages.handlers(services.sms),
        **reminders.handlers(),
        **services.payments.handlers(),
        **services.applications.handlers(),
        **services.port_codes.handlers(),
        **services.privacy.handlers(),
        **services.appointments.handlers(),
        **services.field_work.handlers(),
        **services.lines.handlers(),
        **services.ticket_watch.handlers(),
        **services.outage_notices.handlers(),
        **services.stories.handlers(),
        **wechat.handlers(services),
        **miniprogram.handlers(services),
        **wecom.handlers(services),
    }
    if isinstance(services.bss, EmbeddedBss):
        handlers.update(services.bss.handlers())
    jobs = JobLoop(services.db, services.clock, handlers)
    pushing = [wechat.deliver(services)] if wechat.sends(services.settings) else []
    if services.settings.miniprogram_on:
        pushing.append(miniprogram.deliver(services))
    if services.settings.wecom_on:
        pushing.append(wecom.deliver(services))
    if downloads := _downloads(services.settings):
        pushing.append(wechat.make_out(services, downloads))
    return [
        *pushing,
        _working_off(jobs, reminders),
        services.conversations.runner.recover(),
        desk.presence.run(),
        _close_silent(services.timeouts),
        _housekeeping(services).run(),
        InboxFeeder(services.db).run(),
        *(models or make_models(services)).loops(),
    ]


def _downloads(settings: Settings) -> dict[str, wechat.ApiOf]:
    """The channels whose voice messages can be fetched."""
    found: dict[str, wechat.ApiOf] = {}
    if wechat.has_api(settings):
        found[wechat.CHANNEL] = wechat.api_of
    if settings.wecom_on:
        found[wecom.CHANNEL] = wecom.api_of
    return found


async def _working_off(jobs: JobLoop, reminders: Reminders) -> None:
    await reminders.begin()
    await jobs.run()


def _housekeeping(services: Services) -> Housekeeping:
    settings = services.settings
    retention = Retention(
        events=timedelta(days=settings.keep_events_days),
        jobs=timedelta(days=settings.keep_jobs_days),
        codes=timedelta(days=settings.keep_codes_days),
        verified=timedelta(days=settings.keep_verified_days),
        outcomes=timedelta(days=settings.keep_outcomes_days),
    )
    return Housekeeping(
        services.db,
        services.clock,
        retention,
        {
            "agent_sessions": remove_expired,
            "held_times": remove_lapsed,
            "outage_notices": remove_told,
            "sentences": remover_of_sentences(timedelta(days=settings.keep_sentences_days)),
            "trial_turns": remove_old_turns,
            "models": remover_of_models(settings),
            "training_logs": remover_of_logs(timedelta(days=settings.keep_training_logs_days)),
            "handoffs": handoff_codes.remove_old,
            "outbox": remove_delivered,
            "wechat_callbacks": wechat.remove_answered,
        },
    )


async def _close_silent(timeouts: Timeouts, interval: float = SWEEP_EVERY) -> None:
    while True:
        try:
            while await timeouts.close_silent():
                pass
        except Exception:
            log.exception("conversations.sweep_failed")
        await asyncio.sleep(interval)
