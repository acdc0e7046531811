"""Who may order what, and what an order changes in the tables."""

from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from care.bss.embedded import convert
from care.bss.embedded.base import held, pending_plan, plan_in_force
from care.bss.embedded.tables import (
    AccountRow,
    AddonRow,
    BillItemRow,
    BillRow,
    ChargeItemRow,
    ContractRow,
    CustomerRow,
    LineRow,
    OrderRow,
    PlanRow,
    SubscriptionRow,
    UsageRow,
)
from care.bss.errors import BssRejected, RejectReason
from care.bss.months import first_day, last_day, month_of, shift_month
from care.bss.protocol import (
    AddonKind,
    BillState,
    CustomerKind,
    LineStatus,
    OfferingKind,
    OrderAction,
    PlanSegment,
    Start,
    UsageKind,
)
from care.db import new_id

UNDO_TIME = timedelta(hours=24)
"""How long an unused add-on that began at once may be taken back."""

FURTHEST_CHANGE = 6
"""Months ahead for which a change of plan may be ordered."""

FURTHEST_START = timedelta(days=90)
"""How far ahead a pack for some days may begin."""


def check_line(session: Session, line: LineRow) -> None:
    """Raise BssRejected unless the line may order anything."""
    if line.status != LineStatus.ACTIVE:
        raise BssRejected(RejectReason.LINE_NOT_ACTIVE)
    if line.primary_line_id is not None:
        raise BssRejected(RejectReason.SECOND_CARD)
    account = session.get(AccountRow, line.id)
    if account is not None and account.arrears > 0:
        raise BssRejected(RejectReason.IN_ARREARS)


def check_plan_change(
    session: Session, line: LineRow, plan_id: str, effective: date, today: date
) -> None:
    """Raise BssRejected unless the line may change to the plan on `effective`."""
    plan = session.get(PlanRow, plan_id)
    if plan is None:
        raise BssRejected(RejectReason.UNKNOWN_OFFERING)
    if not plan.on_sale:
        raise BssRejected(RejectReason.NOT_ON_SALE)
    check_line(session, line)
    if plan_in_force(session, line, today).offering_id == plan_id:
        raise BssRejected(RejectReason.SAME_PLAN)
    if pending_plan(session, line, today) is not None:
        raise BssRejected(RejectReason.CHANGE_PENDING)
    latest = first_day(shift_month(month_of(today), FURTHEST_CHANGE))
    if effective.day != 1 or not today < effective <= latest:
        raise BssRejected(RejectReason.BAD_DATE)
    _check_eligible(session, line, plan, effective)
    bound_until = session.scalars(
        select(func.max(ContractRow.end))
        .where(ContractRow.line_id == line.id, ContractRow.end >= effective)
        .where(ContractRow.minimum_monthly_fee > plan.monthly_fee)
    ).one()
    if bound_until is not None:
        raise BssRejected(RejectReason.CONTRACT_BOUND, until=bound_until.isoformat())


def _check_eligible(session: Session, line: LineRow, plan: PlanRow, day: date) -> None:
    row = session.get_one(CustomerRow, line.customer_id)
    if plan.segment == PlanSegment.ENTERPRISE and row.kind != CustomerKind.ENTERPRISE:
        raise BssRejected(RejectReason.NOT_ELIGIBLE)
    age = convert.customer(row).age(day)
    too_young = plan.min_age is not None and (age is None or age < plan.min_age)
    too_old = plan.max_age is not None and (age is None or age > plan.max_age)
    if too_young or too_old:
        raise BssRejected(RejectReason.NOT_ELIGIBLE)


def begin(
    session: Session,
    line: LineRow,
    kind: OfferingKind,
    offering_id: str,
    start: date,
    end: date | None,
) -> SubscriptionRow:
    """Have the line hold an offering from `start` to `end` (the last day, None runs on)."""
    row = SubscriptionRow(
        id=new_id(), line_id=line.id, kind=kind, offering_id=offering_id, start=start, end=end
    )
    session.add(row)
    return row


def check_subscription(
    session: Session, line: LineRow, addon_id: str, wanted: date | None, today: date
) -> tuple[AddonRow, date]:
    """The add-on and its first day (`wanted`, where the customer chose one); raises BssRejected."""
    addon = session.get(AddonRow, addon_id)
    if addon is None:
        raise BssRejected(RejectReason.UNKNOWN_OFFERING)
    if not addon.on_sale:
        raise BssRejected(RejectReason.NOT_ON_SALE)
    check_line(session, line)
    if plan_in_force(session, line, today).offering_id in addon.included_with:
        raise BssRejected(RejectReason.INCLUDED)
    if wanted is None or wanted == today:
        return addon, addon_start(session, line, addon, today)
    if addon.recurring or addon.valid_days is None:
        raise BssRejected(RejectReason.BAD_DATE)
    if not today < wanted <= today + FURTHEST_START:
        raise BssRejected(RejectReason.BAD_DATE)
    return addon, wanted


