"""Look-up in the catalogue and the offer for a change of plan."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from care.bss.errors import BssRejected, RejectReason
from care.bss.months import first_day, month_of, shift_month
from care.bss.protocol import Addon, Bss, Contract, Line, OfferingKind, Plan
from care.catalogue.comparison import PlanComparison, compare


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """Everything that the offer of a change of plan must name before the customer confirms."""

    line: Line
    comparison: PlanComparison
    effective: date
    """First day of the new plan: the first of the next month."""
    broadband_fee: Decimal
    """Yuan a month that the home broadband will cost because the new plan has none; else 0."""
    extra_card_fee: Decimal
    """Yuan a month for second cards beyond those the new plan includes, above today's; else 0."""
    contract: Contract | None
    """The running contract that ends last: it goes on with the new plan."""
    now_included: tuple[Addon, ...]
    """Add-ons the customer pays for today and that the new plan includes."""

    @property
    def old(self) -> Plan:
        """The plan in force."""
        return self.comparison.old

    @property
    def new(self) -> Plan:
        """The plan offered."""
        return self.comparison.new

    @property
    def monthly_difference(self) -> Decimal:
        """Yuan a month more (less when negative), with what broadband and cards will cost."""
        return self.comparison.fee_difference + self.broadband_fee + self.extra_card_fee


async def find_plan(bss: Bss, wanted: str) -> Plan | None:
    """The plan with this id, name or nickname; None where none or several fit."""
    return _find(await bss.plans(), wanted)


async def find_addon(bss: Bss, wanted: str) -> Addon | None:
    """The add-on with this id, name or nickname; None where none or several fit."""
    return _find(await bss.addons(), wanted)


async def plans_on_sale(bss: Bss, line_id: str, today: date) -> tuple[Plan, ...]:
    """The plans that the line may change to next month, by monthly fee."""
    allowed = []
    for plan in await bss.plans():
        try:
            await check_plan(bss, line_id, plan.id, today)
        except BssRejected as rejected:
            if rejected.reason is RejectReason.UNKNOWN_LINE:
                raise
        else:
            allowed.append(plan)
    return tuple(allowed)


async def check_plan(bss: Bss, line_id: str, plan_id: str, today: date) -> None:
    """Raise BssRejected unless the line may change to the plan from next month on."""
    await bss.check_plan_change(line_id, plan_id, next_month(today))


async def compare_plans(bss: Bss, old_id: str, new_id: str) -> PlanComparison:
    """Two plans side by side. Raises BssRejected(UNKNOWN_OFFERING)."""
    old, new = await bss.plan(old_id), await bss.plan(new_id)
    if old is None or new is None:
        raise BssRejected(RejectReason.UNKNOWN_OFFERING)
    return compare(old, new)


async def plan_offer(bss: Bss, line_id: str, plan_id: str, today: date) -> PlanOffer:
    """What changing the line to another plan from the next month on means.

    Raises BssRejected as `Bss.change_plan` would, so that nothing is offered that is then refused.
    """
    await check_plan(bss, line_id, plan_id, today)
    line = await bss.line_by_id(line_id)
    if line is None:
        raise BssRejected(RejectReason.UNKNOWN_LINE)
    comparison = await compare_plans(bss, line.plan_id, plan_id)
    old, new = comparison.old, comparison.new
    broadband_fee = extra_card_fee = Decimal("0.00")
    if old.broadband_mbps is not None and new.broadband_mbps is None:
        accesses = await bss.broadband_of(line.customer_id)
        fees = (access.standalone_fee for access in accesses if access.line_id == line_id)
        broadband_fee = sum(fees, broadband_fee)
    cards = [
        other for other in await bss.lines(line.customer_id) if other.primary_line_id == line_id
    ]
    extra_card_fee = max(extra_card_fee, _card_fee(new, len(cards)) - _card_fee(old, len(cards)))
    contracts = await bss.contracts(line_id)
    return PlanOffer(
        line=line,
        comparison=comparison,
        effective=next_month(today),
        broadband_fee=broadband_fee,
        extra_card_fee=extra_card_fee,
        contract=contracts[-1] if contracts else None,
        now_included=await _now_included(bss, line_id, new),
    )


def next_month(today: date) -> date:
    """The first day of the month after `today`'s."""
    return first_day(shift_month(month_of(today), 1))


async def _now_included(bss: Bss, line_id: str, plan: Plan) -> tuple[Addon, ...]:
    held = {
        entry.offering_id
        for entry in await bss.subscriptions(line_id)
        if entry.kind is OfferingKind.ADDON and entry.end is None
    }
    return tuple(
        addon for addon in await bss.addons() if addon.id in held and plan.id in addon.included_with
    )


def _card_fee(plan: Plan, cards: int) -> Decimal:
    return plan.extra_card_fee * max(0, cards - plan.extra_cards)


def _find[T: (Plan, Addon)](offerings: tuple[T, ...], wanted: str) -> T | None:
    key = _plain(wanted)
    for offering in offerings:
        if key in (_plain(offering.id), _plain(offering.name)):
            return offering
    found = [o for o in offerings if key in {_plain(nickname) for nickname in o.nicknames}]
    return found[0] if len(found) == 1 else None


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()
