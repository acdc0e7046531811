"""Another plan from the next month on. Params: ``plan``, its identifier."""

from datetime import date

from care.bss.protocol import Bss
from care.catalogue.service import PlanOffer, plan_offer, plans_on_sale
from care.customers.verification import Verified
from care.orders.kinds.base import Choice, Note, OrderKind, OrderToPlace, Params, Terms
from care.wording import day, either, yuan


class ChangePlan(OrderKind):
    """TMF622 `modify` of the plan."""

    name = "change_plan"

    def __init__(self, bss: Bss) -> None:
        self._bss = bss

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class."""
        offer = await plan_offer(self._bss, verified.line_id, params["plan"], today)
        comparison = offer.comparison
        return Terms(
            name=offer.new.name,
            offering_id=offer.new.id,
            price=offer.new.monthly_fee,
            effective=offer.effective,
            text=_text(verified.phone, offer),
            words={
                "old": offer.old.name,
                "new": offer.new.name,
                "old_fee": yuan(offer.old.monthly_fee),
                "new_fee": yuan(offer.new.monthly_fee),
                "start": day(offer.effective),
                "lost": either("；", "; ").join(difference.text for difference in comparison.lost)
                or either("无", "nothing"),
                "gained": either("；", "; ").join(
                    difference.text for difference in comparison.gained
                )
                or either("无", "nothing"),
            },
            notes=tuple(_notes(offer)),
        )

    async def choices(self, verified: Verified, today: date) -> tuple[Choice, ...]:
        """See the base class."""
        plans = await plans_on_sale(self._bss, verified.line_id, today)
        return tuple(
            Choice(f"换套餐：{plan.name}（{yuan(plan.monthly_fee)}元/月）", {"plan": plan.id})
            for plan in plans
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class."""
        receipt = await self._bss.change_plan(
            order.line_id, order.offering_id, order.effective, idempotency_key=order.id
        )
        return receipt.order_id


def _notes(offer: PlanOffer) -> list[Note]:
    notes = []
    if offer.broadband_fee:
        notes.append(Note("broadband_fee", {"fee": yuan(offer.broadband_fee)}))
    if offer.extra_card_fee:
        notes.append(Note("card_fee", {"fee": yuan(offer.extra_card_fee)}))
    if offer.contract is not None:
        notes.append(Note("contract", {"until": day(offer.contract.end)}))
    return notes


def _text(phone: str, offer: PlanOffer) -> str:
    extras = ""
    if offer.broadband_fee:
        extras += f"宽带另计{yuan(offer.broadband_fee)}元/月，"
    if offer.extra_card_fee:
        extras += f"副卡增加{yuan(offer.extra_card_fee)}元/月，"
    return (
        f"号码尾号{phone[-4:]}由「{offer.old.name}」（{yuan(offer.old.monthly_fee)}元/月）"
        f"改为「{offer.new.name}」（{yuan(offer.new.monthly_fee)}元/月，资费编号{offer.new.tariff_code}），"
        f"{extras}{day(offer.effective)}起生效，长期有效，生效前可撤销，生效后可改办其他套餐。"
    )
