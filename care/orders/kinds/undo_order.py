"""An order taken back. Params: ``order``, the operator's number of it."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from care.appointments.field_work import FieldWork
from care.bss.protocol import Bss, BssRejected, OrderAction, OrderReceipt, RejectReason
from care.catalogue.names import order_title
from care.customers.verification import Verified
from care.orders.kinds.base import OrderKind, OrderToPlace, Params, Terms
from care.wording import day

_AFTER = {
    OrderAction.CHANGE_PLAN: "继续使用现在的套餐",
    OrderAction.SUBSCRIBE_ADDON: "不再开通，已收的费用全部退回",
    OrderAction.CANCEL_ADDON: "继续使用，不再退订",
    OrderAction.INSTALL_BROADBAND: "不再上门安装，不收任何费用",
    OrderAction.RELOCATE_BROADBAND: "不再移机，宽带留在原来的地址，不收任何费用",
}


class UndoOrder(OrderKind):
    """TMF622 `cancelProductOrder`."""

    name = "undo_order"

    def __init__(self, bss: Bss, work: FieldWork | None = None) -> None:
        self._bss = bss
        self._work = work

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class. An order of another line is none that is known."""
        order = await self._bss.order(params["order"])
        if order is None or order.line_id != verified.line_id or order.action not in _AFTER:
            raise BssRejected(RejectReason.UNKNOWN_ORDER)
        await self._bss.check_undo(order.order_id)
        title = await order_title(self._bss, order)
        return Terms(
            name=f"撤销：{title}",
            offering_id=order.offering_id,
            price=Decimal("0.00"),
            effective=today,
            text=_text(verified.phone, title, order, today),
            words={
                "undone": title,
                "after": _AFTER[order.action],
                "start": day(today),
                "leave": "撤销后可以重新办理",
            },
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class."""
        receipt = await self._bss.undo_order(order.params["order"], idempotency_key=order.id)
        return receipt.order_id

    def placed(self, session: Session, order: OrderToPlace) -> None:
        """No engineer comes for an order that was taken back."""
        if self._work is not None:
            self._work.give_up(session, order.params["order"])


def _text(phone: str, title: str, order: OrderReceipt, today: date) -> str:
    return (
        f"为尾号{phone[-4:]}的号码撤销「{title}」，撤销不收费，{day(today)}起生效：{_AFTER[order.action]}，"
        "长期有效；撤销后可以重新办理。"
    )
