"""Values that patterns find in a message: numbers, months, days, money, data, addresses.

Every module has one ``find`` over folded text. ``extract`` runs them all; what overlaps is settled
by :func:`bot.nlu.spans.without_overlaps`.
"""

from __future__ import annotations

from datetime import date

from bot.nlu.spans import Span
from bot.nlu.values import addresses, data_volumes, dates, identifiers, money, months, slots

#: The entities this package finds.
ENTITIES: tuple[str, ...] = (
    identifiers.TICKET,
    identifiers.PHONE,
    identifiers.CODE,
    addresses.ENTITY,
    dates.ENTITY,
    months.ENTITY,
    slots.ENTITY,
    data_volumes.ENTITY,
    money.ENTITY,
)


def candidates(folded: str, today: date) -> list[Span]:
    """All spans that a pattern matches in folded text; they may overlap."""
    return [
        *identifiers.find(folded),
        *addresses.find(folded),
        *dates.find(folded, today),
        *months.find(folded, today),
        *slots.find(folded),
        *data_volumes.find(folded),
        *money.find(folded),
    ]
