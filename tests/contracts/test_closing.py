"""Which of a customer's things a sentence wants closed."""

import pytest

from care.bss.embedded import EmbeddedBss
from care.contracts.closing import Subject, SubjectKind, named_in, subjects_of

LINE = Subject("L", SubjectKind.LINE, "13800000001")
CARD = Subject("S", SubjectKind.CARD, "13800000002")
CARD2 = Subject("S2", SubjectKind.CARD, "13800000003")
HOME = Subject("B", SubjectKind.BROADBAND, "lz1")


@pytest.mark.parametrize(
    ("text", "phone", "subjects", "wanted"),
    [
        ("宽带不用了", None, (LINE, HOME), HOME),
        ("家里那个网拆了吧", None, (LINE, HOME), HOME),
        ("副卡销掉", None, (LINE, CARD, HOME), CARD),
        ("副卡销掉", None, (LINE, CARD, CARD2), None),
        ("这个号不要了", None, (LINE, CARD, HOME), LINE),
        ("销户", None, (LINE, HOME), None),
        ("销户", None, (LINE,), LINE),
        ("宽带不用了", None, (LINE,), None),
        ("把它注销", "13800000002", (LINE, CARD), CARD),
        ("把它注销", "13800000009", (LINE, CARD), None),
        ("销户", None, (), None),
    ],
)
def test_what_is_meant(
    text: str, phone: str | None, subjects: tuple[Subject, ...], wanted: Subject | None
) -> None:
    assert named_in(text, phone, subjects, "L") == wanted


async def test_the_line_that_asks_stands_first(bss: EmbeddedBss) -> None:
    found = await subjects_of(bss, "C1189", "L1189B")
    assert [(one.id, one.kind) for one in found] == [
        ("L1189B", SubjectKind.CARD),
        ("L1189", SubjectKind.LINE),
    ]
    assert [one.kind for one in await subjects_of(bss, "C1188", "L1188")] == [
        SubjectKind.LINE,
        SubjectKind.BROADBAND,
    ]
