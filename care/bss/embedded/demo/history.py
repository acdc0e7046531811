"""The money of a demo line, month by month: usage, bill, payments, balance.

The ledger adds up: opening + payments received - charges of issued bills (without the arrears
carried into them) = available - arrears.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from zoneinfo import ZoneInfo

from care.bss.embedded.demo.holdings import (
    HISTORY_MONTHS,
    Holding,
    addons_in,
    holdings,
    plan_in,
    random_of,
)
from care.bss.embedded.demo.specs import BroadbandSpec, DemoFiles, LineSpec, Pays
from care.bss.embedded.demo.usage import MonthUsage, use_month
from care.bss.embedded.rating import data_charge, late_fee, sms_charge, voice_charge
from care.bss.months import first_day, last_day, month_of, months_between, shift_month
from care.bss.protocol import (
    BillItem,
    BillState,
    LineStatus,
    PaymentMethod,
    PaymentState,
    Plan,
    UsageKind,
)

_NOTHING = Decimal("0.00")
_FEN = Decimal("0.01")
_AUTOPAY_AT = time(0, 10)
"""On the day of issue: nobody with an order to the bank is ever shown in arrears."""


@dataclass
class MonthBill:
    """A bill in the making."""

    month: str
    items: list[BillItem]
    state: BillState = BillState.RUNNING
    paid: Decimal = _NOTHING
    issued_on: date | None = None
    due_on: date | None = None

    @property
    def total(self) -> Decimal:
        """The sum of the items."""
        return sum((item.amount for item in self.items), _NOTHING)

    @property
    def open(self) -> Decimal:
        """Yuan not yet paid."""
        return self.total - self.paid


@dataclass(frozen=True)
class PaidIn:
    """A payment."""

    amount: Decimal
    method: PaymentMethod
    state: PaymentState
    paid_at: datetime


@dataclass
class LineHistory:
    """Everything the operator holds about a line's money."""

    held: list[Holding]
    available: Decimal
    bills: list[MonthBill] = field(default_factory=list)
    usage: dict[str, MonthUsage] = field(default_factory=dict)
    payments: list[PaidIn] = field(default_factory=list)

    @property
    def arrears(self) -> Decimal:
        """Yuan unpaid on the last issued bill (earlier ones are carried into it)."""
        issued = [bill for bill in self.bills if bill.state is BillState.UNPAID]
        return sum((bill.open for bill in issued), _NOTHING)


def line_history(
    files: DemoFiles,
    line: LineSpec,
    broadband: list[BroadbandSpec],
    second_cards: int,
    today: date,
    seed: int,
    zone: ZoneInfo,
) -> LineHistory:
    """Live through the six months before `today` and the part of the present one."""
    return _Simulation(files, line, broadband, second_cards, today, seed, zone).run()


