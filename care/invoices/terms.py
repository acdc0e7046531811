"""How the operator issues invoices, from ``data/demo/invoices.yml``."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from care.bss.protocol import BillItem, ChargeKind
from care.datafiles import DataFileError, read_top
from care.invoices.tax_numbers import is_tax_number

_FEN = Decimal("0.01")


class Seller(BaseModel):
    """Who issues."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    tax_number: str

    @field_validator("tax_number")
    @classmethod
    def _has_its_check_character(cls, value: str) -> str:
        if not is_tax_number(value):
            raise ValueError("no tax number: the check character is wrong")
        return value


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line of an invoice. ``net`` and ``tax`` add up to what was charged, in yuan; ``rate`` in per cent."""

    name: str
    rate: int
    net: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        """With tax."""
        return self.net + self.tax


class InvoiceTerms(BaseModel):
    """The seller, the running number's prefix, rates of tax, and how long links live."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefix: str = Field(pattern="[A-Z]{1,6}")
    seller: Seller
    link_hours: int = Field(gt=0)
    months: int = Field(gt=0)
    rates: dict[ChargeKind, int]
    items: dict[str, int] = {}

    @field_validator("rates")
    @classmethod
    def _each_kind_has_a_rate(cls, value: dict[ChargeKind, int]) -> dict[ChargeKind, int]:
        # What was owed before is invoiced with the month in which it was charged.
        if missing := set(ChargeKind) - {ChargeKind.ARREARS} - set(value):
            raise ValueError(f"no rate for {', '.join(sorted(missing))}")
        return value

    @property
    def life(self) -> timedelta:
        """How long a download link is good."""
        return timedelta(hours=self.link_hours)

    def line(self, item: BillItem) -> InvoiceLine:
        """A bill's line on an invoice: its price contains the tax, which is taken out, rounded half up to the fen."""
        rate = self.items.get(item.charge_item_id, self.rates[item.kind])
        net = (item.amount * 100 / (100 + rate)).quantize(_FEN, ROUND_HALF_UP)
        return InvoiceLine(item.name, rate, net, item.amount - net)


def load_invoice_terms(path: Path) -> InvoiceTerms:
    """The terms in a file. Raises ``DataFileError``."""
    try:
        return InvoiceTerms.model_validate(read_top(path, "invoices"))
    except ValidationError as error:
        raise DataFileError(path, str(error)) from error
