from datetime import date

import pytest

from care.billing.errors import BadMonth, MonthNotYet, MonthTooOld, NoBill
from care.billing.service import (
    balance,
    check_month,
    monthly_bill,
    paying_line,
    payments,
    points,
    usage_summary,
)
from care.bss.embedded import EmbeddedBss
from care.bss.errors import BssRejected, RejectReason
from care.bss.protocol import BillState
from care.errors import CareError
from tests.bss.operator_fixtures import TODAY, Clock


@pytest.mark.parametrize("month", ["2026-11", "2026-10", "2026-05"])
def test_six_months_back_are_shown(month: str) -> None:
    check_month(month, TODAY)


@pytest.mark.parametrize(
    ("month", "error"),
    [
        ("2026-12", MonthNotYet),
        ("2027-01", MonthNotYet),
        ("2026-04", MonthTooOld),
        ("2020-01", MonthTooOld),
        ("2026-13", BadMonth),
        ("八月", BadMonth),
        ("", BadMonth),
    ],
)
async def test_other_months_are_refused(
    operator: EmbeddedBss, month: str, error: type[CareError]
) -> None:
    with pytest.raises(error):
        check_month(month, TODAY)
    with pytest.raises(error):
        await monthly_bill(operator, "L1001", month, TODAY)
    if month:
        with pytest.raises(error):
            await usage_summary(operator, "L1001", TODAY, month)


def test_a_month_too_old_tells_the_oldest_that_is_shown() -> None:
    with pytest.raises(MonthTooOld) as refused:
        check_month("2025-01", TODAY)
    assert refused.value.data == {"month": "2025-01", "oldest": "2026-05"}


async def test_a_bill_is_that_of_the_month(operator: EmbeddedBss) -> None:
    bill = await monthly_bill(operator, "L1018", "2026-08", TODAY)
    assert (bill.line_id, bill.month) == ("L1018", "2026-08")
    running = await monthly_bill(operator, "L1018", "2026-11", TODAY)
    assert running.state is BillState.RUNNING


async def test_a_month_without_a_bill_is_said_to_have_none(operator: EmbeddedBss) -> None:
    with pytest.raises(NoBill) as missing:
        await monthly_bill(operator, "L1018", "2026-12", date(2026, 12, 3))
    assert missing.value.status == 404


async def test_a_second_card_is_answered_from_the_line_that_pays(operator: EmbeddedBss) -> None:
    assert (await paying_line(operator, "L1013B")).id == "L1013"
    assert (await paying_line(operator, "L1013")).id == "L1013"
    bill = await monthly_bill(operator, "L1013B", "2026-10", TODAY)
    assert bill == await monthly_bill(operator, "L1013", "2026-10", TODAY)
    assert (await balance(operator, "L1013B")).line_id == "L1013"
    assert await payments(operator, "L1013B") == await payments(operator, "L1013")
    assert (await usage_summary(operator, "L1013B", TODAY)).line_id == "L1013"


async def test_an_unknown_line_is_refused(operator: EmbeddedBss) -> None:
    with pytest.raises(BssRejected) as refused:
        await balance(operator, "L0")
    assert refused.value.reason is RejectReason.UNKNOWN_LINE


async def test_usage_adds_up_the_allowances_at_home(operator: EmbeddedBss) -> None:
    summary = await usage_summary(operator, "L1006", TODAY)
    assert summary.month == "2026-11"
    assert summary.data.total == 30 * 1024
    assert summary.data.left == summary.data.total - summary.data.used
    assert summary.voice.total == 200
    assert summary.sms.total == 0
    past = await usage_summary(operator, "L1006", TODAY, "2026-10")
    assert past.data.over > 0


async def test_what_is_good_abroad_only_is_not_left_at_home(operator: EmbeddedBss) -> None:
    with_pack = await usage_summary(operator, "L1008", TODAY, "2026-09")
    assert any(bucket.roaming for bucket in with_pack.buckets)
    at_home = sum(
        bucket.total for bucket in with_pack.buckets if bucket.kind == "data" and not bucket.roaming
    )
    assert with_pack.data.total == at_home


async def test_what_has_expired_is_not_left(bss: EmbeddedBss, clock: Clock) -> None:
    before = await usage_summary(bss, "L1003", TODAY)
    await bss.subscribe_addon("L1003", "data_day_1g", idempotency_key="k")
    bought = await usage_summary(bss, "L1003", TODAY)
    assert bought.data.left == before.data.left + 1024
    tomorrow = await usage_summary(bss, "L1003", date(2026, 11, 24))
    assert tomorrow.data.left == before.data.left
    assert tomorrow.data.total == before.data.total + 1024


async def test_payments_go_back_six_months_at_most(operator: EmbeddedBss) -> None:
    everything = await payments(operator, "L1001", 99)
    assert everything == await payments(operator, "L1001", 6)
    assert everything[-1].paid_at.date() >= date(2026, 4, 30)
    assert len(await payments(operator, "L1001", -1)) <= len(everything)


async def test_points_are_the_customers(operator: EmbeddedBss) -> None:
    assert (await points(operator, "C1001")).points == 12480
