"""The operator's own systems as the product sees them: one protocol, typed values.

`Bss` is put together from one small protocol per topic; a new topic (roaming, invoices, …)
is a new module in `care/bss/model/`, a new topic protocol here, and its implementation.
The names and shapes follow the TM Forum Open APIs:

=========  ==========================  =====================
protocol   answers                     TM Forum
=========  ==========================  =====================
Customers  who, which lines, contract  TMF629, TMF637, TMF651
Catalogue  plans, add-ons, bill lines  TMF620
Billing    bills, usage, money         TMF678, TMF635, TMF654, TMF676, TMF658
Loyalty    what points are good for    TMF658
Ordering   change, subscribe, cancel   TMF622
Network    areas, outages, line tests  TMF656, TMF639, TMF653, TMF673
Stores     shops                       TMF674
=========  ==========================  =====================

Every method may raise `BssUnavailable`. A look-up by a key that names nothing returns None;
a method that needs an existing customer, line or access raises `BssRejected` with
`UNKNOWN_CUSTOMER`, `UNKNOWN_LINE` or `UNKNOWN_BROADBAND`. Months are `YYYY-MM`, money is
`Decimal` in yuan with two decimals, times are aware and in UTC. Whether the asking person
may see the data is decided before calling: nothing here checks identity.
"""

from datetime import date
from typing import Protocol

from care.bss.errors import BssRejected, BssUnavailable, RejectReason
from care.bss.model.billing import (
    Balance,
    Bill,
    BillItem,
    BillState,
    Payment,
    PaymentMethod,
    PaymentState,
    Refund,
    UsageBucket,
    UsageDay,
    UsageKind,
)
from care.bss.model.catalogue import (
    Addon,
    AddonKind,
    ChargeItem,
    ChargeKind,
    OfferingKind,
    Plan,
    PlanSegment,
    Start,
    Tariff,
)
from care.bss.model.customers import (
    SENIOR_AGE,
    Contract,
    Customer,
    CustomerKind,
    CustomerLevel,
    Line,
    LineStatus,
    PointsAccount,
    SimKind,
    Subscription,
    SubscriptionState,
)
from care.bss.model.loyalty import Exchange, Reward, RewardKind
from care.bss.model.network import (
    Area,
    AreaKind,
    BroadbandAccess,
    LineTest,
    LineVerdict,
    Outage,
    OutageState,
    Service,
)
from care.bss.model.orders import OrderAction, OrderReceipt, OrderState
from care.bss.model.stores import OpeningHours, Store

__all__ = [
    "SENIOR_AGE",
    "Addon",
    "AddonKind",
    "Area",
    "AreaKind",
    "Balance",
    "Bill",
    "BillItem",
    "BillState",
    "Billing",
    "BroadbandAccess",
    "Bss",
    "BssRejected",
    "BssUnavailable",
    "Catalogue",
    "ChargeItem",
    "ChargeKind",
    "Contract",
    "Customer",
    "CustomerKind",
    "CustomerLevel",
    "Customers",
    "Exchange",
    "Line",
    "LineStatus",
    "LineTest",
    "LineVerdict",
    "Loyalty",
    "Network",
    "OfferingKind",
    "OpeningHours",
    "OrderAction",
    "OrderReceipt",
    "OrderState",
    "Ordering",
    "Outage",
    "OutageState",
    "Payment",
    "PaymentMethod",
    "PaymentState",
    "Plan",
    "PlanSegment",
    "PointsAccount",
    "Refund",
    "RejectReason",
    "Reward",
    "RewardKind",
    "Service",
    "SimKind",
    "Start",
    "Store",
    "Stores",
    "Subscription",
    "SubscriptionState",
    "Tariff",
    "UsageBucket",
    "UsageDay",
    "UsageKind",
]


