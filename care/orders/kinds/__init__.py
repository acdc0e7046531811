"""What can be ordered, one file a kind; a new kind is a file here and a line in ``all_kinds``."""

from care.bss.protocol import Bss
from care.orders.kinds.base import Note, OrderKind, OrderToPlace, Params, Terms
from care.orders.kinds.change_plan import ChangePlan

__all__ = ["Note", "OrderKind", "OrderToPlace", "Params", "Terms", "all_kinds"]


def all_kinds(bss: Bss) -> dict[str, OrderKind]:
    """Every kind by its name."""
    kinds: list[OrderKind] = [
        ChangePlan(bss),
    ]
    return {kind.name: kind for kind in kinds}
