"""Loyalty points exchanged for credit or data. Params: ``reward``, its identifier."""

from datetime import date
from decimal import Decimal

from care.billing.service import paying_line
from care.bss.protocol import (
    Bss,
    BssRejected,
    LineStatus,
    RejectReason,
    RewardKind,
)
from care.customers.verification import Verified
from care.orders.kinds.base import OrderKind, OrderToPlace, Params, Terms


class RedeemPoints(OrderKind):
    """TMF658 burn of loyalty points."""

    name = "redeem_points"

    def __init__(self, bss: Bss) -> None:
        self._bss = bss

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class."""
        reward = next(
            (one for one in await self._bss.rewards() if one.id == params["reward"]), None
        )
        if reward is None:
            raise BssRejected(RejectReason.UNKNOWN_OFFERING)
        line = await paying_line(self._bss, verified.line_id)
        if reward.kind is RewardKind.DATA and line.status is not LineStatus.ACTIVE:
            raise BssRejected(RejectReason.LINE_NOT_ACTIVE)
        account = await self._bss.points(verified.customer_id)
        left = account.points - reward.points
        if left < 0:
            raise BssRejected(RejectReason.NOT_ENOUGH_POINTS)
        use = "马上到账" if reward.kind is RewardKind.CREDIT else "马上生效，用到本月底"
        return Terms(
            name=reward.name,
            offering_id=reward.id,
            price=Decimal("0.00"),
            effective=today,
            text=(
                f"号码尾号{verified.phone[-4:]}用{reward.points}积分兑换「{reward.name}」，不收费用，{use}；"
                "兑换后积分不能退回。"
            ),
            words={
                "reward": reward.name,
                "points": str(reward.points),
                "left": str(left),
                "use": use,
            },
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class."""
        line = await paying_line(self._bss, order.line_id)
        exchange = await self._bss.redeem_points(
            line.id, order.offering_id, idempotency_key=order.id
        )
        return exchange.id