class Customers(Protocol):
    """Customers and what they hold (TMF629, TMF637, TMF651)."""

    async def customer(self, customer_id: str) -> Customer | None:
        """The customer with this id."""
        ...

    async def find_customer_by_phone(self, phone: str) -> Customer | None:
        """The holder of a line that is not closed."""
        ...

    async def lines(self, customer_id: str) -> tuple[Line, ...]:
        """The customer's lines that are not closed, main lines first."""
        ...

    async def line(self, phone: str) -> Line | None:
        """The line with this number that is not closed."""
        ...

    async def line_by_id(self, line_id: str) -> Line | None:
        """The line with this id, closed ones included."""
        ...

    async def subscriptions(self, line_id: str) -> tuple[Subscription, ...]:
        """Plans and add-ons active or pending today, the plan first. Raises BssRejected."""
        ...

    async def contracts(self, line_id: str) -> tuple[Contract, ...]:
        """Terms running today, the one that ends first in front. Raises BssRejected."""
        ...

    async def broadband_of(self, customer_id: str) -> tuple[BroadbandAccess, ...]:
        """The customer's broadband lines; empty without. Raises BssRejected."""
        ...


class Catalogue(Protocol):
    """What is sold (TMF620)."""

    async def plans(self) -> tuple[Plan, ...]:
        """All plans by monthly fee, those no longer sold included (see `Plan.on_sale`)."""
        ...

    async def plan(self, plan_id: str) -> Plan | None:
        """The plan with this id."""
        ...

    async def addons(self) -> tuple[Addon, ...]:
        """All add-ons, those no longer sold included."""
        ...

    async def addon(self, addon_id: str) -> Addon | None:
        """The add-on with this id."""
        ...

    async def charge_items(self) -> tuple[ChargeItem, ...]:
        """Every kind of bill line with its explanation."""
        ...


class Billing(Protocol):
    """Bills, usage and money (TMF678, TMF635, TMF654, TMF676, TMF658)."""

    async def bill(self, line_id: str, month: str) -> Bill | None:
        """The bill of one month; of the current month what was charged so far.

        None where the operator holds none for it. Raises BssRejected.
        """
        ...

    async def bills(self, line_id: str, months: int) -> tuple[Bill, ...]:
        """The last `months` issued bills, newest first; without the running month."""
        ...

    async def balance(self, line_id: str) -> Balance:
        """Money on the line's account. Raises BssRejected."""
        ...

    async def usage(self, line_id: str, month: str) -> tuple[UsageBucket, ...]:
        """Allowances of a month and what was used; empty where none is held."""
        ...

    async def payments(self, line_id: str, months: int) -> tuple[Payment, ...]:
        """Payments of the current and the `months` months before it, newest first."""
        ...

    async def points(self, customer_id: str) -> PointsAccount:
        """The customer's loyalty points. Raises BssRejected."""
        ...

    async def usage_days(self, line_id: str, month: str) -> tuple[UsageDay, ...]:
        """What was used at home on each day of a month that has passed; empty where none is held.

        Together as much as `usage` has for the month. Raises BssRejected.
        """
        ...

    async def refunds(self, customer_id: str) -> tuple[Refund, ...]:
        """Everything that was given back on the customer's lines, newest first."""
        ...

    async def refund_charge(
        self,
        line_id: str,
        month: str,
        charge_item_id: str,
        *,
        none_since: date | None = None,
        idempotency_key: str,
    ) -> Refund:
        """Give all of a kind of line on a month's bill back: it pays what is owed, the rest is credit.

        Once at most for a line, month and kind. With `none_since` it is refused when anything was
        given back to the customer on that day or later. A repeated key returns the first refund.
        Raises BssRejected: UNKNOWN_LINE, NO_SUCH_CHARGE, ALREADY_REFUNDED, REFUNDED_LATELY, KEY_REUSED.
        """
        ...


class Loyalty(Protocol):
    """What points are exchanged for (TMF658)."""

    async def rewards(self) -> tuple[Reward, ...]:
        """Every reward, the cheapest first."""
        ...

    async def redeem_points(
        self, line_id: str, reward_id: str, *, idempotency_key: str
    ) -> Exchange:
        """Exchange points of the line's customer for a reward of the line, those that expire first in front.

        A repeated key returns the first exchange. Raises BssRejected: UNKNOWN_LINE, UNKNOWN_OFFERING,
        LINE_NOT_ACTIVE, SECOND_CARD, NOT_ENOUGH_POINTS, KEY_REUSED.
        """
        ...


