"""Points exchanged for credit and data, and usage by day."""

import asyncio
from decimal import Decimal

import pytest
from sqlalchemy import update

from care.bss.embedded import EmbeddedBss
from care.bss.embedded.demo.specs import DemoFiles
from care.bss.embedded.tables import LineRow
from care.bss.errors import BssRejected, RejectReason
from care.bss.protocol import Payment, PaymentMethod, RewardKind, UsageKind
from care.db import Database
from tests.bss.operator_fixtures import TODAY
from tests.bss.test_ordering import refusal


async def test_rewards_are_those_of_the_file(operator: EmbeddedBss, demo_files: DemoFiles) -> None:
    rewards = await operator.rewards()
    assert sorted(rewards, key=lambda one: one.id) == sorted(
        demo_files.rewards, key=lambda one: one.id
    )
    assert [one.points for one in rewards] == sorted(one.points for one in rewards)
    for one in rewards:
        assert (one.kind is RewardKind.CREDIT) == (one.yuan > 0) == (one.data_mb == 0)


async def test_points_become_credit(bss: EmbeddedBss) -> None:
    before = (await bss.balance("L1108")).available
    exchange = await bss.redeem_points("L1108", "credit_10", idempotency_key="k")
    assert exchange.points == 1000
    account = await bss.points("C1108")
    assert (account.points, account.expiring_points, account.expires_on) == (2200, 0, None)
    assert (await bss.balance("L1108")).available == before + 10
    newest: Payment = (await bss.payments("L1108", 1))[0]
    assert (newest.method, newest.amount) == (PaymentMethod.POINTS, Decimal(10))
    assert await bss.redeem_points("L1108", "credit_10", idempotency_key="k") == exchange
    assert (await bss.points("C1108")).points == 2200


async def test_those_that_expire_first_go_first(bss: EmbeddedBss) -> None:
    await bss.redeem_points("L1108", "credit_5", idempotency_key="k")
    account = await bss.points("C1108")
    assert (account.points, account.expiring_points) == (2700, 300)
    assert account.expires_on is not None


async def test_points_become_data_of_this_month(bss: EmbeddedBss) -> None:
    await bss.redeem_points("L1109", "data_1g", idempotency_key="k")
    [granted] = [one for one in await bss.usage("L1109", "2026-11") if one.offering_id == "data_1g"]
    assert (granted.kind, granted.total, granted.used) == (UsageKind.DATA, 1024, 0)
    assert granted.valid_until == TODAY.replace(day=30)


@pytest.mark.parametrize(
    ("line", "reward", "reason"),
    [
        ("L0", "credit_5", RejectReason.UNKNOWN_LINE),
        ("L1108", "cauldron", RejectReason.UNKNOWN_OFFERING),
        ("L1110", "credit_5", RejectReason.NOT_ENOUGH_POINTS),
        ("L1112B", "credit_5", RejectReason.SECOND_CARD),
    ],
)
async def test_an_exchange_is_refused_for_a_reason(
    bss: EmbeddedBss, line: str, reward: str, reason: RejectReason
) -> None:
    assert await refusal(bss.redeem_points(line, reward, idempotency_key="k")) is reason


async def test_a_stopped_line_gets_credit_and_no_data(db: Database, bss: EmbeddedBss) -> None:
    db.write_now(
        lambda session: session.execute(
            update(LineRow).where(LineRow.id == "L1108").values(status="suspended_request")
        )
    )
    data = bss.redeem_points("L1108", "data_1g", idempotency_key="k1")
    assert await refusal(data) is RejectReason.LINE_NOT_ACTIVE
    await bss.redeem_points("L1108", "credit_5", idempotency_key="k2")


async def test_points_are_spent_once_when_asked_twice_at_a_time(bss: EmbeddedBss) -> None:
    outcomes = await asyncio.gather(
        *(bss.redeem_points("L1109", "credit_10", idempotency_key=f"k{n}") for n in range(3)),
        return_exceptions=True,
    )
    refused = [one for one in outcomes if isinstance(one, BssRejected)]
    assert [one.reason for one in refused] == [RejectReason.NOT_ENOUGH_POINTS] * 2
    assert (await bss.points("C1109")).points == 650


async def test_the_days_of_a_month_add_up_to_it(operator: EmbeddedBss) -> None:
    for line, month, days in (("L1102", "2026-10", 31), ("L1102", "2026-11", 23)):
        found = await operator.usage_days(line, month)
        assert [one.day.day for one in found] == list(range(1, days + 1))
        usage = await operator.usage(line, month)
        for kind, name in (
            (UsageKind.DATA, "data_mb"),
            (UsageKind.VOICE, "voice_minutes"),
            (UsageKind.SMS, "sms"),
        ):
            total = sum(b.used + b.over for b in usage if b.kind is kind and not b.roaming)
            assert sum(getattr(one, name) for one in found) == total
    assert await operator.usage_days("L1102", "2020-01") == ()
    assert await refusal(operator.usage_days("L0", "2026-10")) is RejectReason.UNKNOWN_LINE
