"""The words of text messages about orders. What is agreed to is the order kind's own text."""

from datetime import date

from care.wording import day


def success_text(name: str, effective: date, number: str) -> str:
    """The success message that follows an order."""
    return (
        f"【小讯】您已成功办理「{name}」，{day(effective)}起生效，订单号{number}。"
        "如非本人办理请立即联系客服。"
    )


def refusal_text(name: str) -> str:
    """Tells of an order that the operator's system did not take after consent had been given."""
    return f"【小讯】很抱歉，您申请的「{name}」未能办理成功，没有产生任何费用，详情请联系客服。"
