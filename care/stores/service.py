"""Which shops are near, and whether they are open."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from care.bss.protocol import Bss, OpeningHours, Store


@dataclass(frozen=True, slots=True)
class StoreToday:
    """A shop with its hours of a day."""

    store: Store
    hours: OpeningHours | None
    """None when it is closed all day."""
    open_now: bool


async def store(bss: Bss, store_id: str) -> Store | None:
    """The shop with this id."""
    return next((store for store in await bss.stores() if store.id == store_id), None)


async def stores_near(bss: Bss, area_id: str, limit: int = 3) -> tuple[Store, ...]:
    """Shops for an area: its own first, then the others of the district, then the rest."""
    area = await bss.area(area_id)
    district = None if area is None else area.district
    stores = await bss.stores()

    def distance(store: Store) -> int:
        if area_id in store.area_ids:
            return 0
        return 1 if store.district == district else 2

    return tuple(sorted(stores, key=distance)[:limit])


async def stores_in_district(bss: Bss, district: str) -> tuple[Store, ...]:
    """All shops of a district."""
    return tuple(store for store in await bss.stores() if store.district == district)


def store_today(store: Store, now: datetime, zone: ZoneInfo) -> StoreToday:
    """The shop's hours of the local day of `now` (aware)."""
    local = now.astimezone(zone)
    hours = store.hours_on(local.date())
    open_now = hours is not None and hours.opens <= local.time() < hours.closes
    return StoreToday(store, hours, open_now)


def next_open_day(store: Store, after: date) -> date | None:
    """The first day after `after`, within a week, on which the shop is open."""
    days = (after + timedelta(days=ahead) for ahead in range(1, 8))
    return next((day for day in days if store.hours_on(day) is not None), None)
