"""An add-on. Params: ``addon``, its identifier."""

from datetime import date, timedelta

from care.bss.months import last_day, month_of
from care.bss.protocol import Addon, Bss, BssRejected, RejectReason
from care.customers.verification import Verified
from care.orders.kinds.base import Choice, OrderKind, OrderToPlace, Params, Terms, allowed
from care.wording import day, either, yuan


class SubscribeAddon(OrderKind):
    """TMF622 `add` of an add-on."""

    name = "subscribe_addon"

    def __init__(self, bss: Bss) -> None:
        self._bss = bss

    async def terms(self, verified: Verified, params: Params, today: date) -> Terms:
        """See the base class."""
        start = await self._bss.check_subscription(verified.line_id, params["addon"])
        addon = await self._bss.addon(params["addon"])
        if addon is None:
            raise BssRejected(RejectReason.UNKNOWN_OFFERING)
        price, term, leave = _price(addon), _term(addon, start), _leave(addon)
        return Terms(
            name=addon.name,
            offering_id=addon.id,
            price=addon.price,
            effective=start,
            text=(
                f"为尾号{verified.phone[-4:]}的号码开通「{addon.name}」（资费编号{addon.tariff_code}），"
                f"{price}，{day(start)}起生效，{term}，{leave}。"
            ),
            words={
                "about": addon.description,
                "price": price,
                "start": day(start),
                "term": term,
                "leave": leave,
            },
        )

    async def choices(self, verified: Verified, today: date) -> tuple[Choice, ...]:
        """See the base class."""
        return tuple(
            [
                Choice(f"开通：{addon.name}（{_price(addon)}）", {"addon": addon.id})
                for addon in await self._bss.addons()
                if await allowed(self._bss.check_subscription(verified.line_id, addon.id))
            ]
        )

    async def place(self, order: OrderToPlace) -> str:
        """See the base class."""
        receipt = await self._bss.subscribe_addon(
            order.line_id, order.offering_id, idempotency_key=order.id
        )
        return receipt.order_id


def _price(addon: Addon) -> str:
    if not addon.price:
        return either("免费", "free")
    price = yuan(addon.price)
    if addon.recurring:
        return either(f"每月{price}元", f"{price} yuan a month")
    return either(f"一次{price}元", f"{price} yuan, once")


def _term(addon: Addon, start: date) -> str:
    if addon.recurring:
        full = either("，当月按整月收取", "; the first month is charged in full")
        renewed = either("没有期限，每月自动续订", "no end, renewed each month")
        return renewed + (full if addon.price else "")
    last = last_day(month_of(start))
    if addon.valid_days is not None:
        last = start + timedelta(days=addon.valid_days - 1)
    return either(f"用到{day(last)}，不自动续订", f"until {day(last)}, not renewed")


def _leave(addon: Addon) -> str:
    if addon.recurring:
        return either(
            "随时可以退订，退订后用到当月底", "any time; it then runs to the end of the month"
        )
    return either(
        "到期自动停止，办理后24小时内没有使用可以撤销",
        "it stops by itself; within 24 hours, while unused, you can take it back",
    )
