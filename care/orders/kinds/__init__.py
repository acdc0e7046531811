"""What can be ordered, one file a kind; a new kind is a file here and a line in ``all_kinds``."""

from zoneinfo import ZoneInfo

from care.appointments.field_work import FieldWork
from care.bss.protocol import Bss
from care.duties import Duties
from care.orders.kinds.base import Choice, Note, OrderKind, OrderToPlace, Params, Terms
from care.orders.kinds.cancel_addon import CancelAddon
from care.orders.kinds.change_plan import ChangePlan
from care.orders.kinds.closing import CloseBroadband, CloseLine
from care.orders.kinds.install_broadband import InstallBroadband
from care.orders.kinds.lift_lost import LiftLost
from care.orders.kinds.open_roaming import OpenRoaming
from care.orders.kinds.port_out import PortOut
from care.orders.kinds.redeem_points import RedeemPoints
from care.orders.kinds.refund_charge import RefundCharge
from care.orders.kinds.relocate_broadband import RelocateBroadband
from care.orders.kinds.replace_card import ReplaceCard, ReplaceLostCard
from care.orders.kinds.resume_service import ResumeService
from care.orders.kinds.second_card import SecondCard
from care.orders.kinds.spam_shield import SpamShieldOn
from care.orders.kinds.subscribe_addon import SubscribeAddon
from care.orders.kinds.suspend_service import SuspendService
from care.orders.kinds.undo_order import UndoOrder

__all__ = ["Choice", "Note", "OrderKind", "OrderToPlace", "Params", "Terms", "all_kinds"]


ZONE = ZoneInfo("Asia/Shanghai")


def all_kinds(
    bss: Bss, duties: Duties, work: FieldWork | None = None, zone: ZoneInfo = ZONE
) -> dict[str, OrderKind]:
    """Every kind by its name; those that send an engineer only with ``work``.

    The days of the operator's rules begin in ``zone``.
    """
    kinds: list[OrderKind] = [
        ChangePlan(bss),
        SubscribeAddon(bss),
        CancelAddon(bss),
        OpenRoaming(bss),
        UndoOrder(bss, work),
        SecondCard(bss),
        CloseLine(bss),
        CloseBroadband(bss),
        PortOut(bss),
        LiftLost(bss),
        ReplaceCard(bss),
        ReplaceLostCard(bss),
        ResumeService(bss),
        SpamShieldOn(bss),
        SuspendService(bss, zone),
        RefundCharge(bss, duties, zone),
        RedeemPoints(bss),
    ]
    if work is not None:
        kinds += [InstallBroadband(bss, work), RelocateBroadband(bss, work)]
    return {kind.name: kind for kind in kinds}
