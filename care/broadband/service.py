"""Coverage and offers. All functions may raise BssUnavailable."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from care.bss.protocol import Area, AreaKind, BroadbandAccess, BroadbandOffer, BroadbandWork, Bss

_DIGIT = re.compile(r"[\d零〇一二三四五六七八九十百]")
_BUILDING = re.compile(r"[\d零〇一二三四五六七八九十百a-zA-Z]\s*(?:栋|幢|座|号楼|号院|期|排)")
_NO_FLAT_YET = re.compile(r"(?:栋|幢|座|号楼|号院|单元|期|排|楼|层|号)$")
"""How an address in town ends that says no more than the house: 幸福里3栋, 3栋2单元, 锦绣街88号."""
_NO_FLAT = re.compile(r"没有?(?:单元|房号|门牌|室号)|独栋|独门|独院|别墅|平房|自建|整栋|整层")
"""Said of a house that has no flats."""
_SPEED = re.compile(r"(\d{2,4})\s*(?:兆|[mM])")
_WORDS = {
    "千兆": 1000,
    "一千兆": 1000,
    "五百兆": 500,
    "三百兆": 300,
    "二百兆": 200,
    "两百兆": 200,
    "百兆": 100,
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of an address."""

    address: str
    area: Area | None
    """None where the address lies in no area that we know."""
    precise: bool
    """An engineer could find it: it names a flat, or a house in the country."""

    @property
    def covered(self) -> bool:
        """Whether there is broadband."""
        return self.area is not None and self.area.broadband_available


@dataclass(frozen=True, slots=True)
class PricedOffer:
    """An offer at what it would cost this line."""

    offer: BroadbandOffer
    monthly_fee: Decimal
    """Yuan; 0 where the plan includes it."""


async def coverage(bss: Bss, address: str) -> Coverage:
    """Whether there is broadband at what a customer wrote: an address, or an area's name or identifier."""
    known = await bss.area(address)
    if known is not None:
        return Coverage(known.name, known, precise=False)
    area = await bss.area_of(address)
    rest = address
    if area is not None:
        for name in sorted((area.name, *area.nicknames), key=len, reverse=True):
            rest = rest.replace(name, "")
    whole = "".join(address.split())
    flats = area is not None and area.kind is AreaKind.URBAN
    house_only = flats and _NO_FLAT_YET.search("".join(rest.split())) is not None
    return Coverage(whole, area, precise=bool(_DIGIT.search(rest)) and not house_only)


async def joined(bss: Bss, before: str, said: str) -> Coverage:
    """The coverage of an address that is told in parts, or corrected: 锦绣家园, then 3栋, then 2单元501.

    What was said now counts alone where it names an area by itself. A building, or anything after a whole address, takes
    the place of the former one in its area; else it goes on where the address ended.
    """
    alone = await coverage(bss, said)
    if alone.area is not None or not before:
        return alone
    first = await coverage(bss, before)
    if first.area is None:
        return alone
    if _NO_FLAT.search(said) and names_house(before):
        return replace(first, precise=True)
    anew = first.precise or (names_house(before) and _BUILDING.search(said) is not None)
    start = first.area.name if anew else first.address
    return await coverage(bss, f"{start}{alone.address}")


def names_house(address: str) -> bool:
    """Whether an address has more than the name of an area: a house or building."""
    return _BUILDING.search(address) is not None or re.search(r"\d+号", address) is not None


async def offers_at(bss: Bss, area: Area, line_id: str | None = None) -> tuple[PricedOffer, ...]:
    """What is sold at an area, the slowest first, at what it would cost the line (the list price without one)."""
    included = await _included_mbps(bss, line_id)
    return tuple(
        PricedOffer(
            offer,
            Decimal("0.00") if offer.mbps <= included else offer.monthly_fee,
        )
        for offer in await bss.broadband_offers()
        if offer.work is BroadbandWork.INSTALL and offer.on_sale and offer.mbps <= area.max_mbps
    )


async def find_offer(bss: Bss, said: str) -> BroadbandOffer | None:
    """The installation that a text means: an identifier, a name, a speed (500兆, 千兆, 500). Ended ones included."""
    text = "".join(said.split())
    offers = [one for one in await bss.broadband_offers() if one.work is BroadbandWork.INSTALL]
    named = [
        (len(name), offer)
        for offer in offers
        for name in (offer.name, *offer.nicknames)
        if name in text
    ]
    named += [(len(text), offer) for offer in offers if offer.id == text]
    if named:  # 五百兆宽带 holds 百兆宽带, too
        return max(named, key=lambda one: one[0])[1]
    mbps = speed_of(text)
    return next((offer for offer in offers if offer.mbps == mbps), None)


def speed_of(text: str) -> int | None:
    """The speed in a text, in Mbit/s: 500兆, 500M, 千兆, 500; 1000 and 1024 (a gigabit counted in M) are one."""
    for word, mbps in _WORDS.items():
        if word in text:
            return mbps
    found = _SPEED.search(text)
    number = int(found[1]) if found else (int(text) if text.isdigit() and len(text) < 5 else None)
    return 1000 if number == 1024 else number


async def relocation(bss: Bss) -> BroadbandOffer | None:
    """What a relocation costs, where it is sold."""
    offers = await bss.broadband_offers()
    return next((one for one in offers if one.work is BroadbandWork.RELOCATE and one.on_sale), None)


async def accesses_of(bss: Bss, customer_id: str, line_id: str) -> tuple[BroadbandAccess, ...]:
    """The customer's broadband lines, those of the verified line first."""
    found = await bss.broadband_of(customer_id)
    return tuple(sorted(found, key=lambda access: access.line_id != line_id))


async def _included_mbps(bss: Bss, line_id: str | None) -> int:
    """The speed that the line's plan pays for and that is not used yet, 0 without."""
    line = None if line_id is None else await bss.line_by_id(line_id)
    if line is None:
        return 0
    plan = await bss.plan(line.plan_id)
    if plan is None or plan.broadband_mbps is None:
        return 0
    held = await bss.broadband_of(line.customer_id)
    return 0 if any(access.line_id == line.id for access in held) else plan.broadband_mbps
