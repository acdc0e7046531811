"""The end of an add-on that renews itself. Params: ``addon``, its identifier."""

from datetime import date, timedelta
from decimal import Decimal

from care.bss.protocol import Bss, BssRejected, RejectReason
from care.customers.verification import Verified
from care.orders.kinds.base import Choice, OrderKind, OrderToPlace, Params, Terms, allowed
from care.wording import day, either, yuan


class CancelAddon(OrderKind):
    """TMF622 `delete` of an add-on."""

    name = "cancel_addon"

    def __init__(self, bss: Bss) -> None:
        self._bss = bss

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class."""
        without = await self._bss.check_cancellation(verified.line_id, params["addon"])
        addon = await self._bss.addon(params["addon"])
        if addon is None:
            raise BssRejected(RejectReason.UNKNOWN_OFFERING)
        until = day(without - timedelta(days=1))
        fee = either("免费", "free")
        if addon.price:
            fee = either(f"每月{yuan(addon.price)}元", f"{yuan(addon.price)} yuan a month")
        return Terms(
            name=f"退订{addon.name}",
            offering_id=addon.id,
            price=Decimal("0.00"),
            effective=without,
            text=(
                f"为尾号{verified.phone[-4:]}的号码退订「{addon.name}」（{fee}），退订不收费，可以用到{until}，"
                f"{day(without)}起停止并不再收费，长期有效；生效前可以撤销，之后可以重新开通。"
            ),
            words={
                "addon": addon.name,
                "fee": fee,
                "until": until,
                "start": day(without),
                "leave": either(
                    "生效前可以撤销，之后也可以重新开通",
                    "you can take this back until then, and add it again later",
                ),
            },
        )

    async def choices(self, verified: Verified, today: date) -> tuple[Choice, ...]:
        """See the base class."""
        return tuple(
            [
                Choice(f"退订：{addon.name}", {"addon": addon.id})
                for addon in await self._bss.addons()
                if await allowed(self._bss.check_cancellation(verified.line_id, addon.id))
            ]
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class."""
        receipt = await self._bss.cancel_addon(
            order.line_id, order.offering_id, idempotency_key=order.id
        )
        return receipt.order_id
