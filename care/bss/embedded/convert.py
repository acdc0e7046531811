"""Rows about customers, money, network and orders to the protocol's values."""

from datetime import date

from care.bss.embedded.tables import (
    BillItemRow,
    BillRow,
    BroadbandRow,
    ContractRow,
    CustomerRow,
    OrderRow,
    OutageRow,
    PaymentRow,
    SubscriptionRow,
    UsageRow,
)
from care.bss.protocol import (
    Bill,
    BillItem,
    BillState,
    BroadbandAccess,
    ChargeKind,
    Contract,
    Customer,
    CustomerKind,
    CustomerLevel,
    OfferingKind,
    OrderAction,
    OrderReceipt,
    OrderState,
    Outage,
    OutageState,
    Payment,
    PaymentMethod,
    PaymentState,
    Service,
    Subscription,
    SubscriptionState,
    UsageBucket,
    UsageKind,
)


def customer(row: CustomerRow) -> Customer:
    """A contract holder."""
    return Customer(
        id=row.id,
        name=row.name,
        kind=CustomerKind(row.kind),
        level=CustomerLevel(row.level),
        birth_date=row.birth_date,
        address=row.address,
        area_id=row.area_id,
        since=row.since,
    )


def subscription(row: SubscriptionRow, name: str, today: date) -> Subscription:
    """A held product with its state of `today`."""
    if row.end is not None and row.end < today:
        state = SubscriptionState.ENDED
    elif row.start > today:
        state = SubscriptionState.PENDING
    else:
        state = SubscriptionState.ACTIVE
    return Subscription(
        id=row.id,
        line_id=row.line_id,
        kind=OfferingKind(row.kind),
        offering_id=row.offering_id,
        name=name,
        state=state,
        start=row.start,
        end=row.end,
    )


def contract(row: ContractRow) -> Contract:
    """A term."""
    return Contract(
        id=row.id,
        line_id=row.line_id,
        name=row.name,
        start=row.start,
        end=row.end,
        benefit=row.benefit,
        minimum_monthly_fee=row.minimum_monthly_fee,
        early_exit_fee=row.early_exit_fee,
    )


def bill(row: BillRow, items: list[BillItemRow]) -> Bill:
    """A bill with its lines in order."""
    return Bill(
        id=row.id,
        line_id=row.line_id,
        month=row.month,
        state=BillState(row.state),
        items=tuple(
            BillItem(
                charge_item_id=item.charge_item_id,
                name=item.name,
                kind=ChargeKind(item.kind),
                amount=item.amount,
                quantity=item.quantity,
                unit=item.unit,
                offering_id=item.offering_id,
            )
            for item in items
        ),
        total=row.total,
        paid=row.paid,
        issued_on=row.issued_on,
        due_on=row.due_on,
    )


def usage(row: UsageRow) -> UsageBucket:
    """An allowance of a month."""
    return UsageBucket(
        line_id=row.line_id,
        month=row.month,
        kind=UsageKind(row.kind),
        offering_id=row.offering_id,
        name=row.name,
        total=row.total,
        used=row.used,
        over=row.over,
        valid_until=row.valid_until,
        roaming=row.roaming,
    )


def payment(row: PaymentRow) -> Payment:
    """A payment."""
    return Payment(
        id=row.id,
        line_id=row.line_id,
        amount=row.amount,
        method=PaymentMethod(row.method),
        state=PaymentState(row.state),
        paid_at=row.paid_at,
    )


def broadband(row: BroadbandRow) -> BroadbandAccess:
    """A broadband access."""
    return BroadbandAccess(
        id=row.id,
        customer_id=row.customer_id,
        line_id=row.line_id,
        account=row.account,
        address=row.address,
        area_id=row.area_id,
        mbps=row.mbps,
        ont_id=row.ont_id,
        olt_id=row.olt_id,
        iptv=row.iptv,
        standalone_fee=row.standalone_fee,
        since=row.since,
    )


def outage(row: OutageRow, area_ids: list[str]) -> Outage:
    """An outage."""
    return Outage(
        id=row.id,
        area_ids=tuple(area_ids),
        services=tuple(Service(service) for service in row.services),
        state=OutageState(row.state),
        cause=row.cause,
        started_at=row.started_at,
        expected_at=row.expected_at,
        ended_at=row.ended_at,
    )


def receipt(row: OrderRow, today: date) -> OrderReceipt:
    """An order with its state of `today`."""
    if row.cancelled_at is not None:
        state = OrderState.CANCELLED
    elif row.awaits_work or row.effective > today:
        state = OrderState.ACCEPTED
    else:
        state = OrderState.COMPLETED
    return OrderReceipt(
        order_id=row.id,
        line_id=row.line_id,
        action=OrderAction(row.action),
        offering_id=row.offering_id,
        replaces_id=row.replaces_id,
        state=state,
        effective=row.effective,
        placed_at=row.placed_at,
    )
