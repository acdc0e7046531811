"""Labelled spans of a message, and the rule that keeps them from overlapping."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

#: Which entity wins when two spans of the same strength and length cover the same characters.
PRECEDENCE: tuple[str, ...] = (
    "ticket_number",
    "phone_number",
    "verification_code",
    "address",
    "plan",
    "addon",
    "charge_item",
    "store",
    "area",
    "country",
    "device_symptom",
    "date",
    "month",
    "time_slot",
    "data_amount",
    "amount",
)
_ORDER = {name: place for place, name in enumerate(PRECEDENCE)}


@dataclass(frozen=True)
class Span:
    """Characters ``start`` to ``end`` (exclusive) of a message name an entity with this value.

    ``strength`` is 0 for what the characters alone say and 1 where the words around prove it
    (充 before a number). ``info`` is carried to the entity's ``additional_info``.
    """

    start: int
    end: int
    entity: str
    value: str | int | list[str]
    strength: int = 0
    info: dict[str, Any] | None = field(default=None, compare=False)


def without_overlaps(spans: Iterable[Span]) -> list[Span]:
    """The spans that win, in order of place: stronger first, then longer, then by ``PRECEDENCE``."""
    ranked = sorted(
        spans,
        key=lambda span: (
            -span.strength,
            span.start - span.end,
            _ORDER.get(span.entity, len(_ORDER)),
            span.start,
        ),
    )
    kept: list[Span] = []
    for span in ranked:
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)
