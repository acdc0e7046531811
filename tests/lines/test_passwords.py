"""Which service passwords are refused, and why."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.lines.passwords import Problem, problem_of

BORN, PHONE = date(1988, 6, 25), "13800138001"
SIX = st.from_regex(r"[0-9]{6}", fullmatch=True)


def problem(password: str, repeated: str | None = None) -> Problem | None:
    return problem_of(password, password if repeated is None else repeated, BORN, PHONE)


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("849173", None),
        ("", Problem.FORM),
        ("84917", Problem.FORM),
        ("8491733", Problem.FORM),
        ("84917a", Problem.FORM),
        ("８４９１７３", Problem.FORM),
        ("849173\n", Problem.FORM),
        ("000000", Problem.TRIVIAL),
        ("121212", Problem.TRIVIAL),
        ("123123", Problem.TRIVIAL),
        ("112233", Problem.TRIVIAL),
        ("111222", Problem.TRIVIAL),
        ("123456", Problem.TRIVIAL),
        ("654321", Problem.TRIVIAL),
        ("890123", Problem.TRIVIAL),
        ("880625", Problem.BIRTH),
        ("198806", Problem.BIRTH),
        ("250688", Problem.BIRTH),
        ("062588", Problem.BIRTH),
        ("138001", Problem.PHONE),
        ("380013", Problem.PHONE),
    ],
)
def test_what_is_wrong_with_a_password(password: str, expected: Problem | None) -> None:
    assert problem(password) is expected


def test_both_entries_must_be_the_same() -> None:
    assert problem("849173", "849174") is Problem.DIFFERENT


def test_a_company_has_no_birthday() -> None:
    assert problem_of("880625", "880625", None, PHONE) is None


@given(SIX)
def test_what_is_taken_is_six_digits_and_neither_run_nor_repetition_nor_phone(
    password: str,
) -> None:
    if problem(password) is None:
        assert len(set(password)) > 1
        assert password not in "01234567890123456789"
        assert password[::-1] not in "01234567890123456789"
        assert password not in PHONE


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    problem(text, text)
