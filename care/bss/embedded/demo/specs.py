"""What the files in `data/demo/` say, checked while it is read.

Raises ValueError (pydantic's names the place) or DataFileError for what does not fit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from care.bss.protocol import (
    Addon,
    Area,
    ChargeItem,
    CustomerKind,
    CustomerLevel,
    LineStatus,
    LineVerdict,
    OutageState,
    PaymentMethod,
    PaymentState,
    Plan,
    Reward,
    Service,
    SimKind,
    Store,
)
from care.datafiles import read_top
from care.settings import ROOT

DEMO_FOLDER = ROOT / "data" / "demo"


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OperatorSpec(_Spec):
    """The operator's own terms."""

    name: str
    city: str
    due_day: int
    late_fee_per_mille: Decimal
    suspend_fee: Decimal


class Habit(_Spec):
    """What a line uses in an ordinary month."""

    data_gb: Decimal
    voice: int
    sms: int


class Pays(_Spec):
    """How a line is paid; see the head of customers.yml."""

    how: Literal["topup", "autopay"]
    amount: Decimal
    below: Decimal
    method: PaymentMethod
    skips: frozenset[int] = frozenset()
    """Months ago in which nothing was paid."""


class HeldAddon(_Spec):
    """A recurring add-on, taken `months` ago; None: before the first bill."""

    id: str
    months: int | None = None


class BoughtPack(_Spec):
    """A one-off pack bought on `day` of the month `months` ago."""

    id: str
    months: int
    day: int


class FormerPlan(_Spec):
    """The plan in force until `months` ago."""

    id: str
    months: int


class ContractSpec(_Spec):
    """A contract that started `started` months ago for `term` months."""

    name: str
    started: int
    term: int
    benefit: str
    minimum_fee: Decimal
    exit_fee: Decimal


class DeviceSpec(_Spec):
    """A telephone paid in `term` monthly parts."""

    monthly: Decimal
    started: int
    term: int


class DiscountSpec(_Spec):
    """A sum taken off each month."""

    item: Literal["contract_discount", "loyalty_discount"]
    amount: Decimal


class YesterdayPayment(_Spec):
    """Money paid in on the day before."""

    amount: Decimal
    method: PaymentMethod
    state: PaymentState


class LineSpec(_Spec):
    """A number; `primary` makes it a second card."""

    id: str
    phone: str
    plan: str | None = None
    primary: str | None = None
    since: date
    sim: SimKind = SimKind.PLASTIC
    status: LineStatus = LineStatus.ACTIVE
    suspended: int = 0
    """Full months for which it has been kept at the customer's request."""
    habit: Habit
    pays: Pays | None = None
    opening: Decimal = Decimal(0)
    addons: tuple[HeldAddon, ...] = ()
    packs: tuple[BoughtPack, ...] = ()
    former_plan: FormerPlan | None = None
    contract: ContractSpec | None = None
    device: DeviceSpec | None = None
    discount: DiscountSpec | None = None
    payment_yesterday: YesterdayPayment | None = None


class BroadbandSpec(_Spec):
    """A broadband access at the customer's address."""

    id: str
    account: str
    line: str
    mbps: int
    ont: str
    olt: str
    iptv: bool
    fee: Decimal
    since: date
    condition: LineVerdict


class PointsSpec(_Spec):
    """Loyalty points."""

    now: int
    expiring: int


class CustomerSpec(_Spec):
    """A customer with everything that belongs to them."""

    id: str
    name: str
    kind: CustomerKind = CustomerKind.PERSON
    born: date | None = None
    level: CustomerLevel
    since: date
    area: str
    address: str
    points: PointsSpec
    lines: tuple[LineSpec, ...]
    broadband: tuple[BroadbandSpec, ...] = ()


class OutageSpec(_Spec):
    """An outage; times in hours from midnight of the day of loading."""

    id: str
    areas: tuple[str, ...]
    services: tuple[Service, ...]
    state: OutageState
    cause: str
    started: int
    expected: int | None
    ended: int | None


@dataclass(frozen=True)
class DemoFiles:
    """Everything the files say."""

    operator: OperatorSpec
    plans: dict[str, Plan]
    addons: dict[str, Addon]
    charge_items: dict[str, ChargeItem]
    areas: tuple[Area, ...]
    stores: tuple[Store, ...]
    outages: tuple[OutageSpec, ...]
    customers: tuple[CustomerSpec, ...]
    rewards: tuple[Reward, ...]


