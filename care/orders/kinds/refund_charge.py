"""A charge given back to the account at once. Params: ``month`` and ``charge``, the kind of bill line."""

from datetime import date
from zoneinfo import ZoneInfo

from care.billing.charges import Found, Wanted, find_charge
from care.billing.disputes import Judged, judge_charge
from care.billing.refunds import RefundRule, Verdict, none_since, rule_of
from care.billing.service import paying_line
from care.bss.protocol import Bss, BssRejected, RejectReason
from care.customers.verification import Verified
from care.duties import Duties
from care.orders.kinds.base import OrderKind, OrderToPlace, Params, Terms
from care.wording import month as in_words
from care.wording import yuan

_REASONS = {
    Verdict.REFUNDED: RejectReason.ALREADY_REFUNDED,
    Verdict.REFUNDED_LATELY: RejectReason.REFUNDED_LATELY,
}


class RefundCharge(OrderKind):
    """TMF654 `AdjustBalance`; refused where the rule does not allow it, whoever asks."""

    name = "refund_charge"

    def __init__(self, bss: Bss, duties: Duties, zone: ZoneInfo) -> None:
        self._bss = bss
        self._duties = duties
        self._zone = zone

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class."""
        judged = await self._judged(verified.line_id, params, today)
        if judged.verdict is not Verdict.REFUND:
            raise BssRejected(_REASONS.get(judged.verdict, RejectReason.NO_SUCH_CHARGE))
        amount, month = yuan(judged.claim.amount), in_words(judged.claim.month)
        item = next(one for one in await self._bss.charge_items() if one.id == judged.claim.item_id)
        addon = next(
            (one for one in await self._bss.addons() if one.charge_item_id == item.id), None
        )
        return Terms(
            name=f"{month}{judged.name}退费",
            offering_id=judged.claim.item_id,
            price=judged.claim.amount,
            effective=today,
            text=(
                f"号码尾号{verified.phone[-4:]}：退回{month}的「{judged.name}」{amount}元到话费账户，"
                "确认后马上到账，不收费用；业务本身不会因此停止，需要的话可以另外退订。"
            ),
            words={
                "charge": judged.name,
                "month": month,
                "amount": amount,
                "addon": addon.id if addon is not None else "",
                "addon_name": addon.name if addon is not None else judged.name,
            },
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class. The rule's time between two refunds is kept by the operator's own write."""
        line = await paying_line(self._bss, order.line_id)
        refund = await self._bss.refund_charge(
            line.id,
            order.params["month"],
            order.params["charge"],
            none_since=none_since(self._rule(), order.effective),
            idempotency_key=order.id,
        )
        return refund.id

    async def _judged(self, line_id: str, params: Params, today: date) -> Judged:
        line = await paying_line(self._bss, line_id)
        bill = await self._bss.bill(line.id, params["month"])
        found: Found | None = None
        if bill is not None:
            found = find_charge([bill], Wanted(item_id=params["charge"]))
        if found is None:
            raise BssRejected(RejectReason.NO_SUCH_CHARGE)
        return await judge_charge(self._bss, self._rule(), line.id, found, today, self._zone)

    def _rule(self) -> RefundRule:
        return rule_of(self._duties)
