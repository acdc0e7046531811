"""The sandbox gateway's payment page, and the door for a gateway's notices.

The page is reached by a link for one payment. A button counts once; after that the page shows how the payment stands.
"""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from care.pages.routing import page_router
from care.pages.templates import page
from care.payments.gateway import GatewayState
from care.payments.sandbox import PAGE, Choice, SandboxGateway
from care.payments.tables import PaymentState
from care.services import Services
from care.wording import moment, yuan


def router(services: Services) -> APIRouter:
    """The notices' door where one can pay; the page where the gateway is the sandbox."""
    routes = APIRouter()
    if services.payments.available:

        @routes.post("/payment-notice", status_code=204)
        async def notice(request: Request) -> Response:
            """A gateway tells that something has happened to a payment; it is then asked what."""
            await services.payments.notice(await request.body(), dict(request.headers))
            return Response(status_code=204)

    if services.sandbox is not None:
        routes.include_router(_sandbox_page(services, services.sandbox))
    return routes


def _sandbox_page(services: Services, sandbox: SandboxGateway) -> APIRouter:
    routes = page_router()

    @routes.get(f"/{PAGE}/{{token}}")
    async def show(token: str) -> Response:
        """What is to be paid, with the buttons, or how the payment stands."""
        payment_id = services.links.read(PAGE, token)
        charge = await sandbox.charged(payment_id)
        answer = await sandbox.query(payment_id)
        payment = await services.payments.of(payment_id)
        return page(
            "payment.html",
            state=answer.state,
            open=answer.state is GatewayState.OPEN and services.clock() < charge.expires_at,
            credited=payment.state is PaymentState.CREDITED,
            subject=charge.subject,
            amount=yuan(charge.amount),
            until=moment(charge.expires_at, services.settings.zone),
        )

    @routes.post(f"/{PAGE}/{{token}}")
    async def choose(token: str, choice: Annotated[Choice, Form()]) -> Response:
        """A button of the page; then the page again."""
        payment_id = services.links.read(PAGE, token)
        await sandbox.choose(payment_id, choice)
        await services.payments.notice(*sandbox.notice(payment_id))
        return RedirectResponse(f"/p/{PAGE}/{token}", 303)

    return routes
