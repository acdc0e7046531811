"""The action webhook: rasa-sdk's own executor behind one route of the private port.

Rasa hides an action that fails and goes on with the rule's next step. So a failure is a 500 with its kind, which the
gateway channel notices (``bot/channels/action_calls.py``): the turn fails, and what became of its actions is kept with it.
A system of the operator's that is down is told to the customer here.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException, Tracker

from actions import (
    account,
    addon_cancel,
    addons,
    advice,
    anger,
    appointment_change_form,
    appointment_changes,
    appointments,
    billing,
    broadband,
    charges,
    complaints,
    contracts,
    disputes,
    enterprise,
    fault_report,
    handover,
    identity,
    identity_form,
    inquiry,
    invoice_form,
    invoices,
    knowledge,
    lines,
    listed,
    my_orders,
    new_numbers,
    orders,
    outages,
    password,
    payments,
    plans,
    points,
    privacy,
    relocation,
    roaming,
    roaming_form,
    senior,
    sim,
    spam,
    store_form,
    stores,
    suspension,
    talk,
    ticket_changes,
    tickets,
    topup,
    wishes,
)
from actions.base import DomainDict, leave_form
from actions.services import Services
from actions.slots import FLOW_SLOTS, WISH_SLOTS
from care.errors import Unauthenticated, Unavailable
from care.wording import speaking

log = structlog.get_logger()

_TOPICS = (
    identity,
    identity_form,
    orders,
    inquiry,
    billing,
    charges,
    disputes,
    payments,
    points,
    plans,
    advice,
    addons,
    addon_cancel,
    roaming,
    roaming_form,
    my_orders,
    listed,
    fault_report,
    outages,
    tickets,
    ticket_changes,
    complaints,
    anger,
    knowledge,
    new_numbers,
    contracts,
    privacy,
    enterprise,
    senior,
    appointments,
    appointment_changes,
    appointment_change_form,
    broadband,
    relocation,
    stores,
    store_form,
    handover,
    talk,
    wishes,
    topup,
    invoices,
    invoice_form,
    account,
    lines,
    sim,
    suspension,
    spam,
    password,
)


def all_actions(services: Services) -> list[Any]:
    """Every custom action of the domain."""
    return [action for topic in _TOPICS for action in topic.actions(services)]


def executor(actions: Iterable[Any], services: Services) -> ActionExecutor:
    """rasa-sdk's executor with these actions, each guarded against systems that are down.

    An angry customer hears one sentence of understanding before what is done.
    """
    made = ActionExecutor()
    for action in actions:
        run = _soothing(services, action.name(), action.run)
        made.register_function(action.name(), _guarded(run))
    return made


def router(services: Services, secret: str, forms: Mapping[str, Any]) -> APIRouter:
    """The webhook; ``secret`` is what Rasa must show as a bearer token.

    ``forms`` is the domain's part of that name: Rasa does not send the domain along (``enable_selective_domain``), and
    of all actions only the forms' validation looks at it.
    """
    routes = APIRouter()
    domain = {"forms": dict(forms)}
    runner = executor(all_actions(services), services)
    expected = f"Bearer {secret}".encode()

    @routes.post("/actions/webhook", include_in_schema=False)
    async def webhook(request: Request) -> JSONResponse:
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
            raise Unauthenticated()
        call = await request.json()
        call["domain"] = domain
        status, body = await _run(runner, call, str(call.get("next_action")))
        return JSONResponse(body, status_code=status)

    return routes


async def _run(runner: ActionExecutor, call: dict[str, Any], name: str) -> tuple[int, Any]:
    """Status and body; a failure's body has the error's kind."""
    try:
        result = await runner.run(call)
        return 200, result.model_dump() if result is not None else None
    except ActionExecutionRejection as rejection:
        # Not a failure: the form says that the message was not for it, and Rasa's forms depend on the 400.
        return 400, {"error": str(rejection), "action_name": rejection.action_name}
    except ActionNotFoundException:
        log.error("actions.unknown", action=name)
        return 404, {"error": "ActionNotFound", "action_name": name}
    except Exception as error:
        log.exception("actions.failed", action=name, error=type(error).__name__)
        return 500, {"error": type(error).__name__, "action_name": name}


def _soothing(services: Services, name: str, run: Callable[..., Any]) -> Callable[..., Any]:
    async def soothing(
        dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[Any]:
        first = anger.soothe(services, name, dispatcher, tracker)
        events: list[Any] = await run(dispatcher, tracker, domain)
        return [*first, *events]

    return soothing


def _guarded(run: Callable[..., Any]) -> Callable[..., Any]:
    async def guarded(
        dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[Any]:
        try:
            with speaking(str(tracker.slots.get("language"))):
                events: list[Any] = await run(dispatcher, tracker, domain)
        except Unavailable as error:
            log.warning("actions.system_down", code=error.code)
            dispatcher.messages.clear()
            dispatcher.utter_message(response="utter_system_down")
            return leave_form((*FLOW_SLOTS, *WISH_SLOTS))
        return events

    return guarded
