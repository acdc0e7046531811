"""Errors of the billing topic.

::

    BadRequest
    ├── BadMonth      400  bad_month       no month at all
    ├── MonthNotYet   400  month_not_yet   a month that has not come
    └── MonthTooOld   400  month_too_old   further back than bills are kept
    NotFound
    └── NoBill        404  no_bill         the operator holds no bill for the month
"""

from care.errors import BadRequest, NotFound


class BadMonth(BadRequest):
    """Not a month in the form `YYYY-MM`."""

    code, message = "bad_month", "没有认出您说的月份。"


class MonthNotYet(BadRequest):
    """A month that has not come; `month` in the data."""

    code, message = "month_not_yet", "这个月份还没有到，没有账单可以查。"


class MonthTooOld(BadRequest):
    """Further back than bills are kept; `month` and the `oldest` one in the data."""

    code, message = "month_too_old", "只能查询最近六个月的账单。"


class NoBill(NotFound):
    """The operator holds no bill for the month; `month` in the data."""

    code, message = "no_bill", "这个月没有查到账单。"
