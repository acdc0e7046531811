"""Rasa intent classifier: :class:`bot.nlu.intent_model.IntentModel` over words and entities found before."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, fields
from functools import cache
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

from bot.nlu.intent_model import FEW, STRENGTH, IntentModel
from bot.nlu.network import UNITS
from bot.nlu.ngrams import Features, FeatureSpec
from bot.nlu.sentence_vectors import PACKAGE as ENCODER_PACKAGE
from bot.nlu.sentence_vectors import USUAL
from bot.nlu.wish_rules import WishRules
from bot.nlu.wishes import Wish, find_wishes

WISHES = "wishes"
"""Where a message's wishes stand when it has more than one: dictionaries of intent, confidence, entities, start and end."""


logger = logging.getLogger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class HybridIntentClassifier(GraphComponent, IntentClassifier):
    """Character and word n-grams beside sentence vectors, under linear support vector machines and a small network.

    Options: ``characters``, ``words``, ``syllables``, ``letters``, ``entities`` and ``vector``, how much each kind of
    feature counts (:class:`bot.nlu.ngrams.FeatureSpec`); ``strength``, the inverse of the regularisation; ``few``, up to
    how many examples sentence vectors are seen as their nearness to each other, 0 for never; ``network``, the units of
    the network's hidden layer, 0 for no network; ``encoders``, those of the sentence vectors
    (:mod:`bot.nlu.sentence_vectors`); ``ranking_length``. Uses tokens and entities where components before it
    have set them.

    With ``wishes``, the path of a file such as ``data/wishes.yml``, two wishes in one message are both found
    (:mod:`bot.nlu.wishes`): this is the component that has the model by which parts of a message are understood.
    They stand in the message's ``wishes``, and the first is its intent.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The component's default config (see parent class for full docstring)."""
        return {
            **asdict(FeatureSpec()),
            "strength": STRENGTH,
            "few": FEW,
            "network": UNITS,
            "encoders": list(USUAL),
            "ranking_length": 10,
            "wishes": None,
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
        rules: WishRules | None = None,
    ) -> None:
        """Constructs a classifier; without a model it knows no intent, without rules each message has one wish."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._rules = rules

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
                model, rules = IntentModel.restore(folder), WishRules.restore(folder)
        except ValueError:  # nothing was trained: the data have fewer than two intents
            return cls(config, model_storage, resource)
        return cls(config, model_storage, resource, model, rules)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Retrains when the encoder changed, whose package Rasa cannot be told of, or the file of wishes."""
        path = config.get("wishes")
        rules = WishRules.load(path).digest() if path else ""
        return f"{version(ENCODER_PACKAGE)} {rules}".strip()

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
            self._config["few"],
            self._config["network"],
            self._config["encoders"],
        )
        path = self._config["wishes"]
        self._rules = WishRules.load(path) if path else None
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
            if self._rules is not None:
                self._rules.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets intent and ranking of each message, and the wishes of one that has several."""
        for message in messages:
            ranking: list[dict[str, Any]] = []
            if self._model is not None and (message.get(TEXT) or "").strip():
                best = self._understood(message, self._model)
                ranking = [{"name": name, "confidence": chance} for name, chance in best]
            intent = ranking[0] if ranking else {"name": None, "confidence": 0.0}
            message.set(INTENT, dict(intent), add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _understood(self, message: Message, model: IntentModel) -> Sequence[tuple[str, float]]:
        """The ranking of the first wish, which is the whole message's where there is one."""

        @cache
        def understand(start: int, end: int) -> Sequence[tuple[str, float]]:
            return model.ranking(_features(message, start, end), self._config["ranking_length"])

        text = message.get(TEXT)
        wishes = find_wishes(text, understand, self._rules) if self._rules is not None else []
        if len(wishes) > 1:
            entities = message.get(ENTITIES) or []
            message.set(WISHES, [_described(wish, entities) for wish in wishes], add_to_output=True)
        return wishes[0].ranking if wishes else understand(0, len(text))


def _features(message: Message, start: int = 0, end: int | None = None) -> Features:
    """What the model sees of the message, or of its characters ``start`` to ``end``."""
    end = len(message.get(TEXT)) if end is None else end
    text = message.get(TEXT)[start:end]
    entities = _inside(message.get(ENTITIES) or [], start, end)
    covered = sum(entity["end"] - entity["start"] for entity in entities)
    return Features(
        text,
        [
            token.text
            for token in message.get(TOKENS_NAMES[TEXT]) or ()
            if start <= token.start and token.end <= end
        ],
        [entity["entity"] for entity in entities],
        whole=bool(entities) and covered >= len(text.strip()),
    )


def _inside(entities: Sequence[dict[str, Any]], start: int, end: int) -> list[dict[str, Any]]:
    return [entity for entity in entities if start <= entity["start"] and entity["end"] <= end]


def _described(wish: Wish, entities: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "intent": wish.intent,
        "confidence": wish.confidence,
        "entities": _inside(entities, wish.start, wish.end),
        "start": wish.start,
        "end": wish.end,
    }
