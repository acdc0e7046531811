"""How many one-time codes may be asked for: by number, by contact and by network address."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from care.customers.contacts import Contact
from care.customers.verification import Limits, Verification
from care.db.session import Database
from care.errors import RateLimited

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
MOST = 3


async def _no_line(phone: str) -> None:
    """Nobody has the number, so no text message is sent; all else is as with a known one."""


@pytest.fixture
def verification(db: Database) -> Verification:
    """With a limit for network addresses that is reached soon."""
    limits = Limits(
        life=timedelta(minutes=5),
        tries=5,
        lock=timedelta(minutes=15),
        per_phone=100,
        per_contact=100,
        per_network=MOST,
        session=timedelta(minutes=30),
    )
    contacts = [Contact(id=_contact(number), created_at=NOW) for number in range(2 * MOST)]
    db.write_now(lambda session: session.add_all(contacts))
    bss = cast(Any, SimpleNamespace(line=_no_line))
    sms = cast(Any, None)
    return Verification(db, bss, sms, lambda: NOW, limits, b"pepper", lambda: "482913")


def _contact(number: int) -> str:
    return f"contact-{number}"


async def _ask(verification: Verification, network: str, times: int) -> None:
    for number in range(times):
        await verification.send_code(_contact(number), f"1380013{number:04}", network)


async def test_a_network_address_is_limited_and_harms_no_other(verification: Verification) -> None:
    await _ask(verification, "203.0.113.7", MOST)
    with pytest.raises(RateLimited):
        await _ask(verification, "203.0.113.7", 1)
    await _ask(verification, "203.0.113.8", 1)


async def test_who_writes_through_a_platform_has_no_network_address(
    verification: Verification,
) -> None:
    await _ask(verification, "", 2 * MOST)
