"""Money that is credited to a line's account, and what that sets free (TMF676 payment)."""

from dataclasses import dataclass
from decimal import Decimal

from care.bss.model.billing import Payment


@dataclass(frozen=True, slots=True)
class Credit:
    """What the operator's system answers to money paid in. A repeated key is told of the first payment."""

    payment: Payment
    """As it stands in the list of payments."""
    arrears: Decimal
    """Yuan unpaid on issued bills now."""
    resumed: bool
    """Whether it brought a line that was stopped for arrears back into service."""
