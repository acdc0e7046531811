from decimal import Decimal

import pytest

from care.bss.embedded.rating import data_charge, late_fee, sms_charge, voice_charge
from care.bss.protocol import Tariff

TARIFF = Tariff(Decimal("5"), Decimal("0.15"), Decimal("0.10"), None)
CAPPED = Tariff(Decimal("3"), Decimal("0.10"), Decimal("0.10"), Decimal("30"))


@pytest.mark.parametrize(
    ("mb", "yuan"), [(0, "0.00"), (1, "0.00"), (2, "0.01"), (512, "2.50"), (1024, "5.00")]
)
def test_data_is_charged_by_the_mb_and_rounded_half_up(mb: int, yuan: str) -> None:
    assert data_charge(TARIFF, mb) == Decimal(yuan)


def test_data_never_costs_more_than_the_cap() -> None:
    assert data_charge(CAPPED, 10 * 1024) == Decimal("30.00")
    assert data_charge(CAPPED, 10 * 1024 - 4) == Decimal("29.99")
    assert data_charge(CAPPED, 500 * 1024) == Decimal("30.00")


def test_calls_and_messages_are_charged_each() -> None:
    assert voice_charge(TARIFF, 7) == Decimal("1.05")
    assert sms_charge(TARIFF, 3) == Decimal("0.30")


def test_late_fee_is_per_mille_and_day() -> None:
    assert late_fee(Decimal("134.00"), Decimal(3), 6) == Decimal("2.41")
