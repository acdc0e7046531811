"""What can be ordered, one file a kind; a new kind is a file here and a line in ``all_kinds``."""

from zoneinfo import ZoneInfo

from care.bss.protocol import Bss
from care.orders.kinds.base import Note, OrderKind, OrderToPlace, Params, Terms
from care.orders.kinds.change_plan import ChangePlan
from care.orders.kinds.lift_lost import LiftLost
from care.orders.kinds.replace_card import ReplaceCard, ReplaceLostCard
from care.orders.kinds.resume_service import ResumeService
from care.orders.kinds.spam_shield import SpamShieldOn
from care.orders.kinds.suspend_service import SuspendService

__all__ = ["Note", "OrderKind", "OrderToPlace", "Params", "Terms", "all_kinds"]


ZONE = ZoneInfo("Asia/Shanghai")


def all_kinds(bss: Bss, zone: ZoneInfo = ZONE) -> dict[str, OrderKind]:
    """Every kind by its name; ``zone`` is where days begin."""
    kinds: list[OrderKind] = [
        ChangePlan(bss),
        LiftLost(bss),
        ReplaceCard(bss),
        ReplaceLostCard(bss),
        ResumeService(bss),
        SpamShieldOn(bss),
        SuspendService(bss, zone),
    ]
    return {kind.name: kind for kind in kinds}
