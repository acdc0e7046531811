"""Rasa entity extractor: values that patterns find, normalised against today's date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import values
from bot.nlu.entities import to_entity, to_spans
from bot.nlu.fold import fold
from bot.nlu.spans import Span, without_overlaps
from bot.nlu.values import addresses
from bot.nlu.values.spoken import settled


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ValueEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Finds numbers, months, days, money, data and addresses, and settles overlaps with what is there.

    No two entities overlap afterwards: what the words around prove wins, then the longer one, then the order
    in ``bot.nlu.spans.PRECEDENCE``. A value said twice counts once, one that was taken back (八月 哦不对九月) not at all.
    An address keeps the service area inside it as ``additional_info``.

    Options: ``entities``, which to find (default: all of ``bot.nlu.values.ENTITIES``); ``timezone``, in which
    today is told when a message is understood; ``today``, a fixed ISO date instead, for tests and evaluation.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The component's default config (see parent class for full docstring)."""
        return {
            "entities": list(values.ENTITIES),
            "timezone": "Asia/Shanghai",
            "today": None,
        }

    @staticmethod
    def required_packages() -> list[str]:
        """Any extra python dependencies required for this component to run."""
        return ["opencc"]

    def __init__(self, config: dict[str, Any], today: Callable[[], date] | None = None) -> None:
        """Constructs an extractor; ``today`` tells the date of a message instead of the clock."""
        self._entities = frozenset(config["entities"])
        if unknown := self._entities - set(values.ENTITIES):
            raise InvalidConfigException(
                f"{type(self).__name__} cannot find {', '.join(sorted(unknown))}; "
                f"it finds {', '.join(values.ENTITIES)}."
            )
        self._today = today or _calendar(config)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ValueEntityExtractor:
        """Creates a new component (see parent class for full docstring)."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the values to each message's entities; of those that overlap one stays."""
        for message in messages:
            text = message.get(TEXT)
            if not text:
                continue
            present = message.get(ENTITIES, [])
            message.set(ENTITIES, self._entities_of(text, present), add_to_output=True)
        return messages

    def _entities_of(self, text: str, present: list[dict[str, Any]]) -> list[dict[str, Any]]:
        earlier = to_spans(present)
        folded = fold(text)
        found = [
            span
            for span in values.candidates(folded, self._today())
            if span.entity in self._entities
        ]
        kept = without_overlaps([*earlier, *found])
        known = {id(span) for span in earlier}
        new = settled(folded, [span for span in kept if id(span) not in known])
        kept = sorted(
            [*(span for span in kept if id(span) in known), *new], key=lambda one: one.start
        )
        # By identity: the value of a span may be a list.
        originals = {id(span): entity for span, entity in zip(earlier, present, strict=True)}
        return [
            originals.get(id(span)) or to_entity(_placed(span, earlier), self.name) for span in kept
        ]


def _placed(span: Span, others: list[Span]) -> Span:
    """An address with the service area that was found inside it."""
    if span.entity != addresses.ENTITY:
        return span
    for other in others:
        if other.entity == "area" and span.start <= other.start and other.end <= span.end:
            return replace(span, info={"area": other.value})
    return span


def _calendar(config: dict[str, Any]) -> Callable[[], date]:
    if config["today"]:
        try:
            fixed = date.fromisoformat(str(config["today"]))
        except ValueError as error:
            raise InvalidConfigException(
                f"today must be an ISO date, not {config['today']}."
            ) from error
        return lambda: fixed
    zone = ZoneInfo(config["timezone"])
    return lambda: datetime.now(zone).date()
