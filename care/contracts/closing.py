"""What a customer could close, and which of it a sentence names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from care.bss.protocol import Bss

_BROADBAND = re.compile(
    r"宽带|宽频|寬頻|光猫|光貓|拆机|家里的?网|家的?网|那个网|网线|broadband", re.IGNORECASE
)
_CARD = re.compile(r"副卡|附卡|子卡")
_THIS = re.compile(r"这个?(?:手机)?(?:号|卡)|这张卡|本机|我(?:这个?|的)号|手机号|号码|销号|销卡")


class SubjectKind(StrEnum):
    """What can be closed."""

    LINE = "line"
    CARD = "card"
    BROADBAND = "broadband"


@dataclass(frozen=True, slots=True)
class Subject:
    """A line, second card or broadband access of a customer; ``name`` is its number or account."""

    id: str
    kind: SubjectKind
    name: str


async def subjects_of(bss: Bss, customer_id: str, line_id: str) -> tuple[Subject, ...]:
    """All that the customer could close, the line that is asking first. Raises ``BssUnavailable``."""
    lines = sorted(await bss.lines(customer_id), key=lambda line: line.id != line_id)
    found = [
        Subject(
            line.id,
            SubjectKind.LINE if line.primary_line_id is None else SubjectKind.CARD,
            line.phone,
        )
        for line in lines
    ]
    accesses = await bss.broadband_of(customer_id)
    found += [Subject(one.id, SubjectKind.BROADBAND, one.account) for one in accesses]
    return tuple(found)


def named_in(
    text: str, phone: str | None, subjects: Sequence[Subject], line_id: str
) -> Subject | None:
    """The one that ``text`` (or the number in it) names; None where it could be several.

    A customer with a single thing means that one, unless another kind is named.
    """
    if phone is not None:
        return next((one for one in subjects if one.name == phone), None)
    for kind, words in ((SubjectKind.BROADBAND, _BROADBAND), (SubjectKind.CARD, _CARD)):
        if words.search(text):
            found = [one for one in subjects if one.kind is kind]
            return found[0] if len(found) == 1 else None
    if len(subjects) == 1:
        return subjects[0]
    if _THIS.search(text):
        return next((one for one in subjects if one.id == line_id), None)
    return None
