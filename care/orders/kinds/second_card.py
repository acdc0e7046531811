"""One more card on the customer's line (副卡). Params: ``number``, ``delivery`` and ``holder``, who keeps the number."""

from datetime import date

from care.bss.protocol import Bss, BssRejected, Delivery, RejectReason
from care.customers.verification import Verified
from care.orders.kinds.base import Note, OrderKind, OrderToPlace, Params, Terms
from care.wording import day, yuan


class SecondCard(OrderKind):
    """TMF622 `add` of a second card; it costs from the day on which it is activated."""

    name = "second_card"

    def __init__(self, bss: Bss) -> None:
        self._bss = bss

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class."""
        card = await self._bss.second_card_fee(verified.line_id)
        number = await self._bss.free_number(params["number"])
        if number is None:
            raise BssRejected(RejectReason.UNKNOWN_NUMBER)
        fee = yuan(card.monthly_fee)
        notes = []
        agreement = ""
        if number.prestige:
            agreement = f"该号码为靓号，协议期{number.term_months}个月、每月最低消费{yuan(number.minimum_fee)}元，"
            values = {"minimum": yuan(number.minimum_fee), "months": str(number.term_months)}
            notes.append(Note("prestige", values))
        notes.append(Note(Delivery(params["delivery"]).value))
        return Terms(
            name=f"副卡 {number.phone}",
            offering_id=number.phone,
            price=card.monthly_fee,
            effective=today,
            text=(
                f"为号码尾号{verified.phone[-4:]}加办副卡{number.phone}，功能费{fee}元/月，{agreement}"
                f"{day(today)}受理，本人实名激活后开始使用和计费，长期有效，可随时申请注销副卡，无违约金。"
            ),
            words={"number": number.phone, "fee": fee, "main": verified.phone[-4:]},
            notes=tuple(notes),
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class."""
        receipt = await self._bss.add_second_card(
            order.line_id,
            order.params["number"],
            order.params["holder"],
            Delivery(order.params["delivery"]),
            idempotency_key=order.id,
        )
        return receipt.order_id
