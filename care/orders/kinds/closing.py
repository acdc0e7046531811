"""Closing a number (销户) and a home's broadband (拆机). Params: ``subject``, the line's or access's identifier.

Nothing is asked twice and nothing is offered in exchange: leaving must be as easy as coming (电信条例 Art. 40).
"""

from datetime import date

from sqlalchemy import delete
from sqlalchemy.orm import Session

from care.bss.protocol import Bss, BssRejected, ClosingTerms, RejectReason
from care.customers.masking import mask_phone
from care.customers.verification import Verified, VerifiedSession
from care.orders.kinds.base import Note, OrderKind, OrderToPlace, Params, Terms
from care.wording import day, yuan


class CloseLine(OrderKind):
    """TMF622 `delete` of a line."""

    name = "close_line"

    def __init__(self, bss: Bss) -> None:
        self._bss = bss

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class."""
        terms = await closing_terms(self._bss, params["subject"])
        line = await self._bss.line_by_id(terms.subject_id)
        if line is None or line.customer_id != verified.customer_id:
            raise BssRejected(RejectReason.UNKNOWN_LINE)
        assert terms.frozen_until is not None
        phone = mask_phone(line.phone)
        return Terms(
            name=f"注销号码 {phone}",
            offering_id=line.id,
            price=terms.exit_fee,
            effective=today,
            text=(
                f"注销尾号{line.phone[-4:]}的号码及其套餐和业务，不收手续费，{_fees(terms)}"
                f"{day(today)}确认后立即生效，不再计费，不能撤销；{_ends(terms)}"
                f"号码冻结到{day(terms.frozen_until)}。"
            ),
            words={"phone": phone, "start": day(today), "frozen": day(terms.frozen_until)},
            notes=tuple(_notes(terms, main=line.primary_line_id is None)),
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class."""
        receipt = await self._bss.close(
            order.line_id, order.params["subject"], idempotency_key=order.id
        )
        return receipt.order_id

    def placed(self, session: Session, order: OrderToPlace) -> None:
        """Nobody is verified by a number that is closed."""
        subject = order.params["subject"]
        session.execute(delete(VerifiedSession).where(VerifiedSession.line_id == subject))


class CloseBroadband(OrderKind):
    """TMF622 `delete` of a broadband access."""

    name = "close_broadband"

    def __init__(self, bss: Bss) -> None:
        self._bss = bss

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class."""
        terms = await closing_terms(self._bss, params["subject"])
        access = await self._bss.broadband(terms.subject_id)
        if access is None or access.customer_id != verified.customer_id:
            raise BssRejected(RejectReason.UNKNOWN_LINE)
        return Terms(
            name=f"宽带拆机 {access.account}",
            offering_id=access.id,
            price=terms.exit_fee,
            effective=today,
            text=(
                f"宽带账号{access.account}（{access.mbps}M）拆机，不收手续费，{day(today)}确认后立即停用，"
                "不再计费，不能撤销；手机号码和套餐不变，光猫请在30天内交还。"
            ),
            words={
                "account": access.account,
                "mbps": str(access.mbps),
                "start": day(today),
            },
            notes=(Note("tv"),) if access.iptv else (),
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class."""
        receipt = await self._bss.close(
            order.line_id, order.params["subject"], idempotency_key=order.id
        )
        return receipt.order_id


async def closing_terms(bss: Bss, subject_id: str) -> ClosingTerms:
    """The terms of closing, where it can be ordered here.

    Raises BssRejected: UNKNOWN_LINE, NEEDS_PRESENCE, UNSETTLED with ``amount`` and ``exit_fee`` in yuan.
    """
    terms = await bss.closing_terms(subject_id)
    if terms.needs_presence:
        raise BssRejected(RejectReason.NEEDS_PRESENCE)
    if terms.settlement < 0:
        raise BssRejected(
            RejectReason.UNSETTLED, amount=yuan(-terms.settlement), exit_fee=yuan(terms.exit_fee)
        )
    return terms


def _fees(terms: ClosingTerms) -> str:
    words = "".join(f"{fee.contract}提前解除需付{yuan(fee.amount)}元，" for fee in terms.exit_fees)
    if terms.settlement > 0:
        words += f"结清后余额{yuan(terms.settlement)}元于{terms.refund_days}个工作日内原路退还，"
    return words


def _ends(terms: ClosingTerms) -> str:
    words = ""
    if terms.second_cards:
        words += f"{len(terms.second_cards)}张副卡同时注销，"
    if terms.broadband:
        words += "绑定的宽带同时拆机，"
    return words


def _notes(terms: ClosingTerms, *, main: bool) -> list[Note]:
    notes = [
        Note(
            "exit_fee",
            {"contract": fee.contract, "until": day(fee.until), "fee": yuan(fee.amount)},
        )
        for fee in terms.exit_fees
    ]
    if main and terms.settlement > 0:
        values = {"refund": yuan(terms.settlement), "days": str(terms.refund_days)}
        notes.append(Note("refund", values))
    if terms.second_cards:
        cards = "、".join(mask_phone(phone) for phone in terms.second_cards)
        notes.append(Note("second_cards", {"cards": cards}))
    if terms.broadband:
        notes.append(Note("broadband", {"accounts": "、".join(terms.broadband)}))
    if terms.points:
        notes.append(Note("points", {"points": str(terms.points)}))
    return notes
