"""The demo operator's rows, and how they get into the database once."""

from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from care.bss.embedded import convert_catalogue
from care.bss.embedded.demo.days import by_day
from care.bss.embedded.demo.history import LineHistory, line_history
from care.bss.embedded.demo.holdings import Holding, random_of
from care.bss.embedded.demo.specs import (
    DEMO_FOLDER,
    ContractSpec,
    CustomerSpec,
    DemoFiles,
    LineSpec,
    OutageSpec,
    read_demo,
)
from care.bss.embedded.money_tables import RewardRow, UsageDaysRow
from care.bss.embedded.system import ZONE
from care.bss.embedded.tables import (
    AccountRow,
    AddonRow,
    AreaRow,
    BillItemRow,
    BillRow,
    BroadbandRow,
    ChargeItemRow,
    ContractRow,
    CustomerRow,
    DemoLoadRow,
    LineRow,
    OutageAreaRow,
    OutageRow,
    PaymentRow,
    PlanRow,
    PointsRow,
    StoreRow,
    SubscriptionRow,
    UsageRow,
)
from care.bss.months import first_day, last_day, month_of, shift_month
from care.db import Base, Database

SEED = 20260101

Rows = dict[type[Base], list[dict[str, Any]]]
"""Rows by table, in an order in which they can be inserted."""


def load_demo(
    db: Database,
    today: date,
    *,
    seed: int = SEED,
    folder: Path = DEMO_FOLDER,
    zone: ZoneInfo = ZONE,
) -> bool:
    """Load the demo operator unless it is loaded; gives whether it was loaded now.

    Bills reach from six months before `today` to `today`. On a later day everything stays as it is,
    customers' orders included; only the outages' times are moved along so that they are still live.
    Blocking: call it at the start or in a thread. Raises ValueError, DataFileError for bad files.
    """
    if db.read_now(lambda session: _is_current(session, today)):
        return False  # most starts: not even the files are read
    return load_files(db, read_demo(folder), today, seed=seed, zone=zone)


def load_files(
    db: Database, files: DemoFiles, today: date, *, seed: int = SEED, zone: ZoneInfo = ZONE
) -> bool:
    """The same with files that were read before."""

    def work(session: Session) -> bool:
        marker = session.get(DemoLoadRow, 1, with_for_update=True)
        if marker is not None:
            if marker.outages_on != today:
                marker.outages_on = today
                _move_outages(session, files, today, zone)
            return False
        session.add(DemoLoadRow(id=1, seed=seed, loaded_on=today, outages_on=today))
        session.flush()  # a second process that loads at the same time fails here
        for table, rows in demo_rows(files, today, seed, zone).items():
            if rows:
                session.execute(insert(table), rows)
        return True

    try:
        return db.write_now(work)
    except IntegrityError:
        return db.write_now(work)


def _is_current(session: Session, today: date) -> bool:
    marker = session.get(DemoLoadRow, 1)
    return marker is not None and marker.outages_on == today


def demo_rows(files: DemoFiles, today: date, seed: int = SEED, zone: ZoneInfo = ZONE) -> Rows:
    """All rows of the demo operator: a function of its arguments and nothing else."""
    rows: Rows = {
        PlanRow: [convert_catalogue.plan_values(plan) for plan in files.plans.values()],
        ChargeItemRow: [
            convert_catalogue.charge_item_values(item) for item in files.charge_items.values()
        ],
        AddonRow: [convert_catalogue.addon_values(addon) for addon in files.addons.values()],
        AreaRow: [convert_catalogue.area_values(area) for area in files.areas],
        StoreRow: [convert_catalogue.store_values(store) for store in files.stores],
        RewardRow: [{**asdict(reward), "kind": str(reward.kind)} for reward in files.rewards],
        OutageRow: [_outage(outage, today, zone) for outage in files.outages],
        OutageAreaRow: [
            {"outage_id": outage.id, "area_id": area}
            for outage in files.outages
            for area in outage.areas
        ],
    }
    for table in (
        CustomerRow,
        PointsRow,
        LineRow,
        AccountRow,
        SubscriptionRow,
        ContractRow,
        BillRow,
        BillItemRow,
        UsageRow,
        UsageDaysRow,
        PaymentRow,
        BroadbandRow,
    ):
        rows[table] = []
    for customer in files.customers:
        _add_customer(rows, customer, today)
        for line in sorted(customer.lines, key=lambda line: line.primary is not None):
            _add_line(rows, files, customer, line, today, seed, zone)
    return rows


def _add_customer(rows: Rows, customer: CustomerSpec, today: date) -> None:
    rows[CustomerRow].append(
        {
            "id": customer.id,
            "name": customer.name,
            "kind": str(customer.kind),
            "level": str(customer.level),
            "birth_date": customer.born,
            "address": customer.address,
            "area_id": customer.area,
            "since": customer.since,
        }
    )
    expires_on = date(today.year, 12, 31) if customer.points.expiring else None
    rows[PointsRow].append(
        {
            "customer_id": customer.id,
            "points": customer.points.now,
            "expiring_points": customer.points.expiring,
            "expires_on": expires_on,
        }
    )
    rows[BroadbandRow].extend(
        {
            "id": access.id,
            "customer_id": customer.id,
            "line_id": access.line,
            "account": access.account,
            "address": customer.address,
            "area_id": customer.area,
            "mbps": access.mbps,
            "ont_id": access.ont,
            "olt_id": access.olt,
            "iptv": access.iptv,
            "standalone_fee": access.fee,
            "since": access.since,
            "condition": str(access.condition),
        }
        for access in customer.broadband
    )