class Ordering(Protocol):
    """Orders (TMF622). A repeated `idempotency_key` returns the first receipt and does nothing.

    A key used again for another order is refused with `KEY_REUSED`. Consent is the caller's
    duty: no order may be placed without its proof.
    """

    async def check_plan_change(self, line_id: str, plan_id: str, effective: date) -> None:
        """Raise what `change_plan` would raise, and do nothing: asked before the offer is made."""
        ...

    async def change_plan(
        self, line_id: str, plan_id: str, effective: date, *, idempotency_key: str
    ) -> OrderReceipt:
        """Let the line change to another plan on the first day of a later month.

        Raises BssRejected: UNKNOWN_LINE, UNKNOWN_OFFERING, NOT_ON_SALE, SAME_PLAN,
        CHANGE_PENDING, CONTRACT_BOUND, NOT_ELIGIBLE, LINE_NOT_ACTIVE,
        IN_ARREARS, SECOND_CARD, BAD_DATE, KEY_REUSED.
        """
        ...

    async def subscribe_addon(
        self, line_id: str, addon_id: str, *, idempotency_key: str
    ) -> OrderReceipt:
        """Add an add-on from today or the next month on, as `Addon.starts` says.

        One that was cancelled and still runs is taken up again from the day after its end.
        Raises BssRejected: UNKNOWN_LINE, UNKNOWN_OFFERING, NOT_ON_SALE, LINE_NOT_ACTIVE,
        IN_ARREARS, SECOND_CARD, INCLUDED, ALREADY_SUBSCRIBED (recurring ones only), KEY_REUSED.
        """
        ...

    async def cancel_addon(
        self, line_id: str, addon_id: str, *, idempotency_key: str
    ) -> OrderReceipt:
        """Stop a recurring add-on at the end of the month.

        Raises BssRejected: UNKNOWN_LINE, UNKNOWN_OFFERING, NOT_SUBSCRIBED, KEY_REUSED.
        """
        ...

    async def undo_order(self, order_id: str, *, idempotency_key: str) -> OrderReceipt:
        """Take an order back that has not taken effect, or an unused add-on within 24 hours.

        An order that was taken back already, or on which a later one builds, is TOO_LATE.
        Raises BssRejected: UNKNOWN_ORDER, TOO_LATE, KEY_REUSED.
        """
        ...

    async def order(self, order_id: str) -> OrderReceipt | None:
        """The order with this id, with its state of today."""
        ...

    async def orders(self, line_id: str) -> tuple[OrderReceipt, ...]:
        """The line's orders, newest first, without undo orders. Raises BssRejected."""
        ...


class Network(Protocol):
    """Areas, outages and remote tests (TMF656, TMF639, TMF653, TMF673)."""

    async def areas(self) -> tuple[Area, ...]:
        """Every area that is served."""
        ...

    async def area(self, area_id: str) -> Area | None:
        """The area with this id."""
        ...

    async def area_of(self, address: str) -> Area | None:
        """The area an address lies in, found by the area's or a street's name in the text."""
        ...

    async def outages(self, area_id: str) -> tuple[Outage, ...]:
        """Outages of an area that are not over, the newest first."""
        ...

    async def outage(self, outage_id: str) -> Outage | None:
        """The outage with this id, ended ones included."""
        ...

    async def broadband(self, broadband_id: str) -> BroadbandAccess | None:
        """The access with this id."""
        ...

    async def test_line(self, broadband_id: str) -> LineTest:
        """Measure the access from the exchange. Raises BssRejected."""
        ...


class Stores(Protocol):
    """Shops (TMF674)."""

    async def stores(self) -> tuple[Store, ...]:
        """All shops."""
        ...


class Bss(Customers, Catalogue, Billing, Loyalty, Ordering, Network, Stores, Protocol):
    """All of the operator's systems. Implementations: `care.bss.embedded`."""
