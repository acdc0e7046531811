"""The authorisation code for leaving with the number (携转授权码). No params: it is for the verified line.

The operator gives the code out; it goes to the line by text message, is shown in no chat and kept in none of our rows.
"""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from care.bss.protocol import Bss, BssRejected, LeavingCheck, RejectReason
from care.clock import Clock
from care.customers.masking import mask_phone
from care.customers.sms import SmsGateway
from care.customers.verification import Verified
from care.db.jobs import Handler, Job, schedule
from care.orders.kinds.base import Note, OrderKind, OrderToPlace, Params, Terms
from care.orders.tables import OrderRow
from care.wording import day, yuan

CODE_JOB = "port_out.code_sms"


class PortOut(OrderKind):
    """The request of 携号转网服务管理规定 for an authorisation code: no reason is asked, nothing is offered against it."""

    name = "port_out"

    def __init__(self, bss: Bss) -> None:
        self._bss = bss

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class."""
        check = await self._bss.check_port_out(verified.line_id)
        if not check.allowed:
            raise BssRejected(RejectReason.NOT_PORTABLE)
        return Terms(
            name="携号转网授权码",
            offering_id=verified.line_id,
            price=Decimal(0),
            effective=today,
            text=(
                f"尾号{verified.phone[-4:]}的号码申请携号转网授权码，免费，{day(today)}受理，"
                "授权码以短信发送，有效期以短信为准，到期自动作废；不去新运营商办理则号码和套餐不变。"
            ),
            words={"phone": mask_phone(verified.phone)},
            notes=tuple(_notes(check)),
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class."""
        code = await self._bss.request_port_code(order.line_id, idempotency_key=order.id)
        return code.id

    def placed(self, session: Session, order: OrderToPlace) -> None:
        """Have the code sent."""
        due = session.get_one(OrderRow, order.id).ordered_at
        schedule(session, CODE_JOB, {"key": order.id}, due)


class PortCodes:
    """Sends authorisation codes to the lines they are for."""

    def __init__(self, bss: Bss, sms: SmsGateway, clock: Clock) -> None:
        self._bss = bss
        self._sms = sms
        self._clock = clock

    def handlers(self) -> dict[str, Handler]:
        """What the job loop calls."""
        return {CODE_JOB: self._send}

    async def _send(self, job: Job) -> None:
        code = await self._bss.port_code(job.payload["key"])
        if code is None or code.valid_until <= self._clock():
            return  # replaced by a later one, or too late to be of use
        minutes = -(-(code.valid_until - self._clock()) // timedelta(minutes=1))
        await self._sms.send(
            code.phone,
            f"【小讯】您的携号转网授权码为{code.code[:4]}-{code.code[4:]}，{minutes}分钟内有效。"
            "请携带身份证到新运营商办理。切勿告诉其他人。",
        )


def _notes(check: LeavingCheck) -> list[Note]:
    notes = []
    if check.left > 0:
        notes.append(Note("balance", {"balance": yuan(check.left)}))
    if check.second_cards:
        cards = "、".join(mask_phone(phone) for phone in check.second_cards)
        notes.append(Note("second_cards", {"cards": cards}))
    if check.broadband:
        notes.append(Note("broadband", {"accounts": "、".join(check.broadband)}))
    if check.points:
        notes.append(Note("points", {"points": str(check.points)}))
    return notes
