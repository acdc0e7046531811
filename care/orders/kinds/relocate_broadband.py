"""Broadband moved to another address. Params: ``broadband``, ``address``, ``held``, ``day``, ``hours``, ``contact``,
``conversation``."""

from datetime import date

from sqlalchemy.orm import Session

from care.appointments.field_work import FieldWork, Work
from care.appointments.texts import label
from care.broadband.service import relocation
from care.bss.protocol import BroadbandAccess, BroadbandOffer, Bss, BssRejected, RejectReason
from care.customers.verification import Verified
from care.orders.kinds.base import OrderKind, OrderToPlace, Params, Terms
from care.orders.kinds.install_broadband import work_description
from care.tickets.service import TicketRequest
from care.tickets.tables import TicketKind
from care.wording import yuan


class RelocateBroadband(OrderKind):
    """TMF622 `modify` of a broadband access, with an engineer's visit."""

    name = "relocate_broadband"

    def __init__(self, bss: Bss, work: FieldWork) -> None:
        self._bss = bss
        self._work = work

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class."""
        offer = await relocation(self._bss)
        if offer is None:
            raise BssRejected(RejectReason.NOT_ON_SALE)
        access = await self._bss.broadband(params["broadband"])
        if access is None or access.customer_id != verified.customer_id:
            raise BssRejected(RejectReason.UNKNOWN_BROADBAND)
        await self._bss.check_relocation(access.id, params["address"])
        area = await self._bss.area(access.area_id)
        if not await self._work.appointments.keep_free(params["held"], verified.customer_id):
            raise BssRejected(RejectReason.TIME_TAKEN)
        visit = label(date.fromisoformat(params["day"]), params["hours"])
        return Terms(
            name=offer.name,
            offering_id=offer.id,
            price=offer.work_fee,
            effective=date.fromisoformat(params["day"]),
            text=_text(verified.phone, offer, access, params["address"], visit),
            words={
                "speed": f"{access.mbps}M",
                "fee": yuan(offer.work_fee),
                "old": area.name if area is not None else "原址",
                "address": params["address"],
                "visit": visit,
            },
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class."""
        receipt = await self._bss.relocate_broadband(
            order.params["broadband"],
            order.params["address"],
            order.effective,
            idempotency_key=order.id,
        )
        return receipt.order_id

    def placed(self, session: Session, order: OrderToPlace) -> None:
        """Engineers get a ticket, with the appointment that was held for it."""
        request = TicketRequest(
            kind=TicketKind.RELOCATION,
            title="宽带移机",
            description=work_description(order, f"宽带：{order.params['broadband']}"),
            actor="bot",
            contact_id=order.params.get("contact"),
            customer_id=order.customer_id,
            phone=order.phone,
            conversation_id=order.params.get("conversation"),
        )
        work = Work(order.id, order.operator_order_id, "宽带移机", order.params["held"], request)
        self._work.open(session, work)


def _text(
    phone: str, offer: BroadbandOffer, access: BroadbandAccess, address: str, visit: str
) -> str:
    return (
        f"号码尾号{phone[-4:]}名下的宽带（{access.mbps}M）移机到{address}（资费编号{offer.tariff_code}），"
        f"移机费{yuan(offer.work_fee)}元一次，速率和月费不变，移机完成之日起生效，长期有效；"
        f"上门时间{visit}。完成前可撤销，不收费。"
    )
