"""Keeping the number while the line is stopped (停机保号).

Params: ``line`` and its ``phone``, ``start`` (an ISO day), ``months``.
"""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from care.bss.protocol import Bss, BssRejected, RejectReason
from care.customers.masking import mask_phone
from care.customers.verification import Verified
from care.lines.service import remind_of_end
from care.lines.suspension import Suspension, later, suspension
from care.orders.kinds.base import Note, OrderKind, OrderToPlace, Params, Terms
from care.wording import day, yuan


class SuspendService(OrderKind):
    """TMF640 suspension of a line at the customer's request."""

    name = "suspend_service"

    def __init__(self, bss: Bss, zone: ZoneInfo) -> None:
        self._bss = bss
        self._zone = zone

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class."""
        start, months = _span(params)
        kept = await suspension(self._bss, verified, params["line"], start, months)
        return Terms(
            name="停机保号",
            offering_id="suspend_service",
            price=kept.fee,
            effective=start,
            text=_text(kept),
            words={
                "phone": mask_phone(kept.line.phone),
                "start": day(kept.start),
                "until": day(kept.until),
                "months": str(kept.months),
                "fee": yuan(kept.fee),
            },
            notes=tuple(_notes(kept)),
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class."""
        start, months = _span(order.params)
        receipt = await self._bss.suspend_line(
            order.params["line"], start, months, idempotency_key=order.id
        )
        return receipt.id

    def placed(self, session: Session, order: OrderToPlace) -> None:
        """Have the customer told before the line comes back by itself."""
        start, months = _span(order.params)
        remind_of_end(
            session, order.params["line"], order.params["phone"], later(start, months), self._zone
        )


def _span(params: Params) -> tuple[date, int]:
    try:
        return date.fromisoformat(params["start"]), int(params["months"])
    except ValueError as error:
        raise BssRejected(RejectReason.BAD_DATE) from error


def _notes(kept: Suspension) -> list[Note]:
    notes = []
    if kept.contract is not None:
        notes.append(
            Note(
                "contract",
                {
                    "contract": kept.contract.name,
                    "until": day(kept.contract.end),
                    "minimum": yuan(kept.contract.minimum_monthly_fee),
                },
            )
        )
    if kept.broadband:
        notes.append(Note("broadband", {"accounts": "、".join(kept.broadband)}))
    if kept.cards:
        notes.append(Note("cards", {"count": str(kept.cards)}))
    if kept.addons:
        notes.append(Note("addons", {"addons": "、".join(kept.addons)}))
    return notes


def _text(kept: Suspension) -> str:
    extras = ""
    if kept.contract is not None:
        extras += f"合约到{day(kept.contract.end)}不变，期间每月最低消费{yuan(kept.contract.minimum_monthly_fee)}元照收，"
    if kept.broadband:
        extras += "名下随号宽带同时停用，"
    if kept.cards:
        extras += f"{kept.cards}张副卡同时停用，"
    return (
        f"号码尾号{kept.line.phone[-4:]}停机保号，{day(kept.start)}起停{kept.months}个月，到{day(kept.until)}自动恢复，"
        f"期间不收套餐月费，每月收保号费{yuan(kept.fee)}元，不能通话、上网和收短信，{extras}开始前可撤销，期间可随时复机。"
    )
