"""Known outages and places.

All functions may raise BssUnavailable.
"""

from care.bss.protocol import Area, Bss, Outage, Service


async def outages_at(bss: Bss, area_id: str, service: Service | None = None) -> tuple[Outage, ...]:
    """Live outages of an area, the newest first; only those that touch `service` if it is given."""
    found = await bss.outages(area_id)
    return tuple(outage for outage in found if service is None or service in outage.services)


async def areas_of_customer(bss: Bss, customer_id: str) -> tuple[Area, ...]:
    """The areas of the customer's broadband accesses; without any, that of the address on the contract.

    Empty where none is known; several where the accesses lie apart: ask which.
    """
    ids = [access.area_id for access in await bss.broadband_of(customer_id)]
    if not ids:
        customer = await bss.customer(customer_id)
        ids = [customer.area_id] if customer is not None and customer.area_id else []
    found = [await bss.area(area_id) for area_id in dict.fromkeys(ids)]
    return tuple(area for area in found if area is not None)


async def area_of_text(bss: Bss, text: str) -> Area | None:
    """The area that a customer's words (an area's identifier, its name, an address) lie in."""
    return await bss.area(text) or await bss.area_of(text)


async def areas_of_district(bss: Bss, text: str) -> tuple[Area, ...]:
    """The areas of the district that a text names (望江区, also without 区); empty where it names none."""
    areas = await bss.areas()
    for district in sorted({area.district for area in areas}, key=len, reverse=True):
        if district.rstrip("区县镇") in text:
            return tuple(area for area in areas if area.district == district)
    return ()
