"""The product's classifier without what Rasa's tokenizer and entities add."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import jieba
import numpy as np

from benchmarks.nlu.peers.task import Examples
from bot.nlu.intent_model import FEW, STRENGTH, IntentModel
from bot.nlu.network import UNITS
from bot.nlu.ngrams import Features, FeatureSpec
from bot.nlu.sentence_vectors import USUAL


def fit(
    language: str, examples: Examples, encoders: Sequence[str] = USUAL
) -> tuple[Sequence[str], Callable[[str], np.ndarray]]:
    """With the options of the product, or with other encoders."""

    def seen(text: str) -> Features:
        return Features(text, jieba.lcut(text) if language == "zh" else text.split())

    messages = [seen(text) for text, _ in examples]
    model = IntentModel.fit(
        messages,
        [name for _, name in examples],
        FeatureSpec(),
        STRENGTH,
        FEW,
        UNITS,
        encoders,
    )
    return model.labels, lambda text: model.probabilities(seen(text))