def read_demo(folder: Path = DEMO_FOLDER) -> DemoFiles:
    """Read and check the demo operator's files. Raises ValueError, DataFileError."""
    plans = [_offering(entry) for entry in _list(folder, "plans")]
    addons = [_offering(entry) for entry in _list(folder, "addons")]
    stores = [_renamed(entry, "areas", "area_ids") for entry in _list(folder, "stores")]
    files = DemoFiles(
        operator=OperatorSpec.model_validate(read_top(folder / "operator.yml", "operator")),
        plans={plan.id: plan for plan in TypeAdapter(list[Plan]).validate_python(plans)},
        addons={addon.id: addon for addon in TypeAdapter(list[Addon]).validate_python(addons)},
        charge_items={
            item.id: item
            for item in TypeAdapter(list[ChargeItem]).validate_python(_list(folder, "charge_items"))
        },
        areas=TypeAdapter(tuple[Area, ...]).validate_python(_list(folder, "areas")),
        stores=TypeAdapter(tuple[Store, ...]).validate_python(stores),
        outages=TypeAdapter(tuple[OutageSpec, ...]).validate_python(_list(folder, "outages")),
        customers=TypeAdapter(tuple[CustomerSpec, ...]).validate_python(_list(folder, "customers")),
        rewards=TypeAdapter(tuple[Reward, ...]).validate_python(_list(folder, "rewards")),
    )
    _check(files)
    return files


def _list(folder: Path, name: str) -> list[Any]:
    entries: list[Any] = read_top(folder / f"{name}.yml", name)
    return entries


def _offering(entry: dict[str, Any]) -> dict[str, Any]:
    # `rules:` may stand nowhere in a file under data/: Rasa takes such a file for its own.
    changed = _renamed(entry, "terms", "rules")
    changed["data_mb"] = round(changed.pop("data_gb") * 1024)
    return changed


def _renamed(entry: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return {new if key == old else key: value for key, value in entry.items()}


def _check(files: DemoFiles) -> None:
    area_ids = {area.id for area in files.areas}
    _known("area", area_ids, (area for store in files.stores for area in store.area_ids))
    _known("area", area_ids, (area for outage in files.outages for area in outage.areas))
    _known("area", area_ids, (customer.area for customer in files.customers))
    _known("charge item", files.charge_items, (a.charge_item_id for a in files.addons.values()))
    _known("plan", files.plans, (p for a in files.addons.values() for p in a.included_with))
    lines = [line for customer in files.customers for line in customer.lines]
    _unique("line", (line.id for line in lines))
    _unique("phone", (line.phone for line in lines))
    _unique("customer", (customer.id for customer in files.customers))
    _unique("reward", (reward.id for reward in files.rewards))
    for customer in files.customers:
        own = {line.id for line in customer.lines}
        _known("line", own, (access.line for access in customer.broadband))
        _known("line", own, (line.primary for line in customer.lines if line.primary))
    for line in lines:
        _check_line(files, line)


def _check_line(files: DemoFiles, line: LineSpec) -> None:
    if (line.primary is None) != (line.plan is not None and line.pays is not None):
        raise ValueError(f"{line.id}: a main line has plan and pays, a second card primary")
    if line.plan is None:
        return
    _known("plan", files.plans, [line.plan, *([line.former_plan.id] if line.former_plan else [])])
    _known("add-on", files.addons, (addon.id for addon in line.addons))
    _known("add-on", files.addons, (pack.id for pack in line.packs))
    for entry in line.addons:
        addon = files.addons[entry.id]
        if not addon.recurring or line.plan in addon.included_with:
            raise ValueError(f"{line.id}: {entry.id} cannot be held each month with {line.plan}")
    for pack in line.packs:
        if files.addons[pack.id].recurring:
            raise ValueError(f"{line.id}: {pack.id} is no one-off pack")


def _known(what: str, known: Iterable[str], used: Iterable[str]) -> None:
    missing = sorted(set(used) - set(known))
    if missing:
        raise ValueError(f"unknown {what}: {', '.join(missing)}")


def _unique(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{what} {name} occurs twice")
        seen.add(name)
