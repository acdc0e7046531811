"""Which pack helps a line whose allowance does not last to the end of the month."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from care.bss.months import last_day, month_of
from care.bss.protocol import Addon, AddonKind


@dataclass(frozen=True, slots=True)
class Shortage:
    """How an allowance fares this month, in its unit (MB, minutes)."""

    over: int
    """Used beyond it already."""
    expected: int
    """What will be used beyond it until the end of the month, if it goes on as so far."""

    @property
    def exists(self) -> bool:
        """Whether more is needed."""
        return self.over > 0 or self.expected > 0


def shortage(used: int, over: int, left: int, today: date) -> Shortage:
    """The shortage of an allowance: ``used`` and ``left`` of it, ``over`` beyond it, so far this month."""
    days, all_days = today.day, last_day(month_of(today)).day
    rate_left = (used + over) * (all_days - days) // days
    return Shortage(over, max(0, rate_left - left))


def packs_by_use(addons: Iterable[Addon], kind: AddonKind, needed: int, today: date) -> list[Addon]:
    """Packs on sale of a kind, the one that helps best in front.

    In front stands the cheapest that is enough for ``needed`` (MB or minutes) and lasts to the end of the month;
    among equals the one that does not renew itself. The others follow by price.
    """
    days_left = (last_day(month_of(today)) - today).days + 1
    packs = sorted(
        (addon for addon in addons if addon.kind is kind and addon.on_sale),
        key=lambda addon: (addon.price, addon.recurring, addon.id),
    )
    enough = [
        pack
        for pack in packs
        if _amount(pack) >= needed and (pack.valid_days is None or pack.valid_days >= days_left)
    ]
    if not needed or not enough:
        return packs
    return [enough[0], *(pack for pack in packs if pack is not enough[0])]


def packs_of_size(addons: Iterable[Addon], data_mb: int) -> list[Addon]:
    """Data packs on sale for a wanted amount of data: those of just this size, else the next larger ones,
    else all, by size."""
    packs = sorted(
        (addon for addon in addons if addon.kind is AddonKind.DATA_PACK and addon.on_sale),
        key=lambda addon: (addon.data_mb, addon.price),
    )
    exact = [pack for pack in packs if pack.data_mb == data_mb]
    larger = [pack for pack in packs if pack.data_mb > data_mb]
    return exact or larger or packs


def _amount(pack: Addon) -> int:
    return pack.voice_minutes if pack.kind is AddonKind.VOICE_PACK else pack.data_mb
