"""One or more orders of each kind that the demo operator would take. A new kind needs an example here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from care.bss.protocol import Bss
from care.duties import load_duties
from care.orders.kinds import Params
from care.settings import ROOT
from tests.bss.operator_fixtures import TODAY

DUTIES = load_duties(ROOT / "data" / "duties")


@dataclass(frozen=True)
class Example:
    """What is ordered for which line; ``params`` may need something that was done before."""

    line_id: str
    params: Callable[[Bss], Awaitable[Params]]


def _plain(**params: str) -> Callable[[Bss], Awaitable[Params]]:
    async def given(bss: Bss) -> Params:
        return params

    return given


async def _an_order(bss: Bss) -> Params:
    receipt = await bss.subscribe_addon("L1003", "data_boost_5g", idempotency_key="before")
    return {"order": receipt.order_id}


async def _a_change(bss: Bss) -> Params:
    first = TODAY.replace(month=12, day=1)
    receipt = await bss.change_plan("L1003", "p89", first, idempotency_key="before")
    return {"order": receipt.order_id}


def _days(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


EXAMPLES: dict[str, list[Example]] = {
    "change_plan": [
        Example("L1003", _plain(plan="p59")),
        Example("L1011", _plain(plan="p199")),
    ],
    "subscribe_addon": [
        Example("L1003", _plain(addon="music_member")),
        Example("L1003", _plain(addon="data_day_1g")),
        Example("L1006", _plain(addon="spam_guard")),
    ],
    "cancel_addon": [Example("L1003", _plain(addon="video_member"))],
    "open_roaming": [
        Example(
            "L1003", _plain(addon="roam_asia", countries="JP,KR", start=_days(0), end=_days(4))
        ),
        Example("L1003", _plain(addon="roam_asia", countries="JP", start=_days(9), end=_days(30))),
        Example("L1003", _plain(addon="roam_world", countries="US", start=_days(9), end=_days(12))),
    ],
    "undo_order": [Example("L1003", _an_order), Example("L1003", _a_change)],
}

TESTED_ELSEWHERE = {
    "close_broadband": "test_leaving",
    "close_line": "test_leaving",
    "lift_lost": "test_line_kinds",
    "port_out": "test_leaving",
    "redeem_points": "test_money_kinds",
    "refund_charge": "test_money_kinds",
    "replace_card": "test_line_kinds",
    "replace_lost_card": "test_line_kinds",
    "resume_service": "test_line_kinds",
    "second_card": "test_leaving",
    "spam_shield": "test_line_kinds",
    "suspend_service": "test_line_kinds",
}
"""Kinds whose terms need more than an example can say, with the module of this folder that tests them."""
