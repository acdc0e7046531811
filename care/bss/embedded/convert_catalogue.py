"""Plans, add-ons, charge items, areas and shops: rows to the protocol's values and back."""

from datetime import time
from typing import Any

from care.bss.embedded.tables import (
    AddonRow,
    AreaRow,
    ChargeItemRow,
    CountryRow,
    PlanRow,
    StoreRow,
)
from care.bss.protocol import (
    Addon,
    AddonKind,
    Area,
    AreaKind,
    ChargeItem,
    ChargeKind,
    OpeningHours,
    Plan,
    PlanSegment,
    RoamingCountry,
    Start,
    Store,
    Tariff,
)


def plan(row: PlanRow) -> Plan:
    """A plan."""
    return Plan(
        id=row.id,
        name=row.name,
        nicknames=tuple(row.nicknames),
        segment=PlanSegment(row.segment),
        min_age=row.min_age,
        max_age=row.max_age,
        monthly_fee=row.monthly_fee,
        data_mb=row.data_mb,
        voice_minutes=row.voice_minutes,
        sms=row.sms,
        tariff=Tariff(row.data_per_gb, row.voice_per_minute, row.sms_each, row.data_cap),
        broadband_mbps=row.broadband_mbps,
        extra_cards=row.extra_cards,
        extra_card_fee=row.extra_card_fee,
        rollover=row.rollover,
        perks=tuple(row.perks),
        rules=tuple(row.rules),
        tariff_code=row.tariff_code,
        on_sale=row.on_sale,
    )


def plan_values(plan: Plan) -> dict[str, Any]:
    """The columns of a plan."""
    return {
        "id": plan.id,
        "name": plan.name,
        "nicknames": list(plan.nicknames),
        "segment": str(plan.segment),
        "min_age": plan.min_age,
        "max_age": plan.max_age,
        "monthly_fee": plan.monthly_fee,
        "data_mb": plan.data_mb,
        "voice_minutes": plan.voice_minutes,
        "sms": plan.sms,
        "data_per_gb": plan.tariff.data_per_gb,
        "voice_per_minute": plan.tariff.voice_per_minute,
        "sms_each": plan.tariff.sms_each,
        "data_cap": plan.tariff.data_cap,
        "broadband_mbps": plan.broadband_mbps,
        "extra_cards": plan.extra_cards,
        "extra_card_fee": plan.extra_card_fee,
        "rollover": plan.rollover,
        "perks": list(plan.perks),
        "rules": list(plan.rules),
        "tariff_code": plan.tariff_code,
        "on_sale": plan.on_sale,
    }


def addon(row: AddonRow) -> Addon:
    """An add-on."""
    return Addon(
        id=row.id,
        name=row.name,
        nicknames=tuple(row.nicknames),
        kind=AddonKind(row.kind),
        price=row.price,
        recurring=row.recurring,
        valid_days=row.valid_days,
        data_mb=row.data_mb,
        voice_minutes=row.voice_minutes,
        countries=tuple(row.countries),
        charge_item_id=row.charge_item_id,
        starts=Start(row.starts),
        description=row.description,
        rules=tuple(row.rules),
        included_with=tuple(row.included_with),
        tariff_code=row.tariff_code,
        on_sale=row.on_sale,
    )


def addon_values(addon: Addon) -> dict[str, Any]:
    """The columns of an add-on."""
    return {
        "id": addon.id,
        "name": addon.name,
        "nicknames": list(addon.nicknames),
        "kind": str(addon.kind),
        "price": addon.price,
        "recurring": addon.recurring,
        "valid_days": addon.valid_days,
        "data_mb": addon.data_mb,
        "voice_minutes": addon.voice_minutes,
        "countries": list(addon.countries),
        "charge_item_id": addon.charge_item_id,
        "starts": str(addon.starts),
        "description": addon.description,
        "rules": list(addon.rules),
        "included_with": list(addon.included_with),
        "tariff_code": addon.tariff_code,
        "on_sale": addon.on_sale,
    }


def country(row: CountryRow) -> RoamingCountry:
    """A country in which customers may roam."""
    return RoamingCountry(
        id=row.id,
        name=row.name,
        nicknames=tuple(row.nicknames),
        call_per_minute=row.call_per_minute,
        receive_per_minute=row.receive_per_minute,
        sms_each=row.sms_each,
        data_per_mb=row.data_per_mb,
    )


def country_values(country: RoamingCountry) -> dict[str, Any]:
    """The columns of a country."""
    return {
        "id": country.id,
        "name": country.name,
        "nicknames": list(country.nicknames),
        "call_per_minute": country.call_per_minute,
        "receive_per_minute": country.receive_per_minute,
        "sms_each": country.sms_each,
        "data_per_mb": country.data_per_mb,
    }


def charge_item(row: ChargeItemRow) -> ChargeItem:
    """A kind of bill line."""
    return ChargeItem(row.id, row.name, tuple(row.nicknames), ChargeKind(row.kind), row.explanation)


def charge_item_values(item: ChargeItem) -> dict[str, Any]:
    """The columns of a kind of bill line."""
    return {
        "id": item.id,
        "name": item.name,
        "nicknames": list(item.nicknames),
        "kind": str(item.kind),
        "explanation": item.explanation,
    }


def area(row: AreaRow) -> Area:
    """An area."""
    return Area(
        id=row.id,
        name=row.name,
        nicknames=tuple(row.nicknames),
        district=row.district,
        streets=tuple(row.streets),
        kind=AreaKind(row.kind),
        broadband_available=row.broadband_available,
        max_mbps=row.max_mbps,
    )


def area_values(area: Area) -> dict[str, Any]:
    """The columns of an area."""
    return {
        "id": area.id,
        "name": area.name,
        "nicknames": list(area.nicknames),
        "district": area.district,
        "streets": list(area.streets),
        "kind": str(area.kind),
        "broadband_available": area.broadband_available,
        "max_mbps": area.max_mbps,
    }


def store(row: StoreRow) -> Store:
    """A shop."""
    return Store(
        id=row.id,
        name=row.name,
        nicknames=tuple(row.nicknames),
        district=row.district,
        address=row.address,
        phone=row.phone,
        area_ids=tuple(row.area_ids),
        hours=_hours(row.hours),
        services=tuple(row.services),
        accessible=row.accessible,
        holiday_hours=_hours(row.holiday_hours),
    )


def _hours(entries: list[Any]) -> tuple[OpeningHours, ...]:
    return tuple(
        OpeningHours(
            tuple(entry["weekdays"]),
            time.fromisoformat(entry["opens"]),
            time.fromisoformat(entry["closes"]),
        )
        for entry in entries
    )


def store_values(store: Store) -> dict[str, Any]:
    """The columns of a shop."""
    return {
        "id": store.id,
        "name": store.name,
        "nicknames": list(store.nicknames),
        "district": store.district,
        "address": store.address,
        "phone": store.phone,
        "area_ids": list(store.area_ids),
        "hours": _hours_values(store.hours),
        "services": list(store.services),
        "accessible": store.accessible,
        "holiday_hours": _hours_values(store.holiday_hours),
    }


def _hours_values(hours: tuple[OpeningHours, ...]) -> list[Any]:
    return [
        {
            "weekdays": list(entry.weekdays),
            "opens": entry.opens.strftime("%H:%M"),
            "closes": entry.closes.strftime("%H:%M"),
        }
        for entry in hours
    ]
