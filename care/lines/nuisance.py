"""Numbers that customers want to hear no more of: which may be blocked, and which may not."""

import re
from collections.abc import Collection
from enum import StrEnum

_NUMBER = re.compile(r"\+?\d[\d -]{3,18}\d")
_MUST_GET_THROUGH = re.compile(r"11[0-9]|12[02]|12\d{3}|100\d{2}")
"""Emergency (110, 119, 120, 122), public services (12345, 12321 …) and operators (10086 …): 电信网编号计划. 106 is what
sends text messages, 95 and 96 are banks and the like; all of these may be blocked."""


class NumberProblem(StrEnum):
    """Why a number is not blocked."""

    NO_NUMBER = "no_number"
    OWN = "own"
    SERVICE = "service"
    """Emergency and public services and the operators': they must get through."""


def number_in(text: str) -> str | None:
    """The telephone number in a text, digits only; short ones of senders of text messages (106…) too."""
    found = [re.sub(r"\D", "", one[0]) for one in _NUMBER.finditer(text)]
    return max(found, key=len) if found else None


def problem_with(number: str, own: Collection[str]) -> NumberProblem | None:
    """Why a number of digits cannot be blocked, None where it can."""
    if not number.isdigit() or not 3 <= len(number) <= 20:
        return NumberProblem.NO_NUMBER
    if _MUST_GET_THROUGH.fullmatch(number):
        return NumberProblem.SERVICE
    if number in own:
        return NumberProblem.OWN
    if len(number) < 5:
        return NumberProblem.NO_NUMBER
    return None
