"""What can be ordered, one file a kind; a new kind is a file here and a line in ``all_kinds``."""

from zoneinfo import ZoneInfo

from care.bss.protocol import Bss
from care.duties import Duties
from care.orders.kinds.base import Note, OrderKind, OrderToPlace, Params, Terms
from care.orders.kinds.change_plan import ChangePlan
from care.orders.kinds.redeem_points import RedeemPoints
from care.orders.kinds.refund_charge import RefundCharge

__all__ = ["Note", "OrderKind", "OrderToPlace", "Params", "Terms", "all_kinds"]


def all_kinds(bss: Bss, duties: Duties, zone: ZoneInfo) -> dict[str, OrderKind]:
    """Every kind by its name; the days of the operator's rules begin in ``zone``."""
    kinds: list[OrderKind] = [
        ChangePlan(bss),
        RefundCharge(bss, duties, zone),
        RedeemPoints(bss),
    ]
    return {kind.name: kind for kind in kinds}
