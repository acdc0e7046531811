"""The words of text messages about orders. What is agreed to is exactly this text; it is kept with the proof."""

from datetime import date
from decimal import Decimal

from care.catalogue.service import PlanOffer


def offer_text(phone: str, offer: PlanOffer) -> str:
    """Product, price, start, term and how to cancel, as the second confirmation wants them (工信部 2025-04)."""
    extras = ""
    if offer.broadband_fee:
        extras += f"宽带另计{_yuan(offer.broadband_fee)}元/月，"
    if offer.extra_card_fee:
        extras += f"副卡增加{_yuan(offer.extra_card_fee)}元/月，"
    return (
        f"号码尾号{phone[-4:]}由「{offer.old.name}」（{_yuan(offer.old.monthly_fee)}元/月）"
        f"改为「{offer.new.name}」（{_yuan(offer.new.monthly_fee)}元/月，资费编号{offer.new.tariff_code}），"
        f"{extras}{_day(offer.effective)}起生效，长期有效，生效前可撤销，生效后可改办其他套餐。"
    )


def success_text(plan_name: str, effective: date, number: str) -> str:
    """The success message that follows an order."""
    return (
        f"【小讯】您已成功办理「{plan_name}」，{_day(effective)}起生效，订单号{number}。"
        "如非本人办理请立即联系客服。"
    )


def refusal_text(plan_name: str) -> str:
    """Tells of an order that the operator's system did not take after consent had been given."""
    return (
        f"【小讯】很抱歉，您申请的「{plan_name}」未能办理成功，没有产生任何费用，详情请联系客服。"
    )


def _yuan(amount: Decimal) -> str:
    return f"{amount:.2f}".removesuffix(".00")


def _day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"
