"""New home broadband. Params: ``offer``, ``address``, ``held`` (the appointment that was held), ``day``, ``hours``,
``contact``, ``conversation``."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from care.appointments.field_work import FieldWork, Work
from care.appointments.texts import in_chinese, label
from care.broadband.service import coverage, offers_at
from care.bss.protocol import BroadbandOffer, Bss, BssRejected, RejectReason
from care.customers.verification import Verified
from care.orders.kinds.base import Note, OrderKind, OrderToPlace, Params, Terms
from care.tickets.service import TicketRequest
from care.tickets.tables import TicketKind
from care.wording import yuan


class InstallBroadband(OrderKind):
    """TMF622 `add` of a broadband access, with an engineer's visit (TMF641, TMF646)."""

    name = "install_broadband"

    def __init__(self, bss: Bss, work: FieldWork) -> None:
        self._bss = bss
        self._work = work

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class."""
        await self._bss.check_installation(verified.line_id, params["offer"], params["address"])
        area = (await coverage(self._bss, params["address"])).area
        assert area is not None
        priced = {one.offer.id: one for one in await offers_at(self._bss, area, verified.line_id)}
        if params["offer"] not in priced:
            raise BssRejected(RejectReason.NOT_ON_SALE)
        offer, fee = priced[params["offer"]].offer, priced[params["offer"]].monthly_fee
        if not await self._work.appointments.keep_free(params["held"], verified.customer_id):
            raise BssRejected(RejectReason.TIME_TAKEN)
        visit = label(date.fromisoformat(params["day"]), params["hours"])
        return Terms(
            name=offer.name,
            offering_id=offer.id,
            price=fee,
            effective=date.fromisoformat(params["day"]),
            text=_text(verified.phone, offer, fee, params["address"], visit),
            words={
                "speed": f"{offer.mbps}M",
                "fee": yuan(fee),
                "work_fee": yuan(offer.work_fee),
                "address": params["address"],
                "visit": visit,
            },
            notes=(Note("included", {"speed": f"{offer.mbps}M"}),) if fee == 0 else (),
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class."""
        receipt = await self._bss.install_broadband(
            order.line_id,
            order.offering_id,
            order.params["address"],
            order.effective,
            idempotency_key=order.id,
        )
        return receipt.order_id

    def placed(self, session: Session, order: OrderToPlace) -> None:
        """Engineers get a ticket, with the appointment that was held for it."""
        request = TicketRequest(
            kind=TicketKind.INSTALLATION,
            title=f"宽带新装：{order.name}",
            description=work_description(order, f"要装：{order.name}"),
            actor="bot",
            contact_id=order.params.get("contact"),
            customer_id=order.customer_id,
            phone=order.phone,
            conversation_id=order.params.get("conversation"),
        )
        work = Work(order.id, order.operator_order_id, order.name, order.params["held"], request)
        self._work.open(session, work)


def work_description(order: OrderToPlace, *lines: str) -> str:
    """What engineers read on the ticket of an order."""
    visit = in_chinese(date.fromisoformat(order.params["day"]), order.params["hours"])
    return "\n".join(
        [
            *lines,
            f"地址：{order.params['address']}",
            f"约定上门：{visit}",
            f"订单：{order.id[-8:].upper()}",
        ]
    )


def _text(phone: str, offer: BroadbandOffer, fee: Decimal, address: str, visit: str) -> str:
    monthly = f"月费{yuan(fee)}元" if fee else "套餐内已包含，不另收月费"
    return (
        f"号码尾号{phone[-4:]}在{address}新装「{offer.name}」（资费编号{offer.tariff_code}），{monthly}，"
        f"装机费{yuan(offer.work_fee)}元一次，装通之日起生效，长期有效，没有合约期；"
        f"上门时间{visit}。装通前可撤销，不收费；装通后可申请拆机，次月停收月费。"
    )
