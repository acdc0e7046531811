"""Stock Rasa: the pipeline that ``rasa init`` writes, without what finds no intent."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import read_yaml
from rasa.utils.log_utils import configure_structlog

from benchmarks.flows.baseline_model import config_text
from benchmarks.nlu.peers.task import Examples
from benchmarks.nlu.pipeline import Pipeline

_NO_INTENTS = {"EntitySynonymMapper", "ResponseSelector", "FallbackClassifier"}


def pipeline(language: str, epochs: int) -> list[dict[str, Any]]:
    """The components, with Rasa's own tokenizer for the language."""
    components = [
        item
        for item in read_yaml(config_text(epochs))["pipeline"]
        if item["name"] not in _NO_INTENTS
    ]
    if language != "zh":
        components[0] = {"name": "WhitespaceTokenizer"}
    diet = components[-1]
    # The ranking in full, instead of ten: what is left out has a probability, too.
    components[-1] = {**diet, "ranking_length": 0}
    return components


def fit(
    epochs: int, language: str, examples: Examples
) -> tuple[Sequence[str], Callable[[str], np.ndarray]]:
    """As ``rasa train nlu`` would, with this number of epochs."""
    logging.disable(logging.WARNING)
    configure_structlog(logging.ERROR)
    names = sorted({name for _, name in examples})
    with tempfile.TemporaryDirectory() as folder:
        trained = Pipeline(pipeline(language, epochs), Path(folder))
        trained.train(
            TrainingData([Message.build(text, name) for text, name in examples if text.strip()])
        )

    def answer(text: str) -> np.ndarray:
        (message,) = trained.understand([text])
        found = {item["name"]: item["confidence"] for item in message.get("intent_ranking")}
        return np.array([found.get(name, 0.0) for name in names])

    return names, answer
