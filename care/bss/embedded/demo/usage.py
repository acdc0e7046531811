"""What a demo line uses in a month, laid on its allowances."""

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from care.bss.embedded.demo.holdings import Holding
from care.bss.embedded.demo.specs import Habit
from care.bss.months import last_day
from care.bss.protocol import Addon, AddonKind, Plan, UsageKind


@dataclass
class Bucket:
    """An allowance being used up; see `care.bss.protocol.UsageBucket`."""

    kind: UsageKind
    offering_id: str
    name: str
    total: int
    valid_until: date
    roaming: bool = False
    used: int = 0
    over: int = 0

    @property
    def left(self) -> int:
        """What remains."""
        return self.total - self.used


@dataclass(frozen=True)
class MonthUsage:
    """A month's allowances, those used first in front, each kind's plan bucket last."""

    buckets: tuple[Bucket, ...]

    def over(self, kind: UsageKind) -> int:
        """Units beyond every allowance."""
        return sum(bucket.over for bucket in self.buckets if bucket.kind is kind)

    def plan_left(self, plan: Plan, kind: UsageKind) -> int:
        """What remains of the plan's own allowance."""
        return sum(
            bucket.left
            for bucket in self.buckets
            if bucket.kind is kind and bucket.offering_id == plan.id and bucket.name == plan.name
        )


def use_month(
    plan: Plan,
    addons: list[tuple[Addon, Holding]],
    rolled_over_mb: int,
    habit: Habit,
    month: str,
    share: Decimal,
    rng: random.Random,
) -> MonthUsage:
    """Lay a month's usage on the allowances: packs first, then what rolled over, then the plan.

    `share` is the part of the month that has passed, 0 to 1.
    """
    end = last_day(month)
    buckets: list[Bucket] = []
    for addon, holding in addons:
        abroad = addon.kind is AddonKind.ROAMING
        # A pack counts in the month in which it was bought; only roaming ones reach into the next.
        until = end if holding.end is None else holding.end if abroad else min(end, holding.end)
        for kind, total in (
            (UsageKind.DATA, addon.data_mb),
            (UsageKind.VOICE, addon.voice_minutes),
        ):
            if total:
                buckets.append(Bucket(kind, addon.id, addon.name, total, until, abroad))
    if rolled_over_mb:
        name = f"{plan.name}上月结转流量"
        buckets.append(Bucket(UsageKind.DATA, plan.id, name, rolled_over_mb, end))
    for kind, total in (
        (UsageKind.DATA, plan.data_mb),
        (UsageKind.VOICE, plan.voice_minutes),
        (UsageKind.SMS, plan.sms),
    ):
        buckets.append(Bucket(kind, plan.id, plan.name, total, end))
    for bucket in buckets:
        if bucket.roaming:
            bucket.used = _part(bucket.total, rng)
    for kind, usual in (
        (UsageKind.DATA, habit.data_gb * 1024),
        (UsageKind.VOICE, Decimal(habit.voice)),
        (UsageKind.SMS, Decimal(habit.sms)),
    ):
        own = [b for b in buckets if b.kind is kind and not b.roaming]
        _spread(own, _drawn(usual, share, rng))
    return MonthUsage(tuple(buckets))


def _drawn(usual: Decimal, share: Decimal, rng: random.Random) -> int:
    # Whole percents keep floating point out: the same seed gives the same rows on every machine.
    percent = rng.randint(78, 122)
    if rng.randint(1, 12) == 1:
        percent += rng.randint(30, 60)
    return int(usual * percent * share / 100)


def _part(total: int, rng: random.Random) -> int:
    return total * rng.randint(35, 95) // 100


def _spread(buckets: list[Bucket], amount: int) -> None:
    for bucket in buckets:
        bucket.used = min(amount, bucket.total)
        amount -= bucket.used
    buckets[-1].over = amount
