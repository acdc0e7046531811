"""What may be paid in one payment, from ``data/demo/payments.yml``."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from care.datafiles import DataFileError, read_top

_FEN = Decimal("0.01")


class Refusal(StrEnum):
    """Why an amount cannot be paid."""

    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    NOT_IN_FEN = "not_in_fen"
    """It has a fraction of a fen."""


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """Limits of one payment and what is offered, in yuan; ``life`` is that of the page's link."""

    minimum: Decimal
    maximum: Decimal
    offered: tuple[Decimal, ...]
    life: timedelta

    def refusal(self, amount: Decimal) -> Refusal | None:
        """Why ``amount`` (a finite number) cannot be paid; ``None`` when it can."""
        if amount < self.minimum:
            return Refusal.TOO_SMALL
        if amount > self.maximum:
            return Refusal.TOO_LARGE
        return None if amount == amount.quantize(_FEN) else Refusal.NOT_IN_FEN


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    minimum: Decimal = Field(gt=0)
    maximum: Decimal
    offered: tuple[Decimal, ...] = Field(min_length=1)
    link_minutes: int = Field(gt=0)

    @model_validator(mode="after")
    def _offered_may_be_paid(self) -> "_File":
        if not all(self.minimum <= one <= self.maximum for one in self.offered):
            raise ValueError("what is offered must lie between minimum and maximum")
        return self


def load_payment_terms(path: Path) -> PaymentTerms:
    """The terms in a file. Raises ``DataFileError``."""
    try:
        read = _File.model_validate(read_top(path, "payments"))
    except ValidationError as error:
        raise DataFileError(path, str(error)) from error
    return PaymentTerms(
        read.minimum, read.maximum, read.offered, timedelta(minutes=read.link_minutes)
    )
