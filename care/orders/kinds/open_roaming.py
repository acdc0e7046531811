"""A roaming pack for a journey. Params: ``addon``, ``countries`` (codes, by commas), ``start`` and ``end`` (ISO dates)."""

from datetime import date

from care.bss.protocol import Bss, BssRejected, RejectReason
from care.catalogue.roaming import PackChoice, Trip, choices
from care.customers.verification import Verified
from care.orders.kinds.base import Note, OrderKind, OrderToPlace, Params, Terms
from care.wording import data_size, day, either, listing, yuan


class OpenRoaming(OrderKind):
    """TMF622 `add` of a roaming pack that begins on the day of departure."""

    name = "open_roaming"

    def __init__(self, bss: Bss) -> None:
        self._bss = bss

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class. A departure that has passed meanwhile counts as today."""
        start, end = date.fromisoformat(params["start"]), date.fromisoformat(params["end"])
        trip = Trip(max(start, today), max(end, today))
        await self._bss.check_subscription(verified.line_id, params["addon"], trip.start)
        pack = await self._bss.addon(params["addon"])
        codes = params["countries"].split(",")
        if pack is None or not set(codes) <= set(pack.countries):
            raise BssRejected(RejectReason.UNKNOWN_OFFERING)
        (choice,) = choices([pack], trip)
        names = {country.id: country.name for country in await self._bss.countries()}
        where = listing(names.get(code, code) for code in codes)
        return Terms(
            name=pack.name,
            offering_id=pack.id,
            price=pack.price,
            effective=choice.start,
            text=_text(verified.phone, choice, where),
            words={
                "where": where,
                "price": either(f"一次{yuan(pack.price)}元", f"{yuan(pack.price)} yuan, once"),
                "a_day": yuan(choice.price_a_day),
                "amount": _amount(choice),
                "start": day(choice.start),
                "until": day(choice.end),
            },
            notes=() if choice.covers else (Note("too_short", {"end": day(trip.end)}),),
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class."""
        receipt = await self._bss.subscribe_addon(
            order.line_id, order.offering_id, idempotency_key=order.id, start=order.effective
        )
        return receipt.order_id


def _amount(choice: PackChoice) -> str:
    minutes = choice.pack.voice_minutes
    return data_size(choice.pack.data_mb) + (
        either(f"和{minutes}分钟通话", f" and {minutes} minutes of calls") if minutes else ""
    )


def _text(phone: str, choice: PackChoice, where: str) -> str:
    pack = choice.pack
    return (
        f"为尾号{phone[-4:]}的号码开通「{pack.name}」（资费编号{pack.tariff_code}），在{where}使用，含{_amount(choice)}，"
        f"一次{yuan(pack.price)}元，{day(choice.start)}起生效，用到{day(choice.end)}，到期自动停止，不自动续订；"
        "用完后断网，不另外扣费；生效前可以撤销，当天生效的24小时内没有使用也可以撤销。"
    )
