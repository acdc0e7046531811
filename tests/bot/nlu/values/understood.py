"""What is read of a message on Sunday, 22 November 2026."""

from datetime import date

from bot.nlu import values
from bot.nlu.fold import fold

TODAY = date(2026, 11, 22)


def understood(text: str) -> list[tuple[str, object]]:
    """Entities and values, in their order."""
    spans = values.extract(fold(text), TODAY)
    return [(span.entity, span.value) for span in spans]
