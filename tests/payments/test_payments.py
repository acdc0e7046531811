"""A payment from the wish to the account: once, in full, and told honestly."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from care.bss.embedded.tables import LineRow
from care.bss.errors import BssUnavailable
from care.bss.protocol import LineStatus
from care.errors import Conflict, Unauthenticated
from care.payments.gateway import (
    GatewayAnswer,
    GatewayDisagrees,
    GatewayState,
    GatewayUnavailable,
)
from care.payments.sandbox import Choice
from care.payments.service import Payments
from care.payments.tables import PaymentState
from tests.payments.till import LIFE, LINE, PHONE, TERMS, Till, free


async def test_what_is_paid_is_credited_once_and_told(till: Till) -> None:
    payment = await till.begin("50")
    assert (payment.state, till.account) == (PaymentState.CREATED, 0)
    await till.gateway.choose(payment.id, Choice.PAY)
    for _ in range(3):
        assert (await till.payments.settle(payment.id)).state is PaymentState.CREDITED
    await till.work_off()
    assert till.account == 50
    assert till.credits(payment.id) == 1
    assert till.told == ["收到您为 138****8001 支付的 50 元，已经到账。"]
    assert till.texts.sent == [(PHONE, "【小讯】您的号码尾号8001已充值50元。")]


async def test_many_at_once_settle_it_once(till: Till) -> None:
    payment = await till.begin("50")
    await till.gateway.choose(payment.id, Choice.PAY)
    await asyncio.gather(*(till.payments.settle(payment.id) for _ in range(6)))
    await till.work_off()
    assert (till.account, till.credits(payment.id)) == (50, 1)
    assert len(till.told) == len(till.texts.sent) == 1


@pytest.mark.parametrize(
    ("choice", "state", "told"),
    [
        (Choice.FAIL, PaymentState.FAILED, "没有支付成功，没有扣款"),
        (Choice.GIVE_UP, PaymentState.CANCELLED, "已经取消，没有扣款"),
    ],
)
async def test_what_was_not_paid_is_told_and_credited_never(
    till: Till, choice: Choice, state: PaymentState, told: str
) -> None:
    payment = await till.begin("50")
    await till.gateway.choose(payment.id, choice)
    await till.gateway.choose(payment.id, Choice.PAY)  # too late: the first button counts
    assert (await till.payments.settle(payment.id)).state is state
    await till.work_off()
    assert till.account == 0
    assert till.texts.sent == []
    (text,) = till.told
    assert told in text


async def test_a_link_that_nobody_uses_expires_and_cannot_be_paid_after(till: Till) -> None:
    payment = await till.begin("50")
    await till.work_off()
    assert till.row(payment.id).state == PaymentState.EXPIRED
    assert "已经过期，没有扣款" in till.told[0]
    assert await till.gateway.choose(payment.id, Choice.PAY) is GatewayState.CLOSED
    await till.payments.settle(payment.id)
    assert till.account == 0


async def test_a_payment_that_nobody_told_us_of_is_found(till: Till) -> None:
    """The notice was lost and the customer never came back: the job asks the gateway."""
    payment = await till.begin("50")
    await till.gateway.choose(payment.id, Choice.PAY)
    await till.work_off(0.1)
    assert till.row(payment.id).state == PaymentState.CREDITED
    assert (till.account, till.credits(payment.id)) == (50, 1)


async def test_money_that_comes_after_the_end_is_money_all_the_same(till: Till) -> None:
    payment = await till.begin("50")
    await till.work_off()
    assert till.row(payment.id).state == PaymentState.EXPIRED

    class Late:
        name = "late"

        async def query(self, payment_id: str) -> GatewayAnswer:
            return GatewayAnswer(GatewayState.PAID, Decimal(50))

    till.payments = till.started(gateway=Late())
    assert (await till.payments.settle(payment.id)).state is PaymentState.CREDITED
    assert till.account == 50


async def test_a_gateway_that_reports_another_amount_credits_nothing(till: Till) -> None:
    payment = await till.begin("50")

    class Wrong:
        name = "wrong"

        async def query(self, payment_id: str) -> GatewayAnswer:
            return GatewayAnswer(GatewayState.PAID, Decimal(5))

    till.payments = till.started(gateway=Wrong())
    with pytest.raises(GatewayDisagrees):
        await till.payments.settle(payment.id)
    assert till.account == 0
    assert till.row(payment.id).state == PaymentState.CREATED


async def test_the_same_wish_gets_the_same_payment_and_another_amount_replaces_it(
    till: Till,
) -> None:
    conversation = "c" * 26
    first = await till.begin("50", conversation)
    assert (await till.begin("50", conversation)).id == first.id
    other_number = await till.begin("50", conversation, phone="13800138002")
    second = await till.begin("100", conversation)
    assert second.id != first.id
    assert till.row(first.id).state == PaymentState.CANCELLED
    assert till.at_gateway(first.id) == GatewayState.CLOSED
    assert till.row(other_number.id).state == PaymentState.CREATED
    assert till.told == []  # who replaces it knows
    newest = await till.payments.newest(conversation)
    assert newest is not None
    assert newest.id == second.id


async def test_a_link_that_is_nearly_over_is_not_given_out_again(till: Till) -> None:
    first = await till.begin("50", "c" * 26)
    till.clock.now += LIFE - timedelta(minutes=1)
    assert (await till.begin("50", "c" * 26)).id != first.id
    assert till.at_gateway(first.id) == GatewayState.CLOSED


async def test_what_was_paid_before_it_was_replaced_or_cancelled_is_credited(till: Till) -> None:
    first = await till.begin("50", "c" * 26)
    await till.gateway.choose(first.id, Choice.PAY)
    second = await till.begin("30", "c" * 26)
    await till.gateway.choose(second.id, Choice.PAY)
    assert (await till.payments.cancel(second.id)).state is PaymentState.CREDITED
    assert till.account == 80


async def test_a_cancelled_payment_cannot_be_paid(till: Till) -> None:
    payment = await till.begin("50")
    assert (await till.payments.cancel(payment.id)).state is PaymentState.CANCELLED
    assert await till.gateway.choose(payment.id, Choice.PAY) is GatewayState.CLOSED
    await till.work_off()
    assert (till.account, till.told) == (0, [])


async def test_a_turn_whose_time_is_over_begins_nothing(till: Till) -> None:
    def over(session: Session) -> None:
        raise Conflict()

    with pytest.raises(Conflict):
        await till.payments.begin(till.request(), over)
    assert till.rows() == []


@pytest.mark.parametrize("amount", ["0", "0.99", "500.01", "10.001", "-5"])
async def test_the_terms_are_kept(till: Till, amount: str) -> None:
    assert TERMS.refusal(Decimal(amount)) is not None
    with pytest.raises(ValueError, match="terms"):
        await till.payments.begin(till.request(amount), free)
    assert till.rows() == []


async def test_arrears_are_paid_and_the_line_is_back(till: Till) -> None:
    till.owe("61.37")
    payment = await till.begin("61.37", own=True)
    await till.gateway.choose(payment.id, Choice.PAY)
    settled = await till.payments.settle(payment.id)
    assert settled.resumed
    assert till.db.read_now(_status) == LineStatus.ACTIVE
    await till.work_off()
    assert "号码恢复使用了" in till.told[0]
    assert "服务已恢复" in till.texts.sent[0][1]


async def test_who_pays_for_somebody_else_does_not_learn_that_the_line_was_stopped(
    till: Till,
) -> None:
    till.owe("30.00")
    payment = await till.begin("50", own=False)
    await till.gateway.choose(payment.id, Choice.PAY)
    await till.payments.settle(payment.id)
    assert till.told == ["收到您为 138****8001 支付的 50 元，已经到账。"]


async def test_money_that_the_operator_does_not_take_goes_back_once(till: Till) -> None:
    payment = await till.begin("50")
    await till.gateway.choose(payment.id, Choice.PAY)
    till.close_line()
    assert (await till.payments.settle(payment.id)).state is PaymentState.REFUNDED
    till.close_line(LineStatus.ACTIVE)  # too late
    await till.payments.settle(payment.id)
    await till.work_off()
    assert till.row(payment.id).refusal == "line_not_active"
    assert till.at_gateway(payment.id) == GatewayState.REFUNDED
    assert (till.account, till.credits(payment.id), till.texts.sent) == (0, 0, [])
    assert till.told == ["很抱歉，您为 138****8001 支付的 50 元没有充值成功，已经原路退回。"]


class Down:
    """A system that is down for the first calls."""

    def __init__(self, inner: Any, error: Exception, calls: int) -> None:
        self._inner, self._error, self._calls = inner, error, calls
        self.name = "sandbox"

    def __getattr__(self, name: str) -> Any:
        async def call(*args: Any, **more: Any) -> Any:
            if self._calls:
                self._calls -= 1
                raise self._error
            return await getattr(self._inner, name)(*args, **more)

        return call


async def test_an_operator_that_is_down_costs_time_only(till: Till) -> None:
    payment = await till.begin("50")
    await till.gateway.choose(payment.id, Choice.PAY)
    till.payments = till.started(bss=Down(till.bss, BssUnavailable(), 3))
    assert (await till.payments.settle(payment.id)).state is PaymentState.PAID
    assert (till.account, till.told) == (0, [])
    await till.work_off()
    assert till.row(payment.id).state == PaymentState.CREDITED
    assert (till.account, len(till.told), len(till.texts.sent)) == (50, 1, 1)


async def test_a_gateway_that_is_down_is_said_at_once_and_asked_again_later(till: Till) -> None:
    payment = await till.begin("50")
    await till.gateway.choose(payment.id, Choice.PAY)
    till.payments = till.started(gateway=Down(till.gateway, GatewayUnavailable(), 2))
    with pytest.raises(GatewayUnavailable):
        await till.begin("30")
    assert (await till.payments.settle(payment.id)).state is PaymentState.CREATED
    await till.work_off()
    assert till.row(payment.id).state == PaymentState.CREDITED
    assert till.account == 50
    assert len(till.told) == 1  # of the payment that had no page nothing is said


async def test_without_a_gateway_nothing_can_be_begun(till: Till) -> None:
    nobody = Payments(till.db, till.bss, None, till.texts, TERMS, till.clock, lambda *_: None)
    assert not nobody.available
    with pytest.raises(GatewayUnavailable):
        await nobody.begin(till.request(), free)
    assert till.rows() == []


async def test_a_notice_counts_when_it_is_the_gateways(till: Till) -> None:
    payment = await till.begin("50")
    body, headers = till.gateway.notice(payment.id)
    await till.payments.notice(body, headers)  # nothing was paid: a notice is no proof
    assert till.row(payment.id).state == PaymentState.CREATED
    await till.gateway.choose(payment.id, Choice.PAY)
    for forged in ({}, {"x-sandbox-signature": "0" * 64}, {"x-sandbox-signature": "漢"}):
        with pytest.raises(Unauthenticated):
            await till.payments.notice(body, forged)
    with pytest.raises(Unauthenticated):
        await till.payments.notice(body + b" ", headers)
    assert till.account == 0
    for _ in range(2):
        await till.payments.notice(body, headers)
    assert (till.account, till.credits(payment.id)) == (50, 1)
    await till.payments.notice(*till.gateway.notice("unknown"))


def _status(session: Session) -> str:
    return session.get_one(LineRow, LINE).status
