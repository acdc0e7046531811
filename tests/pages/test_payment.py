"""The payment page: what it shows, what a button does, and who gets in."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.embedded.tables import AccountRow, CustomerRow, LineRow
from care.conversations.tables import Conversation, Message, Role
from care.payments.service import Payment, PaymentRequest
from care.payments.tables import PaymentState
from tests.channels.world import Visitor, World, a_world

PHONE = "13800138001"


class PaymentPage:
    """A customer's payment of 50 yuan, and its page."""

    def __init__(self, world: World, visitor: Visitor, payment: Payment, address: str) -> None:
        self.world, self.visitor, self.payment = world, visitor, payment
        self.path = "/p/" + address.partition("/p/")[2]
        self.http = world.http()

    async def show(self) -> httpx.Response:
        """Open it."""
        return await self.http.get(self.path)

    async def press(self, choice: str) -> httpx.Response:
        """Press a button and follow to the page."""
        return await self.http.post(self.path, data={"choice": choice}, follow_redirects=True)

    async def state(self) -> PaymentState:
        """Where the payment stands."""
        return (await self.world.services.payments.of(self.payment.id)).state

    def account(self) -> Decimal:
        """Yuan on the line's account."""
        return self.world.db.read_now(lambda session: session.get_one(AccountRow, "L1").available)

    def said(self) -> list[str]:
        """What the bot has said."""
        query = (
            select(Message.text)
            .where(Message.conversation_id == self.visitor.conversation)
            .where(Message.role == Role.BOT)
            .order_by(Message.seq)
        )
        return self.world.db.read_now(lambda session: [str(one) for one in session.scalars(query)])


@pytest_asyncio.fixture
async def opened(tmp_path: Path) -> AsyncIterator[PaymentPage]:
    async with a_world(f"sqlite:///{tmp_path / 'care.db'}", tmp_path) as world:
        world.db.write_now(_line)
        visitor = await world.visitor()
        contact = world.db.read_now(
            lambda session: session.get_one(Conversation, visitor.conversation).contact_id
        )
        payment, address = await world.services.payments.begin(
            PaymentRequest(visitor.conversation, contact, "L1", PHONE, Decimal(50), own=True),
            lambda session: None,
        )
        yield PaymentPage(world, visitor, payment, address)


def _line(session: Session) -> None:
    day = date(2020, 1, 1)
    customer: dict[str, Any] = {"kind": "person", "level": "basic", "address": "…", "since": day}
    session.add(CustomerRow(id="C1", name="王建国", **customer))
    session.flush()
    line: dict[str, Any] = {"status": "active", "sim": "plastic", "since": day}
    session.add(LineRow(id="L1", customer_id="C1", phone=PHONE, **line))
    session.flush()
    session.add(AccountRow(line_id="L1", available=Decimal(0), arrears=Decimal(0)))


async def test_it_says_what_is_paid_and_that_it_is_a_sandbox(opened: PaymentPage) -> None:
    shown = await opened.show()
    assert shown.status_code == 200
    for text in ("沙箱", "不会真的扣款", "话费充值 138****8001", "¥ 50", "10:15 前"):
        assert text in shown.text
    assert PHONE not in shown.text
    for button in ("支付成功", "支付失败", "放弃"):
        assert f">{button}</button>" in shown.text
    assert "<script" not in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert "script-src" not in shown.headers["content-security-policy"]
    assert shown.headers["content-security-policy"].startswith("default-src 'none'")


async def test_a_payment_is_credited_and_told_in_the_conversation(opened: PaymentPage) -> None:
    answer = await opened.http.post(opened.path, data={"choice": "pay"})
    assert (answer.status_code, answer.headers["location"]) == (303, opened.path)
    shown = await opened.show()
    assert "支付成功，话费已经到账" in shown.text
    assert "<button" not in shown.text
    assert await opened.state() is PaymentState.CREDITED
    assert opened.account() == 50
    assert opened.said() == ["收到您为 138****8001 支付的 50 元，已经到账。"]


async def test_pressed_again_nothing_happens_again(opened: PaymentPage) -> None:
    for choice in ("pay", "pay", "fail", "give_up"):
        assert "支付成功" in (await opened.press(choice)).text
    assert opened.account() == 50
    assert len(opened.said()) == 1


@pytest.mark.parametrize(
    ("choice", "shown", "state", "said"),
    [
        ("fail", "没有支付成功，没有扣款", PaymentState.FAILED, "没有支付成功，没有扣款"),
        ("give_up", "已经关闭，没有扣款", PaymentState.CANCELLED, "已经取消，没有扣款"),
    ],
)
async def test_what_was_not_paid_is_told(
    opened: PaymentPage, choice: str, shown: str, state: PaymentState, said: str
) -> None:
    assert shown in (await opened.press(choice)).text
    assert shown in (await opened.press("pay")).text
    assert await opened.state() is state
    assert opened.account() == 0
    (text,) = opened.said()
    assert said in text


async def test_while_a_person_talks_the_bot_says_nothing(opened: PaymentPage) -> None:
    await opened.world.accept(opened.visitor.conversation)
    await opened.press("pay")
    assert opened.account() == 50
    assert opened.said() == []


@pytest.mark.parametrize("choice", ["", "PAY", "refund", None])
async def test_another_choice_is_refused(opened: PaymentPage, choice: str | None) -> None:
    data = {} if choice is None else {"choice": choice}
    answer = await opened.http.post(opened.path, data=data)
    assert answer.status_code == 422
    assert "没有办成" in answer.text
    assert await opened.state() is PaymentState.CREATED


async def test_a_forged_or_old_link_opens_nothing(opened: PaymentPage) -> None:
    forged = opened.path[:-1] + ("0" if opened.path[-1] != "0" else "1")
    for method in ("GET", "POST"):
        answer = await opened.http.request(method, forged, data={"choice": "pay"})
        assert answer.status_code == 404
        assert "链接已经失效" in answer.text
    opened.world.clock.advance(minutes=15)
    assert (await opened.press("pay")).status_code == 404
    assert await opened.state() is PaymentState.CREATED
    assert opened.account() == 0


async def test_a_notice_wants_the_gateways_signature(opened: PaymentPage) -> None:
    sandbox = opened.world.services.sandbox
    assert sandbox is not None
    body, headers = sandbox.notice(opened.payment.id)
    http = opened.http
    assert (await http.post("/p/payment-notice", content=body)).status_code == 401
    assert (await http.post("/p/payment-notice", content=body, headers=headers)).status_code == 204
    assert opened.account() == 0  # nothing was paid: what counts is what the gateway says


async def test_production_has_neither_page_nor_gateway(tmp_path: Path) -> None:
    async with a_world(
        f"sqlite:///{tmp_path / 'care.db'}", tmp_path, mode="production", rest_tokens="token"
    ) as world:
        assert not world.services.payments.available
        paths = world.app.openapi()["paths"]
        assert not [path for path in paths if path.startswith("/p/pay")]
