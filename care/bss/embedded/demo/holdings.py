"""Which plan and add-ons a demo line holds in which month, as its file says."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from care.bss.embedded.demo.specs import DemoFiles, LineSpec
from care.bss.months import first_day, last_day, month_of, shift_month
from care.bss.protocol import Addon, OfferingKind, Plan

HISTORY_MONTHS = 6
"""Issued bills each line has."""


@dataclass(frozen=True)
class Holding:
    """A plan or add-on from `start` to `end` (the last day; None runs on)."""

    kind: OfferingKind
    offering_id: str
    start: date
    end: date | None


def random_of(seed: int, *names: str) -> random.Random:
    """A random source of its own for each thing, so that one change leaves the others alone."""
    return random.Random("/".join((str(seed), *names)))


def holdings(files: DemoFiles, line: LineSpec, today: date, seed: int) -> list[Holding]:
    """Everything the line has held since before its first bill."""
    if line.plan is None:
        return []
    month = month_of(today)
    before = max(line.since, first_day(shift_month(month, -HISTORY_MONTHS - 3)))
    found: list[Holding] = []
    begun = line.since
    if line.former_plan is not None:
        changed = first_day(shift_month(month, -line.former_plan.months))
        until = changed - timedelta(days=1)
        found.append(Holding(OfferingKind.PLAN, line.former_plan.id, line.since, until))
        begun = changed
    found.append(Holding(OfferingKind.PLAN, line.plan, begun, None))
    for entry in line.addons:
        start = before
        if entry.months is not None:
            taken = shift_month(month, -entry.months)
            latest = min(28, today.day) if entry.months == 0 else 28
            day = random_of(seed, line.id, entry.id, "taken").randint(1, latest)
            start = first_day(taken).replace(day=day)
        found.append(Holding(OfferingKind.ADDON, entry.id, start, None))
    for pack in line.packs:
        start = first_day(shift_month(month, -pack.months)).replace(day=pack.day)
        if start <= today:
            end = pack_end(files.addons[pack.id], start)
            found.append(Holding(OfferingKind.ADDON, pack.id, start, end))
    return found


def pack_end(addon: Addon, start: date) -> date:
    """The last day of a one-off pack that begins on `start`."""
    if addon.valid_days is None:
        return last_day(month_of(start))
    return start + timedelta(days=addon.valid_days - 1)


def plan_in(files: DemoFiles, held: list[Holding], month: str) -> Plan:
    """The plan of a month (plans change on the first of a month)."""
    day = first_day(month)
    plans = [entry for entry in held if entry.kind is OfferingKind.PLAN]
    # A line younger than its first bill counts as having had its first plan before.
    valid = [entry for entry in plans if entry.start <= day] or plans[:1]
    return files.plans[valid[-1].offering_id]


def addons_in(files: DemoFiles, held: list[Holding], month: str) -> list[tuple[Addon, Holding]]:
    """The add-ons charged in a month: recurring ones in force, one-off packs that begin in it."""
    first, last = first_day(month), last_day(month)
    found = []
    for entry in held:
        if entry.kind is not OfferingKind.ADDON:
            continue
        addon = files.addons[entry.offering_id]
        running = entry.start <= last and (entry.end is None or entry.end >= first)
        if running if addon.recurring else month_of(entry.start) == month:
            found.append((addon, entry))
    return found
