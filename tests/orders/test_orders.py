"""Offer, consent, order: nothing is ordered without proof, and nothing twice."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from care.bss.embedded import EmbeddedBss
from care.bss.protocol import BssRejected, BssUnavailable, OrderAction, RejectReason
from care.customers.contacts import Contact
from care.customers.verification import (
    CodeExpired,
    CodeWrong,
    Limits,
    Verification,
    Verified,
    VerifiedSession,
)
from care.db import Database, new_id
from care.duties import Duties, Duty, load_duties
from care.errors import Conflict
from care.orders.kinds import all_kinds
from care.orders.service import CodeNeeded, Consent, OfferExpired, Orders
from care.orders.tables import ConsentMethod, ConsentProof, OfferRow, OrderRow, OrderState
from care.settings import ROOT
from tests.bss.operator_fixtures import Clock

ZONE = ZoneInfo("Asia/Shanghai")
RULES = load_duties(ROOT / "data" / "duties")
LINE, PHONE, CUSTOMER = "L1001", "13800138001", "C1001"
CODE = "482913"


class Texts:
    """A gateway that keeps what it sends."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, phone: str, text: str) -> None:
        """Keep it."""
        self.sent.append(text)


def free(session: Session) -> None:
    """A turn whose time is not over."""


@dataclass
class World:
    """Orders on the demo operator, with a verified customer."""

    db: Database
    clock: Clock
    bss: EmbeddedBss
    texts: Texts
    verified: Verified
    make: Callable[..., Orders]

    def orders(self, *yes_suffices: str, bss: Any = None) -> Orders:
        """The service under a rule pack."""
        return self.make(frozenset(yes_suffices), bss or self.bss)

    def rows(self, table: Any) -> list[Any]:
        """All rows of a table."""
        return self.db.read_now(lambda session: list(session.scalars(select(table))))


def consent(code: str | None = CODE, guard: Callable[[Session], None] = free) -> Consent:
    """A customer's consent in the tests' conversation."""
    return Consent(code=code, channel="rest", conversation_id="c", guard=guard)


@pytest.fixture
def world(db: Database, clock: Clock, bss: EmbeddedBss) -> World:
    texts = Texts()
    limits = Limits(
        life=timedelta(minutes=5),
        tries=5,
        lock=timedelta(minutes=15),
        per_phone=100,
        per_contact=100,
        per_network=100,
        session=timedelta(minutes=30),
    )
    verification = Verification(db, bss, texts, clock, limits, b"pepper", lambda: CODE)
    contact = new_id()
    until = clock() + timedelta(minutes=30)

    def rows(session: Session) -> None:
        session.add(Contact(id=contact, created_at=clock()))
        session.flush()
        session.add(
            VerifiedSession(
                contact_id=contact,
                customer_id=CUSTOMER,
                line_id=LINE,
                phone=PHONE,
                verified_at=clock(),
                expires_at=until,
            )
        )

    db.write_now(rows)

    def make(yes_suffices: frozenset[str], system: Any) -> Orders:
        duty = Duty("yes_suffices", "…", "…", False, names=yes_suffices)
        duties = Duties({duty.id: duty, "small_refund": RULES["small_refund"]})
        return Orders(db, all_kinds(system, duties, ZONE), verification, texts, duties, clock, ZONE)

    verified = Verified(contact, CUSTOMER, LINE, PHONE, until)
    return World(db, clock, bss, texts, verified, make)


async def test_an_order_rests_on_the_text_that_was_agreed_to(world: World) -> None:
    orders = world.orders()
    offer = await orders.offer(world.verified, "change_plan", {"plan": "p159"})
    await orders.ask_consent(offer.id, world.verified, "127.0.0.1")
    order = await orders.confirm(offer.id, world.verified, consent())
    assert order.state is OrderState.PLACED
    (proof,) = world.rows(ConsentProof)
    assert proof.method == ConsentMethod.ONE_TIME_CODE
    assert proof.text == offer.terms.text
    assert proof.text in world.texts.sent[0]
    (placed,) = await world.bss.orders(LINE)
    assert (placed.action, placed.offering_id) == (OrderAction.CHANGE_PLAN, "p159")
    assert placed.order_id == order.operator_order_id


async def test_a_repeated_yes_orders_once(world: World) -> None:
    orders = world.orders()
    offer = await orders.offer(world.verified, "change_plan", {"plan": "p159"})
    await orders.ask_consent(offer.id, world.verified, "127.0.0.1")
    first = await orders.confirm(offer.id, world.verified, consent())
    assert await orders.confirm(offer.id, world.verified, consent()) == first
    assert len(world.rows(OrderRow)) == len(await world.bss.orders(LINE)) == 1


async def test_a_wrong_or_missing_code_orders_nothing(world: World) -> None:
    orders = world.orders()
    offer = await orders.offer(world.verified, "change_plan", {"plan": "p159"})
    with pytest.raises(CodeExpired):  # none was sent
        await orders.confirm(offer.id, world.verified, consent())
    await orders.ask_consent(offer.id, world.verified, "127.0.0.1")
    with pytest.raises(CodeWrong):
        await orders.confirm(offer.id, world.verified, consent("000000"))
    with pytest.raises(CodeNeeded):
        await orders.confirm(offer.id, world.verified, consent(None))
    assert world.rows(OrderRow) == world.rows(ConsentProof) == []


