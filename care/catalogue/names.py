"""What offerings and orders are called."""

from care.bss.protocol import Bss, OrderAction, OrderReceipt

_TITLES = {
    OrderAction.CHANGE_PLAN: "换成{name}",
    OrderAction.SUBSCRIBE_ADDON: "开通{name}",
    OrderAction.CANCEL_ADDON: "退订{name}",
    OrderAction.INSTALL_BROADBAND: "新装{name}",
    OrderAction.RELOCATE_BROADBAND: "{name}",
}


async def offering_name(bss: Bss, offering_id: str) -> str:
    """The name of a plan, an add-on or a broadband offer; its identifier where the catalogue has it no more."""
    offering = await bss.plan(offering_id) or await bss.addon(offering_id)
    if offering is not None:
        return offering.name
    broadband = {one.id: one.name for one in await bss.broadband_offers()}
    return broadband.get(offering_id, offering_id)


async def order_title(bss: Bss, order: OrderReceipt) -> str:
    """An order in a few words, e.g. ``开通彩铃``."""
    name = await offering_name(bss, order.offering_id)
    return _TITLES.get(order.action, "{name}").format(name=name)
