"""What each plan would have cost a line: a picture and the same figures as a table, behind a signed link.

The link's subject is the contact; the page shows what its verified session allows, and nothing once that is over.
"""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import HTMLResponse, Response

from care.bss.protocol import BssRejected
from care.catalogue.advice import Advice
from care.catalogue.advising import Basis, advice_for, basis_of
from care.catalogue.chart import cost_chart
from care.catalogue.needs import Needs
from care.clock import local_date
from care.customers.verification import verified_now
from care.links import LinkExpired
from care.pages.routing import page_router
from care.pages.templates import page
from care.services import Services
from care.wording import yuan

PAGE = "chart"
MOST_PLANS = 6

Token = Annotated[str, Path(max_length=200)]


def router(services: Services) -> APIRouter:
    """The page and its picture."""
    routes = page_router()

    @routes.get("/chart/{token}.svg", include_in_schema=False)
    async def picture(token: Token) -> Response:
        _, advice = await _advice(services, token)
        return Response(
            cost_chart(_shown(advice)),
            media_type="image/svg+xml",
            headers={"Cache-Control": "no-store"},
        )

    @routes.get("/chart/{token}", include_in_schema=False)
    async def chart(token: Token) -> HTMLResponse:
        basis, advice = await _advice(services, token)
        rows = [
            {
                "name": cost.plan.name,
                "present": cost is advice.present,
                "best": cost is advice.best,
                "fee": yuan(cost.plan.monthly_fee),
                "overage": yuan(cost.monthly_overage),
                "monthly": yuan(cost.monthly),
            }
            for cost in _shown(advice).ranked
        ]
        return page("chart.html", rows=rows, months=len(basis.uses), picture=f"{token}.svg")

    return routes


async def _advice(services: Services, token: str) -> tuple[Basis, Advice]:
    contact_id = services.links.read(PAGE, token)
    now = services.clock()
    verified = await services.db.read(lambda session: verified_now(session, contact_id, now))
    if verified is None:
        raise LinkExpired()
    today = local_date(now, services.settings.zone)
    try:
        basis = await basis_of(services.bss, verified.line_id, today)
    except BssRejected as error:
        raise LinkExpired() from error
    advice = advice_for(basis, Needs()) if basis.uses else None
    if advice is None:
        raise LinkExpired()
    return basis, advice


def _shown(advice: Advice) -> Advice:
    """The cheapest plans, the present one among them."""
    ranked = advice.ranked[:MOST_PLANS]
    if advice.present not in ranked:
        ranked = (*ranked[: MOST_PLANS - 1], advice.present)
    return Advice(advice.present, advice.best, advice.others, ranked)
