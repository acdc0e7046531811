"""统一社会信用代码: real ones are taken; a slip of the pen is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.invoices.tax_numbers import check_character, is_tax_number

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CHARACTERS = st.sampled_from(ALPHABET)


@st.composite
def codes(draw: st.DrawFn) -> str:
    """Any code with its check character."""
    kind = draw(st.text(CHARACTERS, min_size=2, max_size=2))
    region = draw(st.text(st.sampled_from("0123456789"), min_size=6, max_size=6))
    body = draw(st.text(CHARACTERS, min_size=9, max_size=9))
    first = kind + region + body
    return first + check_character(first)


# Published by their owners: a ministry's company, a bank, Tencent, and the example of the standard.
@pytest.mark.parametrize(
    "code",
    ["91110000600037341L", "914403001922038216", "91440300708461136T", "91350100M000100Y43"],
)
def test_known_codes_are_taken(code: str) -> None:
    assert is_tax_number(code)


@given(codes())
def test_a_code_with_its_check_character_is_taken(code: str) -> None:
    assert is_tax_number(code)


@given(codes(), st.integers(0, 17), CHARACTERS)
def test_one_wrong_character_is_found(code: str, place: int, other: str) -> None:
    if other != code[place]:
        assert not is_tax_number(code[:place] + other + code[place + 1 :])


@given(codes(), st.integers(0, 16))
def test_two_neighbours_exchanged_are_found(code: str, place: int) -> None:
    exchanged = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert exchanged == code or not is_tax_number(exchanged)


@pytest.mark.parametrize("code", ["310101123456789"])
def test_the_former_fifteen_digits_are_taken(code: str) -> None:
    assert is_tax_number(code)


@pytest.mark.parametrize(
    "code",
    [
        *("", "1", "9" * 14, "9" * 16, "91350100M000100Y4", "91350100M000100Y430"),
        *("91350100m000100y43", "9135010OM000100Y43", "A1B2C3D4E5F6A7B", " 91350100M000100Y43"),
        "９１３５０１００M000100Y43",
    ],
)
def test_what_is_none_is_refused(code: str) -> None:
    assert not is_tax_number(code)
