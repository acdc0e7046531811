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
    TOO_LATE = "too_late"
    """The order can no longer be undone."""
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
