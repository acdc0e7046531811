from datetime import UTC, datetime

import pytest

from care.tickets.choosing import chosen
from care.tickets.tables import Ticket, TicketKind, TicketState


def ticket(number: int, kind: TicketKind, title: str) -> Ticket:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return Ticket(
        number=f"GD20261123{number:04d}",
        kind=kind,
        title=title,
        description="",
        state=TicketState.OPEN,
        created_at=at,
        promised_at=at,
        updated_at=at,
    )


LISTED = [
    ticket(3, TicketKind.TV_FAULT, "电视黑屏"),
    ticket(2, TicketKind.BROADBAND_FAULT, "宽带网速慢"),
    ticket(1, TicketKind.COMPLAINT, "投诉：服务态度"),
]


@pytest.mark.parametrize(
    ("words", "index"),
    [
        ("GD202611230002", 1),
        ("gd202611230002", 1),
        ("尾号0003", 0),
        ("第一张", 0),
        ("第 2 个", 1),
        ("3号", 2),
        ("最上面那个", 0),
        ("最后一张", 2),
        ("宽带那张", 1),
        ("电视的", 0),
        ("投诉那个", 2),
        ("就是电视黑屏那张", 0),
        ("第九张", None),
        ("尾号7777", None),
        ("三角形那张", None),
        ("随便", None),
        ("", None),
    ],
)
def test_a_ticket_is_chosen_by_number_place_or_matter(words: str, index: int | None) -> None:
    assert chosen(LISTED, words) is (None if index is None else LISTED[index])


def test_what_fits_several_is_none() -> None:
    twice = [LISTED[0], ticket(4, TicketKind.TV_FAULT, "遥控器不好使")]
    assert chosen(twice, "电视那张") is None
    assert chosen(twice, "遥控器不好使那张") is twice[1]
    assert chosen([], "第一张") is None
