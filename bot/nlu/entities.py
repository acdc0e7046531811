"""Spans to Rasa's entity dictionaries and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.shared.nlu.constants import (
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    EXTRACTOR,
)

from bot.nlu.spans import Span

_INFO = "additional_info"


def to_entity(span: Span, extractor: str) -> dict[str, Any]:
    """Rasa's form of a span."""
    entity: dict[str, Any] = {
        ENTITY_ATTRIBUTE_TYPE: span.entity,
        ENTITY_ATTRIBUTE_START: span.start,
        ENTITY_ATTRIBUTE_END: span.end,
        ENTITY_ATTRIBUTE_VALUE: span.value,
        EXTRACTOR: extractor,
    }
    if span.info:
        entity[_INFO] = dict(span.info)
    return entity


def to_spans(entities: Iterable[dict[str, Any]]) -> list[Span]:
    """The spans of entities that earlier components found."""
    return [
        Span(
            entity[ENTITY_ATTRIBUTE_START],
            entity[ENTITY_ATTRIBUTE_END],
            entity[ENTITY_ATTRIBUTE_TYPE],
            entity[ENTITY_ATTRIBUTE_VALUE],
        )
        for entity in entities
    ]
