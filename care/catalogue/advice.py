"""What each plan would have cost a line, from what the line has used: pure functions of plans, tariffs and usage.

Rules of the calculation, which customers are told in short: the months are those that were billed; what add-on packs
covered stays covered, and their price, discounts and instalments stay as they are, so they are in none of the sums;
data left over rolls over where the plan lets it, beginning with none; the home's broadband and the second cards are
counted where a plan has none for them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from care.bss.embedded.rating import FEN, data_charge, sms_charge, voice_charge
from care.bss.months import shift_month
from care.bss.protocol import Plan, UsageBucket, UsageKind

NOTHING = Decimal("0.00")

ALTERNATIVES = 2
"""Plans that are named beside the best one."""


@dataclass(frozen=True, slots=True)
class MonthUse:
    """What a line used in a month at home, beyond what packs covered: MB, minutes, messages."""

    month: str
    data_mb: int
    voice_minutes: int
    sms: int


@dataclass(frozen=True, slots=True)
class PlanCost:
    """What a plan would have cost in some months, in yuan."""

    plan: Plan
    months: int
    fees: Decimal
    """Monthly fees, with broadband and second cards."""
    overage: Decimal
    """Usage beyond the allowance."""

    @property
    def total(self) -> Decimal:
        """Of all months."""
        return self.fees + self.overage

    @property
    def monthly(self) -> Decimal:
        """The average of a month, rounded half up to the fen."""
        return (self.total / self.months).quantize(FEN)

    @property
    def monthly_overage(self) -> Decimal:
        """The average overage of a month."""
        return (self.overage / self.months).quantize(FEN)


@dataclass(frozen=True, slots=True)
class Advice:
    """The plans compared: the present one, the best one, and the next best."""

    present: PlanCost
    best: PlanCost
    others: tuple[PlanCost, ...]
    ranked: tuple[PlanCost, ...]
    """All that were compared, the cheapest first, with the present one."""

    @property
    def stays(self) -> bool:
        """Whether the present plan is the best one."""
        return self.best.plan.id == self.present.plan.id


def use_of(month: str, buckets: Iterable[UsageBucket], plan_ids: Iterable[str]) -> MonthUse | None:
    """A month's use of the plan's own allowance and beyond; None where the line held no plan's allowance."""
    plans = set(plan_ids)
    own = [bucket for bucket in buckets if bucket.offering_id in plans and not bucket.roaming]
    if not own:
        return None

    def used(kind: UsageKind) -> int:
        return sum(bucket.used + bucket.over for bucket in own if bucket.kind is kind)

    return MonthUse(month, used(UsageKind.DATA), used(UsageKind.VOICE), used(UsageKind.SMS))


def cost_of(plan: Plan, uses: Sequence[MonthUse], extra: Decimal = NOTHING) -> PlanCost:
    """What ``plan`` would have cost in these months (in order); ``extra`` is yuan a month beside the fee."""
    overage, left, last = NOTHING, 0, ""
    for use in uses:
        rolled_over = left if last and shift_month(last, 1) == use.month else 0
        needed = max(0, use.data_mb - rolled_over)
        overage += data_charge(plan.tariff, max(0, needed - plan.data_mb))
        overage += voice_charge(plan.tariff, max(0, use.voice_minutes - plan.voice_minutes))
        overage += sms_charge(plan.tariff, max(0, use.sms - plan.sms))
        left = max(0, plan.data_mb - needed) if plan.rollover else 0
        last = use.month
    return PlanCost(plan, len(uses), (plan.monthly_fee + extra) * len(uses), overage)


def advise(
    present: Plan,
    candidates: Iterable[Plan],
    uses: Sequence[MonthUse],
    extra: Callable[[Plan], Decimal] = lambda plan: NOTHING,
) -> Advice:
    """The best of the candidates and of the present plan, by what they would have cost; there must be a month.

    The present plan stays in front where another would have cost the same.
    """
    own = cost_of(present, uses, extra(present))
    rest = [cost_of(plan, uses, extra(plan)) for plan in candidates if plan.id != present.id]
    ranked = sorted(
        [own, *rest], key=lambda cost: (cost.total, cost is not own, cost.plan.monthly_fee)
    )
    best = ranked[0]
    others = [cost for cost in ranked if cost is not best and cost is not own]
    return Advice(own, best, tuple(others[:ALTERNATIVES]), tuple(ranked))
