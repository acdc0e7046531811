"""Rasa's ranking of intents, where a rule knows better than the model."""

from __future__ import annotations

from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
)
from rasa.shared.nlu.training_data.message import Message


def put_first(message: Message, intent: str, confidence: float) -> None:
    """Makes ``intent`` the message's; the ranking keeps the others in their order, and they share the rest."""
    others = [
        ranked
        for ranked in message.get(INTENT_RANKING_KEY, [])
        if ranked[INTENT_NAME_KEY] != intent
    ]
    total = sum(ranked[PREDICTED_CONFIDENCE_KEY] for ranked in others)
    share = (1 - confidence) / total if total else 0.0
    first = {INTENT_NAME_KEY: intent, PREDICTED_CONFIDENCE_KEY: confidence}
    ranking = [first] + [
        {**ranked, PREDICTED_CONFIDENCE_KEY: ranked[PREDICTED_CONFIDENCE_KEY] * share}
        for ranked in others
    ]
    message.set(INTENT, dict(first), add_to_output=True)
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
