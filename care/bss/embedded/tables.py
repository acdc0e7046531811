"""Tables of the embedded operator, all named `bss_…`. Months are `YYYY-MM` texts, money is fen."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from care.db.base import Base, Money, UtcDateTime

_KEY = String(64)


class PlanRow(Base):
    """A tariff plan."""

    __tablename__ = "bss_plan"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    nicknames: Mapped[list[Any]]
    segment: Mapped[str] = mapped_column(String(20))
    min_age: Mapped[int | None]
    max_age: Mapped[int | None]
    monthly_fee: Mapped[Decimal] = mapped_column(Money)
    data_mb: Mapped[int]
    voice_minutes: Mapped[int]
    sms: Mapped[int]
    data_per_gb: Mapped[Decimal] = mapped_column(Money)
    voice_per_minute: Mapped[Decimal] = mapped_column(Money)
    sms_each: Mapped[Decimal] = mapped_column(Money)
    data_cap: Mapped[Decimal | None] = mapped_column(Money)
    broadband_mbps: Mapped[int | None]
    extra_cards: Mapped[int]
    extra_card_fee: Mapped[Decimal] = mapped_column(Money)
    rollover: Mapped[bool]
    perks: Mapped[list[Any]]
    rules: Mapped[list[Any]]
    tariff_code: Mapped[str] = mapped_column(String(40))
    on_sale: Mapped[bool]


class AddonRow(Base):
    """An add-on."""

    __tablename__ = "bss_addon"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    nicknames: Mapped[list[Any]]
    kind: Mapped[str] = mapped_column(String(20))
    price: Mapped[Decimal] = mapped_column(Money)
    recurring: Mapped[bool]
    valid_days: Mapped[int | None]
    data_mb: Mapped[int]
    voice_minutes: Mapped[int]
    countries: Mapped[list[Any]]
    charge_item_id: Mapped[str] = mapped_column(ForeignKey("bss_charge_item.id"))
    starts: Mapped[str] = mapped_column(String(20))
    description: Mapped[str] = mapped_column(String(400))
    rules: Mapped[list[Any]]
    included_with: Mapped[list[Any]]
    tariff_code: Mapped[str] = mapped_column(String(40))
    on_sale: Mapped[bool]


class CountryRow(Base):
    """A country in which customers may roam, and the prices there without a pack."""

    __tablename__ = "bss_country"

    id: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    nicknames: Mapped[list[Any]]
    call_per_minute: Mapped[Decimal] = mapped_column(Money)
    receive_per_minute: Mapped[Decimal] = mapped_column(Money)
    sms_each: Mapped[Decimal] = mapped_column(Money)
    data_per_mb: Mapped[Decimal] = mapped_column(Money)


class ChargeItemRow(Base):
    """A kind of bill line."""

    __tablename__ = "bss_charge_item"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    nicknames: Mapped[list[Any]]
    kind: Mapped[str] = mapped_column(String(20))
    explanation: Mapped[str] = mapped_column(String(400))


class AreaRow(Base):
    """A residential area or village."""

    __tablename__ = "bss_area"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    nicknames: Mapped[list[Any]]
    district: Mapped[str] = mapped_column(String(40))
    streets: Mapped[list[Any]]
    kind: Mapped[str] = mapped_column(String(20))
    broadband_available: Mapped[bool]
    max_mbps: Mapped[int]


class StoreRow(Base):
    """A shop."""

    __tablename__ = "bss_store"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    nicknames: Mapped[list[Any]]
    district: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(20))
    area_ids: Mapped[list[Any]]
    hours: Mapped[list[Any]]
    """Objects with `weekdays`, `opens`, `closes` (`HH:MM`)."""
    holiday_hours: Mapped[list[Any]]
    """The same for public holidays; empty when closed then."""
    services: Mapped[list[Any]]
    accessible: Mapped[bool]


class CustomerRow(Base):
    """A contract holder."""

    __tablename__ = "bss_customer"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    level: Mapped[str] = mapped_column(String(20))
    birth_date: Mapped[date | None] = mapped_column(Date)
    address: Mapped[str] = mapped_column(String(200))
    area_id: Mapped[str | None] = mapped_column(ForeignKey("bss_area.id"))
    since: Mapped[date] = mapped_column(Date)


class PointsRow(Base):
    """A customer's loyalty points."""

    __tablename__ = "bss_points"

    customer_id: Mapped[str] = mapped_column(ForeignKey("bss_customer.id"), primary_key=True)
    points: Mapped[int]
    expiring_points: Mapped[int]
    expires_on: Mapped[date | None] = mapped_column(Date)


