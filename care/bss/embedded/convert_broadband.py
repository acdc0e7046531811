"""Broadband offers and bookable hours: rows to the protocol's values and back."""

from datetime import time
from typing import Any

from care.bss.embedded.tables import BookableHoursRow, BroadbandOfferRow
from care.bss.protocol import BookableHours, BroadbandOffer, BroadbandWork, PlaceKind


def offer(row: BroadbandOfferRow) -> BroadbandOffer:
    """A broadband offer."""
    return BroadbandOffer(
        id=row.id,
        name=row.name,
        nicknames=tuple(row.nicknames),
        work=BroadbandWork(row.work),
        mbps=row.mbps,
        monthly_fee=row.monthly_fee,
        work_fee=row.work_fee,
        term_months=row.term_months,
        rules=tuple(row.rules),
        tariff_code=row.tariff_code,
        on_sale=row.on_sale,
    )


def offer_values(offer: BroadbandOffer) -> dict[str, Any]:
    """The columns of a broadband offer."""
    return {
        "id": offer.id,
        "name": offer.name,
        "nicknames": list(offer.nicknames),
        "work": str(offer.work),
        "mbps": offer.mbps,
        "monthly_fee": offer.monthly_fee,
        "work_fee": offer.work_fee,
        "term_months": offer.term_months,
        "rules": list(offer.rules),
        "tariff_code": offer.tariff_code,
        "on_sale": offer.on_sale,
    }


def bookable(row: BookableHoursRow) -> BookableHours:
    """Bookable hours."""
    return BookableHours(
        kind=PlaceKind(row.kind),
        place_id=row.place_id,
        holidays=row.holidays,
        weekdays=tuple(row.weekdays),
        opens=time.fromisoformat(row.opens),
        closes=time.fromisoformat(row.closes),
        minutes=row.minutes,
        capacity=row.capacity,
    )


def bookable_values(hours: BookableHours) -> dict[str, Any]:
    """The columns of bookable hours."""
    return {
        "kind": str(hours.kind),
        "place_id": hours.place_id,
        "holidays": hours.holidays,
        "weekdays": list(hours.weekdays),
        "opens": hours.opens.strftime("%H:%M"),
        "closes": hours.closes.strftime("%H:%M"),
        "minutes": hours.minutes,
        "capacity": hours.capacity,
    }
