"""Refunds and the exchange of points as orders: what the rule refuses is not offered, nothing happens twice."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from actions.order_sentences import SENTENCES
from care.bss.embedded import EmbeddedBss
from care.bss.protocol import BssRejected, BssUnavailable, RejectReason
from care.datafiles import read_yaml
from care.orders.kinds import Terms
from care.orders.service import CodeNeeded
from care.orders.tables import OfferRow, OrderState
from care.settings import ROOT
from tests.orders.test_orders import CUSTOMER, LINE, RULES, World, consent, world

__all__ = ["world"]

REFUND, POINTS = "refund_charge", "redeem_points"
CRBT = {"month": "2026-10", "charge": "crbt_fee"}
OTHER = {"month": "2026-10", "charge": "missed_call_fee"}


class Down:
    """The operator's systems, whose writes about money are down for the first calls."""

    def __init__(self, bss: EmbeddedBss, times: int) -> None:
        self._bss, self._times = bss, times

    def __getattr__(self, name: str) -> Any:
        if name in ("refund_charge", "redeem_points") and self._times:
            self._times -= 1
            return self._down
        return getattr(self._bss, name)

    async def _down(self, *words: Any, **names: Any) -> Any:
        raise BssUnavailable


async def available(world: World) -> Decimal:
    return (await world.bss.balance(LINE)).available


async def test_a_yes_gives_the_charge_back_once(world: World) -> None:
    before = await available(world)
    orders = world.orders(*RULES.names("yes_suffices"))
    offer = await orders.offer(world.verified, REFUND, CRBT)
    assert "退回2026年10月的「彩铃月使用费」5元" in offer.terms.text
    order = await orders.confirm(offer.id, world.verified, consent(None))
    assert (order.state, order.offering_id) == (OrderState.PLACED, "crbt_fee")
    assert await orders.confirm(offer.id, world.verified, consent(None)) == order
    assert await available(world) == before + 5
    assert len(await world.bss.refunds(CUSTOMER)) == 1


async def test_what_the_rule_refuses_is_not_offered(world: World) -> None:
    orders = world.orders()
    for params in (
        {"month": "2026-10", "charge": "plan_fee"},
        {"month": "2026-06", "charge": "crbt_fee"},
        {"month": "2026-10", "charge": "loyalty_discount"},
        {"month": "2026-10", "charge": "cloud_drive_fee"},
        {"month": "2020-01", "charge": "crbt_fee"},
    ):
        with pytest.raises(BssRejected):
            await orders.offer(world.verified, REFUND, params)
    await world.bss.refund_charge(LINE, "2026-10", "crbt_fee", idempotency_key="earlier")
    for params, reason in (
        (CRBT, RejectReason.ALREADY_REFUNDED),
        (OTHER, RejectReason.REFUNDED_LATELY),
    ):
        with pytest.raises(BssRejected) as refused:
            await orders.offer(world.verified, REFUND, params)
        assert refused.value.reason is reason
    assert world.rows(OfferRow) == []


async def test_of_two_open_offers_one_is_carried_out(world: World) -> None:
    """Both were allowed when they were made: the operator's own write decides."""
    orders = world.orders(REFUND)
    first = await orders.offer(world.verified, REFUND, CRBT)
    second = await orders.offer(world.verified, REFUND, OTHER)
    placed = await orders.confirm(first.id, world.verified, consent(None))
    refused = await orders.confirm(second.id, world.verified, consent(None))
    assert placed.state is OrderState.PLACED
    assert (refused.state, refused.refusal) == (OrderState.REFUSED, "refunded_lately")
    assert len(await world.bss.refunds(CUSTOMER)) == 1


async def test_an_operator_that_is_down_gives_back_later_and_once(world: World) -> None:
    before = await available(world)
    orders = world.orders(REFUND, bss=Down(world.bss, 1))
    offer = await orders.offer(world.verified, REFUND, CRBT)
    order = await orders.confirm(offer.id, world.verified, consent(None))
    assert order.state is OrderState.ACCEPTED
    assert await available(world) == before
    again = await orders.confirm(offer.id, world.verified, consent(None))
    assert again.state is OrderState.PLACED
    assert await available(world) == before + 5


async def test_points_need_a_code(world: World) -> None:
    orders = world.orders(*RULES.names("yes_suffices"))
    offer = await orders.offer(world.verified, POINTS, {"reward": "credit_10"})
    assert offer.terms.words["left"] == "11480"
    with pytest.raises(CodeNeeded):
        await orders.confirm(offer.id, world.verified, consent(None))
    await orders.ask_consent(offer.id, world.verified, "n")
    order = await orders.confirm(offer.id, world.verified, consent())
    assert order.state is OrderState.PLACED
    assert (await world.bss.points(CUSTOMER)).points == 11480


async def test_points_that_are_not_there_are_not_offered_for_anything(world: World) -> None:
    orders = world.orders()
    poor = replace(world.verified, customer_id="C1110", line_id="L1110", phone="15000131110")
    for reward, reason in (
        ("cauldron", RejectReason.UNKNOWN_OFFERING),
        ("credit_10", RejectReason.NOT_ENOUGH_POINTS),
    ):
        with pytest.raises(BssRejected) as refused:
            await orders.offer(poor, POINTS, {"reward": reward})
        assert refused.value.reason is reason


@pytest.mark.parametrize(("kind", "params"), [(REFUND, CRBT), (POINTS, {"reward": "data_1g"})])
async def test_the_terms_fill_every_place_of_the_sentences(
    world: World, kind: str, params: Mapping[str, str]
) -> None:
    terms: Terms = await world.orders().terms(world.verified, kind, params)
    responses = read_yaml(ROOT / "domain.yml")["responses"]
    sentences = SENTENCES[kind]
    for name in (sentences.offer, sentences.done):
        for wording in responses[name]:
            texts = [wording["text"]]
            texts += [text for button in wording.get("buttons", []) for text in button.values()]
            places = {place for text in texts for place in re.findall(r"\{(\w+)\}", text)}
            given = {*terms.words, "name", *({"order"} if name == sentences.done else ())}
            assert places <= given, name
    for needed in ("不收费用", "确认后马上" if kind == REFUND else "不能退回"):
        assert needed in terms.text
