"""A disputed charge and what becomes of it, asked of the operator."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from care.billing.charges import Found, is_value_added
from care.billing.refunds import Claim, Earlier, RefundRule, Verdict, judge
from care.billing.service import paying_line
from care.bss.protocol import Bss, Refund
from care.clock import local_date


@dataclass(frozen=True, slots=True)
class Judged:
    """A charge with what becomes of it."""

    claim: Claim
    name: str
    """Of the charge, or of the whole bill."""
    verdict: Verdict
    refund: Refund | None
    """That was given for it before."""


WHOLE_BILL = "whole_bill"
"""In place of a kind of line: the customer disputes the bill as such."""


async def judge_charge(
    bss: Bss, rule: RefundRule, line_id: str, found: Found, today: date, zone: ZoneInfo
) -> Judged:
    """Judge a charge that was found on a bill. Raises BssRejected."""
    line = await paying_line(bss, line_id)
    refunds = await bss.refunds(line.customer_id)
    charge = found.charge
    claim = Claim(
        line_id=line.id,
        month=found.bill.month,
        item_id=charge.item_id if charge is not None else WHOLE_BILL,
        amount=charge.amount if charge is not None else found.bill.total,
        value_added=charge is not None and await is_value_added(bss, charge),
    )
    earlier = [
        Earlier(one.line_id, one.month, one.charge_item_id, local_date(one.at, zone))
        for one in refunds
    ]
    same = [one for one in refunds if _key(one) == (claim.line_id, claim.month, claim.item_id)]
    return Judged(
        claim=claim,
        name=charge.name if charge is not None else "",
        verdict=judge(rule, claim, earlier, today),
        refund=same[0] if same else None,
    )


def matter_of(claim: Claim) -> str:
    """The name under which the claim is one matter: it is looked into once."""
    return f"charge:{claim.line_id}:{claim.month}:{claim.item_id}"


def refunded_on_bill(refunds: tuple[Refund, ...], line_id: str, month: str) -> dict[str, Decimal]:
    """What was given back of a month's bill, in yuan by kind of line."""
    return {
        one.charge_item_id: one.amount
        for one in refunds
        if (one.line_id, one.month) == (line_id, month)
    }


def _key(refund: Refund) -> tuple[str, str, str]:
    return refund.line_id, refund.month, refund.charge_item_id
