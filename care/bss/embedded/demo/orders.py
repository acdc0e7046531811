"""The orders by which a demo line came to what it holds, as far as they are not long ago."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from care.bss.embedded.demo.holdings import HISTORY_MONTHS
from care.bss.months import first_day, month_of, shift_month
from care.bss.protocol import OfferingKind, OrderAction

_SETTLED = timedelta(days=3)
"""What is younger has no order: it could still be taken back, and nothing says what it was charged."""

_PLACED_AT = time(10, 20)


def past_orders(
    subscriptions: list[dict[str, Any]], today: date, zone: ZoneInfo
) -> list[dict[str, Any]]:
    """Rows for the add-ons and plans that began within the demo's months, the oldest first."""
    oldest = first_day(shift_month(month_of(today), -HISTORY_MONTHS))
    begun = [
        row
        for row in sorted(subscriptions, key=lambda row: (row["start"], row["id"]))
        if oldest <= row["start"] <= today - _SETTLED
    ]
    plans = sorted(
        (row for row in subscriptions if row["kind"] == OfferingKind.PLAN),
        key=lambda row: row["start"],
    )
    return [
        _order(number, row, _before(plans, row), zone)
        for number, row in enumerate(begun, start=1)
        if row["kind"] == OfferingKind.ADDON or _before(plans, row) is not None
    ]


def _before(plans: list[dict[str, Any]], row: dict[str, Any]) -> dict[str, Any] | None:
    """The plan that this one took the place of."""
    earlier = [plan for plan in plans if plan["start"] < row["start"]]
    return earlier[-1] if row["kind"] == OfferingKind.PLAN and earlier else None


def _order(
    number: int, row: dict[str, Any], before: dict[str, Any] | None, zone: ZoneInfo
) -> dict[str, Any]:
    is_plan = before is not None
    # A plan was ordered some days before the first of the month on which it began.
    day = row["start"] - timedelta(days=6) if is_plan else row["start"]
    action = OrderAction.CHANGE_PLAN if is_plan else OrderAction.SUBSCRIBE_ADDON
    order_id = f"{row['line_id']}-O{number}"
    return {
        "id": order_id,
        "idempotency_key": f"demo:{order_id}",
        "line_id": row["line_id"],
        "number": number,
        "action": str(action),
        "offering_id": row["offering_id"],
        "replaces_id": before["offering_id"] if before is not None else None,
        "effective": row["start"],
        "placed_at": datetime.combine(day, _PLACED_AT, zone),
        "subscription_id": row["id"],
        "ended_subscription_id": before["id"] if before is not None else None,
        "undoes_id": None,
        "cancelled_at": None,
    }
