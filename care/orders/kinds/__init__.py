"""What can be ordered, one file a kind; a new kind is a file here and a line in ``all_kinds``."""

from care.appointments.service import Appointments
from care.bss.protocol import Bss
from care.orders.kinds.base import Note, OrderKind, OrderToPlace, Params, Terms
from care.orders.kinds.change_plan import ChangePlan
from care.orders.kinds.install_broadband import InstallBroadband
from care.orders.kinds.relocate_broadband import RelocateBroadband

__all__ = ["Note", "OrderKind", "OrderToPlace", "Params", "Terms", "all_kinds"]


def all_kinds(bss: Bss, appointments: Appointments | None = None) -> dict[str, OrderKind]:
    """Every kind by its name; those that send an engineer only with ``appointments``."""
    kinds: list[OrderKind] = [
        ChangePlan(bss),
    ]
    if appointments is not None:
        kinds += [InstallBroadband(bss, appointments), RelocateBroadband(bss, appointments)]
    return {kind.name: kind for kind in kinds}
