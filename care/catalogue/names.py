"""What offerings and orders are called."""

from care.bss.protocol import Bss, OrderAction, OrderReceipt

_TITLES = {
    OrderAction.CHANGE_PLAN: "换成{name}",
    OrderAction.SUBSCRIBE_ADDON: "开通{name}",
    OrderAction.CANCEL_ADDON: "退订{name}",
}


async def offering_name(bss: Bss, offering_id: str) -> str:
    """The name of a plan or an add-on; its identifier where it is in the catalogue no more."""
    offering = await bss.plan(offering_id) or await bss.addon(offering_id)
    return offering.name if offering is not None else offering_id


async def order_title(bss: Bss, order: OrderReceipt) -> str:
    """An order in a few words, e.g. ``开通彩铃``."""
    name = await offering_name(bss, order.offering_id)
    return _TITLES.get(order.action, "{name}").format(name=name)