class _Simulation:
    def __init__(
        self,
        files: DemoFiles,
        line: LineSpec,
        broadband: list[BroadbandSpec],
        second_cards: int,
        today: date,
        seed: int,
        zone: ZoneInfo,
    ) -> None:
        self._files, self._line, self._broadband = files, line, broadband
        self._second_cards, self._today, self._seed, self._zone = second_cards, today, seed, zone
        self._month = month_of(today)
        held = holdings(files, line, today, seed)
        self._history = LineHistory(held, line.opening.quantize(_FEN))
        if line.pays is None:
            raise ValueError(f"{line.id} does not pay for itself")
        self._pays: Pays = line.pays

    def run(self) -> LineHistory:
        rolled_over = 0
        for ago in range(HISTORY_MONTHS, -1, -1):
            month = shift_month(self._month, -ago)
            self._pay_in(month, ago)
            plan = plan_in(self._files, self._history.held, month)
            kept = self._line.suspended > 0 and ago <= self._line.suspended
            usage = MonthUsage(()) if kept else self._use(plan, month, ago, rolled_over)
            rolled_over = usage.plan_left(plan, UsageKind.DATA) if plan.rollover else 0
            self._history.usage[month] = usage
            bill = MonthBill(month, self._kept_items() if kept else self._items(plan, month, usage))
            if ago > 0:
                self._issue(bill, ago)
            self._history.bills.append(bill)
        return self._history

    def _use(self, plan: Plan, month: str, ago: int, rolled_over: int) -> MonthUsage:
        share = Decimal(1)
        if ago == 0:
            share = (Decimal(self._today.day) - Decimal("0.5")) / last_day(month).day
            if self._line.status is LineStatus.SUSPENDED_ARREARS:
                share = Decimal(0)
        addons = addons_in(self._files, self._history.held, month)
        rng = random_of(self._seed, self._line.id, month, "usage")
        return use_month(plan, addons, rolled_over, self._line.habit, month, share, rng)

    def _kept_items(self) -> list[BillItem]:
        return [self._item("suspend_fee", self._files.operator.suspend_fee)]

    def _items(self, plan: Plan, month: str, usage: MonthUsage) -> list[BillItem]:
        items = [self._item("plan_fee", plan.monthly_fee, plan.id, name=f"{plan.name}套餐月费")]
        for addon, _ in addons_in(self._files, self._history.held, month):
            items.append(self._item(addon.charge_item_id, addon.price, addon.id))
        if plan.broadband_mbps is None:
            items += [self._item("broadband_fee", access.fee) for access in self._broadband]
        paid_cards = max(0, self._second_cards - plan.extra_cards)
        if paid_cards:
            items.append(self._item("extra_card_fee", plan.extra_card_fee * paid_cards, plan.id))
        items += self._overage(plan, usage)
        device = self._line.device
        if device is not None:
            begun = shift_month(self._month, -device.started)
            if 0 <= months_between(begun, month) < device.term:
                items.append(self._item("device_instalment", device.monthly))
        if self._line.discount is not None:
            items.append(self._item(self._line.discount.item, -self._line.discount.amount))
        return items

    def _overage(self, plan: Plan, usage: MonthUsage) -> list[BillItem]:
        items = []
        for kind, charge_item, price, unit in (
            (UsageKind.DATA, "data_overage", data_charge, "MB"),
            (UsageKind.VOICE, "voice_overage", voice_charge, "minute"),
            (UsageKind.SMS, "sms_overage", sms_charge, "sms"),
        ):
            over = usage.over(kind)
            if over:
                amount = price(plan.tariff, over)
                items.append(self._item(charge_item, amount, plan.id, quantity=over, unit=unit))
        return items

    def _item(
        self,
        charge_item_id: str,
        amount: Decimal,
        offering_id: str | None = None,
        *,
        name: str | None = None,
        quantity: int | None = None,
        unit: str | None = None,
    ) -> BillItem:
        kind = self._files.charge_items[charge_item_id]
        return BillItem(
            charge_item_id=charge_item_id,
            name=name or kind.name,
            kind=kind.kind,
            amount=amount.quantize(_FEN),
            quantity=quantity,
            unit=unit,
            offering_id=offering_id,
        )

    def _issue(self, bill: MonthBill, ago: int) -> None:
        """Carry over what is unpaid, then settle the bill from what is on the account."""
        operator = self._files.operator
        last = self._history.bills[-1] if self._history.bills else None
        if last is not None and last.state is BillState.UNPAID:
            days = (last_day(bill.month) - first_day(bill.month)).days + 1 - operator.due_day
            fee = late_fee(last.open, operator.late_fee_per_mille, days)
            bill.items.append(self._item("arrears", last.open))
            if fee:
                bill.items.append(self._item("late_fee", fee))
            last.state = BillState.CARRIED_OVER
        following = first_day(shift_month(bill.month, 1))
        bill.issued_on, bill.due_on = following, following.replace(day=operator.due_day)
        if self._pays.how == "topup" and ago not in self._pays.skips:
            # Who is told that the money will not do tops up before the month is over.
            day = first_day(bill.month).replace(day=26)
            self._top_up(bill.total - self._history.available, day, time(12, 30))
        bill.state = BillState.UNPAID
        self._settle(bill)

    def _settle(self, bill: MonthBill) -> None:
        part = min(self._history.available, bill.open)
        self._history.available -= part
        bill.paid += part
        if not bill.open:
            bill.state = BillState.PAID

    def _pay_in(self, month: str, ago: int) -> None:
        """What is paid in a month before its bill, if the line pays at all in it."""
        rng = random_of(self._seed, self._line.id, month, "payment")
        day = first_day(month).replace(day=rng.randint(3, 24))
        moment = time(rng.randint(8, 20), rng.randint(0, 59))
        bills, pays = self._history.bills, self._pays
        unpaid = self._history.arrears
        if ago in pays.skips:
            pass
        elif pays.how == "autopay" and unpaid:
            self._receive(unpaid, pays.method, first_day(month), _AUTOPAY_AT)
        elif pays.how == "topup" and day < self._today:
            wanted = max(pays.below, bills[-1].total if bills else _NOTHING)
            self._top_up(unpaid + wanted - self._history.available, day, moment)
        extra = self._line.payment_yesterday
        if ago == 0 and extra is not None:
            yesterday = self._today - timedelta(days=1)
            self._receive(extra.amount, extra.method, yesterday, time(19, 26), extra.state)

    def _top_up(self, missing: Decimal, day: date, moment: time) -> None:
        if missing > 0:
            times = (missing / self._pays.amount).to_integral_value(ROUND_CEILING)
            self._receive(self._pays.amount * times, self._pays.method, day, moment)

    def _receive(
        self,
        amount: Decimal,
        method: PaymentMethod,
        day: date,
        moment: time,
        state: PaymentState = PaymentState.SETTLED,
    ) -> None:
        paid_at = datetime.combine(day, moment, self._zone)
        amount = amount.quantize(_FEN)
        self._history.payments.append(PaidIn(amount, method, state, paid_at))
        if state is PaymentState.SETTLED:
            self._history.available += amount
            last = self._history.bills[-1] if self._history.bills else None
            if last is not None and last.state is BillState.UNPAID:
                self._settle(last)
