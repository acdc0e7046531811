"""Taking the report of a loss back (解除挂失). Params: ``line``, its identifier.

A yes in a verified session suffices by the rule pack: it costs nothing, a code could not reach the blocked card, and the
line can be blocked again at any time.
"""

from datetime import date
from decimal import Decimal

from care.bss.protocol import Bss, BssRejected, LineStatus, RejectReason
from care.customers.masking import mask_phone
from care.customers.verification import Verified
from care.orders.kinds.base import OrderKind, OrderToPlace, Params, Terms
from care.orders.kinds.own_line import own_line
from care.wording import day


class LiftLost(OrderKind):
    """TMF640 activation of a line that was blocked."""

    name = "lift_lost"

    def __init__(self, bss: Bss) -> None:
        self._bss = bss

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class."""
        line = await own_line(self._bss, verified, params["line"])
        if line.status is not LineStatus.BLOCKED_LOST:
            raise BssRejected(RejectReason.NOT_STOPPED)
        if await self._bss.card_order(line.id) is not None:
            raise BssRejected(RejectReason.CARD_ORDERED)
        return Terms(
            name="解除挂失",
            offering_id="lift_lost",
            price=Decimal(0),
            effective=today,
            text=(
                f"号码尾号{line.phone[-4:]}解除挂失，免费，{day(today)}起原来的卡恢复使用，长期有效；"
                "卡再次丢失可以随时重新挂失。"
            ),
            words={"phone": mask_phone(line.phone)},
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class."""
        receipt = await self._bss.lift_lost(order.params["line"], idempotency_key=order.id)
        return receipt.id
