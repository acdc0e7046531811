"""Rasa intent classifier: a message that is a topic and nothing else is the topic's commonest wish, to be asked back."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.entities import to_entity
from bot.nlu.fold import fold
from bot.nlu.rankings import put_first
from bot.nlu.spans import Span
from bot.nlu.wish_rules import WishRules


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class BareTopicClassifier(GraphComponent, IntentClassifier):
    """Gives 流量 and 宽带 the intent of the topic's commonest wish, and the entity ``bare_topic``.

    The entity is what rules go by: such a message is asked back, not acted on. The topics stand in the file ``wishes``
    (``data/wishes.yml``) and are packed into the model.

    Options: ``wishes``; ``entity``; ``padding``, what else may stand beside the topic; ``confidence`` of the intent,
    the others share the rest.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The component's default config (see parent class for full docstring)."""
        return {
            "wishes": None,
            "entity": "bare_topic",
            "padding": (
                "你好 您好 请问 我想问一下 我想问下 想问一下 想问下 问一下 问下 咨询一下 咨询 关于 有关 那个 这个 方面 "
                "业务 的事情 的事 呢 吧 啊 呀 嗯 呃 的"
            ),
            "confidence": 0.9,
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        rules: WishRules | None = None,
    ) -> None:
        """Constructs a classifier; without rules it knows no topic."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._intents = {
            fold(word): topic.commonest
            for topic in (rules.topics if rules is not None else ())
            for word in topic.words
        }
        paddings = sorted(str(config["padding"]).split(), key=len, reverse=True)
        padding = rf"(?:{'|'.join(map(re.escape, paddings))}|[\W_])*"
        words = sorted(self._intents, key=len, reverse=True)
        self._bare = re.compile(rf"{padding}(?P<topic>{'|'.join(map(re.escape, words))}){padding}")

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> BareTopicClassifier:
        """Creates a new component (see parent class for full docstring)."""
        path = config["wishes"]
        return cls(config, model_storage, resource, WishRules.load(path) if path else None)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> BareTopicClassifier:
        """Loads the topics that :meth:`train` wrote (see parent class for full docstring)."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, WishRules.restore(folder))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Retrains when the file of topics changed."""
        path = config.get("wishes")
        return WishRules.load(path).digest() if path else None

    def train(self, training_data: TrainingData) -> Resource:
        """Writes the topics into the model."""
        path = self._config["wishes"]
        with self._model_storage.write_to(self._resource) as folder:
            if path:
                WishRules.load(path).save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets intent and entity of the messages that are a topic."""
        for message in messages:
            found = self._bare.fullmatch(fold(message.get(TEXT) or "")) if self._intents else None
            if found is not None:
                self._set_topic(message, found.start("topic"), found["topic"])
        return messages

    def _set_topic(self, message: Message, start: int, topic: str) -> None:
        span = Span(start, start + len(topic), self._config["entity"], topic)
        # What else the words name is no value that somebody gave.
        message.set(ENTITIES, [to_entity(span, type(self).__name__)], add_to_output=True)
        put_first(message, self._intents[topic], float(self._config["confidence"]))
