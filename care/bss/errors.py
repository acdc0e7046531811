"""Errors of the operator's systems.

::

    Unavailable
    └── BssUnavailable   503  bss_unavailable  slow, down or answering nonsense
    Conflict
    └── BssRejected      409  bss_rejected     understood and refused; `reason` says why
"""

from enum import StrEnum
from typing import Any

from care.errors import Conflict, Unavailable


class RejectReason(StrEnum):
    """Why the operator's system refuses a request."""

    UNKNOWN_CUSTOMER = "unknown_customer"
    UNKNOWN_LINE = "unknown_line"
    UNKNOWN_OFFERING = "unknown_offering"
    UNKNOWN_BROADBAND = "unknown_broadband"
    UNKNOWN_ORDER = "unknown_order"
    NOT_ON_SALE = "not_on_sale"
    SAME_PLAN = "same_plan"
    CHANGE_PENDING = "change_pending"
    """Another change of plan is already waiting for its day."""
    CONTRACT_BOUND = "contract_bound"
    """The new plan is below the minimum fee of a running contract."""
    NOT_ELIGIBLE = "not_eligible"
    """The plan is for another group of customers (senior, enterprise)."""
    LINE_NOT_ACTIVE = "line_not_active"
    IN_ARREARS = "in_arrears"
    SECOND_CARD = "second_card"
    """A second card has no plan of its own; the main line's is meant."""
    BAD_DATE = "bad_date"
    ALREADY_SUBSCRIBED = "already_subscribed"
    INCLUDED = "included"
    """The plan in force contains the add-on free of charge."""
    NOT_SUBSCRIBED = "not_subscribed"
    KEY_REUSED = "key_reused"
    """The idempotency key was used for another order."""
    BAD_TERM = "bad_term"
    """A time that is too short or too long."""
    NOT_STOPPED = "not_stopped"
    CARD_ORDERED = "card_ordered"
    """A new card for the number is on its way."""
    LIMIT_REACHED = "limit_reached"
    NOT_BLOCKED = "not_blocked"
    TOO_LATE = "too_late"
    """The order can no longer be undone."""
    # New numbers, and leaving
    UNKNOWN_NUMBER = "unknown_number"
    NUMBER_TAKEN = "number_taken"
    """Somebody else keeps or has this number."""
    TOO_MANY_CARDS = "too_many_cards"
    NEEDS_PRESENCE = "needs_presence"
    """Only in a shop, in person."""
    UNSETTLED = "unsettled"
    """Money is owed: it has to be paid first."""
    NOT_PORTABLE = "not_portable"
    """A condition of leaving with the number is not met."""
    UNKNOWN_ADDRESS = "unknown_address"
    """The address lies in no area that is served."""
    NOT_COVERED = "not_covered"
    """No broadband at the address yet."""
    SPEED_NOT_AVAILABLE = "speed_not_available"
    """The address has broadband, but not at this speed; `max_mbps` says how much."""
    SAME_ADDRESS = "same_address"
    """There is an access of this customer at the address already."""
    TIME_TAKEN = "time_taken"
    """The time that was chosen for the work is not free any more."""
    WORK_PENDING = "work_pending"
    """An engineer has already been ordered for it."""
    NO_SUCH_CHARGE = "no_such_charge"
    """No bill of that month has such a line, or it cost nothing."""
    ALREADY_REFUNDED = "already_refunded"
    REFUNDED_LATELY = "refunded_lately"
    """The customer had another charge refunded within the time in which only one is."""
    NOT_ENOUGH_POINTS = "not_enough_points"


class BssUnavailable(Unavailable):
    """The operator's system does not answer in time, or not sensibly."""

    code, message = "bss_unavailable", "业务系统暂时没有响应，请稍后再试。"


class BssRejected(Conflict):
    """The operator's system refuses the request for a business reason."""

    code, message = "bss_rejected", "业务系统没有受理这个请求。"

    def __init__(self, reason: RejectReason, message: str | None = None, **data: Any) -> None:
        super().__init__(message, reason=str(reason), **data)
        self.reason = reason
