"""A lead is one ticket of the account team, whatever is asked again."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.customers.contacts import Contact
from care.db import Database
from care.duties import load_duties
from care.enterprise.leads import Enquiry, Leads
from care.errors import StaleEpoch
from care.settings import ROOT
from care.tickets.service import Tickets
from care.tickets.tables import Ticket, TicketKind

NOW = datetime(2026, 11, 30, 2, tzinfo=UTC)
ENQUIRY = Enquiry(
    company="宏达贸易有限公司",
    product="互联网专线",
    amount="2 条，找 13912345678",
    area="高新区科技路",
    phone="0566-80012345",
    contact_id="c",
    conversation_id="v",
)


@pytest.fixture
def leads(db: Database) -> Leads:
    db.write_now(lambda session: session.add(Contact(id="c", created_at=NOW)))
    duties = load_duties(ROOT / "data" / "duties")
    zone = ZoneInfo("Asia/Shanghai")
    return Leads(Tickets(db, lambda: NOW, zone, duties, lambda session, number, now: None))


def tickets(db: Database) -> list[Ticket]:
    return db.read_now(lambda session: list(session.scalars(select(Ticket))))


async def test_a_lead_has_all_that_is_needed_to_call_back(leads: Leads, db: Database) -> None:
    await leads.open(ENQUIRY, "t", lambda session: None)
    await leads.open(ENQUIRY, "t", lambda session: None)
    [ticket] = tickets(db)
    assert ticket.kind == TicketKind.ENTERPRISE_LEAD
    assert ticket.promised_at == NOW + timedelta(hours=24)
    assert ticket.title == "宏达贸易有限公司：互联网专线"
    assert ticket.phone == "0566-80012345"
    for text in ("宏达贸易有限公司", "互联网专线", "2 条", "高新区科技路"):
        assert text in ticket.description
    assert "13912345678" not in ticket.description


async def test_a_turn_whose_time_is_over_opens_none(leads: Leads, db: Database) -> None:
    def over(session: Session) -> None:
        raise StaleEpoch()

    with pytest.raises(StaleEpoch):
        await leads.open(ENQUIRY, "t", over)
    assert tickets(db) == []
