"""What complaints are about, when one is really a fraud, and what goes with it on the ticket: `data/demo/complaints.yml`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from care.bss.protocol import Bss
from care.datafiles import DataFileError, Record, read_top
from care.tickets.tables import Ticket
from care.wording import moment, month, yuan

RECENT = timedelta(days=60)
"""Orders older than this are hardly what somebody complains of."""

FRAUD = "fraud"
SHORTEST = 3
"""Characters beside the wish to complain that say something of what it is about."""


class Attachment(StrEnum):
    """What of the customer's goes with a complaint."""

    TICKET = "ticket"
    ORDER = "order"
    BILL = "bill"


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of complaint."""

    id: str
    name: str
    words: tuple[str, ...]
    """Whoever writes one of them means this kind."""
    attach: tuple[Attachment, ...]
    remedies: tuple[str, ...]
    """Intents by which the matter itself can be settled; offered beside the record."""


@dataclass(frozen=True, slots=True)
class ComplaintGuide:
    """The kinds in their order, the last one for all the rest; what tells of a fraud, and what helps at once."""

    categories: tuple[Category, ...]
    bare: re.Pattern[str]
    fraud_words: tuple[str, ...]
    fraud_advice: str

    def is_fraud(self, text: str) -> bool:
        """Whether the customer has been cheated of money: that cannot wait."""
        return any(word in text for word in self.fraud_words)

    def says_what(self, text: str) -> bool:
        """Whether the words tell more than the wish to complain."""
        return len(self.bare.sub("", text)) >= SHORTEST

    def category(self, about: str) -> Category:
        """The kind with this id, else the first of which a word is used, else the last."""
        for category in self.categories:
            if about == category.id:
                return category
        for category in self.categories:
            if any(word in about for word in category.words):
                return category
        return self.categories[-1]


def load_complaint_guide(path: Path) -> ComplaintGuide:
    """Read the file. Raises DataFileError."""
    content = read_top(path, "complaints")
    if not isinstance(content, dict) or not isinstance(content.get("categories"), list):
        raise DataFileError(path, "'categories' must be a list")
    head = Record(path, 1, content)
    head.only({"bare", "fraud", "categories"})
    fraud = Record(path, 1, head.mapping("fraud"))
    fraud.only({"words", "advice"})
    categories = tuple(
        _category(path, number, fields)
        for number, fields in enumerate(content["categories"], start=1)
    )
    if not categories or categories[-1].words:
        raise DataFileError(path, "the last category is for all the rest and must have no words")
    if len({category.id for category in categories}) < len(categories):
        raise DataFileError(path, "two categories have the same id")
    bare = head.texts("bare")
    if not bare or not fraud.texts("words"):
        raise DataFileError(path, "'bare' and the fraud's 'words' must not be empty")
    return ComplaintGuide(categories, _any_of(bare), fraud.texts("words"), fraud.text("advice"))


def _category(path: Path, number: int, fields: Any) -> Category:
    if not isinstance(fields, dict):
        raise DataFileError(path, "must be names with values", f"category no. {number}")
    record = Record(path, number, fields)
    record.only({"id", "name", "words", "attach", "remedies"})
    attach = record.texts("attach")
    for one in attach:
        if one not in list(Attachment):
            raise record.error(f"'attach' holds {one!r}; known are {', '.join(Attachment)}")
    if record.text("id") == FRAUD:
        raise record.error(f"{FRAUD!r} is no category of its own here")
    return Category(
        record.text("id"),
        record.text("name"),
        record.texts("words"),
        tuple(Attachment(one) for one in attach),
        record.texts("remedies"),
    )


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"{'|'.join(map(re.escape, longest_first))}|[\W_]+", re.IGNORECASE)


async def attachments(
    bss: Bss,
    category: Category,
    line_id: str,
    tickets: Iterable[Ticket],
    now: datetime,
    zone: ZoneInfo,
) -> list[str]:
    """The customer's newest ticket, order or bill that such a complaint is mostly about, a line each.

    ``tickets`` are the customer's, the likeliest first. May raise BssUnavailable.
    """
    found: list[str] = []
    if Attachment.TICKET in category.attach:
        found += [f"相关工单：{ticket.number} {ticket.title}" for ticket in list(tickets)[:1]]
    if Attachment.ORDER in category.attach:
        recent = [o for o in await bss.orders(line_id) if o.placed_at >= now - RECENT]
        found += [
            f"相关订单：{order.order_id} {order.offering_id} {moment(order.placed_at, zone)}"
            for order in recent[:1]
        ]
    if Attachment.BILL in category.attach:
        found += [
            f"相关账单：{month(bill.month)} 共 {yuan(bill.total)} 元"
            for bill in await bss.bills(line_id, 1)
        ]
    return found
