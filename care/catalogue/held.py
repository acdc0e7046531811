"""What add-ons a line holds, and which it could have."""

from datetime import date

from care.bss.errors import BssRejected
from care.bss.protocol import Addon, AddonKind, Bss, OfferingKind

_ORDER = (AddonKind.DATA_PACK, AddonKind.VALUE_ADDED, AddonKind.VOICE_PACK)
"""In which order kinds are offered; roaming has a flow of its own."""


async def running(bss: Bss, line_id: str) -> list[Addon]:
    """The add-ons that go on until they are cancelled. Raises BssRejected."""
    held = {
        entry.offering_id
        for entry in await bss.subscriptions(line_id)
        if entry.kind is OfferingKind.ADDON and entry.end is None
    }
    return [addon for addon in await bss.addons() if addon.id in held and addon.recurring]


async def held_until(bss: Bss, line_id: str, addon_id: str) -> date | None:
    """The last day of an add-on that is held and ends by itself; None where it is not held or goes on."""
    ends = [
        entry.end
        for entry in await bss.subscriptions(line_id)
        if entry.offering_id == addon_id and entry.end is not None
    ]
    return max(ends, default=None)


async def still_to_have(bss: Bss, line_id: str) -> list[Addon]:
    """The add-ons that the line could subscribe, roaming apart, packs of data first."""
    allowed = []
    for addon in await bss.addons():
        if addon.kind is AddonKind.ROAMING or not addon.on_sale:
            continue
        try:
            await bss.check_subscription(line_id, addon.id)
        except BssRejected:
            continue
        allowed.append(addon)
    return sorted(allowed, key=lambda addon: (_ORDER.index(addon.kind), addon.price, addon.id))


async def charged_as(bss: Bss, charge_item_id: str) -> Addon | None:
    """The add-on that a kind of bill line stands for; None where none or several do."""
    found = [addon for addon in await bss.addons() if addon.charge_item_id == charge_item_id]
    return found[0] if len(found) == 1 else None
