"""Rasa intent classifier: a message that is one value and nothing else answers what was asked."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.fold import fold
from bot.nlu.intent_classifier import WISHES
from bot.nlu.rankings import put_first


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class WholeValueClassifier(GraphComponent, IntentClassifier):
    """Makes the intent ``inform`` when the entities and a politeness are all that the message has.

    Put it after the entity extractors and the intent classifier. The ranking keeps the other intents in their
    order, below.

    Options: ``intent``; ``entities``, which values are answers; ``padding``, what else may stand there;
    ``confidence`` of the intent it sets, the others share the rest.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The component's default config (see parent class for full docstring)."""
        return {
            "intent": "inform",
            "entities": [
                "verification_code",
                "phone_number",
                "month",
                "date",
                "time_slot",
                "amount",
                "data_amount",
                "ticket_number",
                "address",
                "area",
                "store",
                "country",
                "plan",
            ],
            "padding": (
                "验证码 单号 工单号 工单 号码 手机号 电话 地址 我的 我在 我是 就是 那个 这个 那款 那种 这边 "
                "麻烦了 麻烦 谢谢 多谢 可以 请 查 嗯 呃 哦 喂 好的 好 是 就 那 的 吧 呢 啊 呀 哈 嘛 "
                "啦 了 在 去 选 要 和 到 我 左右"
            ),
            "confidence": 0.98,
        }

    def __init__(self, config: dict[str, Any]) -> None:
        """Constructs a classifier."""
        self._intent = str(config["intent"])
        self._entities = frozenset(config["entities"])
        self._confidence = float(config["confidence"])
        words = sorted(str(config["padding"]).split(), key=len, reverse=True)
        self._padding = re.compile(rf"(?:{'|'.join(map(re.escape, words))}|[\W_])*")

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> WholeValueClassifier:
        """Creates a new component (see parent class for full docstring)."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the intent of the messages that are values."""
        for message in messages:
            if message.get(TEXT) and self._is_value(message):
                put_first(message, self._intent, self._confidence)
                message.data.pop(WISHES, None)
        return messages

    def _is_value(self, message: Message) -> bool:
        entities = message.get(ENTITIES, [])
        if not entities or any(
            entity[ENTITY_ATTRIBUTE_TYPE] not in self._entities for entity in entities
        ):
            return False
        text, rest, position = fold(message.get(TEXT)), [], 0
        for entity in sorted(entities, key=lambda entity: entity[ENTITY_ATTRIBUTE_START]):
            rest.append(text[position : entity[ENTITY_ATTRIBUTE_START]])
            position = entity[ENTITY_ATTRIBUTE_END]
        rest.append(text[position:])
        return all(self._padding.fullmatch(part) for part in rest)
