"""Rasa tokenizer: Chinese words by spaCy and jieba, with the catalogue's names kept whole."""

from __future__ import annotations

from typing import Any

import spacy
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.language import Language

from bot.nlu.lexicon import Lexicon
from bot.nlu.segmenter import blank_segmenter, dictionary_version

_PIPELINE_FOLDER = "segmenter"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class LexiconTokenizer(Tokenizer):
    """Splits messages into words with a spaCy pipeline that is packed into the model.

    Options: ``lexicon``, the path of the lexicon file (none: jieba's own dictionary alone);
    ``lexicon_entities``, whose names become words.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The component's default config (see parent class for full docstring)."""
        return {
            "lexicon": None,
            "lexicon_entities": ["plan", "addon", "charge_item", "area", "store", "country"],
            # Read by the parent class.
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @staticmethod
    def required_packages() -> list[str]:
        """Any extra python dependencies required for this component to run."""
        return ["spacy", "jieba", "opencc"]

    @staticmethod
    def supported_languages() -> list[str] | None:
        """The languages that this component can work with."""
        return ["zh"]

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        nlp: Language | None = None,
    ) -> None:
        """Constructs a tokenizer; without a pipeline it is built at the first use."""
        super().__init__(config)
        self._model_storage = model_storage
        self._resource = resource
        self._pipeline = nlp

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LexiconTokenizer:
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
    ) -> LexiconTokenizer:
        """Loads the pipeline that :meth:`train` wrote (see parent class for full docstring)."""
        with model_storage.read_from(resource) as folder:
            nlp = spacy.load(folder / _PIPELINE_FOLDER)
        return cls(config, model_storage, resource, nlp)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Retrains when the lexicon or jieba's dictionary changed."""
        path = config.get("lexicon")
        digest = Lexicon.load(path).digest() if path else ""
        return f"{dictionary_version()} {digest}"

    def train(self, training_data: TrainingData) -> Resource:
        """Builds the pipeline from the lexicon and writes it into the model."""
        self._pipeline = blank_segmenter(self._words())
        with self._model_storage.write_to(self._resource) as folder:
            self._pipeline.to_disk(folder / _PIPELINE_FOLDER)
        return self._resource

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The words of a message; white space is in none of them."""
        if self._pipeline is None:
            self._pipeline = blank_segmenter(self._words())
        document = self._pipeline.make_doc(message.get(attribute))
        tokens = [Token(word.text, word.idx) for word in document if not word.is_space]
        return self._apply_token_pattern(tokens)

    def _words(self) -> list[str]:
        path = self._config.get("lexicon")
        if not path:
            return []
        lexicon = Lexicon.load(path).of(self._config["lexicon_entities"])
        return [surface for entry in lexicon.entries for surface in entry.surfaces]
