"""The product's classifier without what Rasa's tokenizer and entities add."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jieba
import numpy as np

from benchmarks.nlu.peers.task import Examples
from bot.nlu.intent_model import STRENGTH, IntentModel
from bot.nlu.ngrams import Features, FeatureSpec


def fit(language: str, examples: Examples) -> tuple[Sequence[str], Callable[[str], np.ndarray]]:
    """With the options of the product."""

    def seen(text: str) -> Features:
        return Features(text, jieba.lcut(text) if language == "zh" else text.split())

    messages = [seen(text) for text, _ in examples]
    model = IntentModel.fit(messages, [name for _, name in examples], FeatureSpec(), STRENGTH)
    return model.labels, lambda text: model.probabilities(seen(text))
