"""What a customer says that a plan should be like: cheaper, more data, for an older person, with broadband."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from care.bss.protocol import Plan, PlanSegment


class Need(StrEnum):
    """Something wished of a plan."""

    MORE_DATA = "more_data"
    MORE_VOICE = "more_voice"
    BROADBAND = "broadband"
    SENIOR = "senior"
    YOUTH = "youth"
    FAMILY = "family"


_WORDS: dict[Need, re.Pattern[str]] = {
    Need.MORE_DATA: re.compile(
        r"大流量|流量(?:最|要|更)?[多大足]|流量(?:总|老)?(?:是)?不够|不限|无限|多(?:点|些)流量|more data|unlimited"
    ),
    Need.MORE_VOICE: re.compile(
        r"(?:通话|分钟数?|语音)(?:时长)?(?:最|要|更)?多|打电话多|电话(?:也)?多|天天打电话"
    ),
    Need.BROADBAND: re.compile(r"宽带|融合"),
    Need.SENIOR: re.compile(
        r"老人|老年|长辈|老太太|老爷子|退休|爸|妈|爷爷|奶奶|姥|外公|外婆|公公|婆婆|老两口|老伴"
    ),
    Need.YOUTH: re.compile(r"学生|校园|上学|大学|孩子|小孩|闺女|儿子|女儿|娃"),
    Need.FAMILY: re.compile(r"全家|一家|家庭套餐|家里人|三口|四口|五口"),
}
_FOR_OTHER = re.compile(
    r"(?:给|帮|替|为)?(?:我|俺|咱)?的?(?:老?爸|老?妈|爷爷|奶奶|姥|外公|外婆|公公|婆婆|岳|孩子|小孩|闺女|儿子|女儿|娃|老伴|老人家?用"
    r"|老婆|老公|爱人|对象|朋友)|给(?:老人|长辈|学生)|(?:老人|长辈|学生)(?:用|有)|适合(?:老人|长辈|学生)|老年人?的|学生有"
)
_BUDGET = re.compile(r"以内|以下|之内|左右|不超过|别超过|最多|封顶|上下|预算|under")
_AROUND = Decimal("1.1")
"""左右 may be a tenth more."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What is wished of a plan. ``data_mb`` a month, ``budget`` in yuan a month."""

    wanted: frozenset[Need] = frozenset()
    data_mb: int | None = None
    budget: Decimal | None = None
    for_other: bool = False
    """The plan is for somebody else: what the customer uses says nothing about it."""


def read_needs(text: str, data_mb: Any = None, amount: Any = None) -> Needs:
    """The wishes in a sentence; ``data_mb`` and ``amount`` are the values that were found in it."""
    wanted = frozenset(need for need, words in _WORDS.items() if words.search(text))
    for_other = _FOR_OTHER.search(text) is not None and Need.FAMILY not in wanted
    return Needs(wanted, _whole(data_mb), _budget(text, amount), for_other)


def suits(plan: Plan, needs: Needs, present: Plan | None = None) -> bool:
    """Whether a plan is such as was wished; ``present`` is what "more" is measured by."""
    floor_mb = present.data_mb if present is not None else 40 * 1024
    floor_minutes = present.voice_minutes if present is not None else 400
    tests = {
        Need.MORE_DATA: plan.data_mb > floor_mb if present else plan.data_mb >= floor_mb,
        Need.MORE_VOICE: (
            plan.voice_minutes > floor_minutes if present else plan.voice_minutes >= floor_minutes
        ),
        Need.BROADBAND: plan.broadband_mbps is not None,
        Need.FAMILY: plan.extra_cards >= 2,
    }
    if not all(tests.get(need, True) for need in needs.wanted):
        return False
    if needs.data_mb is not None and plan.data_mb < needs.data_mb:
        return False
    return needs.budget is None or plan.monthly_fee <= needs.budget


def in_general(plans: Iterable[Plan], needs: Needs) -> list[Plan]:
    """The plans on sale that suit, by monthly fee; those of a group only where it is the one meant."""
    segments = {PlanSegment.GENERAL, PlanSegment.FAMILY}
    if Need.SENIOR in needs.wanted:
        segments.add(PlanSegment.SENIOR)
    if Need.YOUTH in needs.wanted:
        segments.add(PlanSegment.YOUTH)
    fitting = [
        plan for plan in plans if plan.on_sale and plan.segment in segments and suits(plan, needs)
    ]
    special = {PlanSegment.SENIOR, PlanSegment.YOUTH} & segments
    return sorted(fitting, key=lambda plan: (plan.segment not in special, plan.monthly_fee))


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and value > 0 else None


def _budget(text: str, amount: Any) -> Decimal | None:
    if amount is None or not _BUDGET.search(text):
        return None
    try:
        budget = Decimal(str(amount))
    except InvalidOperation:
        return None
    return budget * _AROUND if re.search(r"左右|上下", text) else budget
