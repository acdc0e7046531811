"""Which of several tickets a customer means: 第二张, 尾号0003, 宽带那个."""

import re
from collections.abc import Sequence

from care.tickets.tables import Ticket, TicketKind

_PLACE = re.compile(r"第?([一二三四五六七八九1-9])(?:个|张|条|单|号|项|$)")
_DIGITS = "一二三四五六七八九"
_LAST = re.compile(r"最后|最下面|末尾")
_FIRST = re.compile(r"最上面|上面那|头一")
_NUMBER = re.compile(r"(?:GD)?\d{4,}", re.IGNORECASE)

_WORDS = {
    TicketKind.BROADBAND_FAULT: ("宽带", "网", "光猫", "wifi"),
    TicketKind.TV_FAULT: ("电视", "机顶盒", "iptv"),
    TicketKind.MOBILE_FAULT: ("手机", "信号", "流量"),
    TicketKind.CALL_FAULT: ("电话", "通话"),
    TicketKind.COMPLAINT: ("投诉",),
    TicketKind.CALLBACK: ("回电",),
}


def chosen(tickets: Sequence[Ticket], words: str) -> Ticket | None:
    """The one of ``tickets`` that is meant, in the order in which they were listed; None where none or several fit."""
    text = "".join(words.split()).lower()
    number = _NUMBER.search(text)
    if number is not None:
        return _only([one for one in tickets if one.number.endswith(number[0].upper())])
    if tickets and _FIRST.search(text):
        return tickets[0]
    if tickets and _LAST.search(text):
        return tickets[-1]
    place = _PLACE.search(text)
    if place is not None:
        index = int(place[1]) if place[1].isdigit() else _DIGITS.index(place[1]) + 1
        return tickets[index - 1] if index <= len(tickets) else None
    titled = [one for one in tickets if one.title.lower() in text]
    of_kind = [one for one in tickets if _is_called(one, text)]
    return _only(titled) or _only(of_kind)


def _is_called(ticket: Ticket, text: str) -> bool:
    return any(word in text for word in _WORDS.get(TicketKind(ticket.kind), ()))


def _only(found: Sequence[Ticket]) -> Ticket | None:
    return found[0] if len(found) == 1 else None
