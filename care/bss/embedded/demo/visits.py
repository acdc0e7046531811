"""What `data/demo/broadband_offers.yml` and `data/demo/appointments.yml` say of the demo operator."""

from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from care.bss.protocol import BookableHours, BroadbandOffer, PlaceKind, Store
from care.datafiles import read_top

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class VisitSlot(_Spec):
    """A part of the day and how many teams work in it."""

    opens: time
    closes: time
    teams: int = Field(ge=0)


class VisitSpec(_Spec):
    """The engineers of some areas."""

    areas: tuple[str, ...]
    weekdays: tuple[int, ...]
    parts: tuple[VisitSlot, ...]


class ShopSpec(_Spec):
    """The counters of a shop."""

    store: str
    minutes: int = Field(gt=0)
    counters: int = Field(ge=0)


class _Appointments(_Spec):
    policy: dict[str, Any]  # read by care/appointments/policy.py
    visits: tuple[VisitSpec, ...]
    shops: tuple[ShopSpec, ...]


def read_broadband_offers(folder: Path) -> tuple[BroadbandOffer, ...]:
    """The offers. Raises ValueError, DataFileError."""
    entries = [
        {("rules" if key == "terms" else key): value for key, value in entry.items()}
        for entry in read_top(folder / "broadband_offers.yml", "broadband_offers")
    ]
    return TypeAdapter(tuple[BroadbandOffer, ...]).validate_python(entries)


def read_bookable_hours(folder: Path, stores: tuple[Store, ...]) -> tuple[BookableHours, ...]:
    """Engineers' hours, and shops' within their opening hours. Raises ValueError, DataFileError."""
    spec = _Appointments.model_validate(read_top(folder / "appointments.yml", "appointments"))
    shops = {store.id: store for store in stores}
    hours = [*_visits(spec)]
    for shop in spec.shops:
        if shop.store not in shops:
            raise ValueError(f"unknown store: {shop.store}")
        hours.extend(_of_store(shops[shop.store], shop))
    return tuple(hours)


def _visits(spec: _Appointments) -> Iterator[BookableHours]:
    for visit in spec.visits:
        for area in visit.areas:
            for slot in visit.parts:
                yield BookableHours(
                    kind=PlaceKind.VISIT,
                    place_id=area,
                    holidays=False,
                    weekdays=visit.weekdays,
                    opens=slot.opens,
                    closes=slot.closes,
                    minutes=_minutes(slot.closes) - _minutes(slot.opens),
                    capacity=slot.teams,
                )


def _of_store(store: Store, spec: ShopSpec) -> Iterator[BookableHours]:
    for holidays, opened in ((False, store.hours), (True, store.holiday_hours)):
        for hours in opened:
            yield BookableHours(
                kind=PlaceKind.SHOP,
                place_id=store.id,
                holidays=holidays,
                weekdays=hours.weekdays,
                opens=hours.opens,
                closes=hours.closes,
                minutes=spec.minutes,
                capacity=spec.counters,
            )


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
