"""Which numbers may be blocked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.lines.nuisance import NumberProblem, number_in, problem_with

OWN = {"13800138001"}


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("13912345678", None),
        ("02887654321", None),
        ("10690088123456", None),
        ("95588", None),
        ("13800138001", NumberProblem.OWN),
        ("110", NumberProblem.SERVICE),
        ("119", NumberProblem.SERVICE),
        ("120", NumberProblem.SERVICE),
        ("12345", NumberProblem.SERVICE),
        ("10086", NumberProblem.SERVICE),
        ("123", NumberProblem.NO_NUMBER),
        ("1", NumberProblem.NO_NUMBER),
        ("", NumberProblem.NO_NUMBER),
        ("1" * 21, NumberProblem.NO_NUMBER),
    ],
)
def test_what_may_be_blocked(number: str, problem: NumberProblem | None) -> None:
    assert problem_with(number, OWN) is problem


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("把10690088123456拉黑", "10690088123456"),
        ("028-8765 4321 老打来", "02887654321"),
        ("是95188发的", "95188"),
        ("天天有人打", None),
        ("一天打8次", None),
    ],
)
def test_the_number_in_a_text(text: str, number: str | None) -> None:
    assert number_in(text) == number


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    found = number_in(text)
    assert found is None or problem_with(found, OWN) in {None, *NumberProblem}
