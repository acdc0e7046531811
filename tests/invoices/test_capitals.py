"""Sums in Chinese capitals: known ones, and any one read back."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.invoices.capitals import LIMIT, capitals

DIGITS = {character: value for value, character in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1000}

SUMS = st.decimals(min_value=0, max_value=LIMIT - 1, places=2)
SMALL = st.decimals(min_value=0, max_value=1000, places=2)


def read_back(text: str) -> Decimal:
    """The sum that a text in capitals says, read by other rules than it was written by."""
    yuan, jiao, fen = re.fullmatch(r"(?:(.*)元)?(?:零?(.)角)?(?:零?(.)分)?整?", text).groups()  # type: ignore[union-attr]
    return _whole(yuan or "零") + (
        Decimal(DIGITS[jiao or "零"]) / 10 + Decimal(DIGITS[fen or "零"]) / 100
    )


def _whole(text: str) -> Decimal:
    for unit, worth in (("万亿", 10**12), ("亿", 10**8), ("万", 10**4)):
        if unit in text:
            high, low = text.split(unit, 1)
            return _whole(high) * worth + _whole(low)
    total, digit = 0, 0
    for character in text:
        if character in PLACES:
            total, digit = total + digit * PLACES[character], 0
        else:
            digit = DIGITS[character]
    return Decimal(total + digit)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1.05", "壹元零伍分"),
        ("10", "壹拾元整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("10010.01", "壹万零壹拾元零壹分"),
        ("100005", "壹拾万零伍元整"),
        ("100000000", "壹亿元整"),
        ("1000000000000", "壹万亿元整"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
    ],
)
def test_sums_as_the_rules_have_them(amount: str, text: str) -> None:
    assert capitals(Decimal(amount)) == text


@given(SUMS | SMALL)
def test_what_is_written_can_be_read_back(amount: Decimal) -> None:
    text = capitals(amount)
    assert read_back(text) == amount
    assert "零零" not in text
    assert not re.search("零[拾佰仟万亿角分]", text)
    assert text.endswith(("整", "分"))


@given(SUMS)
def test_no_two_sums_read_alike(amount: Decimal) -> None:
    if amount >= Decimal("0.01"):
        assert capitals(amount) != capitals(amount - Decimal("0.01"))


@pytest.mark.parametrize("amount", ["-1", "0.001", "1E16", "NaN"])
def test_what_is_no_sum_is_refused(amount: str) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        capitals(Decimal(amount))
