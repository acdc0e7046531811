"""The NLU components of a ``config.yml``, trained and run one after the other without the rest of Rasa."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")

from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema  # noqa: E402
from rasa.engine.recipes.default_recipe import DefaultV1Recipe  # noqa: E402
from rasa.engine.storage.local_model_storage import LocalModelStorage  # noqa: E402
from rasa.engine.storage.resource import Resource  # noqa: E402
from rasa.shared.nlu.training_data.message import Message  # noqa: E402
from rasa.shared.nlu.training_data.training_data import TrainingData  # noqa: E402

FALLBACK = "FallbackClassifier"


class Pipeline:
    """The components of ``config.yml`` without the fallback, trained and run one after the other."""

    def __init__(self, config: Sequence[dict[str, Any]], folder: Path) -> None:
        self._config = [dict(item) for item in config if item["name"] != FALLBACK]
        self._storage = LocalModelStorage.create(folder)
        self._components: list[GraphComponent] = []

    def train(self, data: TrainingData) -> None:
        """Trains each component on the data as the ones before it left them."""
        context = ExecutionContext(GraphSchema({}))
        kinds = DefaultV1Recipe.ComponentType
        for place, item in enumerate(self._config):
            registered = DefaultV1Recipe._from_registry(item["name"])
            options = {key: value for key, value in item.items() if key != "name"}
            component = registered.clazz.create(
                {**registered.clazz.get_default_config(), **options},
                self._storage,
                Resource(f"component{place}"),
                context,
            )
            if registered.is_trainable:
                component.train(data)  # type: ignore[attr-defined]
            if registered.types & {kinds.MESSAGE_TOKENIZER, kinds.MESSAGE_FEATURIZER}:
                data = component.process_training_data(data)  # type: ignore[attr-defined]
            self._components.append(component)

    def understand(self, texts: Sequence[str]) -> list[Message]:
        """What the pipeline makes of the texts."""
        messages = [Message({"text": text}) for text in texts]
        for component in self._components:
            messages = component.process(messages)  # type: ignore[attr-defined]
        return messages
