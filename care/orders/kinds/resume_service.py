"""Bringing a line back that the customer had stopped, or taking an ordered stop back. Params: ``line``."""

from datetime import date

from care.bss.protocol import Bss, BssRejected, HoldReason, LineStatus, RejectReason
from care.customers.masking import mask_phone
from care.customers.verification import Verified
from care.orders.kinds.base import OrderKind, OrderToPlace, Params, Terms
from care.orders.kinds.own_line import own_line
from care.wording import day, yuan


class ResumeService(OrderKind):
    """TMF640 activation of a line that was kept."""

    name = "resume_service"

    def __init__(self, bss: Bss) -> None:
        self._bss = bss

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class."""
        line = await own_line(self._bss, verified, params["line"])
        hold = await self._bss.hold(line.id)
        if hold is None or hold.reason is not HoldReason.REQUEST:
            raise BssRejected(RejectReason.NOT_STOPPED)
        plan = await self._bss.plan(line.plan_id)
        if plan is None:
            raise BssRejected(RejectReason.UNKNOWN_OFFERING)
        begun = line.status is not LineStatus.ACTIVE
        fee = yuan(plan.monthly_fee)
        what = "恢复使用" if begun else "撤销停机保号"
        return Terms(
            name="复机" if begun else "撤销停机保号",
            offering_id="resume_service",
            price=plan.monthly_fee,
            effective=today,
            text=(
                f"号码尾号{line.phone[-4:]}{what}，不收手续费，{day(today)}起按套餐「{plan.name}」每月{fee}元计费"
                f"（资费编号{plan.tariff_code}），不再收保号费，长期有效；以后可以随时再办停机保号。"
            ),
            words={
                "phone": mask_phone(line.phone),
                "what": what,
                "plan": plan.name,
                "fee": fee,
                "start": day(today),
            },
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class."""
        receipt = await self._bss.resume_line(order.params["line"], idempotency_key=order.id)
        return receipt.id
