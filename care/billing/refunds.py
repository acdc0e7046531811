"""When a charge is given back at once: the operator's own rule, whose figures are in the rule pack (`small_refund`).

Small sums of value-added services are cheaper given back than looked into. Everything else is looked into by a person,
within the time in which a complaint must be answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from care.bss.months import first_day, last_day, month_of, months_between, shift_month
from care.duties import Duties, Unit

DUTY = "small_refund"


@dataclass(frozen=True, slots=True)
class RefundRule:
    """The figures of the rule."""

    limit: Decimal
    """The most that one charge may be, in yuan."""
    every: int
    """Months in which a customer gets one."""
    charged_within: int
    """How many months before the present one the charge may be."""


class Verdict(StrEnum):
    """What becomes of a disputed charge."""

    REFUND = "refund"
    NOTHING_CHARGED = "nothing_charged"
    """The line is free or a discount."""
    REFUNDED = "refunded"
    """It was given back before."""
    # A person looks into it, because
    OTHER_KIND = "other_kind"
    """it is no value-added service,"""
    TOO_LONG_AGO = "too_long_ago"
    """the charge is older than is given back at once,"""
    TOO_MUCH = "too_much"
    """it is above the limit,"""
    REFUNDED_LATELY = "refunded_lately"
    """or another one was given back not long ago."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A charge that the customer disputes."""

    line_id: str
    month: str
    item_id: str
    amount: Decimal
    value_added: bool


@dataclass(frozen=True, slots=True)
class Earlier:
    """Something that was given back to the customer before."""

    line_id: str
    month: str
    item_id: str
    on: date


def rule_of(duties: Duties) -> RefundRule:
    """The rule as the pack has it. Raises `DutyError`."""
    return RefundRule(
        limit=duties.number(DUTY, Unit.YUAN, "limit"),
        every=int(duties.number(DUTY, Unit.MONTHS, "every")),
        charged_within=int(duties.number(DUTY, Unit.MONTHS, "charged_within")),
    )


def judge(rule: RefundRule, claim: Claim, earlier: Sequence[Earlier], today: date) -> Verdict:
    """What becomes of a claim, given all that was given back to the same customer before."""
    same = (claim.line_id, claim.month, claim.item_id)
    if any((one.line_id, one.month, one.item_id) == same for one in earlier):
        return Verdict.REFUNDED
    if claim.amount <= 0:
        return Verdict.NOTHING_CHARGED
    if not claim.value_added:
        return Verdict.OTHER_KIND
    if not 0 <= months_between(claim.month, month_of(today)) <= rule.charged_within:
        return Verdict.TOO_LONG_AGO
    if claim.amount > rule.limit:
        return Verdict.TOO_MUCH
    since = none_since(rule, today)
    if any(one.on >= since for one in earlier):
        return Verdict.REFUNDED_LATELY
    return Verdict.REFUND


def none_since(rule: RefundRule, today: date) -> date:
    """The first day of the months before `today` in which nothing else may have been given back."""
    month = shift_month(month_of(today), -rule.every)
    day = min(today.day, last_day(month).day)
    return first_day(month).replace(day=day)