async def test_a_code_for_one_offer_is_none_for_another(world: World) -> None:
    orders = world.orders()
    first = await orders.offer(world.verified, "change_plan", {"plan": "p159"})
    second = await orders.offer(world.verified, "change_plan", {"plan": "p199"})
    await orders.ask_consent(first.id, world.verified, "127.0.0.1")
    with pytest.raises(CodeExpired):
        await orders.confirm(second.id, world.verified, consent())
    assert world.rows(OrderRow) == []


async def test_a_yes_is_a_proof_where_the_rule_pack_says_so(world: World) -> None:
    orders = world.orders("change_plan")
    offer = await orders.offer(world.verified, "change_plan", {"plan": "p159"})
    order = await orders.confirm(offer.id, world.verified, consent(None))
    assert order.state is OrderState.PLACED
    (proof,) = world.rows(ConsentProof)
    assert (proof.method, proof.challenge_id) == (ConsentMethod.VERIFIED_YES, None)


async def test_an_offer_ends_and_is_nobody_elses(world: World) -> None:
    orders = world.orders("change_plan")
    offer = await orders.offer(world.verified, "change_plan", {"plan": "p159"})
    with pytest.raises(OfferExpired):
        await orders.confirm(
            offer.id, replace(world.verified, contact_id="somebody else"), consent(None)
        )
    world.clock.forward(timedelta(hours=1))
    with pytest.raises(OfferExpired):
        await orders.confirm(offer.id, world.verified, consent(None))
    assert world.rows(OrderRow) == []


async def test_a_turn_whose_time_is_over_orders_nothing(world: World) -> None:
    def over(session: Session) -> None:
        raise Conflict()

    orders = world.orders("change_plan")
    offer = await orders.offer(world.verified, "change_plan", {"plan": "p159"})
    with pytest.raises(Conflict):
        await orders.confirm(offer.id, world.verified, consent(None, guard=over))
    assert world.rows(OrderRow) == world.rows(ConsentProof) == []
    assert await world.bss.orders(LINE) == ()


class Down:
    """The operator's systems, whose ordering is down for the first calls or refuses."""

    def __init__(self, bss: EmbeddedBss, *errors: Exception) -> None:
        self._bss, self._errors = bss, list(errors)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bss, name)

    async def change_plan(self, *words: Any, **names: Any) -> Any:
        """Fail, then do it."""
        if self._errors:
            raise self._errors.pop(0)
        return await self._bss.change_plan(*words, **names)


async def test_an_operator_that_is_down_gets_the_order_later_and_once(world: World) -> None:
    orders = world.orders("change_plan", bss=Down(world.bss, BssUnavailable()))
    offer = await orders.offer(world.verified, "change_plan", {"plan": "p159"})
    order = await orders.confirm(offer.id, world.verified, consent(None))
    assert order.state is OrderState.ACCEPTED
    again = await orders.confirm(offer.id, world.verified, consent(None))
    assert again.state is OrderState.PLACED
    assert again.id == order.id
    assert len(await world.bss.orders(LINE)) == 1


async def test_an_operator_that_refuses_is_told_as_refused(world: World) -> None:
    orders = world.orders("change_plan", bss=Down(world.bss, BssRejected(RejectReason.IN_ARREARS)))
    offer = await orders.offer(world.verified, "change_plan", {"plan": "p159"})
    order = await orders.confirm(offer.id, world.verified, consent(None))
    assert (order.state, order.refusal) == (OrderState.REFUSED, "in_arrears")
    assert await world.bss.orders(LINE) == ()


async def test_what_the_operator_would_refuse_is_not_offered(world: World) -> None:
    with pytest.raises(BssRejected):
        await world.orders().offer(world.verified, "change_plan", {"plan": "p129"})
    assert world.rows(OfferRow) == []


def test_the_database_refuses_an_order_without_proof(world: World) -> None:
    def order(session: Session) -> None:
        session.add(
            OrderRow(
                id=new_id(),
                proof_id=new_id(),
                customer_id=CUSTOMER,
                line_id=LINE,
                phone=PHONE,
                kind="change_plan",
                name="畅享159",
                offering_id="p159",
                effective=world.clock().date(),
                state=OrderState.ACCEPTED,
                ordered_at=world.clock(),
            )
        )

    with pytest.raises(IntegrityError):
        world.db.write_now(order)


@pytest.mark.parametrize(
    ("method", "challenge"), [("one_time_code", None), ("verified_yes", "x"), ("trust_me", None)]
)
async def test_the_database_refuses_a_proof_of_no_kind(
    world: World, method: str, challenge: str | None
) -> None:
    offer = await world.orders().offer(world.verified, "change_plan", {"plan": "p159"})
    row = {
        "id": new_id(),
        "offer": offer.id,
        "method": method,
        "challenge": challenge,
        "at": world.clock().isoformat(),
    }
    insert = text(
        "INSERT INTO consent_proofs"
        " (id, offer_id, method, challenge_id, channel, conversation_id, text, text_hash, at)"
        " VALUES (:id, :offer, :method, :challenge, 'rest', 'c', 't', 'h', :at)"
    )
    with pytest.raises(IntegrityError):
        world.db.write_now(lambda session: session.execute(insert, row))
