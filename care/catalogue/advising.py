"""Advice for a line: its usage, the plans it may take, and what it pays beside them, put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from care.bss.errors import BssRejected, RejectReason
from care.bss.months import month_of, shift_month
from care.bss.protocol import Bss, Line, Plan
from care.catalogue.advice import Advice, MonthUse, advise, use_of
from care.catalogue.needs import Needs, suits
from care.catalogue.service import ExtraFees, extra_fees, plans_on_sale

MONTHS = 6
"""Billed months that the advice rests on, as far as the line has them."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What advice for a line rests on."""

    line: Line
    present: Plan
    allowed: tuple[Plan, ...]
    """The plans that the line may change to."""
    uses: tuple[MonthUse, ...]
    extras: ExtraFees


async def basis_of(bss: Bss, line_id: str, today: date) -> Basis:
    """Gather it; ``uses`` is empty for a line that has no billed month yet. Raises BssRejected."""
    line = await bss.line_by_id(line_id)
    if line is None:
        raise BssRejected(RejectReason.UNKNOWN_LINE)
    plans = {plan.id: plan for plan in await bss.plans()}
    if line.plan_id not in plans:
        raise BssRejected(RejectReason.UNKNOWN_OFFERING)
    uses = []
    for ago in range(MONTHS, 0, -1):
        month = shift_month(month_of(today), -ago)
        use = use_of(month, await bss.usage(line_id, month), plans)
        if use is not None:
            uses.append(use)
    return Basis(
        line,
        plans[line.plan_id],
        await plans_on_sale(bss, line_id, today),
        tuple(uses),
        await extra_fees(bss, line),
    )


def advice_for(basis: Basis, needs: Needs) -> Advice | None:
    """The plans that suit, compared by what the line has used; None where no other plan suits.

    An amount of data that was named counts in place of what was used. Raises ``ValueError`` without usage.
    """
    if not basis.uses:
        raise ValueError("there is no usage to go by")
    fitting = [plan for plan in basis.allowed if suits(plan, needs, basis.present)]
    if not fitting:
        return None
    advice = advise(basis.present, fitting, _as_said(basis.uses, needs), basis.extras.with_plan)
    if advice.stays and not suits(basis.present, needs, basis.present):
        return advise_without_present(basis, fitting, needs)
    return advice


def advise_without_present(basis: Basis, fitting: Sequence[Plan], needs: Needs) -> Advice:
    """The best of the plans that have what was wished, though the present one would be cheaper."""
    whole = advise(basis.present, fitting, _as_said(basis.uses, needs), basis.extras.with_plan)
    best, *others = (cost for cost in whole.ranked if cost is not whole.present)
    return Advice(whole.present, best, tuple(others[:2]), whole.ranked)


def _as_said(uses: Sequence[MonthUse], needs: Needs) -> list[MonthUse]:
    if needs.data_mb is None:
        return list(uses)
    return [MonthUse(use.month, needs.data_mb, use.voice_minutes, use.sms) for use in uses]
