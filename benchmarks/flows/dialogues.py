"""What the customers of the benchmark say: one conversation of each flow, always the same words in the same order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CUSTOMERS = Path(__file__).resolve().parents[2] / "data" / "demo" / "customers.yml"


@dataclass(frozen=True, slots=True)
class Step:
    """One turn. ``{phone}`` and ``{code}`` in a text stand for the customer's own.

    ``expects`` is a pattern that the answer holds when all went well. ``payload`` is what plain Rasa gets instead of
    the text: its pipeline has no values for numbers and names of plans, so it is told them as a button would. That
    spares it the work of understanding the turn.
    """

    says: str
    expects: str
    payload: str | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """A conversation about one matter. ``verified``: the customer has said who this is before."""

    name: str
    steps: tuple[Step, ...]
    verified: bool = True


IDENTITY = Flow(
    "identity, balance",
    (
        Step("帮我查一下话费余额", "手机号"),
        Step("{phone}", "验证码", '/inform{{"phone_number": "{phone}"}}'),
        Step("{code}", "余额", '/inform{{"verification_code": "{code}"}}'),
    ),
    verified=False,
)

_NO = Step("还是不行", "再试试|工单号")

FLOWS: tuple[Flow, ...] = (
    Flow("bill", (Step("查一下上个月的账单", "账单"), Step("这个月的账单呢", "账单|消费"))),
    Flow("balance", (Step("我还有多少话费", "余额|欠费"),)),
    Flow("usage", (Step("这个月流量还剩多少", "使用情况"), Step("通话分钟还有多少", "使用情况"))),
    Flow("plan", (Step("我现在用的是什么套餐", "月费"),)),
    Flow(
        "change of plan",
        (
            Step("我想换个套餐", "哪个套餐"),
            Step("畅享89", "确认办理", '/inform{{"plan": "p89"}}'),
            Step("不办了", "没有办理"),
        ),
    ),
    Flow(
        "broadband fault",
        (
            Step("我家宽带坏了", "什么情况|试试"),
            Step(
                "灯都正常但是上不了网",
                "试试",
                '/inform{{"device_symptom": "no_internet"}}',
            ),
            _NO,
            _NO,
            _NO,
        ),
    ),
    Flow("ticket", (Step("我的工单处理到哪一步了", "工单"),)),
    Flow("faq", (Step("去香港澳门台湾算漫游吗", "港澳台"), Step("国际漫游怎么收费", "漫游"))),
    Flow(
        "small talk",
        (
            Step("你好", "小讯"),
            Step("你是机器人吗", "AI"),
            Step("谢谢", "."),
            Step("再见", "."),
        ),
        verified=False,
    ),
    Flow("a person", (Step("转人工", "转接|人工"),), verified=False),
)
"""The last one ends what the bot can say in a conversation: from then on a person has it."""


def phones() -> list[str]:
    """The demo operator's mobile numbers, in the order of its file."""
    return re.findall(r'phone: "(1[3-9]\d{9})"', CUSTOMERS.read_text(encoding="utf-8"))


def visit(start: int = 0) -> Iterator[Step]:
    """What a verified customer says in one visit: all flows, those before ``start`` left out."""
    for flow in FLOWS[start:]:
        yield from flow.steps
