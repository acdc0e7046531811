"""Rasa intent classifier: :class:`bot.nlu.intent_model.IntentModel` over words and entities found before."""

from __future__ import annotations

import logging
from dataclasses import asdict, fields
from importlib.metadata import version
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.intent_model import STRENGTH, IntentModel
from bot.nlu.ngrams import Features, FeatureSpec
from bot.nlu.sentence_vectors import PACKAGE as ENCODER_PACKAGE

logger = logging.getLogger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class HybridIntentClassifier(GraphComponent, IntentClassifier):
    """Character and word n-grams beside sentence vectors, under linear support vector machines.

    Options: ``characters``, ``words``, ``syllables``, ``letters``, ``entities`` and ``vector``, how much each kind of
    feature counts (:class:`bot.nlu.ngrams.FeatureSpec`); ``strength``, the inverse of the regularisation;
    ``ranking_length``. Uses tokens and entities where components before it have set them.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The component's default config (see parent class for full docstring)."""
        return {
            **asdict(FeatureSpec()),
            "strength": STRENGTH,
            "ranking_length": 10,
        }

    @staticmethod
    def required_packages() -> list[str]:
        """Any extra python dependencies required for this component to run."""
        return ["sklearn", "scipy", "opencc", "pypinyin"]

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: IntentModel | None = None,
    ) -> None:
        """Constructs a classifier; without a model it knows no intent."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> HybridIntentClassifier:
        """Creates a new component (see parent class for full docstring)."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> HybridIntentClassifier:
        """Loads the model that :meth:`train` wrote (see parent class for full docstring)."""
        try:
            with model_storage.read_from(resource) as folder:
                model = IntentModel.restore(folder)
        except ValueError:  # nothing was trained: the data have fewer than two intents
            model = None
        return cls(config, model_storage, resource, model)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Retrains when the encoder changed, whose package Rasa cannot be told of: it has another name than its module."""
        return version(ENCODER_PACKAGE)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the model to the examples that have an intent."""
        examples = [ex for ex in training_data.intent_examples if (ex.get(TEXT) or "").strip()]
        if len({example.get(INTENT) for example in examples}) < 2:
            logger.warning("Fewer than two intents in the training data: nothing to classify.")
            return self._resource
        spec = FeatureSpec(**{kind.name: self._config[kind.name] for kind in fields(FeatureSpec)})
        self._model = IntentModel.fit(
            [_features(example) for example in examples],
            [example.get(INTENT) for example in examples],
            spec,
            self._config["strength"],
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets intent and ranking of each message."""
        for message in messages:
            ranking: list[dict[str, Any]] = []
            if self._model is not None and (message.get(TEXT) or "").strip():
                best = self._model.ranking(_features(message), self._config["ranking_length"])
                ranking = [{"name": name, "confidence": chance} for name, chance in best]
            intent = ranking[0] if ranking else {"name": None, "confidence": 0.0}
            message.set(INTENT, dict(intent), add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages


def _features(message: Message) -> Features:
    text = message.get(TEXT)
    entities = message.get(ENTITIES) or []
    covered = sum(entity["end"] - entity["start"] for entity in entities)
    return Features(
        text,
        [token.text for token in message.get(TOKENS_NAMES[TEXT]) or ()],
        [entity["entity"] for entity in entities],
        whole=bool(entities) and covered >= len(text.strip()),
    )