class LineRow(Base):
    """A number. Its plan is the subscription of kind `plan` in force."""

    __tablename__ = "bss_line"
    __table_args__ = (
        # A number may be given out again once its former line is closed.
        Index(
            "uq_bss_line_phone_in_use",
            "phone",
            unique=True,
            sqlite_where=text("status != 'closed'"),
            postgresql_where=text("status != 'closed'"),
        ),
    )

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("bss_customer.id"), index=True)
    phone: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    primary_line_id: Mapped[str | None] = mapped_column(ForeignKey("bss_line.id"))
    sim: Mapped[str] = mapped_column(String(20))
    since: Mapped[date] = mapped_column(Date)


class AccountRow(Base):
    """The money of a line that pays for itself."""

    __tablename__ = "bss_account"

    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"), primary_key=True)
    available: Mapped[Decimal] = mapped_column(Money)
    arrears: Mapped[Decimal] = mapped_column(Money)


class SubscriptionRow(Base):
    """A plan or add-on held by a line from `start` to `end` (the last day, none runs on)."""

    __tablename__ = "bss_subscription"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    offering_id: Mapped[str] = mapped_column(_KEY)
    start: Mapped[date] = mapped_column(Date)
    end: Mapped[date | None] = mapped_column(Date)


class ContractRow(Base):
    """A term a line is bound to."""

    __tablename__ = "bss_contract"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    start: Mapped[date] = mapped_column(Date)
    end: Mapped[date] = mapped_column(Date)
    benefit: Mapped[str] = mapped_column(String(200))
    minimum_monthly_fee: Mapped[Decimal] = mapped_column(Money)
    early_exit_fee: Mapped[Decimal] = mapped_column(Money)


class BillRow(Base):
    """A month's bill of a line."""

    __tablename__ = "bss_bill"
    __table_args__ = (UniqueConstraint("line_id", "month"),)

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"))
    month: Mapped[str] = mapped_column(String(7))
    state: Mapped[str] = mapped_column(String(20))
    total: Mapped[Decimal] = mapped_column(Money)
    paid: Mapped[Decimal] = mapped_column(Money)
    issued_on: Mapped[date | None] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)


class BillItemRow(Base):
    """A line of a bill."""

    __tablename__ = "bss_bill_item"

    bill_id: Mapped[str] = mapped_column(ForeignKey("bss_bill.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    charge_item_id: Mapped[str] = mapped_column(ForeignKey("bss_charge_item.id"))
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    amount: Mapped[Decimal] = mapped_column(Money)
    quantity: Mapped[int | None]
    unit: Mapped[str | None] = mapped_column(String(20))
    offering_id: Mapped[str | None] = mapped_column(_KEY)
    order_id: Mapped[str | None] = mapped_column(_KEY)
    """The order that charged it, so that taking the order back finds it."""


class UsageRow(Base):
    """An allowance of a month and what was used of it."""

    __tablename__ = "bss_usage"
    __table_args__ = (Index("ix_bss_usage_line_id_month", "line_id", "month"),)

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"))
    month: Mapped[str] = mapped_column(String(7))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    offering_id: Mapped[str] = mapped_column(_KEY)
    name: Mapped[str] = mapped_column(String(80))
    total: Mapped[int]
    used: Mapped[int]
    over: Mapped[int]
    valid_until: Mapped[date] = mapped_column(Date)
    roaming: Mapped[bool]
    order_id: Mapped[str | None] = mapped_column(_KEY)


class PaymentRow(Base):
    """Money paid in."""

    __tablename__ = "bss_payment"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Money)
    method: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    paid_at: Mapped[datetime] = mapped_column(UtcDateTime)
    idempotency_key: Mapped[str | None] = mapped_column(String(128), unique=True)
    """On money that came in through us: the key under which it was credited."""
    resumed: Mapped[bool] = mapped_column(default=False)
    """Whether it brought the line back into service."""


class BroadbandRow(Base):
    """A broadband access with its equipment."""

    __tablename__ = "bss_broadband"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("bss_customer.id"), index=True)
    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"))
    account: Mapped[str] = mapped_column(String(40), unique=True)
    address: Mapped[str] = mapped_column(String(200))
    area_id: Mapped[str] = mapped_column(ForeignKey("bss_area.id"))
    mbps: Mapped[int]
    ont_id: Mapped[str] = mapped_column(String(40))
    olt_id: Mapped[str] = mapped_column(String(40))
    iptv: Mapped[bool]
    standalone_fee: Mapped[Decimal] = mapped_column(Money)
    since: Mapped[date] = mapped_column(Date)
    condition: Mapped[str] = mapped_column(String(20))
    """What a remote test finds: a `LineVerdict`."""


