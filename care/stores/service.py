"""Which shops are near, and whether they are open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from care.bss.protocol import Bss, OpeningHours, Store
from care.holidays import public_holiday


@dataclass(frozen=True, slots=True)
class StoreToday:
    """A shop with its hours of a day."""

    store: Store
    hours: OpeningHours | None
    """None when it is closed all day."""
    open_now: bool
    holiday: str | None = None
    """The public holiday of the day."""


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


def hours_on(store: Store, day: date) -> OpeningHours | None:
    """The shop's hours of a day, public holidays considered; None when it is closed."""
    if public_holiday(day) is None:
        return store.hours_on(day)
    return next(
        (hours for hours in store.holiday_hours if day.isoweekday() in hours.weekdays), None
    )


def store_today(store: Store, now: datetime, zone: ZoneInfo) -> StoreToday:
    """The shop's hours of the local day of `now` (aware)."""
    local = now.astimezone(zone)
    hours = hours_on(store, local.date())
    open_now = hours is not None and hours.opens <= local.time() < hours.closes
    return StoreToday(store, hours, open_now, public_holiday(local.date()))


def next_open_day(store: Store, after: date) -> date | None:
    """The first day after `after`, within two weeks, on which the shop is open (a holiday lasts up to nine days)."""
    days = (after + timedelta(days=ahead) for ahead in range(1, 15))
    return next((day for day in days if hours_on(store, day) is not None), None)


def offering(stores: Iterable[Store], service: str) -> tuple[Store, ...]:
    """The shops at which a service is done, in the given order."""
    return tuple(store for store in stores if service in store.services)


def district_in(text: str, stores: Iterable[Store]) -> str | None:
    """The district with shops that a text names: 望江区, also without 区."""
    districts = sorted({store.district for store in stores}, key=len, reverse=True)
    for district in districts:
        if district in text or district.rstrip("区县") in text:
            return district
    return None
