"""Rasa entity extractor: what the catalogue names, by spaCy on characters."""

from __future__ import annotations

import warnings
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import near_names
from bot.nlu.entities import to_entity, to_spans
from bot.nlu.fold import fold
from bot.nlu.lexicon import Entry, Lexicon
from bot.nlu.matcher import LexiconMatcher
from bot.nlu.spans import without_overlaps

# Rasa knows three extractors by name that learn from labelled examples and warns when none is used.
warnings.filterwarnings(
    "ignore", message="You have defined training data consisting of entity examples"
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class LexiconEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Finds the entries of a lexicon; the value of an entity is the entry's identifier.

    Options: ``lexicon``, the path of the lexicon file; ``bare_numbers``, entities whose items people call by
    the number in their name alone; ``whole_words``, entities that may not begin or end inside a word (needs a
    tokenizer before); ``learn_from_examples``, whether a training example that is labelled with an entry's
    identifier (``[灯全灭了]{"entity": "device_symptom", "value": "ont_power_off"}``) teaches its wording;
    ``misspelt``, entities whose names in the lexicon are found when they are misspelt, too.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The component's default config (see parent class for full docstring)."""
        return {
            "lexicon": None,
            "bare_numbers": ["plan"],
            "whole_words": ["country", "area", "device_symptom"],
            "learn_from_examples": True,
            "misspelt": list(near_names.ENTITIES),
        }

    @staticmethod
    def required_packages() -> list[str]:
        """Any extra python dependencies required for this component to run."""
        return ["spacy", "opencc", "pypinyin"]

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        matcher: LexiconMatcher | None = None,
    ) -> None:
        """Constructs an extractor; without a matcher it finds nothing until it is trained."""
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._matcher = matcher

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LexiconEntityExtractor:
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
    ) -> LexiconEntityExtractor:
        """Loads the pipeline that :meth:`train` wrote (see parent class for full docstring)."""
        with model_storage.read_from(resource) as folder:
            matcher = LexiconMatcher.restore(folder, config["bare_numbers"], config["whole_words"])
        return cls(config, model_storage, resource, matcher)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Retrains when the lexicon changed."""
        path = config.get("lexicon")
        return Lexicon.load(path).digest() if path else None

    def train(self, training_data: TrainingData) -> Resource:
        """Builds the spaCy pipeline from the lexicon and the examples and writes it into the model."""
        path = self._config["lexicon"]
        lexicon = names = Lexicon.load(path) if path else Lexicon(())
        if self._config["learn_from_examples"]:
            lexicon = Lexicon((*lexicon.entries, *_taught(training_data, lexicon)))
        self._matcher = LexiconMatcher(
            lexicon,
            self._config["bare_numbers"],
            self._config["whole_words"],
            names=names.of(self._config["misspelt"]),
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._matcher.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds what the lexicon names to each message's entities."""
        for message in messages:
            text = message.get(TEXT)
            if not text or self._matcher is None:
                continue
            found = self._matcher.find(fold(text), _borders(message))
            present = message.get(ENTITIES, [])
            earlier = to_spans(present)
            originals = {id(span): entity for span, entity in zip(earlier, present, strict=True)}
            entities = [
                originals.get(id(span)) or to_entity(span, self.name)
                for span in without_overlaps([*earlier, *found])
            ]
            message.set(ENTITIES, entities, add_to_output=True)
        return messages


def _borders(message: Message) -> frozenset[int] | None:
    """The offsets at which the message's words begin and end; None when nobody split it."""
    tokens = message.get(TOKENS_NAMES[TEXT])
    if not tokens:
        return None
    return frozenset(offset for token in tokens for offset in (token.start, token.end))


def _taught(training_data: TrainingData, lexicon: Lexicon) -> list[Entry]:
    """What the examples call an entry of the lexicon, where the label gives its identifier."""
    known = {(entry.entity, entry.id) for entry in lexicon.entries}
    taught: dict[tuple[str, str, str], None] = {}
    for example in training_data.entity_examples:
        for entity in example.get(ENTITIES, []):
            kind, value = entity[ENTITY_ATTRIBUTE_TYPE], entity[ENTITY_ATTRIBUTE_VALUE]
            wording = example.get(TEXT)[
                entity[ENTITY_ATTRIBUTE_START] : entity[ENTITY_ATTRIBUTE_END]
            ]
            if (kind, value) in known and wording != value:
                taught[kind, value, wording] = None
    return [Entry(kind, value, wording, ()) for kind, value, wording in taught]