class MobileStatusRow(Base):
    """What the mobile core knows of a line; a line without a row is as it should be."""

    __tablename__ = "bss_mobile_status"

    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"), primary_key=True)
    registered: Mapped[bool]
    last_area_id: Mapped[str | None] = mapped_column(ForeignKey("bss_area.id"))
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    barring: Mapped[list[Any]]
    data: Mapped[str] = mapped_column(String(20))
    volte: Mapped[bool]
    abroad: Mapped[str | None] = mapped_column(String(2))
    roaming: Mapped[bool]


class SetTopBoxRow(Base):
    """A television box that is not as it should be; others have no row."""

    __tablename__ = "bss_set_top_box"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    broadband_id: Mapped[str] = mapped_column(ForeignKey("bss_broadband.id"), index=True)
    online: Mapped[bool]
    signed_in: Mapped[bool]


class OutageRow(Base):
    """A known fault."""

    __tablename__ = "bss_outage"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    services: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(20))
    cause: Mapped[str] = mapped_column(String(400))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OutageAreaRow(Base):
    """An area an outage touches."""

    __tablename__ = "bss_outage_area"

    outage_id: Mapped[str] = mapped_column(ForeignKey("bss_outage.id"), primary_key=True)
    area_id: Mapped[str] = mapped_column(ForeignKey("bss_area.id"), primary_key=True, index=True)


class OrderRow(Base):
    """An order. The unique key makes a repeated request find the first one."""

    __tablename__ = "bss_order"
    __table_args__ = (UniqueConstraint("line_id", "number"),)

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(String(128), unique=True)
    line_id: Mapped[str] = mapped_column(ForeignKey("bss_line.id"))
    number: Mapped[int]
    """Counts the orders of a line."""
    action: Mapped[str] = mapped_column(String(20))
    offering_id: Mapped[str] = mapped_column(_KEY)
    replaces_id: Mapped[str | None] = mapped_column(_KEY)
    effective: Mapped[date] = mapped_column(Date)
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    subscription_id: Mapped[str | None] = mapped_column(_KEY)
    """The subscription it began."""
    ended_subscription_id: Mapped[str | None] = mapped_column(_KEY)
    """The subscription it ended."""
    undoes_id: Mapped[str | None] = mapped_column(ForeignKey("bss_order.id"), unique=True)
    """On an undo: the order that it took back (once at most)."""
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    awaits_work: Mapped[bool] = mapped_column(default=False)
    """An engineer has to come first: it is not in force, whatever `effective` says."""


class BroadbandOfferRow(Base):
    """A broadband speed with its price, or the relocation."""

    __tablename__ = "bss_broadband_offer"

    id: Mapped[str] = mapped_column(_KEY, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    nicknames: Mapped[list[Any]]
    work: Mapped[str] = mapped_column(String(20))
    mbps: Mapped[int]
    monthly_fee: Mapped[Decimal] = mapped_column(Money)
    work_fee: Mapped[Decimal] = mapped_column(Money)
    term_months: Mapped[int]
    rules: Mapped[list[Any]]
    tariff_code: Mapped[str] = mapped_column(String(40))
    on_sale: Mapped[bool]


class BroadbandOrderRow(Base):
    """What an order for broadband means in the field. It is pending until it is finished."""

    __tablename__ = "bss_broadband_order"

    order_id: Mapped[str] = mapped_column(ForeignKey("bss_order.id"), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("bss_customer.id"), index=True)
    work: Mapped[str] = mapped_column(String(20))
    broadband_id: Mapped[str | None] = mapped_column(ForeignKey("bss_broadband.id"))
    """The access that is moved, or that the installation made."""
    address: Mapped[str] = mapped_column(String(200))
    area_id: Mapped[str] = mapped_column(ForeignKey("bss_area.id"))
    mbps: Mapped[int]
    monthly_fee: Mapped[Decimal] = mapped_column(Money)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done: Mapped[bool] = mapped_column(default=False)


class BookableHoursRow(Base):
    """Hours in which a shop or an area's engineers can be booked."""

    __tablename__ = "bss_bookable_hours"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    place_id: Mapped[str] = mapped_column(_KEY, index=True)
    holidays: Mapped[bool]
    weekdays: Mapped[list[Any]]
    opens: Mapped[str] = mapped_column(String(5))
    closes: Mapped[str] = mapped_column(String(5))
    """`HH:MM`."""
    minutes: Mapped[int]
    capacity: Mapped[int]


class DemoLoadRow(Base):
    """Marks that the demo operator's data have been loaded; one row at most."""

    __tablename__ = "bss_demo_load"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seed: Mapped[int]
    loaded_on: Mapped[date] = mapped_column(Date)
    outages_on: Mapped[date] = mapped_column(Date)
    """The day to which the outages' times were last moved."""
