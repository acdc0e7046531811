"""The words of the reminders. Only the tail of a number stands in them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from care.bss.protocol import Addon, Bill, Contract
from care.wording import data_size, day, month, yuan

_STOP = "如需退订或咨询，请在小讯里直接说。"


def fee_alarm(phone: str, running: Decimal, average: Decimal) -> str:
    """A fee that is far above the usual (电信条例 Art. 33)."""
    return (
        f"【小讯】提醒您：尾号{phone[-4:]}本月已消费{yuan(running)}元，远高于前几个月的月均{yuan(average)}元。"
        "请留意是否有异常使用，可在小讯里说“看看扣费”核对明细，或转人工处理。"
    )


def data_low(phone: str, left: int) -> str:
    """Little data is left."""
    return f"【小讯】尾号{phone[-4:]}本月流量还剩{data_size(left)}，用完后按套餐标准另计。要加流量包，请在小讯里直接说。"


def data_used_up(phone: str) -> str:
    """No data is left."""
    return f"【小讯】尾号{phone[-4:]}本月流量已用完，继续使用按套餐标准另计费用。要加流量包，请在小讯里直接说。"


def renewal(phone: str, addons: Sequence[Addon], on: date) -> str:
    """Add-ons that go on by themselves (工信部 2025: 65 and over, five days before)."""
    listed = "、".join(f"{addon.name}（{yuan(addon.price)}元/月）" for addon in addons)
    return f"【小讯】尾号{phone[-4:]}的{listed}将于{day(on)}自动续订。{_STOP}"


def contract_end(phone: str, contract: Contract) -> str:
    """A contract that ends soon."""
    return (
        f"【小讯】尾号{phone[-4:]}的合约“{contract.name}”将于{day(contract.end)}到期，"
        f"到期后合约优惠结束，套餐照常使用。{_STOP}"
    )


def bill(phone: str, issued: Bill) -> str:
    """The monthly bill, pushed."""
    due = f"，待缴{yuan(issued.due)}元" if issued.due else "，已缴清"
    return (
        f"【小讯】尾号{phone[-4:]}{month(issued.month)}账单已出：共{yuan(issued.total)}元{due}。"
        "在小讯里说“查账单”可看明细。"
    )
