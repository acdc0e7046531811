"""Values that patterns find in a message: numbers, months, days, money, data, addresses.

Every module of a kind has one ``find``. :func:`candidates` runs them all; what overlaps is settled by
:func:`bot.nlu.spans.without_overlaps`, what was said twice or taken back by :func:`bot.nlu.values.spoken.settled`.
"""

from __future__ import annotations

from datetime import date

from bot.nlu.spans import Span, without_overlaps
from bot.nlu.values import addresses, data_volumes, dates, identifiers, money, months, slots
from bot.nlu.values.reading import read
from bot.nlu.values.spoken import settled

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
    reading = read(folded)
    found = [
        *dates.find(reading.text, today),
        *months.find(reading.text, today),
        *slots.find(reading.text),
        *data_volumes.find(reading.text),
        *money.find(reading.text),
    ]
    return [*identifiers.find(folded), *addresses.find(folded), *map(reading.placed, found)]


def extract(folded: str, today: date) -> list[Span]:
    """The values of a message in order of place, none overlapping."""
    return settled(folded, without_overlaps(candidates(folded, today)))
