"""The spam shield, switched on or to another level. Params: ``line``, ``level`` (``standard`` or ``strict``).

Free, and off again at any word: a yes in a verified session suffices by the rule pack.
"""

from datetime import date
from decimal import Decimal

from care.bss.protocol import Bss, SpamLevel
from care.customers.masking import mask_phone
from care.customers.verification import Verified
from care.orders.kinds.base import OrderKind, OrderToPlace, Params, Terms
from care.orders.kinds.own_line import own_line
from care.wording import day

LEVELS = {
    SpamLevel.STANDARD: ("标准", "高频骚扰、疑似诈骗和被多人举报的来电、短信"),
    SpamLevel.STRICT: ("严格", "标准档的全部，加上推销、催收、响一声就挂和境外的来电、短信"),
}
"""What a level is called, and what it keeps away."""


class SpamShieldOn(OrderKind):
    """TMF640 configuration of the shield."""

    name = "spam_shield"

    def __init__(self, bss: Bss) -> None:
        self._bss = bss

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class."""
        line = await own_line(self._bss, verified, params["line"])
        level, blocks = LEVELS[SpamLevel(params["level"])]
        return Terms(
            name=f"骚扰拦截（{level}）",
            offering_id=f"spam_{params['level']}",
            price=Decimal(0),
            effective=today,
            text=(
                f"号码尾号{line.phone[-4:]}开通骚扰拦截（{level}），免费，{day(today)}起生效，长期有效，"
                f"拦截{blocks}；随时可以关闭。"
            ),
            words={"phone": mask_phone(line.phone), "level": level, "blocks": blocks},
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class."""
        receipt = await self._bss.set_spam_level(
            order.params["line"], SpamLevel(order.params["level"]), idempotency_key=order.id
        )
        return receipt.id
