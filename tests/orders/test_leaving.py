"""Closing, leaving with the number and second cards as orders: terms, sentences, proof, and what is not offered."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from actions.order_sentences import SENTENCES
from care.bss.protocol import BssRejected, RejectReason
from care.customers.verification import Verified, VerifiedSession
from care.datafiles import read_yaml
from care.db.jobs import JobLoop, JobRow
from care.orders.kinds.port_out import PortCodes
from care.orders.service import Order
from care.orders.tables import OfferRow, OrderRow, OrderState
from tests.bss.test_leaving import set_money
from tests.orders.test_orders import CODE, World, consent, world
from tools.layout import ROOT

__all__ = ["world"]

DOMAIN: dict[str, Any] = read_yaml(ROOT / "domain.yml")
KINDS = {
    "second_card": ("C1185", {"number": "16705668218", "delivery": "mail", "holder": "h"}),
    "close_line": ("C1189", {"subject": "L1189"}),
    "close_broadband": ("C1001", {"subject": "BB1001"}),
    "port_out": ("C1189", {}),
}


async def customer(world: World, customer_id: str) -> Verified:
    """A customer who has shown to be one."""
    [line, *_] = await world.bss.lines(customer_id)
    row = {"customer_id": customer_id, "line_id": line.id, "phone": line.phone}
    world.db.write_now(lambda session: session.execute(update(VerifiedSession).values(**row)))
    until = world.clock() + timedelta(minutes=30)
    return Verified(world.verified.contact_id, customer_id, line.id, line.phone, until)


async def placed(world: World, who: Verified, kind: str, params: dict[str, str]) -> Order:
    """The order after offer and code."""
    orders = world.orders()
    offer = await orders.offer(who, kind, params)
    await orders.ask_consent(offer.id, who, "127.0.0.1")
    return await orders.confirm(offer.id, who, consent(CODE))


def places(response: str) -> set[str]:
    """The values that a response has a place for."""
    return {
        name
        for one in DOMAIN["responses"][response]
        for name in re.findall(r"\{(\w+)\}", one["text"])
    }


@pytest.mark.parametrize("kind", KINDS)
async def test_the_sentences_get_their_values_from_the_terms(world: World, kind: str) -> None:
    customer_id, params = KINDS[kind]
    terms = await world.orders().terms(await customer(world, customer_id), kind, params)
    sentences = SENTENCES[kind]
    given = {"name", *terms.words}
    assert places(sentences.offer) <= given
    assert places(sentences.done) <= given | {"order"}
    assert terms.notes
    for note in terms.notes:
        assert places(sentences.notes[note.name]) == set(note.values)


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_agreed_to_names_start_price_and_end(world: World, kind: str) -> None:
    customer_id, params = KINDS[kind]
    terms = await world.orders().terms(await customer(world, customer_id), kind, params)
    assert "2026年11月23日" in terms.text
    assert re.search(r"元/月|不收手续费|免费", terms.text)
    assert re.search(r"可随时|不能撤销|自动作废", terms.text)


async def test_a_closed_number_verifies_nobody_any_more(world: World) -> None:
    who = await customer(world, "C1186")
    order = await placed(world, who, "close_line", {"subject": "L1186"})
    assert order.state is OrderState.PLACED
    assert world.rows(VerifiedSession) == []
    assert await world.bss.lines("C1186") == ()


async def test_closing_a_second_card_leaves_the_customer_verified(world: World) -> None:
    who = await customer(world, "C1189")
    await placed(world, who, "close_line", {"subject": "L1189B"})
    assert len(world.rows(VerifiedSession)) == 1


@pytest.mark.parametrize(
    ("customer_id", "kind", "params", "reason"),
    [
        ("C1187", "close_line", {"subject": "L1187"}, RejectReason.UNSETTLED),
        ("C1186", "close_line", {"subject": "L1190"}, RejectReason.UNKNOWN_LINE),
        ("C1186", "close_line", {"subject": "BB1188"}, RejectReason.UNKNOWN_LINE),
        ("C1186", "close_broadband", {"subject": "BB1188"}, RejectReason.UNKNOWN_LINE),
        ("C1028", "close_line", {"subject": "L1028A"}, RejectReason.NEEDS_PRESENCE),
        ("C1191", "port_out", {}, RejectReason.NOT_PORTABLE),
        (
            "C1198",
            "second_card",
            {"number": "16705668218", "delivery": "mail", "holder": "h"},
            RejectReason.TOO_MANY_CARDS,
        ),
        (
            "C1185",
            "second_card",
            {"number": "13000000000", "delivery": "mail", "holder": "h"},
            RejectReason.UNKNOWN_NUMBER,
        ),
    ],
)
async def test_what_would_be_refused_is_not_offered(
    world: World, customer_id: str, kind: str, params: dict[str, str], reason: RejectReason
) -> None:
    with pytest.raises(BssRejected) as refused:
        await world.orders().offer(await customer(world, customer_id), kind, params)
    assert refused.value.reason is reason


async def test_what_is_owed_since_the_offer_is_not_forgotten(world: World) -> None:
    who = await customer(world, "C1186")
    orders = world.orders()
    offer = await orders.offer(who, "close_line", {"subject": "L1186"})
    set_money(world.db, "L1186", "0", "20")
    await orders.ask_consent(offer.id, who, "127.0.0.1")
    order = await orders.confirm(offer.id, who, consent(CODE))
    assert (order.state, order.refusal) == (OrderState.REFUSED, "unsettled")
    assert len(await world.bss.lines("C1186")) == 1


async def test_the_authorisation_code_goes_to_its_line_and_nowhere_else(world: World) -> None:
    who = await customer(world, "C1190")
    orders = world.orders("port_out")
    offer = await orders.offer(who, "port_out", {})
    order = await orders.confirm(offer.id, who, consent(None))
    assert order.state is OrderState.PLACED
    codes = PortCodes(world.bss, world.texts, world.clock)
    assert await JobLoop(world.db, world.clock, codes.handlers()).run_due() == 1
    [text] = [one for one in world.texts.sent if "授权码为" in one]
    code = await world.bss.port_code(order.id)
    assert code is not None
    assert f"{code.code[:4]}-{code.code[4:]}" in text
    assert "30分钟内有效" in text
    for table in (JobRow, OfferRow, OrderRow, VerifiedSession):
        for row in world.rows(table):
            assert code.code not in repr(vars(row))


async def test_a_code_that_is_over_is_not_sent(world: World) -> None:
    who = await customer(world, "C1190")
    orders = world.orders("port_out")
    offer = await orders.offer(who, "port_out", {})
    await orders.confirm(offer.id, who, consent(None))
    world.clock.forward(timedelta(minutes=31))
    codes = PortCodes(world.bss, world.texts, world.clock)
    assert await JobLoop(world.db, world.clock, codes.handlers()).run_due() == 1
    assert not [one for one in world.texts.sent if "授权码为" in one]
