"""The demo operator's terms for lines, the secrets of their cards, and what stops some of them."""

from datetime import date, timedelta
from typing import Any

from care.bss.embedded.demo.holdings import random_of
from care.bss.embedded.demo.specs import DemoFiles, LineSpec
from care.bss.embedded.holds import months_later
from care.bss.embedded.line_tables import LineHoldRow, LineTermsRow, SimCardRow
from care.bss.months import first_day, month_of, shift_month
from care.bss.protocol import HoldReason, LineStatus
from care.db import Base

KEPT_MONTHS = 12
"""For how long the demo's customers have had their numbers kept."""


def line_rows(files: DemoFiles, today: date, seed: int) -> dict[type[Base], list[dict[str, Any]]]:
    """The rows by table."""
    terms = files.line_terms
    lines = [line for customer in files.customers for line in customer.lines]
    return {
        LineTermsRow: [
            {
                "id": 1,
                "keep_fee": files.operator.suspend_fee,
                "keep_least_months": terms.keep_least_months,
                "keep_most_months": terms.keep_most_months,
                "keep_days_ahead": terms.keep_days_ahead,
                "card_fees": {
                    str(reason): int(fee * 100) for reason, fee in terms.card_fees.items()
                },
                "courier_days": terms.courier_days,
                "blocked_numbers": terms.blocked_numbers,
            }
        ],
        SimCardRow: [
            {
                "line_id": line.id,
                "puk": f"{random_of(seed, line.id, 'puk').randrange(10**8):08d}",
            }
            for line in lines
        ],
        LineHoldRow: [row for line in lines if (row := _hold(line, today)) is not None],
    }


def _hold(line: LineSpec, today: date) -> dict[str, Any] | None:
    if line.status is LineStatus.SUSPENDED_REQUEST:
        start = first_day(shift_month(month_of(today), -line.suspended))
        reason, until = HoldReason.REQUEST, months_later(start, KEPT_MONTHS)
    elif line.status is LineStatus.BLOCKED_LOST:
        start, until = today - timedelta(days=line.blocked), None
        reason = HoldReason.LOST
    else:
        return None
    return {
        "id": f"{line.id}-H1",
        "line_id": line.id,
        "reason": str(reason),
        "start": start,
        "until": until,
        "before": str(LineStatus.ACTIVE),
        "paused": [],
        "began": True,
        "lifted_at": None,
    }
