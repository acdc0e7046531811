"""What a tester of the demo needs to know. Production has no such addresses."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.embedded.tables import CustomerRow
from care.bss.protocol import Bss, Customer
from care.clock import local_date
from care.customers.masking import code_in
from care.customers.sms import DemoSms
from care.db import Database
from care.services import Services


def router(services: Services) -> APIRouter:
    """``/demo/customers`` and ``/demo/sms``."""
    routes = APIRouter(prefix="/demo", tags=["demo"])
    outbox = DemoSms(services.db, services.clock)

    @routes.get("/customers")
    async def customers() -> list[dict[str, Any]]:
        """The demo's customers: who they are, their numbers, plans, broadband and identifiers."""
        today = local_date(services.clock(), services.settings.zone)
        plans = {plan.id: plan.name for plan in await services.bss.plans()}
        found: list[dict[str, Any]] = []
        for customer_id in await _customer_ids(services.db):
            customer = await services.bss.customer(customer_id)
            if customer is not None:
                senior = customer.is_senior(today)
                found.append(await _describe(services.bss, customer, plans, senior=senior))
        return found

    @routes.get("/sms")
    async def messages(
        phone: Annotated[str, Query(min_length=1, max_length=20, pattern="^[0-9]+$")],
    ) -> list[dict[str, Any]]:
        """The text messages that a real gateway would have sent to ``phone``, newest first."""
        return [
            {
                "phone": row.phone,
                "text": row.text,
                "code": code_in(row.text),
                "at": row.at.isoformat(),
            }
            for row in await outbox.sent_to(phone)
        ]

    return routes


async def _customer_ids(db: Database) -> list[str]:
    def work(session: Session) -> list[str]:
        return list(session.scalars(select(CustomerRow.id).order_by(CustomerRow.id)))

    return await db.read(work)


async def _describe(
    bss: Bss, customer: Customer, plans: dict[str, str], *, senior: bool
) -> dict[str, Any]:
    lines = [
        {
            "id": line.id,
            "phone": line.phone,
            "plan": plans.get(line.plan_id, line.plan_id),
            "plan_id": line.plan_id,
            "status": line.status,
            "second_card": line.primary_line_id is not None,
        }
        for line in await bss.lines(customer.id)
    ]
    first = lines[0] if lines else {}
    return {
        "id": customer.id,
        "name": customer.name,
        "kind": customer.kind,
        "level": customer.level,
        "senior": senior,
        "phone": first.get("phone"),
        "plan": first.get("plan"),
        "plan_id": first.get("plan_id"),
        "address": customer.address,
        "area_id": customer.area_id,
        "lines": lines,
        "broadband": [
            {
                "id": access.id,
                "account": access.account,
                "address": access.address,
                "area_id": access.area_id,
            }
            for access in await bss.broadband_of(customer.id)
        ],
    }
