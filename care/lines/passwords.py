"""Which service passwords are refused (六位数字, 不用生日、连号; the knowledge base tells customers the same)."""

import re
from datetime import date
from enum import StrEnum
from itertools import pairwise

LENGTH = 6

_FORM = re.compile(rf"[0-9]{{{LENGTH}}}")
_BIRTH_FORMS = ("%Y%m%d", "%y%m%d", "%d%m%Y", "%m%d%Y", "%d%m%y", "%m%d%y", "%Y%m")


class Problem(StrEnum):
    """Why a password is refused."""

    DIFFERENT = "different"
    """The two entries are not the same."""
    FORM = "form"
    TRIVIAL = "trivial"
    BIRTH = "birth"
    PHONE = "phone"


def problem_of(password: str, repeated: str, birth_date: date | None, phone: str) -> Problem | None:
    """What is wrong with a new password, None where nothing is."""
    if not _FORM.fullmatch(password):
        return Problem.FORM
    if password != repeated:
        return Problem.DIFFERENT
    if _is_trivial(password):
        return Problem.TRIVIAL
    if birth_date is not None and any(
        password in birth_date.strftime(form) for form in _BIRTH_FORMS
    ):
        return Problem.BIRTH
    if password in phone:
        return Problem.PHONE
    return None


def _is_trivial(password: str) -> bool:
    """One part said again (111111, 121212, 123123), pairs or triples of one digit (112233), or a run (234567, 890123)."""
    for size in (1, 2, 3):
        if password == password[:size] * (LENGTH // size):
            return True
    for size in (2, 3):
        if all(len(set(password[at : at + size])) == 1 for at in range(0, LENGTH, size)):
            return True
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(password)}
    return len(steps) == 1