def cancellable(
    session: Session, line: LineRow, addon_id: str, today: date
) -> tuple[SubscriptionRow, date]:
    """The running subscription of a recurring add-on and its last day once cancelled; raises BssRejected."""
    if session.get(AddonRow, addon_id) is None:
        raise BssRejected(RejectReason.UNKNOWN_OFFERING)
    for row in held(session, line.id, today):
        if row.kind == OfferingKind.ADDON and row.offering_id == addon_id and not row.end:
            return row, max(last_day(month_of(today)), row.start - timedelta(days=1))
    raise BssRejected(RejectReason.NOT_SUBSCRIBED)


def addon_start(session: Session, line: LineRow, addon: AddonRow, today: date) -> date:
    """The first day of an add-on ordered today. Raises BssRejected when it is held already."""
    start = today
    if addon.starts == Start.NEXT_MONTH:
        start = first_day(shift_month(month_of(today), 1))
    if not addon.recurring:
        return start
    for row in held(session, line.id, today):
        if row.kind != OfferingKind.ADDON or row.offering_id != addon.id:
            continue
        if row.end is None:
            raise BssRejected(RejectReason.ALREADY_SUBSCRIBED)
        start = max(start, row.end + timedelta(days=1))
    return start


def addon_end(addon: AddonRow, start: date) -> date | None:
    """The last day of an add-on that begins on `start`; None for recurring ones."""
    if addon.recurring:
        return None
    if addon.valid_days is None:
        return last_day(month_of(start))
    return start + timedelta(days=addon.valid_days - 1)


def charge_now(
    session: Session, line: LineRow, addon: AddonRow, order_id: str, today: date
) -> None:
    """Put an add-on that begins today on the running bill and its allowance beside the others."""
    month = month_of(today)
    bill = session.scalars(
        select(BillRow)
        .where(BillRow.line_id == line.id, BillRow.month == month)
        .where(BillRow.state == BillState.RUNNING)
    ).one_or_none()
    if bill is not None:
        item = session.get_one(ChargeItemRow, addon.charge_item_id)
        last = session.scalars(
            select(func.max(BillItemRow.position)).where(BillItemRow.bill_id == bill.id)
        ).one()
        session.add(
            BillItemRow(
                bill_id=bill.id,
                position=(last or 0) + 1,
                charge_item_id=item.id,
                name=item.name,
                kind=item.kind,
                amount=addon.price,
                offering_id=addon.id,
                order_id=order_id,
            )
        )
        bill.total += addon.price
    for kind, total in ((UsageKind.DATA, addon.data_mb), (UsageKind.VOICE, addon.voice_minutes)):
        if total:
            session.add(
                UsageRow(
                    id=new_id(),
                    line_id=line.id,
                    month=month,
                    position=0,
                    kind=kind,
                    offering_id=addon.id,
                    name=addon.name,
                    total=total,
                    used=0,
                    over=0,
                    valid_until=addon_end(addon, today) or last_day(month),
                    roaming=addon.kind == AddonKind.ROAMING,
                    order_id=order_id,
                )
            )


def check_undo(session: Session, order: OrderRow, now: datetime, today: date) -> None:
    """Raise BssRejected unless an order can be taken back at `now`."""
    if order.cancelled_at is not None or not may_undo(session, order, now, today):
        raise BssRejected(RejectReason.TOO_LATE)


def may_undo(session: Session, order: OrderRow, now: datetime, today: date) -> bool:
    """Whether an order can be taken back at `now`."""
    if _superseded(session, order):
        return False
    if order.awaits_work or order.effective > today:
        return True
    if order.action != OrderAction.SUBSCRIBE_ADDON or now - order.placed_at > UNDO_TIME:
        return False
    used = session.scalars(
        select(func.coalesce(func.sum(UsageRow.used), 0)).where(UsageRow.order_id == order.id)
    ).one()
    return used == 0


def _superseded(session: Session, order: OrderRow) -> bool:
    """Whether a later order builds on this one: those are taken back first."""
    later = (
        select(OrderRow.id)
        .where(OrderRow.line_id == order.line_id, OrderRow.number > order.number)
        .where(OrderRow.cancelled_at.is_(None), OrderRow.action != OrderAction.UNDO)
    )
    if order.action == OrderAction.CHANGE_PLAN:
        later = later.where(OrderRow.action == OrderAction.CHANGE_PLAN)
    else:
        later = later.where(OrderRow.offering_id == order.offering_id)
    return session.scalars(later.limit(1)).first() is not None


def take_back(session: Session, order: OrderRow) -> None:
    """Undo what an order changed: subscriptions, charges, allowances."""
    if order.subscription_id is not None:
        new = session.get_one(SubscriptionRow, order.subscription_id)
        new.end = new.start - timedelta(days=1)
    if order.ended_subscription_id is not None:
        session.get_one(SubscriptionRow, order.ended_subscription_id).end = None
    items = session.scalars(select(BillItemRow).where(BillItemRow.order_id == order.id)).all()
    for item in items:
        session.get_one(BillRow, item.bill_id).total -= item.amount
        session.delete(item)
    session.execute(delete(UsageRow).where(UsageRow.order_id == order.id))
