"""Orders placed with the operator (TMF622 product ordering)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class OrderAction(StrEnum):
    """What an order does (TMF622 ProductOrderItem `action`)."""

    CHANGE_PLAN = "change_plan"
    SUBSCRIBE_ADDON = "subscribe_addon"
    CANCEL_ADDON = "cancel_addon"
    UNDO = "undo"
    ADD_SECOND_CARD = "add_second_card"
    CLOSE = "close"
    INSTALL_BROADBAND = "install_broadband"
    RELOCATE_BROADBAND = "relocate_broadband"


class OrderState(StrEnum):
    """State of an order (TMF622 ProductOrder `state`)."""

    ACCEPTED = "accepted"
    """Takes effect on a later day."""
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    """Undone before or within its grace period."""


@dataclass(frozen=True, slots=True)
class OrderReceipt:
    """What the operator's system answers to an order; the same for a repeated key."""

    order_id: str
    line_id: str
    action: OrderAction
    offering_id: str
    """Plan or add-on ordered, cancelled or restored; the number of a second card; the line or access closed."""
    """Plan, add-on or broadband offer ordered, cancelled or restored."""
    replaces_id: str | None
    """The plan that ends, for a change of plan."""
    state: OrderState
    effective: date
    """First day in force (for a cancellation: the first day without)."""
    placed_at: datetime
    """UTC, aware."""
