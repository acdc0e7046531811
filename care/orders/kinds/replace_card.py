"""A new card for the number. Params: ``line``, ``reason`` (a ``CardReason``), ``delivery`` (a ``CardDelivery``).

A lost card is a kind of its own: the line is blocked, so no code can reach the customer on it. The rule pack lets a yes
suffice there, since the fee falls due only when the courier hands the card to the holder, who shows the identity card
and signs; until then nothing is owed and the order can be refused at the door.
"""

from datetime import date

from care.bss.protocol import Bss, CardDelivery, CardReason
from care.customers.masking import mask_phone
from care.customers.verification import Verified
from care.lines.replacement import Replacement, replacement
from care.orders.kinds.base import Note, OrderKind, OrderToPlace, Params, Terms
from care.wording import day, yuan

_REASONS = {
    CardReason.LOST: "补卡",
    CardReason.DAMAGED: "换卡",
    CardReason.RESIZE: "换卡",
    CardReason.ESIM: "换成 eSIM",
    CardReason.PLASTIC: "eSIM 换实体卡",
}


class ReplaceCard(OrderKind):
    """TMF641 service order of a new card."""

    name = "replace_card"

    def __init__(self, bss: Bss) -> None:
        self._bss = bss

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class."""
        reason, delivery = CardReason(params["reason"]), CardDelivery(params["delivery"])
        new = await replacement(self._bss, verified, params["line"], reason, delivery)
        download = delivery is CardDelivery.DOWNLOAD
        return Terms(
            name="补卡 eSIM" if download and reason is CardReason.LOST else _REASONS[reason],
            offering_id=f"card_{reason}",
            price=new.fee,
            effective=today,
            text=_text(new, today),
            words={
                "phone": mask_phone(new.line.phone),
                "fee": "免费" if new.fee == 0 else f"{yuan(new.fee)} 元",
                "way": _way(new),
                "next": _NEXT[delivery],
            },
            notes=(Note("esim"),) if download else (),
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class."""
        receipt = await self._bss.replace_card(
            order.params["line"],
            CardReason(order.params["reason"]),
            CardDelivery(order.params["delivery"]),
            idempotency_key=order.id,
        )
        return receipt.id


class ReplaceLostCard(ReplaceCard):
    """A new card in place of a lost one, by courier."""

    name = "replace_lost_card"


_NEXT = {
    CardDelivery.COURIER: "快递员会先电话联系，请本人带身份证签收。插上新卡即可使用，旧卡同时作废",
    CardDelivery.DOWNLOAD: (
        "请连上 WiFi，在手机“设置—蜂窝网络（移动网络）—添加 eSIM”里按提示下载。下载完成即可使用，旧卡同时作废"
    ),
}


def _way(new: Replacement) -> str:
    if new.delivery is CardDelivery.DOWNLOAD:
        return "在手机上下载 eSIM，不用等快递"
    return f"快递到合同登记的地址（{new.address}），{new.days} 个工作日内送达，本人凭身份证签收"


def _text(new: Replacement, today: date) -> str:
    paid = "免费" if new.fee == 0 else f"工本费{yuan(new.fee)}元"
    if new.fee and new.reason is CardReason.LOST and new.delivery is CardDelivery.COURIER:
        paid += "（签收时收取）"
    return (
        f"号码尾号{new.line.phone[-4:]}{_REASONS[new.reason]}，{paid}，{_way(new)}。{day(today)}受理，"
        "号码、套餐和余额不变，新卡长期有效，启用时旧卡作废；启用前可联系客服取消，快递可以拒收。"
    )