def _add_line(
    rows: Rows,
    files: DemoFiles,
    customer: CustomerSpec,
    line: LineSpec,
    today: date,
    seed: int,
    zone: ZoneInfo,
) -> None:
    rows[LineRow].append(
        {
            "id": line.id,
            "customer_id": customer.id,
            "phone": line.phone,
            "status": str(line.status),
            "primary_line_id": line.primary,
            "sim": str(line.sim),
            "since": line.since,
        }
    )
    if line.primary is not None:
        return
    broadband = [access for access in customer.broadband if access.line == line.id]
    second_cards = sum(other.primary == line.id for other in customer.lines)
    history = line_history(files, line, broadband, second_cards, today, seed, zone)
    rows[AccountRow].append(
        {"line_id": line.id, "available": history.available, "arrears": history.arrears}
    )
    rows[SubscriptionRow].extend(_subscriptions(line.id, history.held))
    if line.contract is not None:
        rows[ContractRow].append(_contract(line.id, line.contract, today))
    _add_money(rows, line.id, history)
    rows[UsageDaysRow].extend(
        {
            "line_id": line.id,
            "month": month,
            **by_day(usage, month, today, random_of(seed, line.id, month, "days")),
        }
        for month, usage in history.usage.items()
    )


def _subscriptions(line_id: str, held: list[Holding]) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{line_id}-S{number}",
            "line_id": line_id,
            "kind": str(holding.kind),
            "offering_id": holding.offering_id,
            "start": holding.start,
            "end": holding.end,
        }
        for number, holding in enumerate(held, start=1)
    ]


def _contract(line_id: str, contract: ContractSpec, today: date) -> dict[str, Any]:
    begun = shift_month(month_of(today), -contract.started)
    return {
        "id": f"{line_id}-K1",
        "line_id": line_id,
        "name": contract.name,
        "start": first_day(begun),
        "end": last_day(shift_month(begun, contract.term - 1)),
        "benefit": contract.benefit,
        "minimum_monthly_fee": contract.minimum_fee,
        "early_exit_fee": contract.exit_fee,
    }


def _add_money(rows: Rows, line_id: str, history: LineHistory) -> None:
    for bill in history.bills:
        bill_id = f"{line_id}-{bill.month.replace('-', '')}"
        rows[BillRow].append(
            {
                "id": bill_id,
                "line_id": line_id,
                "month": bill.month,
                "state": str(bill.state),
                "total": bill.total,
                "paid": bill.paid,
                "issued_on": bill.issued_on,
                "due_on": bill.due_on,
            }
        )
        rows[BillItemRow].extend(
            {
                "bill_id": bill_id,
                "position": position,
                "charge_item_id": item.charge_item_id,
                "name": item.name,
                "kind": str(item.kind),
                "amount": item.amount,
                "quantity": item.quantity,
                "unit": item.unit,
                "offering_id": item.offering_id,
                "order_id": None,
            }
            for position, item in enumerate(bill.items, start=1)
        )
    for month, usage in history.usage.items():
        rows[UsageRow].extend(
            {
                "id": f"{line_id}-{month.replace('-', '')}-U{position}",
                "line_id": line_id,
                "month": month,
                "position": position,
                "kind": str(bucket.kind),
                "offering_id": bucket.offering_id,
                "name": bucket.name,
                "total": bucket.total,
                "used": bucket.used,
                "over": bucket.over,
                "valid_until": bucket.valid_until,
                "roaming": bucket.roaming,
                "order_id": None,
            }
            for position, bucket in enumerate(usage.buckets, start=1)
        )
    rows[PaymentRow].extend(
        {
            "id": f"{line_id}-P{number}",
            "line_id": line_id,
            "amount": payment.amount,
            "method": str(payment.method),
            "state": str(payment.state),
            "paid_at": payment.paid_at,
        }
        for number, payment in enumerate(history.payments, start=1)
    )


def _outage(outage: OutageSpec, today: date, zone: ZoneInfo) -> dict[str, Any]:
    midnight = datetime.combine(today, time(), zone)

    def at(hours: int | None) -> datetime | None:
        return None if hours is None else midnight + timedelta(hours=hours)

    return {
        "id": outage.id,
        "services": [str(service) for service in outage.services],
        "state": str(outage.state),
        "cause": outage.cause,
        "started_at": at(outage.started),
        "expected_at": at(outage.expected),
        "ended_at": at(outage.ended),
    }


def _move_outages(session: Session, files: DemoFiles, today: date, zone: ZoneInfo) -> None:
    for outage in files.outages:
        row = session.get(OutageRow, outage.id)
        if row is not None:
            times = _outage(outage, today, zone)
            row.started_at, row.expected_at = times["started_at"], times["expected_at"]
            row.ended_at = times["ended_at"]
